"""Maps a table with plain columns to the table of calls, in SQL: no Python runs for a row.

Names of columns are quoted, so a log never runs SQL. Texts are cast by their form: a cast of
DuckDB's alone rounds 12.5 to a whole number, and reads 5/1/25 as the year 5.
"""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.money import PICO_PER_USD
from pricectl.core.token_kinds import OVERLAPS, USAGE_ARGUMENTS
from pricectl.core.units import UNITS
from pricectl.replay.calls import MAX_COUNT, quoted, text_literal
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import INSIDE, OUTSIDE, ColumnMap, LogColumn, says_inside
from pricectl.replay.logs.sources import MAX_LINE_BYTES, LogFile, csv_delimiter

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_INTEGERS = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT"))
_INTEGERS |= {"UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"}
_FLOATS = frozenset(("FLOAT", "DOUBLE"))
_BAD = "-1"  # what a count becomes that is not one
_CENTS = ("cost_cents", "amount_cents", "cents")
_NOTHING = "('', 'NULL', 'null', 'None', 'nan', 'NaN', '\\N')"
_SHARED = ("call_id", "job", "seller", "service", "region", "team", "account")
REASON = "reason"


class RawTable(NamedTuple):
    """A log's table before it is mapped: what stands after FROM, its columns with their types.

    `row`, `source` and `line` are expressions of SQL over it.
    """

    relation: str
    types: Mapping[str, str]
    row: str
    source: str
    line: str


def csv_table(files: Iterable[LogFile], database: "DuckDBPyConnection") -> RawTable:
    """CSV files of one heading, every cell a text.

    Lines that are no CSV are kept apart, in the table `reject_errors`.
    """
    listed = list(files)
    paths = ", ".join(text_literal(file.path) for file in listed)
    relation = (
        f"read_csv([{paths}], header = true, all_varchar = true, "
        f"delim = {text_literal(csv_delimiter(listed[0]))}, quote = '\"', escape = '\"', "
        f"filename = '_file', store_rejects = true, null_padding = true, "
        f"max_line_size = {MAX_LINE_BYTES}{_compression(listed)})"
    )
    return _numbered(relation, database, "_file")


def json_table(files: Iterable[LogFile], database: "DuckDBPyConnection") -> RawTable:
    """Files of JSON lines, or of one list of rows; every member of any row as a text."""
    listed = list(files)
    paths = ", ".join(text_literal(file.path) for file in listed)
    shared = f"ignore_errors = true, maximum_object_size = {MAX_LINE_BYTES}{_compression(listed)}"
    # All rows are asked: a member that is rare may be one that is charged.
    names = database.execute(
        f"SELECT DISTINCT unnest(json_keys(one)) FROM read_json([{paths}], format = 'auto', "  # noqa: S608 - quoted
        f"records = false, columns = {{one: 'JSON'}}, {shared}) WHERE json_type(one) = 'OBJECT'"
    ).fetchall()
    columns = (
        ", ".join(f"{text_literal(name)}: 'VARCHAR'" for (name,) in sorted(names))
        or "nothing: 'VARCHAR'"
    )
    relation = (
        f"read_json([{paths}], format = 'auto', columns = {{{columns}}}, "
        f"filename = '_file', {shared})"
    )
    return _numbered(relation, database, "_file")


def parquet_table(files: Iterable[LogFile], database: "DuckDBPyConnection") -> RawTable:
    """Parquet files with the types they have; rows are numbered by their place in the file."""
    paths = ", ".join(text_literal(file.path) for file in files)
    relation = f"read_parquet([{paths}], union_by_name = true)"
    return RawTable(
        relation,
        _types(relation, database),
        # Unique and the same in each run, without counting the rows before.
        "file_index::BIGINT * 1099511627776 + file_row_number",
        "filename",
        "file_row_number + 1",
    )


def database_table(relation: str, file: LogFile, database: "DuckDBPyConnection") -> RawTable:
    """A table of a DuckDB file."""
    return RawTable(
        relation, _types(relation, database), "rowid", text_literal(file.path), "rowid + 1"
    )


def _compression(files: list[LogFile]) -> str:
    found = {file.compression for file in files}
    if len(found) > 1:
        raise BadLog("mixes compressed and plain files", where=files[0].path)
    word = found.pop()
    return f", compression = '{word}'" if word else ""


def _numbered(relation: str, database: "DuckDBPyConnection", file: str) -> RawTable:
    types = _types(relation, database)
    types.pop(file, None)
    numbered = (
        f"(SELECT *, row_number() OVER () AS _row, "
        f"row_number() OVER (PARTITION BY {file}) AS _line FROM {relation})"
    )
    return RawTable(numbered, types, "_row", file, "_line")


def _types(relation: str, database: "DuckDBPyConnection") -> dict[str, str]:
    described = database.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {name: str(kind) for name, kind, *_ in described}


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
    counts = {role: _count(table, column) for role, column in columns.counts.items()}
    cache = " + ".join(f"coalesce({counts[role]}, 0)" for role in cached)
    tokens_in = f"coalesce({counts['input_tokens']}, 0)"
    tokens_out = f"coalesce({counts['output_tokens']}, 0)" if "output_tokens" in counts else "0"
    total = columns.columns.get("total")
    stated = _count(table, total) if total else "NULL::BIGINT"
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


def mapped(table: RawTable, columns: ColumnMap, extra: Iterable[str]) -> str:
    """A query for the table of calls and a column REASON: why a row is rejected, else NULL."""
    counts = {
        role: f"coalesce({_count(table, column)}, 0)" for role, column in columns.counts.items()
    }
    units = _split(counts, columns)
    named = {"input_total": "input", "output_total": "output"}
    totals = {
        name: " + ".join(
            f"coalesce({quoted(unit)}, 0)" for unit in units if UNITS[unit].side == side
        )
        or "0"
        for name, side in named.items()
    }
    facts = {role: _text_at(table, columns.columns.get(role)) for role in _SHARED}
    facts["job"] = f"coalesce({facts['job']}, {facts['call_id']})"
    first = ", ".join(
        (
            f'{table.row} AS "row"',
            f"{table.source} AS source",
            f"{table.line} AS line",
            f"{_text_at(table, columns.columns.get('name'))} AS name",
            f'{_time(table, columns.columns.get("at"))} AS "at"',
            f"{_text_at(table, columns.columns.get('at'))} AS at_text",
            *(f"{words} AS {quoted(role)}" for role, words in facts.items()),
            f"{_requests(table, columns)} AS requests",
            f"{_money(table, columns)} AS stated_pico",
            f"{_credits(table, columns)} AS charged_credits",
            *(f"{words} AS {quoted(unit)}" for unit, words in units.items()),
            *(
                f"CAST({quoted(name)} AS VARCHAR) AS {quoted(name)}"
                for name in extra
                if name in table.types and name not in _OUTPUT and name not in units
            ),
        )
    )
    wrong = " OR ".join(f"{quoted(unit)} < 0" for unit in units)
    above = " OR ".join(f"{quoted(unit)} > {MAX_COUNT}" for unit in units)
    raw_bad = " OR ".join(f"bad_{number}" for number in range(len(counts))) or "false"
    bads = ", ".join(
        f"({words}) < 0 AS bad_{number}" for number, words in enumerate(counts.values())
    )
    used = " + ".join(quoted(unit) for unit in units)
    reason = f"""CASE
        WHEN name IS NULL THEN 'no model''s name'
        WHEN length(name) > 256 THEN 'name too long'
        WHEN {raw_bad} THEN 'a count is not a whole number from 0 up'
        WHEN {wrong} THEN 'parts of a total are more than the total'
        WHEN {above} OR {totals["input_total"]} > {MAX_COUNT}
            OR {totals["output_total"]} > {MAX_COUNT} THEN 'a count is too large'
        WHEN "at" IS NULL AND at_text IS NOT NULL THEN 'the time is not understood'
        WHEN requests IS NULL OR requests < 1 THEN 'requests is not a whole number above 0'
        WHEN {used} = 0 THEN 'all counts are zero or missing' END"""
    hidden = ", ".join(("at_text", *(f"bad_{number}" for number in range(len(counts)))))
    return (
        f"SELECT * EXCLUDE ({hidden}), {totals['input_total']} AS input_total, "  # noqa: S608 - names are quoted
        f"{totals['output_total']} AS output_total, {reason} AS {REASON} "
        f"FROM (SELECT {first}, {bads} FROM {table.relation})"
    )


_OUTPUT = frozenset(
    (
        *("row", "source", "line", "name", "at", "requests", "stated_pico", "charged_credits"),
        *("input_total", "output_total", "at_text", REASON, *_SHARED),
    )
)


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


def _text_at(table: RawTable, column: LogColumn | None) -> str:
    if column is None:
        return "NULL::VARCHAR"
    words = f"trim(CAST({quoted(column.name)} AS VARCHAR))"
    return f"CASE WHEN {words} IN {_NOTHING} THEN NULL ELSE {words} END"


def _count(table: RawTable, column: LogColumn) -> str:
    """A count as BIGINT; NULL where it is empty, -1 where it is not a whole number from 0 up."""
    kind, name = table.types[column.name], quoted(column.name)
    if kind in _INTEGERS:
        words = name if kind == "BIGINT" else f"coalesce(TRY_CAST({name} AS BIGINT), {_BAD})"
        words = (
            words if kind == "BIGINT" else f"CASE WHEN {name} IS NULL THEN NULL ELSE {words} END"
        )
        return f"({words} * {column.scale})" if column.scale > 1 else words
    if kind in _FLOATS:
        # A frame with gaps holds its counts as doubles; all whole ones up to 2^53 are exact.
        scaled = f"({name} * {column.scale})" if column.scale > 1 else name
        return (
            f"CASE WHEN {name} IS NULL OR isnan({name}) THEN NULL WHEN {scaled} >= 0 AND "
            f"{scaled} <= {MAX_COUNT} AND {scaled} = floor({scaled}) "
            f"THEN CAST({scaled} AS BIGINT) ELSE {_BAD} END"
        )
    text = _text_at(table, column)
    number = f"TRY_CAST({text} AS DECIMAL(38,9)) * {column.scale}"
    shape = "[0-9]{1,17}(\\.[0-9]{1,9})?" if column.scale > 1 else "[0-9]{1,17}(\\.0*)?"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN NOT regexp_full_match({text}, "
        f"{text_literal(shape)}) THEN {_BAD} WHEN {number} = floor({number}) "
        f"THEN CAST({number} AS BIGINT) ELSE {_BAD} END"
    )


def _time(table: RawTable, column: LogColumn | None) -> str:
    """A time as TIMESTAMP in UTC: without a zone it is UTC; NULL where it is not understood."""
    if column is None:
        return "NULL::TIMESTAMP"
    kind, name = table.types[column.name], quoted(column.name)
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return f"CAST({name} AS TIMESTAMP)"
    text = _text_at(table, column)
    # As in `times`: seconds, milliseconds, microseconds or nanoseconds, by the size.
    micros = """CASE WHEN number < 100000000 THEN NULL WHEN number < 100000000000 THEN
        number * 1000000 WHEN number < 100000000000000 THEN number * 1000
        WHEN number < 100000000000000000 THEN number WHEN number < 100000000000000000000 THEN
        floor(number / 1000) END"""
    micros = micros.replace("number", f"TRY_CAST({text} AS DECIMAL(28,6))")
    iso = "[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}.*)?"
    return (
        f"CASE WHEN regexp_full_match({text}, '[0-9]+(\\.[0-9]*)?') "
        f"THEN make_timestamp(CAST(floor({micros}) AS BIGINT)) "
        f"WHEN regexp_full_match({text}, {text_literal(iso)}) "
        f"THEN CAST(TRY_CAST({text} AS TIMESTAMPTZ) AS TIMESTAMP) END"
    )


def _requests(table: RawTable, columns: ColumnMap) -> str:
    column = columns.columns.get("requests")
    if column is None:
        return "1::INTEGER"
    return f"TRY_CAST(coalesce({_count(table, column)}, 1) AS INTEGER)"


def _money(table: RawTable, columns: ColumnMap) -> str:
    """The stated cost in picodollars; NULL where it is missing, zero, or not in dollars."""
    column = columns.columns.get("stated_cost")
    if column is None:
        return "NULL::DECIMAL(38,0)"
    text = _text_at(table, column)
    pico = PICO_PER_USD
    if column.name.lower().endswith(_CENTS):
        pico //= 100
    amount = f"CAST(round(TRY_CAST({text} AS DECIMAL(38,18)) * {pico}) AS DECIMAL(38,0))"
    currency = columns.columns.get("currency")
    dollars = f"upper({_text_at(table, currency)}) = 'USD'" if currency else "true"
    return f"CASE WHEN {amount} > 0 AND {dollars} THEN {amount} END"


def _credits(table: RawTable, columns: ColumnMap) -> str:
    column = columns.columns.get("charged_credits")
    if column is None:
        return "NULL::DECIMAL(38,0)"
    return f"CAST({_count(table, column)} AS DECIMAL(38,0))"
