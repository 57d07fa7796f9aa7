"""What a price list has beside its rates: factors on them, and off-peak hours."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import groupby

from pricectl.core.money import exact
from pricectl.core.prices import PriceList
from pricectl.core.windows import OffPeak

WEEK = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def factors(prices: PriceList) -> dict[str, str]:
    """What a region or a service multiplies token rates by, as decimals, by its word."""
    sold = ((word, prices.service_factor(word)) for word in prices.uplifts)
    return {word: exact(Fraction(factor)) for word, factor in sold if factor}


def weekly(windows: Sequence[OffPeak]) -> str:
    """Windows of a week, those of the same days together.

    >>> weekly([OffPeak(0, 60, (1, 2, 3)), OffPeak(600, 1440, (1, 2, 3)), OffPeak(0, 1440, (7,))])
    'Mon-Wed 00:00-01:00, 10:00-24:00; Sun 00:00-24:00'
    """
    spans: dict[str, list[str]] = {}
    for window in windows:
        spans.setdefault(_days(window.weekdays), []).append(hours(window))
    return "; ".join(f"{days} {', '.join(found)}" for days, found in spans.items())


def hours(window: OffPeak) -> str:
    """A window's hours of the UTC day; one that ends before it starts ends on the next day.

    >>> hours(OffPeak(990, 30, (1,)))
    '16:30-00:30'
    """
    return f"{_clock(window.start_minute)}-{_clock(window.end_minute)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"


def _days(weekdays: Sequence[int]) -> str:
    """Runs of days: "Mon-Wed Fri"."""
    days = sorted(set(weekdays))
    if len(days) in {0, len(WEEK)}:
        return "every day" if days else "never"
    runs = [
        [WEEK[day - 1] for _, day in run]
        for _, run in groupby(enumerate(days), lambda placed: placed[1] - placed[0])
    ]
    return " ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else run[0] for run in runs)
