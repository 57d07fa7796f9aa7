"""Opens the embedded database that reads logs and rates calls: DuckDB, of the extra `replay`.

Apart, so that every part of a run has the same settings: UTC, no network, bounded memory.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pricectl.core.errors import PricingError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

MEMORY_LIMIT = "1GB"
INSTALL = "pip install 'pricectl[replay]'"


class MissingExtra(PricingError):
    """An optional library that a command needs is not installed."""


class BadLog(PricingError):
    """A log that cannot be read as a whole."""


def open_database(folder: Path, *, memory_limit: str = MEMORY_LIMIT) -> "DuckDBPyConnection":
    """An empty database in memory that spills to `folder`, which the caller removes.

    A log's text never becomes SQL; extensions are neither fetched nor loaded by themselves, so a
    path such as `https://...` or `s3://...` is not followed. Raises MissingExtra.
    """
    try:
        import duckdb
    except ModuleNotFoundError:
        raise MissingExtra(
            "needs DuckDB, which is not installed", where="replay", next_step=INSTALL
        ) from None
    settings = {
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
        "allow_community_extensions": "false",
        "memory_limit": memory_limit,
        "temp_directory": str(folder),
        # Rows are numbered where their order counts; keeping it everywhere costs memory.
        "preserve_insertion_order": "false",
    }
    database = duckdb.connect(":memory:", config=settings)
    database.execute("SET TimeZone = 'UTC'")
    return database


def text_literal(text: str) -> str:
    """A text as SQL.

    >>> print(text_literal("it's"))
    'it''s'
    """
    return "'" + text.replace("'", "''") + "'"
