"""When a price applies: dates in UTC and recurring off-peak hours."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.errors import NotUnderstoodError
from pricectl.core.pointers import pointer_to

MAX_CHARACTERS = 40
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
_WEEKDAYS = MappingProxyType(
    {
        name: day
        for day, names in enumerate(
            (
                "mon monday",
                "tue tues tuesday",
                "wed wednesday",
                "thu thur thurs thursday",
                "fri friday",
                "sat saturday",
                "sun sunday",
            ),
            1,
        )
        for name in names.split()
    }
)
_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}", re.ASCII)
# Hours before UTC of the zones of sellers with off-peak prices whose clocks never change.
_WITHOUT_CHANGES = MappingProxyType({"Asia/Shanghai": 8, "Asia/Singapore": 8, "Asia/Tokyo": 9})
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
    """One recurring window: minutes of the UTC day, ISO weekdays (1 is Monday).

    Weekdays are UTC days, and a window over midnight belongs to the day it starts on. With a `zone`
    they are those that the zone's calendar shows at the moment itself, also after midnight.
    """

    start_minute: int
    end_minute: int
    weekdays: tuple[int, ...]
    zone: tzinfo | None = None

    def covers(self, at: datetime) -> bool:
        """Whether an instant in UTC lies in the window; its start is in, its end is not.

        >>> OffPeak(600, 1440, (1,)).covers(datetime(2026, 11, 23, 10, 0, tzinfo=UTC))
        True
        """
        minute, today = at.hour * 60 + at.minute, at.isoweekday()
        over_midnight = self.start_minute >= self.end_minute
        if self.zone:
            today = yesterday = _weekday_in(self.zone, at)
        else:
            yesterday = today - 1 or 7
        if over_midnight and minute < self.end_minute:
            return yesterday in self.weekdays
        ends = 24 * 60 if over_midnight else self.end_minute
        return self.start_minute <= minute < ends and today in self.weekdays


def _weekday_in(zone: tzinfo, at: datetime) -> int:
    try:
        return at.astimezone(zone).isoweekday()
    except OverflowError:  # the first or last day of the calendar
        return at.isoweekday()


def read_hours(
    hours: Json, path: str, days: tuple[int, ...] = EVERY_DAY, zone: tzinfo | None = None
) -> Iterator[OffPeak]:
    """Windows from "10:00-00:00" or a list of such; none without hours.

    An end of 00:00 is midnight, the same start and end are the whole day. Raises
    NotUnderstoodError.
    """
    if hours is None:
        return
    if hours == []:
        raise NotUnderstoodError(path, "the list of hours is empty")
    for span in hours if isinstance(hours, list) else [hours]:
        match = _HOURS.fullmatch(span) if isinstance(span, str) else None
        if match is None:
            raise NotUnderstoodError(path, 'hours are not written as "16:30-00:30"')
        start = int(match[1]) * 60 + int(match[2])
        # 24:00, which has no groups, and 00:00 both end the day.
        end = int(match[3] or 0) * 60 + int(match[4] or 0) or 24 * 60
        whole_day = start == end
        yield OffPeak(0 if whole_day else start, 24 * 60 if whole_day else end, days, zone)


def read_windows(windows: Json, weekday_timezone: Json = None) -> Iterator[OffPeak]:
    """The windows of {"hours_utc": ..., "weekdays": [1, "tue", ...]}. Raises NotUnderstoodError."""
    zone = read_zone(weekday_timezone) if weekday_timezone is not None else None
    if windows is None:
        return
    if not isinstance(windows, list):
        raise NotUnderstoodError("/windows", "windows is not a list")
    for index, window in enumerate(windows):
        path = f"/windows/{index}"
        if not isinstance(window, dict) or window.get("hours_utc") is None:
            raise NotUnderstoodError(path, 'is not an object with "hours_utc"')
        for key in window:
            if key not in {"hours_utc", "weekdays"}:
                raise NotUnderstoodError(path + pointer_to(key), f"{key!r:.80} is not understood")
        weekdays = window.get("weekdays")
        days = _read_weekdays(weekdays, path) if weekdays is not None else EVERY_DAY
        yield from read_hours(window["hours_utc"], f"{path}/hours_utc", days, zone)


def _read_weekdays(weekdays: Json, path: str) -> tuple[int, ...]:
    days = tuple(
        day
        if type(day) is int
        else _WEEKDAYS.get(day.strip().lower(), 0)
        if isinstance(day, str)
        else 0
        for day in (weekdays if isinstance(weekdays, list) else [0])
    )
    if not days:
        raise NotUnderstoodError(f"{path}/weekdays", "the list of weekdays is empty")
    if not set(days) <= set(EVERY_DAY):
        message = "weekdays are not numbers from 1 (Monday) to 7 or English names"
        raise NotUnderstoodError(f"{path}/weekdays", message)
    return days


def read_zone(name: Json) -> tzinfo | None:
    """The time zone of an IANA name; None is UTC. Raises NotUnderstoodError.

    >>> read_zone("Asia/Shanghai").utcoffset(datetime(2026, 11, 23))
    datetime.timedelta(seconds=28800)
    """
    if isinstance(name, str) and _ZONE.fullmatch(name):
        if name in {"UTC", "Etc/UTC"}:
            return None
        # Without a search for it: hosts such as slim containers have no database of time zones.
        if name in _WITHOUT_CHANGES:
            return timezone(timedelta(hours=_WITHOUT_CHANGES[name]), name)
        from zoneinfo import ZoneInfo

        with suppress(ValueError, OSError, LookupError):
            return ZoneInfo(name)
    raise NotUnderstoodError("/weekday_timezone", "weekday_timezone is not a known time zone")
