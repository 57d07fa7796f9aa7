"""Logs that are tables of calls already: the engine reads them where they lie.

Any other log is read on this machine. For Spark its calls are then written as Parquet, which the
workers read.
"""

from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING

from pricectl.core.labels import plural
from pricectl.core.near import meant
from pricectl.core.units import UNITS
from pricectl.replay.calls import CALL_COLUMNS, log_column, quoted, text_literal
from pricectl.replay.connection import EngineConnection, FileConnection
from pricectl.replay.engines import DUCKDB
from pricectl.replay.errors import BadLog, ReplayRefused
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.logs.columns import names_model
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.logs.sources import log_files

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FORMAT_TITLE = "tables of calls"


def is_address(word: str) -> bool:
    """Whether a word of the log is an address that only workers know, such as s3a://BUCKET/LOG."""
    return "://" in word


def read_tables(
    words: Sequence[str], connection: FileConnection, options: LogOptions
) -> ReadLog | None:
    """The log where its files are tables of calls, read by the engine; None where they are not.

    `words` are files and folders as in `log_files`, or addresses. Raises BadLog or ReplayRefused:
    what lies at an address is not a table of calls, or has no column that calls are grouped by.
    """
    remote = [word for word in words if is_address(word)]
    local = [word for word in words if not is_address(word)]
    files = log_files(local) if local else []
    if remote and connection.engine.name == DUCKDB:
        step = "--engine spark://HOST:PORT names the cluster"
        raise BadLog("only Spark's workers read addresses", where=remote[0], next_step=step)
    if options.columns or any(file.kind != "parquet" for file in files):
        if remote:
            raise BadLog(
                "is read by Spark's workers, which know only tables of calls",
                where=remote[0],
                next_step="give it alone and without --column",
            )
        return None
    paths = [*remote, *(str(Path(file.path).absolute()) for file in files)]
    table = connection.parquet(paths)
    try:
        types = connection.types(table)
    except ReplayRefused:
        if remote:
            raise
        return None  # whoever reads it as another log says why
    is_table = {"row", "name"} <= types.keys() and bool(UNITS.keys() & types.keys())
    is_meant = is_table and not names_model(types)
    if not (remote or is_meant):
        return None
    LogColumns.of(types)
    where = ", ".join(words)[:200]
    for name in options.extra:
        if name not in types:
            step = meant(name, list(types))
            raise BadLog(f"has no column {name!r:.80}", where=where, next_step=step)
    added = [
        f"CAST(NULL AS {column.sql_type}) AS {quoted(column.name)}"
        for column in CALL_COLUMNS.values()
        if column.name not in types
    ]
    added += [f"CAST({quoted(n)} AS VARCHAR) AS {quoted(log_column(n))}" for n in options.extra]
    # A call with an empty job is a job alone, like one without.
    own = ["nullif(job, '') AS job" if name == "job" else quoted(name) for name in types]
    relation = f"(SELECT {', '.join((*own, *added))} FROM {table})"  # noqa: S608 - quoted
    _check_numbers(relation, connection, where, types["row"])
    return _in_period(relation, connection, options)._replace(formats={FORMAT_TITLE: len(paths)})


def stage_for_spark(
    log: ReadLog, database: "DuckDBPyConnection", spark: FileConnection, folder: Path
) -> ReadLog:
    """The same log, its calls written as Parquet; the workers must see `folder`."""
    target = folder / "calls-for-spark.parquet"
    query = f"SELECT * FROM {log.relation}"  # noqa: S608 - our own words
    database.execute(f"COPY ({query}) TO {text_literal(str(target))} (FORMAT parquet)")
    return log._replace(relation=spark.parquet([target], "staged_calls"))


def _check_numbers(relation: str, connection: EngineConnection, where: str, kind: str) -> None:
    """Raises BadLog: calls share a number, as of two files that count from 1, or have none.

    `kind` is the type of the numbers.
    """
    # Numbers that follow each other are counted as bits: a fifth of the time of COUNT(DISTINCT).
    bits = 'bit_or(CAST(1 AS BIGINT) << CAST("row" & 31 AS INTEGER))'
    statement = (
        "SELECT sum(bit_count(bits)) AS numbers, sum(calls) AS calls FROM ("  # noqa: S608 - quoted
        f'SELECT {bits} AS bits, count(*) AS calls FROM {relation} AS c GROUP BY "row" >> 5) AS n'
    )
    if kind.startswith("DECIMAL"):  # has no bits
        numbers = 'count(DISTINCT "row") AS numbers, count(*) AS calls'
        statement = f"SELECT {numbers} FROM {relation} AS c"  # noqa: S608 - quoted
    [found] = connection.rows(statement)
    if (found["numbers"] or 0) < (found["calls"] or 0):
        raise BadLog(
            f"{plural(int(found['calls']), 'call')} have only"
            f" {plural(int(found['numbers'] or 0), 'number')} in the column 'row'",
            where=where,
            next_step="number the calls of all files, each once",
        )


def _in_period(relation: str, connection: EngineConnection, options: LogOptions) -> ReadLog:
    """The calls of a relation that are in the period: how many there are, and when."""
    limits = [
        f"\"at\" {sign} TIMESTAMP '{limit.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        for sign, limit in ((">=", options.start), ("<", options.end))
        if limit
    ]
    found = f"(SELECT * FROM {relation} AS every_call WHERE {' AND '.join(limits) or 'TRUE'})"  # noqa: S608 - quoted
    times = 'count("at") AS timed, min("at") AS first_at, max("at") AS last_at'
    [row] = connection.rows(f"SELECT count(*) AS calls, {times} FROM {found} AS c")  # noqa: S608 - quoted
    [every] = connection.rows(f"SELECT count(*) AS calls FROM {relation} AS c")  # noqa: S608 - quoted
    return ReadLog(
        found if limits else relation,
        row["calls"],
        0,
        {},
        {},
        {},
        {},
        first=row["first_at"],
        last=row["last_at"],
        without_time=row["calls"] - row["timed"],
        outside_period=every["calls"] - row["calls"],
    )
