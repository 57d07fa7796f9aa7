"""Tables of calls are read where they lie, by either engine; other logs are staged for Spark.

A log whose Parquet files already are tables of calls never passes through the machine that starts
Spark. Any other is read here, as for DuckDB, and its calls are written as Parquet that the workers
read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pricectl.core.labels import plural
from pricectl.core.units import UNITS
from pricectl.replay.calls import CALL_COLUMNS, log_column, quoted, text_literal
from pricectl.replay.connection import EngineConnection, TableReader
from pricectl.replay.errors import BadLog, ReplayRefused
from pricectl.replay.log_columns import LogColumns
from pricectl.replay.logs.columns import names_a_model
from pricectl.replay.logs.log import ReadLog
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.logs.sources import log_files

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pricectl.replay.spark_engine import SparkConnection

DUCKDB = "duckdb"
FORMAT_TITLE = "tables of calls"
_MASTER = re.compile(r"spark://[^\s/]+:\d+|local(\[(\d{1,4}|\*)\])?|yarn|k8s://\S+")


def check_engine(word: str) -> str:
    """The word of `--engine`: "duckdb", or where Spark's master is. Raises BadLog otherwise."""
    if word == DUCKDB or _MASTER.fullmatch(word):
        return word
    step = "write duckdb, spark://HOST:PORT, local[N], yarn or k8s://HOST"
    raise BadLog("is not an engine", where=f"--engine {word}", next_step=step)


def read_tables(
    words: Sequence[str], connection: TableReader, options: LogOptions
) -> ReadLog | None:
    """The log where its files are tables of calls, read where they lie; None where they are not.

    `words` are files and folders as in `log_files`, or addresses that only the workers of Spark
    know, such as s3a://BUCKET/FOLDER. Raises ReplayRefused or BadLog: files at an address are not
    tables of calls.
    """
    remote = [word for word in words if "://" in word] if connection.engine.name != DUCKDB else []
    local = [word for word in words if word not in remote]
    files = log_files(local) if local else []
    if options.columns or options.cache or any(file.kind != "parquet" for file in files):
        if remote:
            raise BadLog(
                "is read by Spark's workers, which know only tables of calls",
                where=remote[0],
                next_step="give it alone and without --column and --cache",
            )
        return None
    paths = [*remote, *(str(Path(file.path).absolute()) for file in files)]
    if not paths:
        return None
    types: Mapping[str, str] = {}
    try:
        table = connection.parquet(paths)
        types = connection.types(table)
        _check_table(types, str(paths[0]))
    except ReplayRefused:
        # Otherwise no reader could tell why it is not one.
        if remote or _is_meant(types):
            raise
        return None
    except _duckdb_errors():  # a damaged file: reading it as any log says where
        return None
    missing = "".join(
        f", CAST(NULL AS {column.sql_type}) AS {quoted(column.name)}"
        for column in CALL_COLUMNS.values()
        if column.name not in types
    )
    missing += "".join(
        f", CAST({quoted(name)} AS VARCHAR) AS {quoted(log_column(name))}"
        for name in options.extra
        if name in types and log_column(name) not in types
    )
    relation = f"(SELECT *{missing} FROM {table})"  # noqa: S608 - our own words
    if period := _period(options):
        relation = f"(SELECT * FROM {relation} AS every_call{period})"  # noqa: S608 - our own words
    return _counted(relation, connection, len(paths))


def _is_meant(types: Mapping[str, str]) -> bool:
    """Whether columns are meant as those of a table of calls, right or not."""
    is_table = {"row", "name"} <= types.keys() and bool(UNITS.keys() & types.keys())
    return is_table and not names_a_model(types)


def _check_table(types: Mapping[str, str], where: str) -> None:
    """Raises ReplayRefused: the columns are not those of a table of calls."""
    LogColumns.of(types)
    if names_a_model(types):
        # A log of plain columns that happens to have the others would be priced by another name.
        what = "has the columns 'row' and 'name' of a table of calls, and one for the model"
        raise ReplayRefused(what, where=where, next_step="keep one of them")


def _duckdb_errors() -> type[Exception]:
    import duckdb

    return duckdb.Error


def stage_for_spark(
    log: ReadLog, database: "DuckDBPyConnection", spark: "SparkConnection", folder: Path
) -> ReadLog:
    """The same log, its calls written as Parquet; the workers must see `folder`."""
    target = folder / "calls-for-spark.parquet"
    query = f"SELECT * FROM {log.relation}"  # noqa: S608 - our own words
    database.execute(f"COPY ({query}) TO {text_literal(str(target))} (FORMAT parquet)")
    return log._replace(relation=spark.parquet([target], "staged_calls"))


def _period(options: LogOptions) -> str:
    limits = [
        f"\"at\" {sign} TIMESTAMP '{limit.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f}'"
        for sign, limit in ((">=", options.start), ("<", options.end))
        if limit
    ]
    return f" WHERE {' AND '.join(limits)}" if limits else ""


def _counted(relation: str, connection: EngineConnection, files: int) -> ReadLog:
    times = 'count("at") AS timed, min("at") AS first_at, max("at") AS last_at'
    sums = f'count(*) AS calls, count(DISTINCT "row") AS numbers, {times}'
    [row] = connection.rows(f"SELECT {sums} FROM {relation} AS c")  # noqa: S608 - our own words
    if row["numbers"] != row["calls"]:
        # A call is found again by its number, and is a job of that number where it has no job.
        calls, numbers = plural(row["calls"], "call"), plural(row["numbers"], "number")
        what = f"{calls} have only {numbers}"
        step = "give each call of the whole log a number of its own in the column 'row'"
        raise ReplayRefused(what, next_step=step)
    first: datetime | None = row["first_at"]
    last: datetime | None = row["last_at"]
    return ReadLog(
        relation,
        row["calls"],
        0,
        {},
        {},
        {},
        {},
        first=first,
        last=last,
        without_time=row["calls"] - row["timed"],
        formats={FORMAT_TITLE: files},
    )
