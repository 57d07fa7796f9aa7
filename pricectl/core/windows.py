"""When a price applies: dates in UTC and recurring off-peak hours."""

import re
from datetime import UTC, date, datetime, time
from typing import NamedTuple

from pricectl.core.document import Json

MAX_CHARACTERS = 40
EVERY_DAY: list[Json] = [1, 2, 3, 4, 5, 6, 7]
_HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)", re.ASCII)


def is_naive(at: date) -> bool:
    """Whether this is an instant without a time zone, which may mean any of 26 hours.

    >>> is_naive(datetime(2026, 12, 1)), is_naive(date(2026, 12, 1))
    (True, False)
    """
    return isinstance(at, datetime) and at.utcoffset() is None


def as_instant(at: date) -> datetime:
    """A day is its first instant in UTC; an instant without a zone is UTC.

    >>> as_instant(date(2026, 12, 1)).isoformat()
    '2026-12-01T00:00:00+00:00'
    """
    if not isinstance(at, datetime):
        return datetime.combine(at, time(), UTC)
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def read_instant(text: Json) -> datetime | None:
    """An ISO 8601 day or instant as UTC; None if it is neither.

    >>> read_instant("2026-12-01T02:00:00+02:00").isoformat()
    '2026-12-01T00:00:00+00:00'
    """
    if not isinstance(text, str) or not text.isascii() or len(text) > MAX_CHARACTERS:
        return None
    try:
        return as_instant(datetime.fromisoformat(text))
    except (ValueError, OverflowError):
        return None


def read_day(value: Json) -> date | None:
    """The day of an ISO 8601 day or instant, in UTC; None if it is neither."""
    instant = read_instant(value)
    return instant.date() if instant else None


def day_text(instant: datetime) -> str:
    """An instant in UTC as people write it: its day, with the time of day if it has one.

    >>> day_text(read_instant("2026-12-01")), day_text(read_instant("2026-12-01T14:00+02:00"))
    ('2026-12-01', '2026-12-01T12:00:00')
    """
    return instant.isoformat().removesuffix("+00:00").removesuffix("T00:00:00")


class OffPeak(NamedTuple):
    """One recurring window: minutes of the UTC day, ISO weekdays (1 is Monday)."""

    start_minute: int
    end_minute: int
    weekdays: tuple[int, ...]

    def covers(self, at: datetime) -> bool:
        """Whether an instant in UTC lies in the window; its start is in, its end is not.

        >>> OffPeak(600, 1440, (1,)).covers(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
        True
        """
        minute, today = at.hour * 60 + at.minute, at.isoweekday()
        if self.start_minute < self.end_minute:
            return self.start_minute <= minute < self.end_minute and today in self.weekdays
        if minute >= self.start_minute:
            return today in self.weekdays
        yesterday = today - 1 or 7
        return minute < self.end_minute and yesterday in self.weekdays


def read_off_peak(windows: Json) -> tuple[OffPeak, ...] | None:
    """The windows of `off_peak_pricing`; None if they cannot be read.

    Each is {"hours_utc": "10:00-00:00" or a list of such, "weekdays": [1, ..., 7]}; an end of
    00:00 is midnight, the same start and end are the whole day.
    """
    if not isinstance(windows, list):
        return None
    found: list[OffPeak] = []
    for window in windows:
        if not isinstance(window, dict):
            return None
        hours, weekdays = window.get("hours_utc"), window.get("weekdays", EVERY_DAY)
        spans = hours if isinstance(hours, list) else [hours]
        if not isinstance(weekdays, list):
            return None
        days = tuple(day for day in weekdays if type(day) is int and day in EVERY_DAY)
        matches = [_HOURS.fullmatch(span) if isinstance(span, str) else None for span in spans]
        if len(days) != len(weekdays) or None in matches:
            return None
        for match in filter(None, matches):
            start = int(match[1]) * 60 + int(match[2])
            # 24:00, which has no groups, and 00:00 both end the day.
            end = int(match[3] or 0) * 60 + int(match[4] or 0) or 24 * 60
            whole_day = start == end
            found.append(OffPeak(0 if whole_day else start, 24 * 60 if whole_day else end, days))
    return tuple(found)
