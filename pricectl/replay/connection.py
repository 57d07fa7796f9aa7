"""What rating asks of an engine. Statements are in DuckDB's dialect, whichever engine runs them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from pricectl.replay.engines import Engine


class EngineConnection(Protocol):
    """A session of an engine, with the tables that a run makes in it."""

    @property
    def engine(self) -> Engine:
        """The words of the engine."""

    def rows(self, query: str) -> list[dict[str, Any]]:
        """The rows of a query, by the names of its columns."""

    def types(self, relation: str) -> dict[str, str]:
        """The columns of a relation with their types, in DuckDB's words."""

    def create_table(
        self, name: str, columns: Mapping[str, str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """A temporary table of Python values; `columns` are names with types."""

    def store(self, name: str, query: str) -> None:
        """Keep the rows of a query as a temporary table."""

    def write_parquet(self, query: str, target: Path) -> None:
        """Write the rows of a query as Parquet."""


class FileConnection(EngineConnection, Protocol):
    """A session of an engine that also reads the log's files itself."""

    def parquet(self, paths: Sequence[Path | str], name: str = "log_files") -> str:
        """Parquet files as a relation, read where they lie; `name` tells two of them apart."""
