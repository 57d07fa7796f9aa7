"""What must be known of a log before it is rated: its keys, its largest numbers, its times."""

from collections.abc import Iterable, Mapping
from datetime import timedelta
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

# Cells for a day without a call cost less than a scan for the days that have one.
SHORT_SPAN = 62


class LogStats(NamedTuple):
    """The keys of a log with their largest numbers, and what holds for all of its calls.

    `all_used` says that every call is known to have used something. `most_stated_pico` is the
    largest cost that the log states for a call, where the profile charges by it; else 0.
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
    """Read the keys of a log; each is said to reach the largest numbers of the whole log.

    That bounds every sum, and takes half the time of finding the numbers of each key, which
    `with_largest_counts` does.

    Raises ReplayRefused: the log holds counts or times that cannot be right.
    """
    limits = _limits(connection, columns, calls)
    places = range(len(columns.units))
    most_counts = tuple(limits[f"most_n_{place}"] or 0 for place in places)
    most_requests = limits["most_requests"] or 1
    if max(most_counts) > MAX_COUNT:
        keys = _counted_keys(connection, columns, calls)  # says whose count it is
    else:
        statement = template("keys").format(calls=calls, **_grouped(columns))
        keys = tuple(
            KeyStats(_key(row), row["calls"], most_counts, most_requests)
            for row in connection.rows(statement)
        )
    counted = limits["calls"]
    return LogStats(
        _merged(keys),
        LogSpan(limits["first_at"], limits["last_at"], without_time=limits["with_time"] < counted),
        most_requests,
        counted,
        counted - limits["with_job"],
        all_used=any(
            (limits[f"least_n_{place}"] or 0) > 0 and limits[f"with_n_{place}"] == counted
            for place in places
        ),
    )


def with_largest_counts(
    connection: EngineConnection, columns: LogColumns, calls: str, stats: LogStats
) -> LogStats:
    """The stats with the largest numbers of each key, for smaller bounds; scans the log once."""
    found = {each.key: each for each in _merged(_counted_keys(connection, columns, calls))}
    return stats._replace(keys=tuple(found[each.key] for each in stats.keys))


def _grouped(columns: LogColumns) -> dict[str, str]:
    keys = [name for name in KEY_FIELDS if columns.has(name)]
    return {
        "keys": "".join(f"{name}, " for name in keys),
        "group_by": f"GROUP BY {', '.join(keys)}",
    }


def _counted_keys(
    connection: EngineConnection, columns: LogColumns, calls: str
) -> tuple[KeyStats, ...]:
    """The keys with their own largest numbers. Raises ReplayRefused: a count is too large."""
    most = [f"max({quoted(unit)}) AS most_n_{n}" for n, unit in enumerate(columns.units)]
    statement = template("key_counts").format(
        requests='max("requests")' if columns.has("requests") else "1",
        most=", ".join(most),
        calls=calls,
        **_grouped(columns),
    )
    found = []
    for row in connection.rows(statement):
        counts = tuple(row[f"most_n_{place}"] or 0 for place in range(len(columns.units)))
        key = _key(row)
        if max(counts) > MAX_COUNT:
            where = f"calls of {clean(key.name)!r:.80}"
            raise ReplayRefused(f"a count is more than {MAX_COUNT:,}", where=where)
        found.append(KeyStats(key, row["calls"], counts, row["most_requests"] or 1))
    return tuple(found)


def _key(row: Mapping[str, Any]) -> CallKey:
    return CallKey(*(row.get(name) or "" for name in KEY_FIELDS))


def _limits(connection: EngineConnection, columns: LogColumns, calls: str) -> dict[str, Any]:
    """What holds for all calls. Raises ReplayRefused: a number cannot be right."""
    at = 'min("at") AS first_at, max("at") AS last_at, count("at") AS with_time'
    if not columns.has("at"):
        at = "NULL AS first_at, NULL AS last_at, 0 AS with_time"
    requests = 'min("requests") AS least_requests, max("requests") AS most_requests'
    if not columns.has("requests"):
        requests = "1 AS least_requests, 1 AS most_requests"
    counts = [
        f"{word}({quoted(unit)}) AS {name}_n_{place}"
        for place, unit in enumerate(columns.units)
        for word, name in (("min", "least"), ("max", "most"), ("count", "with"))
    ]
    statement = template("limits").format(
        at=at,
        jobs="count(job)" if columns.has("job") else "0",
        requests=requests,
        counts=", ".join(counts),
        calls=calls,
    )
    [limits] = connection.rows(statement)
    if any((limits[f"least_n_{place}"] or 0) < 0 for place in range(len(columns.units))):
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


def _merged(stats: Iterable[KeyStats]) -> tuple[KeyStats, ...]:
    """One entry a key: a field that is NULL and one that is empty are the same.

    They are in order, since an engine gives them in any, and the order of flags hangs on it.
    """
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
    return tuple(sorted(found.values()))


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
    """The span with the days of the log, which only prices by the hour need.

    Of a span of up to SHORT_SPAN days it is all of them, without a look at the calls.
    """
    if span.first and span.last and (span.last - span.first).days <= SHORT_SPAN:
        count = (span.last.date() - span.first.date()).days + 1
        days = tuple(span.first.date() + timedelta(days=day) for day in range(count))
        return span._replace(days=days)
    statement = template("days").format(normal=columns.normal(calls), no_time=NO_TIME_SQL)
    days = tuple(row["day"] for row in connection.rows(statement))
    return span._replace(days=days)
