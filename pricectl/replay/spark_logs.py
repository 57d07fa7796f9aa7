"""Logs for Spark: tables of calls are read by its workers where they lie, other logs are staged.

A log whose Parquet files already are tables of calls never passes through this machine. Any other
is read here, as for DuckDB, and its calls are written as Parquet that the workers read.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pricectl.core.units import UNITS
from pricectl.replay.calls import CALL_COLUMNS, quoted, text_literal
from pricectl.replay.connection import EngineConnection
from pricectl.replay.errors import BadLog, ReplayRefused
from pricectl.replay.log_columns import LogColumns
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
    words: Sequence[str], spark: "SparkConnection", options: LogOptions
) -> ReadLog | None:
    """The log where its files are tables of calls, read by the workers; None where they are not.

    `words` are files and folders as in `log_files`, or addresses that only the workers know, such
    as s3a://BUCKET/FOLDER. Raises ReplayRefused: files at an address are not tables of calls.
    """
    remote = [word for word in words if "://" in word]
    local = [word for word in words if "://" not in word]
    files = log_files(local) if local else []
    if options.columns or any(file.kind != "parquet" for file in files):
        if remote:
            raise BadLog(
                "is read by Spark's workers, which know only tables of calls",
                where=remote[0],
                next_step="give it alone and without --column",
            )
        return None
    paths = [*remote, *(str(Path(file.path).absolute()) for file in files)]
    table = spark.parquet(paths)
    types = spark.types(table)
    try:
        LogColumns.of(types)
    except ReplayRefused:
        # With these columns it is meant as a table of calls, and no other reader can tell why not.
        if remote or ({"row", "name"} <= types.keys() and UNITS.keys() & types.keys()):
            raise
        return None
    missing = "".join(
        f", CAST(NULL AS {column.sql_type}) AS {quoted(column.name)}"
        for column in CALL_COLUMNS.values()
        if column.name not in types
    )
    relation = f"(SELECT *{missing} FROM {table})"  # noqa: S608 - our own words
    if period := _period(options):
        relation = f"(SELECT * FROM {relation} AS every_call{period})"  # noqa: S608 - our own words
    return _counted(relation, spark, len(paths))


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
    [row] = connection.rows(f"SELECT count(*) AS calls, {times} FROM {relation} AS c")  # noqa: S608 - our own words
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
