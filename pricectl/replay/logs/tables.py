"""The table of a log with plain columns before it is mapped: what stands after FROM, and types."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from pricectl.replay.calls import quoted, text_literal
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.sources import MAX_LINE_BYTES, LogFile, csv_delimiter, csv_names

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class RawTable(NamedTuple):
    """A log's table before it is mapped: what stands after FROM, its columns with their types.

    `row`, `source` and `line` are expressions of SQL over it, and `broken` says that a line could
    not be parsed. `is_typed`: the columns have types of their own; else every cell is a text.
    """

    relation: str
    types: Mapping[str, str]
    row: str
    source: str
    line: str
    broken: str = "false"
    is_typed: bool = False


def csv_table(files: Iterable[LogFile], database: "DuckDBPyConnection") -> RawTable:
    """CSV files of one heading, every cell a text.

    Lines that are no CSV, or have more or fewer cells than the heading, are kept apart, in the
    table `reject_errors`. Nothing is guessed from the lines: a guess takes the longest for the
    heading, and gives up at a quote that is not closed.
    """
    listed = list(files)
    paths = ", ".join(text_literal(file.path) for file in listed)
    columns = ", ".join(f"{text_literal(name)}: 'VARCHAR'" for name in csv_names(listed[0]))
    relation = (
        f"read_csv([{paths}], header = true, auto_detect = false, columns = {{{columns}}}, "
        f"delim = {text_literal(csv_delimiter(listed[0]))}, quote = '\"', escape = '\"', "
        f"filename = '_file', store_rejects = true, "
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
    table = _numbered(relation, database, "_file")
    # A line that is not JSON has no member at all.
    missing = (f"{quoted(name)} IS NULL" for name in table.types)
    return table._replace(broken=" AND ".join(missing))


def parquet_table(files: Iterable[LogFile], database: "DuckDBPyConnection") -> RawTable:
    """Parquet files with the types they have; rows are numbered by their place in the file."""
    paths = ", ".join(text_literal(file.path) for file in files)
    relation = f"read_parquet([{paths}], union_by_name = true)"
    return RawTable(
        relation,
        _types(relation, database),
        # Unique and the same in each run, without counting the rows before.
        "file_index::BIGINT * 17179869184 + file_row_number",
        "filename",
        "file_row_number + 1",
        is_typed=True,
    )


def database_table(relation: str, file: LogFile, database: "DuckDBPyConnection") -> RawTable:
    """A table of a DuckDB file."""
    types = _types(relation, database)
    if any(name.lower() == "rowid" for name in types):  # it hides the numbers of the rows
        step = "rename it, or export the table as Parquet"
        raise BadLog("has a column called rowid", where=file.path, next_step=step)
    source = text_literal(file.path)
    return RawTable(relation, types, "rowid", source, "rowid + 1", is_typed=True)


def _compression(files: list[LogFile]) -> str:
    found = {file.compression for file in files}
    if len(found) > 1:
        raise BadLog("mixes compressed and plain files", where=files[0].path)
    word = found.pop()
    return f", compression = '{word}'" if word else ""


def _numbered(relation: str, database: "DuckDBPyConnection", file: str) -> RawTable:
    types = _types(relation, database)
    types.pop(file, None)
    # The line is counted from the first of the whole group; `log` subtracts those of other files.
    numbered = f"(SELECT *, row_number() OVER () AS _row FROM {relation})"  # noqa: S608 - quoted
    return RawTable(numbered, types, "_row", file, "_row")


def _types(relation: str, database: "DuckDBPyConnection") -> dict[str, str]:
    described = database.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608 - quoted
    return {name: str(kind) for name, kind, *_ in described}
