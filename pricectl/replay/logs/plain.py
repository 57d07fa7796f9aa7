"""Reads the files with plain columns: each group of one shape is mapped in SQL.

Text files are parsed once and written as Parquet; Parquet and DuckDB files are not copied.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.units import UNITS
from pricectl.replay.calls import quoted, text_literal
from pricectl.replay.duckdb_engine import types_of
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import ColumnMap, LogColumn, guess
from pricectl.replay.logs.flat import REASON, REJECTED_ROW, decide_cache, mapped
from pricectl.replay.logs.rows import table_relation
from pricectl.replay.logs.sources import LogFile, check_complete, csv_heading
from pricectl.replay.logs.staging import MAX_REJECTED_TEXT, ReadTally
from pricectl.replay.logs.tables import (
    RawTable,
    csv_table,
    database_table,
    json_table,
    parquet_table,
)

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class LogOptions(NamedTuple):
    """How a log is read.

    `columns` are roles with the column, or dotted path, that says it. `cache` says whether the
    input includes cached tokens, where the log itself does not. `extra` are further columns, by
    which calls are grouped. Calls are those from `start` until before `end`. `is_cache_asked`: the
    command line says `cache`, and not the settings, which are for plain columns.
    """

    columns: Mapping[str, LogColumn] = MappingProxyType({})
    cache: str = ""
    extra: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    is_cache_asked: bool = False


class ReadingWork(NamedTuple):
    """What every step of reading needs; `folder` takes what is staged."""

    database: "DuckDBPyConnection"
    folder: Path
    options: LogOptions
    tally: ReadTally


class LogPart(NamedTuple):
    """A part of a log: a query for its calls."""

    query: str
    columns: ColumnMap | None = None


def named_files(files: Sequence[LogFile]) -> str:
    """How a message names several files."""
    return files[0].path if len(files) == 1 else f"{len(files)} files"


def plain_parts(plain: Sequence[LogFile], work: ReadingWork) -> Iterable[LogPart]:
    """Each group of files of one kind, with one guess of its columns."""
    groups: dict[tuple[str, str, str], list[LogFile]] = {}
    for file in plain:
        # Files of one heading are one table; of a database each table is one.
        own = csv_heading(file) if file.kind == "csv" else ""
        own = f"{file.path}:{file.table}" if file.kind in {"duckdb", "sqlite"} else own
        check_complete(file)
        groups.setdefault((file.kind, file.compression, own), []).append(file)
    options, database = work.options, work.database
    for number, ((kind, _, _), files) in enumerate(groups.items()):
        table = _raw_table(kind, files, database)
        where = named_files(files)
        columns = guess(table.types, options.columns, options.cache, where)
        columns = decide_cache(table, columns, database, where)
        queries = mapped(table, columns, options.extra, where)
        judged, unjudged = queries.judged, queries.unjudged
        if kind in {"csv", "json"}:
            judged = _parsed_once(judged, work.folder / f"plain-{number}.parquet", database)
            unjudged = f"SELECT * EXCLUDE ({REASON}, {REJECTED_ROW}) FROM ({judged})"  # noqa: S608 - quoted
            _count_broken_lines(kind, work)
        if _count_rows(judged, work):
            unjudged = (
                f"SELECT * EXCLUDE ({REASON}, {REJECTED_ROW}) FROM ({judged}) "  # noqa: S608 - quoted
                f"WHERE {REASON} IS NULL"
            )
        if columns.has_response_id:
            unjudged = _once(unjudged, work.folder / f"once-{number}.parquet", work)
        yield LogPart(unjudged, columns)


def _parsed_once(query: str, target: Path, database: "DuckDBPyConnection") -> str:
    """Write the rows of text files as Parquet, since rating asks several times; a query for them.

    They are numbered in their order, which costs memory and so is kept here only.
    """
    path = text_literal(str(target))
    database.execute("SET preserve_insertion_order = true")
    database.execute(f"COPY ({query}) TO {path} (FORMAT parquet)")
    database.execute("SET preserve_insertion_order = false")
    rows = f"read_parquet({path})"
    firsts = f'SELECT source, min("row") - 1 AS rows_before FROM {rows} GROUP BY source'  # noqa: S608 - quoted
    return (
        f"SELECT * EXCLUDE (rows_before) REPLACE (line - rows_before AS line) "  # noqa: S608 - quoted
        f"FROM {rows} JOIN ({firsts}) USING (source)"
    )


def _once(query: str, target: Path, work: ReadingWork) -> str:
    """A query for each response once, the row that counts most; the same query if none repeats."""
    rows, ids = work.database.execute(
        f"SELECT count(*), count(DISTINCT hash(call_id, name)) FROM ({query}) "  # noqa: S608 - quoted
        "WHERE call_id IS NOT NULL"
    ).fetchall()[0]
    if rows == ids:
        return query
    units = sorted(UNITS.keys() & types_of(work.database, f"({query})").keys())
    used = " + ".join(f"coalesce({quoted(unit)}, 0)" for unit in units)
    path = text_literal(str(target))
    work.database.execute(
        f"""COPY (SELECT * FROM ({query}) QUALIFY call_id IS NULL OR row_number() OVER (
            PARTITION BY call_id, name ORDER BY {used} DESC, "row" DESC) = 1)
            TO {path} (FORMAT parquet)"""  # noqa: S608 - quoted
    )
    once = f"SELECT * FROM read_parquet({path})"  # noqa: S608 - quoted
    (kept,) = work.database.execute(f"SELECT count(call_id) FROM ({once})").fetchall()[0]  # noqa: S608 - quoted
    work.tally.repeated += rows - kept
    work.tally.calls -= rows - kept
    return once


def _raw_table(kind: str, files: list[LogFile], database: "DuckDBPyConnection") -> RawTable:
    if kind == "csv":
        return csv_table(files, database)
    if kind == "json":
        return json_table(files, database)
    if kind == "parquet":
        return parquet_table(files, database)
    if kind == "sqlite":
        step = "export the table as CSV"
        raise BadLog("is a SQLite file of another kind", where=files[0].path, next_step=step)
    return database_table(table_relation(files[0], database), files[0], database)


def _count_broken_lines(kind: str, work: ReadingWork) -> None:
    """Count the lines of CSV files that have not the heading's cells, or broken quotes."""
    if kind != "csv":
        return
    found = work.database.execute(
        "SELECT DISTINCT s.file_path, e.line, e.csv_line FROM reject_errors e "
        "JOIN reject_scans s USING (scan_id, file_id)"
    ).fetchall()
    # Else those of the next group of files would be counted with these again.
    work.database.execute("DELETE FROM reject_errors")
    for path, line, text in found:
        work.tally.rows += 1
        work.tally.reject(
            path, line, "is not a line of CSV with the heading's cells", str(text)[:2000]
        )


def _count_rows(query: str, work: ReadingWork) -> int:
    """Count the rows and keep those that are rejected; how many those are."""
    database, tally = work.database, work.tally
    rejected = 0
    words = f"SELECT {REASON}, count(*), sum(stated_pico) FROM ({query}) GROUP BY 1"  # noqa: S608 - quoted
    for reason, rows, stated in database.execute(words).fetchall():
        tally.rows += rows
        if reason is None:
            tally.calls += rows
            continue
        rejected += rows
        if stated:
            tally.stated_pico[reason] += int(stated)
    if not rejected:
        return 0
    cursor = database.execute(
        f"SELECT source, line, {REASON}, {REJECTED_ROW} FROM ({query}) WHERE {REASON} IS NOT NULL"  # noqa: S608 - quoted
    )
    while batch := cursor.fetchmany(1_000):
        for source, line, reason, row in batch:
            tally.reject(source, line, reason, row[:MAX_REJECTED_TEXT])
    return rejected
