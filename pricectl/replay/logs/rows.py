"""The rows of one file as dicts, whatever its kind; for formats that are read row by row."""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.replay.calls import quoted, text_literal
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.own import LEDGER_SQL, LEDGER_TABLES
from pricectl.replay.logs.sources import LogFile, RawLine, csv_rows, lines, whole

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BATCH = 2_000
# Columns that may hold JSON as text, where a table has no other way to say it.
_JSON_COLUMNS = (
    *("usageDetails", "usage_details", "costDetails", "cost_details", "modelParameters"),
    *("attributes", "resource", "usage", "record", "pricing", "message", "body"),
)


class NumberedRow(NamedTuple):
    """A row with the number of its line or record in the file; `problem` says why it has none."""

    number: int
    row: dict[str, Any]
    problem: str = ""
    text: str = ""


def first_rows(file: LogFile, database: "DuckDBPyConnection", number: int) -> list[dict[str, Any]]:
    """The first rows that can be read."""
    found = (one.row for one in rows_of(file, database, limit=10 * number) if not one.problem)
    return list(islice(found, number))


def rows_of(
    file: LogFile,
    database: "DuckDBPyConnection",
    done: Callable[[int], object] | None = None,
    limit: int | None = None,
) -> Iterator[NumberedRow]:
    """Every row of a file, or about as many as `limit`. Raises BadLog: it cannot be read at all."""
    if file.kind == "json":
        yield from _json_rows(file, done)
    elif file.kind == "csv":
        for number, row in csv_rows(file):
            yield NumberedRow(number, _with_json(row))
    elif file.kind == "sqlite":
        yield from _sqlite_rows(file)
    else:
        yield from _table_rows(file, database, limit)


def _json_rows(file: LogFile, done: Callable[[int], object] | None) -> Iterator[NumberedRow]:
    """JSON lines; or one JSON value: a list of rows, or a page of an export."""
    found = lines(file, done)
    first = next(found, None)
    if first is None:
        return
    if not _is_whole_object(first):
        yield from _document_rows(file, first)
        return
    yield _parsed(first)
    yield from map(_parsed, found)


def _is_whole_object(line: RawLine) -> bool:
    """Whether the first line says that each line is a value; a broken object still does."""
    if line.is_too_long or (line.data[:1] == b"{" and line.data[-1:] == b"}"):
        return True
    return line.data[:1] not in {b"{", b"["}


def _document_rows(file: LogFile, first: RawLine) -> Iterator[NumberedRow]:
    try:
        value = json.loads(whole(file), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        if first.data[-1:] == b"]" and first.data[:1] == b"[":
            # JSON lines whose lines are lists are no log that is known.
            raise BadLog("is not a list of rows", where=file.path) from None
        reason = f"{error}"[:120] or "nested too deeply"
        raise BadLog(f"is not JSON: {reason}", where=file.path) from None
    values = value if isinstance(value, list) else [value]
    for number, one in enumerate(values, 1):
        if isinstance(one, dict):
            yield NumberedRow(number, one)
        else:
            yield NumberedRow(number, {}, "is not an object", f"{one!r:.200}")


def _parsed(line: RawLine) -> NumberedRow:
    problem = "line longer than 16 MiB"
    if not line.is_too_long:
        try:
            # Numbers keep every digit; NaN and Infinity are no numbers of JSON.
            value = json.loads(line.data, parse_float=Decimal, parse_constant=_refuse)
            if isinstance(value, dict):
                return NumberedRow(line.number, value)
            problem = "is not an object"
        except (ValueError, RecursionError):
            problem = "is not JSON"
    return NumberedRow(line.number, {}, problem, line.data[:2000].decode("utf-8", "replace"))


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _with_json(row: dict[str, Any]) -> dict[str, Any]:
    for name in _JSON_COLUMNS:
        value = row.get(name)
        if isinstance(value, str) and value[:1] in {"{", "["}:
            try:
                row[name] = json.loads(value, parse_float=Decimal)
            except (ValueError, RecursionError):
                continue
    return row


def _table_rows(
    file: LogFile, database: "DuckDBPyConnection", limit: int | None
) -> Iterator[NumberedRow]:
    cursor = database.cursor()
    words = f"SELECT * FROM {table_relation(file, database)}"  # noqa: S608 - quoted
    cursor.execute(f"{words} LIMIT {limit}" if limit else words)
    names = [column[0] for column in cursor.description]
    number = 0
    while batch := cursor.fetchmany(_BATCH):
        for values in batch:
            number += 1
            yield NumberedRow(number, _with_json(dict(zip(names, values, strict=True))))


def table_relation(file: LogFile, database: "DuckDBPyConnection") -> str:
    """What stands after FROM for a Parquet file or a table of a DuckDB file.

    Only tables: a view of a foreign file is SQL that would run. Raises BadLog.
    """
    if file.kind == "parquet":
        return f"read_parquet({text_literal(file.path)}, union_by_name = true)"
    name = f"log_{abs(hash(file.path)):x}"
    database.execute(
        f"ATTACH IF NOT EXISTS {text_literal(file.path)} AS {quoted(name)} (READ_ONLY)"
    )
    tables = [
        (schema, table)
        for schema, table in database.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? "
            "ORDER BY 1, 2",
            [name],
        ).fetchall()
    ]
    schema, table = _chosen(file, [(schema, table) for schema, table in tables])
    return f"{quoted(name)}.{quoted(schema)}.{quoted(table)}"


def _chosen(file: LogFile, tables: list[tuple[str, str]]) -> tuple[str, str]:
    fitting = [found for found in tables if not file.table or found[1] == file.table]
    if len(fitting) == 1:
        return fitting[0]
    listed = ", ".join(table for _, table in tables[:10])
    what = f"has no table {file.table!r}" if file.table else f"has {len(tables)} tables"
    raise BadLog(what, where=file.path, next_step=f"name one as FILE:TABLE: {listed}")


def sqlite_query(file: LogFile) -> str:
    """The query over the ledger of the example service, or over the one table of a SQLite file."""
    with closing(open_sqlite(file)) as database:
        words = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
        tables = [name for (name,) in database.execute(words)]
    if not file.table and set(tables) >= LEDGER_TABLES:
        return LEDGER_SQL
    _, table = _chosen(file, [("", name) for name in sorted(tables)])
    return f"SELECT * FROM {quoted(table)}"  # noqa: S608 - quoted


def open_sqlite(file: LogFile) -> sqlite3.Connection:
    """A SQLite file, read only."""
    # Read only, so that a ledger in use is neither locked nor changed.
    return sqlite3.connect(f"{Path(file.path).absolute().as_uri()}?mode=ro", uri=True)


def _sqlite_rows(file: LogFile) -> Iterator[NumberedRow]:
    query = sqlite_query(file)
    try:
        with closing(open_sqlite(file)) as database:
            database.row_factory = sqlite3.Row
            for number, row in enumerate(database.execute(query), 1):
                yield NumberedRow(number, _with_json(dict(row)))
    except sqlite3.Error as error:
        raise BadLog(f"cannot be read: {error}", where=file.path) from None
