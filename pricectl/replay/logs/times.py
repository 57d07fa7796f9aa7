"""The time of a call as logs write it: ISO texts, and seconds since 1970 in any of four units."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

_START = datetime(1970, 1, 1, tzinfo=UTC)
# A number is seconds, milliseconds, microseconds or nanoseconds: which one, its size says, since
# the times of each unit between 1973 and 5138 overlap with no other's.
_FIRST, _LAST = 10**8, 10**11
_PARTS_OF_SECOND = (1, 10**3, 10**6, 10**9)
_MAX_DIGITS = 40
# No call was made before, and none is after: such a time has another unit or stands for none, as
# the largest number of nanoseconds does, which is in 2262.
EARLIEST_YEAR, LATEST_YEAR = 2015, 2099
UNREADABLE_TIME = "the time is not understood"
_NOTHING = frozenset(("", "null", "NULL", "None", "nan", "NaN", "\\N"))


class UnreadableTime(NamedTuple):
    """A time that a log states and that cannot be read, so that no price holds for its call."""

    stated: object


# When a call was made; None: the log does not say.
StatedTime = datetime | UnreadableTime | None


def stated_time(*values: object) -> StatedTime:
    """The first value that can be read as a time, in UTC; values that say nothing are left out.

    >>> stated_time("yesterday"), stated_time("", None)
    (UnreadableTime(stated='yesterday'), None)
    """
    unreadable: UnreadableTime | None = None
    for value in values:
        if value is None or (isinstance(value, str) and value.strip() in _NOTHING):
            continue
        if isinstance(value, float) and value != value:  # noqa: PLR0124 - NaN: a gap in a frame
            continue
        found = read_time(value)
        if found:
            return found
        unreadable = unreadable or UnreadableTime(value)
    return unreadable


def read_time(value: object) -> datetime | None:
    """The instant in UTC; None for what is not a time of a call.

    A text without a zone is UTC, as databases of logs write it. Dates whose day and month could be
    mixed up, such as 02/03/2025, are not read. A list holds seconds and nanoseconds.

    >>> read_time("2026-11-27 04:31:27.5").isoformat(), read_time("1795753737421").isoformat()
    ('2026-11-27T04:31:27.500000+00:00', '2026-11-27T04:28:57.421000+00:00')
    >>> read_time("02/03/2025"), read_time(5)
    (None, None)
    """
    try:
        found = _instant(value)
    except (ValueError, ArithmeticError):
        return None
    return found if found and EARLIEST_YEAR <= found.year <= LATEST_YEAR else None


def _instant(value: object) -> datetime | None:
    """Raises ValueError or ArithmeticError for some of what is not a time."""
    if isinstance(value, str):
        text = value.strip()
        if len(text) > _MAX_DIGITS:
            return None
        if text.replace(".", "", 1).isdigit() and text.isascii():
            return _since_1970(Decimal(text))
        if text.endswith(" UTC"):
            text = f"{text.removesuffix(' UTC')}+00:00"
        value = datetime.fromisoformat(text)
    if isinstance(value, datetime):
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day, tzinfo=UTC)
    match value:
        case [int(seconds), int(nanoseconds)]:
            return _since_1970(seconds + Decimal(nanoseconds) / 10**9)
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _since_1970(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    return None


def _since_1970(number: Decimal) -> datetime | None:
    if not number.is_finite():
        return None
    for parts in _PARTS_OF_SECOND:
        if _FIRST <= number / parts < _LAST:
            return _START + timedelta(microseconds=int(number * 10**6 / parts))
    return None
