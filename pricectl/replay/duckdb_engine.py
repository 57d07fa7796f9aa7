"""DuckDB inside this process: a bounded session, tables from Python values, rows as tuples."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.labels import clean
from pricectl.replay.calls import text_literal
from pricectl.replay.connection import EngineConnection
from pricectl.replay.engines import ENGINES, Engine
from pricectl.replay.errors import ReplayRefused

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

# Less than 2 GB with what Python and the reading of files take beside it.
MEMORY_LIMIT = "1400MB"
ENGINE = ENGINES["duckdb"]


@contextmanager
def session(
    *, memory_limit: str = MEMORY_LIMIT, threads: int | None = None, folder: Path | None = None
) -> Iterator["DuckDBPyConnection"]:
    """A DuckDB session with times in UTC, bounded memory and no extension from anywhere.

    What does not fit into memory goes to a temporary folder below `folder`, which is deleted at the
    end. Raises ReplayRefused: DuckDB is not installed.
    """
    try:
        import duckdb
    except ImportError:
        raise ReplayRefused(
            "DuckDB is not installed", next_step="run pip install 'pricectl[replay]'"
        ) from None
    with TemporaryDirectory(prefix="pricectl-replay-", dir=folder) as spilled:
        settings: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory_limit,
            "temp_directory": spilled,
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "allow_community_extensions": False,
            "preserve_insertion_order": False,
        }
        if threads:
            settings["threads"] = threads
        connection = duckdb.connect(config=settings)
        try:
            for statement in ENGINE.session:
                connection.execute(statement)
            yield connection
        finally:
            connection.close()


def create_table(
    connection: "DuckDBPyConnection",
    name: str,
    columns: Mapping[str, str],
    rows: Sequence[Sequence[Any]],
) -> None:
    """A temporary table of Python values; `columns` are names with types.

    Texts are handed over as parameters, so that nothing in a name is read as syntax. Tables of
    numbers, days and flags go through a file in the session's temporary folder, which is many times
    as fast for a hundred columns.
    """
    declared = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} ({declared})")
    if not rows:
        return
    if "VARCHAR" in columns.values():
        lists = ", ".join(f"unnest(CAST(? AS {kind}[]))" for kind in columns.values())
        values = [list(column) for column in zip(*rows, strict=True)]
        connection.execute(f"INSERT INTO {name} SELECT {lists}", values)
        return
    folder = connection.execute("SELECT current_setting('temp_directory')").fetchone()
    path = Path(folder[0] if folder else ".") / f"{name}.csv"
    path.parent.mkdir(exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    # Left to guess the form of the file, DuckDB takes ten times as long.
    as_written = "HEADER false, AUTO_DETECT false, DELIMITER ',', QUOTE '\"', ESCAPE '\"'"
    connection.execute(f"COPY {name} FROM {text_literal(str(path))} (FORMAT csv, {as_written})")
    path.unlink()


def rows_of(connection: "DuckDBPyConnection", statement: str) -> list[dict[str, Any]]:
    """The rows of a query, by the names of its columns."""
    cursor = connection.execute(statement)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def types_of(connection: "DuckDBPyConnection", relation: str) -> dict[str, str]:
    """The columns of a relation with their types."""
    found = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()  # noqa: S608
    return {row[0]: row[1] for row in found}


def parquet(paths: Sequence[Path | str], options: str = "") -> str:
    """Parquet files as a relation; a path is never read as SQL."""
    return f"read_parquet([{', '.join(text_literal(str(path)) for path in paths)}]{options})"


class DuckdbConnection(NamedTuple):
    """A session of DuckDB as rating asks it."""

    database: "DuckDBPyConnection"
    engine: Engine = ENGINE

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query, by the names of its columns."""
        return rows_of(self.database, query)

    def parquet(self, paths: Sequence[Path | str], name: str = "") -> str:
        """Parquet files as a relation, with the columns of all of them; it needs no name."""
        del name
        return parquet(paths, ", union_by_name = true")

    def types(self, relation: str) -> dict[str, str]:
        """The columns of a relation with their types. Raises ReplayRefused: it cannot be read."""
        import duckdb

        try:
            return types_of(self.database, relation)
        except duckdb.Error as error:
            raise ReplayRefused(clean(str(error).splitlines()[0])[:300]) from None

    def create_table(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """A temporary table of Python values."""
        create_table(self.database, name, columns, rows)

    def store(self, name: str, query: str) -> None:
        """Keep the rows of a query as a temporary table."""
        self.database.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")

    def write_parquet(self, query: str, target: Path) -> None:
        """Write the rows of a query as a Parquet file."""
        self.database.execute(f"COPY ({query}) TO {text_literal(str(target))} (FORMAT parquet)")


def connected(connection: "DuckDBPyConnection | EngineConnection") -> EngineConnection:
    """A connection as rating asks it, where it may be DuckDB's own."""
    from duckdb import DuckDBPyConnection

    if isinstance(connection, DuckDBPyConnection):
        return DuckdbConnection(connection)
    return connection
