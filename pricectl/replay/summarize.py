"""Makes the summary of a log: sums of keys and of accounts, in a text of a bounded size."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.profile import Profile
from pricectl.core.usage import MAX_COUNT
from pricectl.replay.bill_side import BillSide
from pricectl.replay.duckdb_engine import ENGINE, create_table, rows_of, types_of
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.log_columns import KEY_FIELDS, NO_TIME_SQL, LogColumns
from pricectl.replay.logs.log import ReadLog, days_of
from pricectl.replay.public_words import in_public_words
from pricectl.replay.ratebook import CallKey, Side
from pricectl.replay.summary_accounts import accounts_within, list_entries
from pricectl.replay.summary_prices import weights_of
from pricectl.replay.templates import template
from pricectl.replay.usage_summary import (
    CALLS,
    MAX_TEXT_BYTES,
    REQUESTS,
    KeySums,
    UsageSummary,
    compact,
    key_document,
)
from pricectl.replay.week_parts import (
    HOURS,
    MINUTES_OF_HOUR,
    WITHOUT_TIME,
    WeekPart,
    hourly_kinds,
    is_split,
    week_parts,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Context lengths at which providers charge more, beside those of the catalog's own rows.
USUAL_EDGES = (32_000, 128_000, 200_000, 256_000, 272_000, 512_000)
# Names with hours of their own; the others have those of the whole log.
MAX_HOURLY = 200
# Half of the text, so that accounts find room.
MAX_KEY_BYTES = MAX_TEXT_BYTES // 2
_LEAST_KEY_BYTES = 40
_SIDES = ("input", "output")


class _Sliced(NamedTuple):
    """How a log is cut into sums: its columns, the edges of bands and the parts of the week."""

    columns: LogColumns
    names: tuple[str, ...]
    edges: tuple[int, ...]
    output_edges: tuple[int, ...]
    parts: tuple[WeekPart, ...]

    @property
    def sums(self) -> tuple[str, ...]:
        """The SQL columns of the sums, in the order of `names`."""
        head = (CALLS, REQUESTS) if REQUESTS in self.names else (CALLS,)
        return (*head, *(f"n_{place}" for place in range(len(self.columns.units))))


def summarize(
    database: "DuckDBPyConnection",
    log: ReadLog,
    catalog: Catalog,
    max_bytes: int = MAX_TEXT_BYTES,
    max_key_bytes: int = MAX_KEY_BYTES,
) -> UsageSummary:
    """Summarize a log; the tiers and hours of `catalog` are what it is cut by.

    Its text has at most about `max_bytes`: of each account its most costly names stay, accounts
    beyond are summed as one, and of too many names those with the fewest tokens are left out.
    The keys of all accounts together take about `max_key_bytes` at most.
    """
    columns = LogColumns.of(types_of(database, log.relation))
    relation = in_public_words(database, log.relation, columns, catalog)
    log = log._replace(relation=relation)
    sliced = _sliced(database, log, catalog)
    _create_sums(database, log.relation, sliced, catalog)
    keys, left_out = _keys(database, sliced, max_key_bytes)
    jobs = rows_of(
        database,
        "SELECT count(DISTINCT (account, coalesce(job, 'row ' || call_row))) AS jobs "  # noqa: S608 - ours
        f"FROM ({sliced.columns.normal(log.relation)})",
    )
    accounts = rows_of(
        database,
        "SELECT count(DISTINCT account) AS accounts FROM usage_sums WHERE account <> ''",
    )
    summary = UsageSummary(
        days_of(log),
        log.calls,
        jobs[0]["jobs"],
        accounts[0]["accounts"],
        sliced.names,
        sliced.edges,
        sliced.output_edges,
        sliced.parts,
        keys,
        (),
        _hours(database, log.relation, sliced.columns, keys),
        left_out,
        sum(log.rejected.values()),
    )
    if any(summary.tokens_of(key.sums, side) > MAX_COUNT for key in keys for side in _SIDES):
        raise ReplayRefused(
            f"the log has more than {MAX_COUNT:,} tokens of a kind, more than a summary can state",
            next_step="look for counts that cannot be right",
        )
    summary = summary._replace(keys=weights_of(summary, BillSide(catalog, Profile())))
    list_entries(database, summary, sliced.sums)
    return accounts_within(database, summary, sliced.sums, max_bytes)


def _sliced(database: "DuckDBPyConnection", log: ReadLog, catalog: Catalog) -> _Sliced:
    columns = LogColumns.of(types_of(database, log.relation))
    several = columns.has("requests") and rows_of(
        database,
        f'SELECT 1 AS one FROM {log.relation} WHERE "requests" > 1 LIMIT 1',  # noqa: S608 - ours
    )
    head = (CALLS, REQUESTS) if several else (CALLS,)
    edges, output_edges = band_edges(catalog)
    parts = week_parts(hourly_kinds(catalog))
    return _Sliced(columns, (*head, *columns.units), edges, output_edges, parts)


def band_edges(catalog: Catalog) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The counts of input and of output tokens at which another price may begin.

    A tier may begin at its threshold or above it, so that each gives two edges.
    """
    lists = [prices for model in catalog.models for prices in model.all_lists]
    thresholds = {*USUAL_EDGES, *(one for prices in lists for one in prices.thresholds)}
    outputs = {prices.above_output_tokens for prices in lists if prices.above_output_tokens}
    return _doubled(thresholds), tuple(sorted(one + 1 for one in outputs))


def _doubled(thresholds: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({edge for one in thresholds for edge in (one, one + 1)}))


def _create_sums(
    database: "DuckDBPyConnection", calls: str, sliced: _Sliced, catalog: Catalog
) -> None:
    columns = sliced.columns
    averages = [
        ENGINE.divided(f"{total} + call_requests - 1", "call_requests")
        for total in ("input_tokens", "output_tokens")
    ]
    hourly = _hourly_names(database, calls, columns, catalog) if sliced.parts else []
    create_table(database, "hourly_names", {"name": "VARCHAR"}, [(name,) for name in hourly])
    statement = template("usage_sums").format(
        normal=columns.normal(calls),
        keys=", ".join(KEY_FIELDS),
        week_part=_part_of_week(sliced.parts) if hourly else "0",
        input_band=_band(averages[0], sliced.edges),
        output_band=_band(averages[1], sliced.output_edges),
        sums=", ".join(f"sum(n_{place}) AS n_{place}" for place in range(len(columns.units))),
        used=columns.used,
    )
    database.execute(f"CREATE OR REPLACE TEMP TABLE usage_sums AS {statement}")


def _hourly_names(
    database: "DuckDBPyConnection", calls: str, columns: LogColumns, catalog: Catalog
) -> list[str]:
    """The names that rows with off-peak hours answer for."""
    keys = ", ".join(KEY_FIELDS)
    side, kinds = Side("prices", catalog), hourly_kinds(catalog)
    found = rows_of(database, f"SELECT DISTINCT {keys} FROM ({columns.normal(calls)})")  # noqa: S608
    asked = {CallKey(*(row[name] for name in KEY_FIELDS)) for row in found}
    return sorted({key.name for key in asked if is_split(side.find(key).model, kinds)})


def _part_of_week(parts: Sequence[WeekPart]) -> str:
    """The number of the part of the week that a call belongs to, where its name has off-peak hours.

    As minutes of the week in UTC; a call without a time is in the part that has none.
    """
    minute = (
        f"((isodow(call_at) - 1) * {HOURS} + hour(call_at)) * {MINUTES_OF_HOUR} + minute(call_at)"
    )
    spans = sorted((end, number) for number, part in enumerate(parts, 1) for _, end in part)
    untimed = parts.index(WITHOUT_TIME) + 1
    cases = " ".join(f"WHEN {minute} < {end} THEN {number}" for end, number in spans)
    return (
        "CASE WHEN name NOT IN (SELECT name FROM hourly_names) THEN 0 "  # noqa: S608 - numbers
        f"WHEN call_at = {NO_TIME_SQL} THEN {untimed} {cases} END"
    )


def _band(average: str, edges: Sequence[int]) -> str:
    """The last edge that an average has reached, 0 below all of them."""
    cases = " ".join(f"WHEN {average} >= {edge} THEN {edge}" for edge in sorted(edges)[::-1])
    return f"CASE {cases} ELSE 0 END" if cases else "0"


def _keys(
    database: "DuckDBPyConnection", sliced: _Sliced, max_bytes: int
) -> tuple[tuple[KeySums, ...], int]:
    """The keys with most tokens for which there is room, in order; the calls of the others."""
    names = (*KEY_FIELDS, "week_part", "input_band", "output_band")
    fields = ", ".join(names)
    sums = ", ".join(f"sum({name}) AS {name}" for name in sliced.sums)
    found = rows_of(
        database,
        f"SELECT {fields}, {sums} FROM usage_sums GROUP BY {fields} "  # noqa: S608 - our own names
        f"ORDER BY sum(tokens) DESC, {fields} LIMIT {max_bytes // _LEAST_KEY_BYTES}",
    )
    kept: list[tuple[tuple[Any, ...], KeySums]] = []
    for row in found:
        key = CallKey(*(row[name] for name in KEY_FIELDS))
        counts = tuple(int(row[name]) for name in sliced.sums)
        one = KeySums(key, row["week_part"], counts, ())
        # Its weights have about as many digits as a price has.
        max_bytes -= len(compact(key_document(one))) + 8 * sum(map(bool, counts))
        if max_bytes < 0 and kept:
            break
        kept.append((tuple(row[name] for name in names), one))
    kept.sort(key=lambda each: each[0])
    types = dict.fromkeys(KEY_FIELDS, "VARCHAR")
    types |= dict.fromkeys(("week_part", "input_band", "output_band"), "BIGINT")
    rows = [(*fields, place) for place, (fields, _) in enumerate(kept)]
    create_table(database, "usage_keys", types | {"place": "INTEGER"}, rows)
    [all_calls] = rows_of(database, "SELECT coalesce(sum(calls), 0) AS calls FROM usage_sums")
    keys = tuple(one for _, one in kept)
    return keys, int(all_calls["calls"]) - sum(key.sums[0] for key in keys)


def _hours(
    database: "DuckDBPyConnection", calls: str, columns: LogColumns, keys: Sequence[KeySums]
) -> dict[str, tuple[int, ...]]:
    """The tokens of each hour, in all and of the names with most of them."""
    statement = (
        "SELECT name, CAST(hour(call_at) AS INTEGER) AS hour, "  # noqa: S608 - our own names
        "sum(input_tokens + output_tokens) AS tokens "
        f"FROM ({columns.normal(calls)}) WHERE call_at <> {NO_TIME_SQL} GROUP BY ALL"
    )
    found: dict[str, list[int]] = {"": [0] * HOURS}
    for row in rows_of(database, statement):
        for name in {"", row["name"]}:
            found.setdefault(name, [0] * HOURS)[row["hour"]] += int(row["tokens"])
    known = {key.key.name for key in keys}
    names = sorted(known & found.keys(), key=lambda name: (-sum(found[name]), name))
    return {name: tuple(found[name]) for name in ("", *sorted(names[:MAX_HOURLY]))}
