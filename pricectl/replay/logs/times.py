"""The time of a call as logs write it: ISO texts, and seconds since 1970 in any of four units."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

_START = datetime(1970, 1, 1, tzinfo=UTC)
# A number is seconds, milliseconds, microseconds or nanoseconds: which one, its size says, since
# the times of each unit between 1973 and 5138 overlap with no other's.
_FIRST, _LAST = 10**8, 10**11
_PARTS_OF_SECOND = (1, 10**3, 10**6, 10**9)
_MAX_DIGITS = 40
EARLIEST_YEAR = 2015


def read_time(value: object) -> datetime | None:
    """The instant in UTC; None for what is not a time.

    A text without a zone is UTC, as databases of logs write it. Dates whose day and month could be
    mixed up, such as 02/03/2025, are not read.

    >>> read_time("2026-11-27 04:31:27.5").isoformat(), read_time("1795753737421").isoformat()
    ('2026-11-27T04:31:27.500000+00:00', '2026-11-27T04:28:57.421000+00:00')
    >>> read_time("02/03/2025"), read_time(5)
    (None, None)
    """
    if isinstance(value, str):
        text = value.strip()
        if len(text) > _MAX_DIGITS:
            return None
        if text.replace(".", "", 1).isdigit() and text.isascii():
            return _since_1970(Decimal(text))
        try:
            value = datetime.fromisoformat(text)
        except ValueError:
            return None
    if isinstance(value, datetime):
        read = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
    elif isinstance(value, date):
        read = datetime(value.year, value.month, value.day, tzinfo=UTC)
    elif isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return _since_1970(Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    else:
        return None
    return read if read.year >= EARLIEST_YEAR else None


def _since_1970(number: Decimal) -> datetime | None:
    if not number.is_finite():
        return None
    for parts in _PARTS_OF_SECOND:
        if _FIRST <= number / parts < _LAST:
            return _START + timedelta(microseconds=int(number * 10**6 / parts))
    return None
