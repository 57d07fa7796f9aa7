"""The SQL of one cell of a plain table: a text, a count, a time, a cost.

Texts are cast by their form: a cast of DuckDB's alone rounds 12.5 to a whole number, and reads
5/1/25 as the year 5. What has another form becomes NULL, or -1 for a count, and the row is
rejected.
"""

from pricectl.core.money import PICO_PER_USD
from pricectl.replay.calls import MAX_COUNT, quoted, text_literal
from pricectl.replay.logs.columns import ColumnMap, LogColumn
from pricectl.replay.logs.tables import RawTable
from pricectl.replay.logs.times import EARLIEST_YEAR, LATEST_YEAR

_INTEGERS = frozenset(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT"))
_INTEGERS |= {"UINTEGER", "UBIGINT", "HUGEINT", "UHUGEINT"}
_FLOATS = frozenset(("FLOAT", "DOUBLE"))
_BAD = "-1"  # what a count becomes that is not one
_CENTS = ("cost_cents", "amount_cents", "cents")
_NOTHING = "('', 'NULL', 'null', 'None', 'nan', 'NaN', '\\N')"


def text_cell(table: RawTable, column: LogColumn | None) -> str:
    """A text without blanks around it; NULL where it is empty, or a word for nothing."""
    if column is None:
        return "NULL::VARCHAR"
    words = f"trim(CAST({quoted(column.name)} AS VARCHAR))"
    if table.is_typed:  # which has NULL for nothing, and needs no word for it
        return f"nullif({words}, '')"
    return f"CASE WHEN {words} IN {_NOTHING} THEN NULL ELSE {words} END"


def count_cell(table: RawTable, column: LogColumn) -> str:
    """A count as BIGINT; NULL where it is empty, -1 where it is not a whole number from 0 up."""
    kind, name = table.types[column.name], quoted(column.name)
    if kind in _INTEGERS:
        words = name
        if kind != "BIGINT":  # a wider or unsigned number may not fit
            words = f"coalesce(TRY_CAST({name} AS BIGINT), {_BAD})"
            words = f"CASE WHEN {name} IS NULL THEN NULL ELSE {words} END"
        return f"({words} * {column.scale})" if column.scale > 1 else words
    if kind in _FLOATS:
        # A frame with gaps holds its counts as doubles; all whole ones up to 2^53 are exact.
        scaled = f"({name} * {column.scale})" if column.scale > 1 else name
        return (
            f"CASE WHEN {name} IS NULL OR isnan({name}) THEN NULL WHEN {scaled} >= 0 AND "
            f"{scaled} <= {MAX_COUNT} AND {scaled} = floor({scaled}) "
            f"THEN CAST({scaled} AS BIGINT) ELSE {_BAD} END"
        )
    text = text_cell(table, column)
    number = f"TRY_CAST({text} AS DECIMAL(38,9)) * {column.scale}"
    shape = "[0-9]{1,17}(\\.[0-9]{1,9})?" if column.scale > 1 else "[0-9]{1,17}(\\.0*)?"
    return (
        f"CASE WHEN {text} IS NULL THEN NULL WHEN NOT regexp_full_match({text}, "
        f"{text_literal(shape)}) THEN {_BAD} WHEN {number} = floor({number}) "
        f"THEN CAST({number} AS BIGINT) ELSE {_BAD} END"
    )


def time_cell(table: RawTable, column: LogColumn | None) -> str:
    """A time as TIMESTAMP in UTC: without a zone it is UTC; NULL where it is not understood.

    As in `times`, no call was made before EARLIEST_YEAR or after LATEST_YEAR.
    """
    if column is None:
        return "NULL::TIMESTAMP"
    found = _time(table, column)
    first, end = (f"TIMESTAMP '{year}-01-01'" for year in (EARLIEST_YEAR, LATEST_YEAR + 1))
    return f"CASE WHEN {found} >= {first} AND {found} < {end} THEN {found} END"


def _time(table: RawTable, column: LogColumn) -> str:
    kind, name = table.types[column.name], quoted(column.name)
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return f"CAST({name} AS TIMESTAMP)"
    text = text_cell(table, column)
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


def cost_cell(table: RawTable, columns: ColumnMap) -> str:
    """The stated cost in picodollars; NULL where it is missing, zero, or not in dollars."""
    column = columns.columns.get("stated_cost")
    if column is None:
        return "NULL::DECIMAL(38,0)"
    text = text_cell(table, column)
    pico = PICO_PER_USD
    if column.name.lower().endswith(_CENTS):
        pico //= 100
    dollars = f"TRY_CAST({text} AS DECIMAL(38,18))"
    # Whole dollars and the rest apart: their product at once leaves 38 digits at $100 million.
    whole = f"CAST(floor({dollars}) AS HUGEINT)"
    rest = f"CAST(round(({dollars} - floor({dollars})) * {pico}) AS HUGEINT)"
    amount = f"CAST({whole} * {pico} + {rest} AS DECIMAL(38,0))"
    currency = columns.columns.get("currency")
    is_usd = f"upper({text_cell(table, currency)}) = 'USD'" if currency else "true"
    return f"CASE WHEN {amount} > 0 AND {is_usd} THEN {amount} END"
