"""Makes the summary of a log: sums of keys, bands and accounts, within a bound of rows."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from pricectl.core.catalog import Catalog
from pricectl.replay.duckdb_engine import ENGINE, create_table, rows_of, types_of
from pricectl.replay.log_columns import KEY_FIELDS, NO_TIME_SQL, LogColumns
from pricectl.replay.logs.log import ReadLog, days_of
from pricectl.replay.ratebook import CallKey
from pricectl.replay.templates import template
from pricectl.replay.usage_summary import HOURS, MAX_HOURLY, MAX_ROWS, UsageRow, UsageSummary

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Context lengths at which providers charge more, beside those of the catalog's own rows.
USUAL_EDGES = (32_000, 128_000, 200_000, 256_000, 272_000, 512_000)


def summarize(
    database: "DuckDBPyConnection", log: ReadLog, catalog: Catalog, max_rows: int = MAX_ROWS
) -> UsageSummary:
    """Summarize a log; the tiers of `catalog` are the bands. Accounts become numbers.

    At most `max_rows` rows stay: accounts beyond are summed as one, and of too many names those
    with the fewest tokens are left out.
    """
    columns = LogColumns.of(types_of(database, log.relation))
    edges, output_edges = band_edges(catalog)
    _create_sums(database, log.relation, columns, edges, output_edges)
    left_out = _leave_out_rare(database, max_rows)
    accounts, kept = _number_accounts(database, max_rows)
    rows = tuple(_rows(database, columns))
    jobs = rows_of(
        database,
        "SELECT count(DISTINCT (account, coalesce(job, 'row ' || call_row))) AS jobs "  # noqa: S608 - ours
        f"FROM ({columns.normal(log.relation)})",
    )
    return UsageSummary(
        days_of(log),
        log.calls,
        jobs[0]["jobs"],
        accounts,
        accounts - kept,
        edges,
        output_edges,
        rows,
        _hours(database, log.relation, columns, rows),
        left_out,
        sum(log.rejected.values()),
    )


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
    database: "DuckDBPyConnection",
    calls: str,
    columns: LogColumns,
    edges: Sequence[int],
    output_edges: Sequence[int],
) -> None:
    averages = [
        ENGINE.divided(f"{total} + call_requests - 1", "call_requests")
        for total in ("input_tokens", "output_tokens")
    ]
    statement = template("usage_sums").format(
        normal=columns.normal(calls),
        keys=", ".join(KEY_FIELDS),
        input_band=_band(averages[0], edges),
        output_band=_band(averages[1], output_edges),
        sums=", ".join(f"sum(n_{place}) AS n_{place}" for place in range(len(columns.units))),
    )
    database.execute(f"CREATE OR REPLACE TEMP TABLE usage_sums AS {statement}")


def _band(average: str, edges: Sequence[int]) -> str:
    """The last edge that an average has reached, 0 below all of them."""
    cases = " ".join(f"WHEN {average} >= {edge} THEN {edge}" for edge in sorted(edges)[::-1])
    return f"CASE {cases} ELSE 0 END" if cases else "0"


def _leave_out_rare(database: "DuckDBPyConnection", max_rows: int) -> int:
    """Remove the keys for which there is no room; how many calls they have."""
    keys = ", ".join((*KEY_FIELDS, "input_band", "output_band"))
    database.execute(
        "CREATE OR REPLACE TEMP TABLE usage_keys AS "  # noqa: S608 - our own names
        f"SELECT {keys}, row_number() OVER (ORDER BY sum(tokens) DESC, {keys}) AS place "
        f"FROM usage_sums GROUP BY {keys}"
    )
    # Half of the rows are for the sums of all accounts, so that some room is left for single ones.
    gone = f"SELECT {keys} FROM usage_keys WHERE place > {max(max_rows // 2, 1)}"  # noqa: S608
    condition = f"({keys}) IN ({gone})"
    [found] = rows_of(
        database,
        f"SELECT coalesce(sum(calls), 0) AS calls FROM usage_sums WHERE {condition}",  # noqa: S608
    )
    database.execute(f"DELETE FROM usage_sums WHERE {condition}")  # noqa: S608
    return int(found["calls"])


def _number_accounts(database: "DuckDBPyConnection", max_rows: int) -> tuple[int, int]:
    """Number the accounts with most tokens; how many accounts there are, and how many kept."""
    accounts = rows_of(
        database,
        "SELECT account, sum(tokens) AS tokens, count(*) AS rows FROM usage_sums "
        "WHERE account <> '' GROUP BY account ORDER BY tokens DESC, account",
    )
    keys = ", ".join((*KEY_FIELDS, "input_band", "output_band"))
    [folded] = rows_of(
        database,
        f"SELECT count(*) AS rows FROM (SELECT DISTINCT {keys} FROM usage_sums)",  # noqa: S608
    )
    room = max_rows - folded["rows"]
    kept: list[tuple[str, int]] = []
    for account in accounts:
        room -= account["rows"]
        if room < 0:
            break
        kept.append((account["account"], len(kept) + 1))
    create_table(database, "usage_accounts", {"account": "VARCHAR", "number": "INTEGER"}, kept)
    return len(accounts), len(kept)


def _rows(database: "DuckDBPyConnection", columns: LogColumns) -> Iterable[UsageRow]:
    keys = ", ".join(KEY_FIELDS)
    sums = ", ".join(f"sum(n_{place}) AS n_{place}" for place in range(len(columns.units)))
    found = rows_of(
        database,
        f"SELECT {keys}, input_band, output_band, coalesce(number, 0) AS account, "  # noqa: S608
        f"sum(calls) AS calls, sum(requests) AS requests, {sums} "
        "FROM usage_sums LEFT JOIN usage_accounts USING (account) "
        "GROUP BY ALL ORDER BY ALL",
    )
    for row in found:
        counts = {unit: int(row[f"n_{place}"]) for place, unit in enumerate(columns.units)}
        key = CallKey(*(row[name] for name in KEY_FIELDS))
        yield UsageRow(key, row["account"], int(row["calls"]), int(row["requests"]), counts)


def _hours(
    database: "DuckDBPyConnection", calls: str, columns: LogColumns, rows: Sequence[UsageRow]
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
    known = {row.key.name for row in rows}
    names = sorted(known & found.keys(), key=lambda name: (-sum(found[name]), name))
    return {name: tuple(found[name]) for name in ("", *sorted(names[:MAX_HOURLY]))}
