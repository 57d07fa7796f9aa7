"""What must be known of a log before it is rated: its keys, its largest numbers, its times."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.replay.bounds import KeyStats
from pricectl.replay.calls import MAX_COUNT
from pricectl.replay.duckdb_engine import rows_of
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.log_columns import KEY_FIELDS, NO_TIME_SQL, LogColumns
from pricectl.replay.periods import FIRST_TIME, LAST_TIME, Span
from pricectl.replay.ratebook import CallKey
from pricectl.replay.templates import template

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class LogStats(NamedTuple):
    """The keys of a log with their largest numbers, and what holds for all of its calls.

    `all_used` says that every call used something.
    """

    keys: tuple[KeyStats, ...]
    span: Span
    most_requests: int
    calls: int
    without_job: int
    all_used: bool

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The fields of a key that tell calls apart; a field that is empty everywhere does not."""
        used = [name for name in KEY_FIELDS if any(getattr(each.key, name) for each in self.keys)]
        return tuple(used) or KEY_FIELDS[:1]


def read_stats(connection: "DuckDBPyConnection", columns: LogColumns, calls: str) -> LogStats:
    """Scan a log once. Raises ReplayRefused: it holds counts or times that cannot be right."""
    counts = [f"n_{place}" for place in range(len(columns.units))]
    statement = template("stats").format(
        normal=columns.normal(calls),
        no_time=NO_TIME_SQL,
        counts=", ".join(counts),
        used=" + ".join(counts),
        most=",\n    ".join(f"max({count}) AS most_{count}" for count in counts),
    )
    rows = rows_of(connection, statement)
    for row in rows:
        _refuse_impossible(row)
    keys = tuple(_key_stats(row, counts) for row in rows)
    times = [row for row in rows if row["with_time"]]
    total = sum(row["calls"] for row in rows)
    span = Span(
        min((row["first_at"] for row in times), default=None),
        max((row["last_at"] for row in times), default=None),
        without_time=any(row["with_time"] < row["calls"] for row in rows),
    )
    return LogStats(
        keys,
        span,
        max((row["most_requests"] for row in rows), default=1),
        total,
        total - sum(row["with_job"] for row in rows),
        all_used=all(row["least_used"] > 0 for row in rows),
    )


def with_days(
    connection: "DuckDBPyConnection", columns: LogColumns, calls: str, span: Span
) -> Span:
    """The span with the distinct days of the log, which only prices by the hour need."""
    statement = template("days").format(normal=columns.normal(calls), no_time=NO_TIME_SQL)
    days = tuple(row["day"] for row in rows_of(connection, statement))
    return span._replace(days=days)


def _key_stats(row: dict[str, Any], counts: Sequence[str]) -> KeyStats:
    return KeyStats(
        CallKey(*(row[name] for name in KEY_FIELDS)),
        row["calls"],
        tuple(row[f"most_{count}"] for count in counts),
        row["most_requests"],
    )


def _refuse_impossible(row: dict[str, Any]) -> None:
    """Raise ReplayRefused for numbers that the reader of the log should have rejected."""
    where = f"calls of {row['name']!r:.80}"
    if row["least_count"] < 0:
        raise ReplayRefused("a count is negative", where=where)
    if max(number or 0 for name, number in row.items() if name.startswith("most_n")) > MAX_COUNT:
        raise ReplayRefused(f"a count is more than {MAX_COUNT:,}", where=where)
    if row["least_requests"] < 1:
        raise ReplayRefused("a call is the sum of less than one request", where=where)
    if row["with_time"] and not _is_in_calendar(row["first_at"], row["last_at"]):
        message = f"a call was made before {FIRST_TIME:%Y} or after {LAST_TIME:%Y}"
        raise ReplayRefused(message, where=where)


def _is_in_calendar(first: datetime, last: datetime) -> bool:
    return first >= FIRST_TIME and last < LAST_TIME
