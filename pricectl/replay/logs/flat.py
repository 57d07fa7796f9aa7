"""Maps a table with plain columns to the table of calls, in SQL: no Python runs for a row.

Names of columns are quoted, so a log never runs SQL.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.near import meant
from pricectl.core.token_kinds import OVERLAPS, USAGE_ARGUMENTS
from pricectl.core.units import UNITS
from pricectl.replay.calls import MAX_COUNT, log_column, quoted, text_literal
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.casts import cost_cell, count_cell, text_cell, time_cell
from pricectl.replay.logs.columns import INSIDE, OUTSIDE, ColumnMap, says_inside
from pricectl.replay.logs.items import MAX_NAME
from pricectl.replay.logs.tables import RawTable
from pricectl.replay.logs.times import UNREADABLE_TIME

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Why a row is rejected, NULL for a call; and the row as it stands in the log, as JSON.
REASON, REJECTED_ROW = "reason", "rejected_row"
_SHARED = ("call_id", "job", "seller", "service", "region", "team", "account")


def decide_cache(
    table: RawTable, columns: ColumnMap, database: "DuckDBPyConnection", where: str
) -> ColumnMap:
    """Find out whether the input includes what was cached, by the rows themselves.

    Where there is a total it tells; else a column's name may. Raises BadLog where neither does: the
    price of one answer is several times that of the other.
    """
    cached = [role for role in columns.counts if role.startswith("cache_")]
    if columns.cache or columns.is_split or not cached or "input_tokens" not in columns.counts:
        return columns
    counts = {role: count_cell(table, column) for role, column in columns.counts.items()}
    cache = " + ".join(f"coalesce({counts[role]}, 0)" for role in cached)
    tokens_in = f"coalesce({counts['input_tokens']}, 0)"
    tokens_out = f"coalesce({counts['output_tokens']}, 0)" if "output_tokens" in counts else "0"
    total = columns.columns.get("total")
    stated = count_cell(table, total) if total else "NULL::BIGINT"
    words = f"""
        SELECT count(*), count(*) FILTER (tokens_in < cache),
            count(*) FILTER (stated = tokens_in + tokens_out),
            count(*) FILTER (stated = tokens_in + tokens_out + cache)
        FROM (SELECT {tokens_in} AS tokens_in, {tokens_out} AS tokens_out, {cache} AS cache,
            {stated} AS stated FROM {table.relation}) WHERE cache > 0
    """  # noqa: S608 - names are quoted
    rows, less, inside, outside = database.execute(words).fetchall()[0]
    if not rows:
        return columns._replace(cache=INSIDE)
    # A few broken rows do not change what the column's name says; they are rejected.
    if inside == rows or (says_inside(columns) and less * 100 <= rows):
        return columns._replace(cache=INSIDE)
    if outside == rows:
        return columns._replace(cache=OUTSIDE)
    name = columns.columns["input_tokens"].name
    found = f"in {less:,} of {rows:,} rows with cached tokens the input is less than they are"
    raise BadLog(
        f"column {name!r:.80} may include the cached tokens or not; {found}",
        where=where,
        next_step="say --cache inside (as OpenAI counts) or --cache outside (as Anthropic does)",
    )


class PlainQueries(NamedTuple):
    """Queries for the calls of a plain table.

    `judged` has the columns REASON and REJECTED_ROW beside those of the calls, `unjudged` only
    those of the calls; it is for tables of which no row is rejected, and much faster.
    """

    judged: str
    unjudged: str


def mapped(table: RawTable, columns: ColumnMap, extra: Sequence[str], where: str) -> PlainQueries:
    """The queries for a table. Raises BadLog: the table has no column of `extra`."""
    for name in extra:
        if name not in table.types:
            step = meant(name, table.types)
            raise BadLog(f"has no column {name!r:.80}", where=where, next_step=step)
    counts = {
        role: f"coalesce({count_cell(table, column)}, 0)" for role, column in columns.counts.items()
    }
    units = _split(counts, columns)
    selected = _facts(table, columns) | units
    selected |= {log_column(name): f"CAST({quoted(name)} AS VARCHAR)" for name in extra}
    bad = {f"bad_{number}": f"({words}) < 0" for number, words in enumerate(counts.values())}
    judging = {
        "at_text": text_cell(table, columns.columns.get("at")),
        "is_broken": table.broken,
        "as_json": _as_json(table),
        **bad,
    }
    judged = (
        f"SELECT *, {_reason(units, bad)} AS {REASON} FROM ({_select(selected | judging, table)})"  # noqa: S608 - quoted
    )
    return PlainQueries(
        f"""SELECT * EXCLUDE ({", ".join(judging)}),
            CASE WHEN {REASON} IS NOT NULL THEN CAST(as_json AS VARCHAR) END AS {REJECTED_ROW}
            FROM ({judged})""",  # noqa: S608 - quoted
        _select(selected, table),
    )


def _select(selected: Mapping[str, str], table: RawTable) -> str:
    listed = ", ".join(f"{words} AS {quoted(name)}" for name, words in selected.items())
    return f"SELECT {listed} FROM {table.relation}"  # noqa: S608 - quoted


def _facts(table: RawTable, columns: ColumnMap) -> dict[str, str]:
    """The columns of a call besides its counts, each with its SQL."""
    found = {role: text_cell(table, columns.columns.get(role)) for role in ("name", *_SHARED)}
    found["job"] = f"coalesce({found['job']}, {found['call_id']})"
    return {
        "row": table.row,
        "source": table.source,
        "line": table.line,
        "at": time_cell(table, columns.columns.get("at")),
        **found,
        "requests": _requests(table, columns),
        "stated_pico": cost_cell(table, columns),
        "charged_credits": _credits(table, columns),
    }


def _reason(units: Iterable[str], bad: Iterable[str]) -> str:
    """Why a row is not a call, as an SQL expression; NULL for a call."""
    listed = [quoted(unit) for unit in units]
    sums = [
        " + ".join(quoted(unit) for unit in units if UNITS[unit].side == side) or "0"
        for side in ("input", "output")
    ]
    above = " OR ".join(f"{words} > {MAX_COUNT}" for words in (*listed, *sums))
    return f"""CASE
        WHEN is_broken THEN 'is not JSON'
        WHEN name IS NULL THEN 'no model''s name'
        WHEN length(name) > {MAX_NAME} THEN 'name too long'
        WHEN {" OR ".join(bad)} THEN 'a count is not a whole number from 0 up'
        WHEN {" OR ".join(f"{unit} < 0" for unit in listed)}
            THEN 'parts of a total are more than the total'
        WHEN {above} THEN 'a count is too large'
        WHEN "at" IS NULL AND at_text IS NOT NULL THEN {text_literal(UNREADABLE_TIME)}
        WHEN requests IS NULL OR requests < 1 THEN 'requests is not a whole number above 0'
        WHEN {" + ".join(listed)} = 0 THEN 'all counts are zero or missing' END"""


def _as_json(table: RawTable) -> str:
    members = ", ".join(f"{text_literal(name)}: {quoted(name)}" for name in table.types)
    return f"to_json({{{members}}})"


def _split(counts: dict[str, str], columns: ColumnMap) -> dict[str, str]:
    """The units with the SQL of their counts: each token in one of them, as `Usage` splits them."""
    if columns.is_split:
        return {unit: words for unit, words in counts.items() if unit in UNITS}
    amounts = {
        USAGE_ARGUMENTS.get(role, role): words
        for role, words in counts.items()
        if role not in {"input_tokens", "output_tokens"}
    }
    for kind in OVERLAPS:
        for outer in kind.inside if kind.unit in amounts else ():
            amounts[outer] = f"({amounts.get(outer, '0')} - {amounts[kind.unit]})"
    for side, argument in (("input", "input_tokens"), ("output", "output_tokens")):
        whole = counts.get(argument, "0")
        parts = [words for unit, words in amounts.items() if UNITS[unit].side == side]
        if side == "input" and columns.cache == OUTSIDE:
            parts = [
                words
                for unit, words in amounts.items()
                if UNITS[unit].side == side and "cache" not in unit
            ]
        amounts[side] = f"({' - '.join((whole, *parts))})"
    order = {unit: place for place, unit in enumerate(UNITS)}
    return dict(sorted(amounts.items(), key=lambda pair: order[pair[0]]))


def _requests(table: RawTable, columns: ColumnMap) -> str:
    column = columns.columns.get("requests")
    if column is None:
        return "1::INTEGER"
    return f"TRY_CAST(coalesce({count_cell(table, column)}, 1) AS INTEGER)"


def _credits(table: RawTable, columns: ColumnMap) -> str:
    column = columns.columns.get("charged_credits")
    if column is None:
        return "NULL::DECIMAL(38,0)"
    return f"CAST({count_cell(table, column)} AS DECIMAL(38,0))"
