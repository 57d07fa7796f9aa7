"""Every call of a log with its costs, flags and credits, as a query whose result can be stored."""

from pathlib import Path

from pricectl.flags import UNKNOWN_MODEL
from pricectl.replay.book_tables import customer_scale
from pricectl.replay.calls import quoted
from pricectl.replay.earned_credits import running_sums
from pricectl.replay.engines import Engine
from pricectl.replay.log_columns import NO_TIME_SQL
from pricectl.replay.prepared_log import PreparedLog
from pricectl.replay.rated_calls import RatedSide


def rows_query(log: PreparedLog) -> str:
    """The query of the rated calls of a prepared log.

    Its columns: `row`, `job`, `at` (NULL where the log does not say), `name`, the columns of the
    log that the log was prepared to be grouped by, then for each side
    `model_SIDE` (the row that answers), `layer_SIDE`, `flags_SIDE` (separated by commas),
    `pico_usd_SIDE`, `customer_SIDE` in units of `1 / customer_parts_SIDE` picodollars, and
    `credits_MODE_SIDE`: what the call adds to the credits of its job. Whole numbers that can be
    wide are DECIMAL(38,0), since a wider type is written to Parquet as a double.
    """
    engine = log.connection.engine
    columns = ['call_row AS "row"', "job", f'nullif(call_at, {NO_TIME_SQL}) AS "at"', "b.name"]
    columns += [
        _own_column(place, name)
        for place, name in enumerate(log.rated.dimensions)
        if name not in log.key_values
    ]
    for side, book in zip(log.rated.sides, log.books, strict=True):
        columns += _side_columns(log, side, book.side.name)
    for column in log.credit_columns:
        added = column.added(engine, log.rated.profile)
        for place in column.sides:
            name = log.books[place].side.name
            columns.append(f"{_stored(engine, added)} AS credits_{column.mode}_{name}")
    return log.statement("rows", running_sums=running_sums(log), columns=", ".join(columns))


def write_rows(log: PreparedLog, path: Path) -> None:
    """Write the rated calls as Parquet. The path is written as it is: a caller renames it."""
    log.connection.write_parquet(rows_query(log), path)


def _own_column(place: int, name: str) -> str:
    """A column of the log, NULL where it says nothing; lines are numbers again."""
    value = f"nullif(running.group_{place}, '')"
    return f"{f'CAST({value} AS BIGINT)' if name == 'line' else value} AS {quoted(name)}"


def _stored(engine: Engine, number: str) -> str:
    return f"CAST({number} AS {engine.stored_wide})"


def _side_columns(log: PreparedLog, side: RatedSide, name: str) -> list[str]:
    n, engine = side.place, log.connection.engine
    words = [f"b.flags_{n}"]
    for flag in side.cells.flags:
        is_set = f"running.flags & {side.cells.bit(flag)} > 0"
        if flag == "assumed-rate":  # a guess is not assumed, too: no row answered
            is_set += f" AND coalesce(b.flags_{n} NOT LIKE '%{UNKNOWN_MODEL}%', TRUE)"
        words.append(f"CASE WHEN {is_set} THEN '{flag}' END")
    scale = customer_scale(side, log.rated.profile)
    # Without rules the customer's price is the list price with the profile's markup.
    price = scale.pico_usd_per_unit
    customer = f"CAST({scale.column} AS {engine.wide}) * {price.numerator}"
    return [
        f"b.model_{n} AS model_{name}",
        f"b.layer_{n} AS layer_{name}",
        f"concat_ws(',', {', '.join(words)}) AS flags_{name}",
        f"{_stored(engine, f'pico_{n}')} AS pico_usd_{name}",
        f"{_stored(engine, customer)} AS customer_{name}",
        f"{_stored(engine, str(price.denominator))} AS customer_parts_{name}",
    ]
