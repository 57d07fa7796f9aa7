"""Tells how much of a long query is done, while DuckDB is busy with it."""

from threading import Event, Thread
from typing import TYPE_CHECKING, Self

from pricectl.replay.logs.staging import Progress

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_EVERY_SECONDS = 0.3
# Before that a query is being planned, and nothing can be said of how long it takes.
_FIRST_PERCENT = 1


class QueryProgress:
    """A context that is told each stage in words, and passes on the share of its query.

    The share is asked for in a thread of its own, since a query returns when it is done. A stage of
    several queries starts again with each.
    """

    def __init__(self, database: "DuckDBPyConnection", tell: Progress, rows: int) -> None:
        """`rows` is how many each stage works on."""
        self._database = database
        self._rows = rows
        self._tell = tell
        self._words = ""
        self._ended = Event()
        self._thread = Thread(target=self._watch, daemon=True)

    def __call__(self, words: str) -> None:
        """Begin a stage."""
        self._words = words
        self._tell(words)

    def __enter__(self) -> Self:
        """Begin to ask."""
        self._database.execute("SET enable_progress_bar = true")
        self._database.execute("SET enable_progress_bar_print = false")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Ask no more, so that the database can be closed."""
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(_EVERY_SECONDS):
            percent = self._database.query_progress()
            if self._words and percent >= _FIRST_PERCENT:
                share = min(percent / 100, 1.0)
                self._tell(self._words, share, round(share * self._rows))
