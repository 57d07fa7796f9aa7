"""What must be known of a log before it is rated: its keys, its largest numbers, its times."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pricectl.core.labels import clean
from pricectl.replay.bounds import KeyStats
from pricectl.replay.calls import MAX_COUNT, quoted
from pricectl.replay.connection import EngineConnection
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.log_columns import KEY_FIELDS, NO_TIME_SQL, LogColumns
from pricectl.replay.periods import FIRST_TIME, LAST_TIME, LogSpan
from pricectl.replay.ratebook import CallKey
from pricectl.replay.templates import template


class LogStats(NamedTuple):
    """The keys of a log with their largest numbers, and what holds for all of its calls.

    `all_used` says that every call used something. `most_stated_pico` is the largest cost that the
    log states for a call, where the profile charges by it; else 0.
    """

    keys: tuple[KeyStats, ...]
    span: LogSpan
    most_requests: int
    calls: int
    without_job: int
    all_used: bool
    most_stated_pico: int = 0

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The fields of a key that tell calls apart; a field that is empty everywhere does not."""
        used = [name for name in KEY_FIELDS if any(getattr(each.key, name) for each in self.keys)]
        return tuple(used) or KEY_FIELDS[:1]


def read_stats(connection: EngineConnection, columns: LogColumns, calls: str) -> LogStats:
    """Scan a log once. Raises ReplayRefused: it holds counts or times that cannot be right."""
    counts = {f"n_{place}": quoted(unit) for place, unit in enumerate(columns.units)}
    keys = [name for name in KEY_FIELDS if columns.has(name)]
    statement = template("stats").format(
        keys="".join(f"{name}, " for name in keys),
        requests='max("requests")' if columns.has("requests") else "1",
        most=", ".join(f"max({column}) AS most_{name}" for name, column in counts.items()),
        calls=calls,
        group_by=f"GROUP BY {', '.join(keys)}",
    )
    stats = [_key_stats(row, list(counts)) for row in connection.rows(statement)]
    limits = _limits(connection, columns, calls, counts)
    total = sum(each.calls for each in stats)
    return LogStats(
        tuple(_merged(stats)),
        LogSpan(limits["first_at"], limits["last_at"], without_time=limits["with_time"] < total),
        max((each.most_requests for each in stats), default=1),
        total,
        total - limits["with_job"],
        all_used=(limits["least_used"] or 0) > 0,
    )


def _limits(
    connection: EngineConnection, columns: LogColumns, calls: str, counts: Mapping[str, str]
) -> dict[str, Any]:
    """What holds for all calls. Raises ReplayRefused: a number cannot be right."""
    at = 'min("at") AS first_at, max("at") AS last_at, count("at") AS with_time'
    if not columns.has("at"):
        at = "NULL AS first_at, NULL AS last_at, 0 AS with_time"
    statement = template("limits").format(
        at=at,
        jobs="count(job)" if columns.has("job") else "0",
        requests='min("requests")' if columns.has("requests") else "1",
        least=", ".join(f"min({column}) AS least_{name}" for name, column in counts.items()),
        used=" + ".join(f"coalesce({column}, 0)" for column in counts.values()),
        calls=calls,
    )
    [limits] = connection.rows(statement)
    if any((limits[f"least_{name}"] or 0) < 0 for name in counts):
        raise ReplayRefused("the log has a call with a negative count")
    least_requests = limits["least_requests"]
    if least_requests is not None and least_requests < 1:
        raise ReplayRefused("the log has a call of less than one request")
    first, last = limits["first_at"], limits["last_at"]
    if first and not (first >= FIRST_TIME and last < LAST_TIME):
        raise ReplayRefused(
            f"the log has calls before {FIRST_TIME:%Y} or after {LAST_TIME:%Y}",
            next_step="look for times in another unit",
        )
    return limits


def _merged(stats: Iterable[KeyStats]) -> Iterator[KeyStats]:
    """One entry a key: a field that is NULL and one that is empty are the same."""
    found: dict[CallKey, KeyStats] = {}
    for each in stats:
        other = found.get(each.key)
        found[each.key] = each
        if other:
            found[each.key] = KeyStats(
                each.key,
                each.calls + other.calls,
                tuple(map(max, each.most_counts, other.most_counts)),
                max(each.most_requests, other.most_requests),
            )
    yield from found.values()


def with_stated(
    connection: EngineConnection, columns: LogColumns, calls: str, stats: LogStats
) -> LogStats:
    """The stats with the largest cost that the log states, which bounds what it costs customers."""
    if not columns.has("stated_pico"):
        return stats
    statement = f"SELECT max(stated_pico) AS most FROM {calls}"  # noqa: S608 - our own relation
    [row] = connection.rows(statement)
    return stats._replace(most_stated_pico=max(int(row["most"] or 0), 0))


def with_days(
    connection: EngineConnection, columns: LogColumns, calls: str, span: LogSpan
) -> LogSpan:
    """The span with the distinct days of the log, which only prices by the hour need."""
    statement = template("days").format(normal=columns.normal(calls), no_time=NO_TIME_SQL)
    days = tuple(row["day"] for row in connection.rows(statement))
    return span._replace(days=days)


def _key_stats(row: Mapping[str, Any], counts: Sequence[str]) -> KeyStats:
    key = CallKey(*(row.get(name) or "" for name in KEY_FIELDS))
    most = tuple(row[f"most_{count}"] or 0 for count in counts)
    if max(most) > MAX_COUNT:
        where = f"calls of {clean(key.name)!r:.80}"
        raise ReplayRefused(f"a count is more than {MAX_COUNT:,}", where=where)
    return KeyStats(key, row["calls"], most, row["most_requests"] or 1)
