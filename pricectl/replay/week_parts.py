"""The parts of a week that off-peak prices tell apart, and which price lists hold in a part.

A summary keeps the calls of each part in sums of their own, so that off-peak prices cost what the
log costs. Minutes are those of the week in UTC, from Monday 00:00.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction
from itertools import groupby, pairwise
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.windows import OffPeak

HOURS, DAYS = 24, 7
MINUTES_OF_HOUR = 60
MINUTES = DAYS * HOURS * MINUTES_OF_HOUR
# Spans of minutes, each from its first to before its second; none for calls without a time.
WeekPart = tuple[tuple[int, int], ...]
WITHOUT_TIME: WeekPart = ()
WHOLE_WEEK: WeekPart = ((0, MINUTES),)
# More kinds of off-peak hours would make too many parts: the rows beyond have one for all hours.
MAX_KINDS = 4
# Any Monday: prices and rules are as of one day, and only the weekday counts.
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)


class ListsAtOnce(NamedTuple):
    """The old and the new price list at the same time, and about which share of tokens that is."""

    old: PriceList
    new: PriceList
    share: Fraction


def hourly_kinds(catalog: Catalog) -> tuple[tuple[OffPeak, ...], ...]:
    """The kinds of off-peak hours that a catalog has, each once, at most MAX_KINDS."""
    found = {
        one.windows: None for model in catalog.models for one in model.all_lists if one.windows
    }
    return tuple(found)[:MAX_KINDS]


def is_split(model: Model, kinds: Sequence[tuple[OffPeak, ...]]) -> bool:
    """Whether the calls of a row are kept by the parts of the week."""
    return any(prices.windows in kinds for prices in model.all_lists if prices.windows)


def week_parts(kinds: Sequence[tuple[OffPeak, ...]]) -> tuple[WeekPart, ...]:
    """The parts of the week by what they have off-peak hours of; the last is without a time."""
    if not kinds:
        return ()
    spans: dict[tuple[bool, ...], list[tuple[int, int]]] = {}
    covered = [tuple(_covers(windows, minute) for windows in kinds) for minute in range(MINUTES)]
    for which, minutes in groupby(range(MINUTES), key=covered.__getitem__):
        first, *others = minutes
        spans.setdefault(which, []).append((first, first + len(others) + 1))
    return (*map(tuple, spans.values()), WITHOUT_TIME)


def _covers(windows: Iterable[OffPeak], minute: int) -> bool:
    instant = MONDAY + timedelta(minutes=minute)
    return any(window.covers(instant) for window in windows)


def lists_of_part(
    models: tuple[Model, Model], part: WeekPart, tokens_by_hour: Sequence[int], *, timed: bool
) -> tuple[ListsAtOnce, ...]:
    """The price lists that calls of a part are charged by, of both versions of a row.

    Where they change within the part, tokens are spread by the hours of the day, all weekdays
    alike. `timed`: all calls have a time.
    """
    usual = models[0].prices, models[1].prices
    if part == WITHOUT_TIME or not any(prices.off_peak for prices in usual):
        return (ListsAtOnce(usual[0], usual[1], Fraction(1)),)
    minutes = {} if timed else {usual: 0}
    for start, end in _pieces(usual, part):
        instant = MONDAY + timedelta(minutes=start)
        pair = usual[0].at_hour(instant), usual[1].at_hour(instant)
        hour = start // MINUTES_OF_HOUR % HOURS
        minutes[pair] = minutes.get(pair, 0) + (end - start) * tokens_by_hour[hour]
    if any(_has_moving_weekdays(prices) for prices in usual):
        for pair in _all_pairs(usual):
            minutes.setdefault(pair, 0)
    whole = sum(minutes.values())
    return tuple(
        ListsAtOnce(old, new, Fraction(share, whole) if whole else Fraction(1, len(minutes)))
        for (old, new), share in minutes.items()
    )


def _pieces(lists: Iterable[PriceList], part: WeekPart) -> Iterator[tuple[int, int]]:
    """The spans of a part, cut at each hour and wherever off-peak hours may begin or end."""
    cuts = set(range(0, MINUTES + 1, MINUTES_OF_HOUR))
    for prices in lists:
        for window in prices.off_peak.windows if prices.off_peak else ():
            for minute in (window.start_minute, window.end_minute):
                cuts |= {day * HOURS * MINUTES_OF_HOUR + minute for day in range(DAYS)}
            # A weekday of another zone begins at its own midnight, on a quarter of an hour.
            cuts |= set(range(0, MINUTES, 15)) if window.zone else set()
    for start, end in part:
        inside = sorted({start, end, *(cut for cut in cuts if start < cut < end)})
        yield from pairwise(inside)


def _has_moving_weekdays(prices: PriceList) -> bool:
    """Whether weekdays go by a zone whose clocks change, so that no week is like all others."""
    windows = prices.off_peak.windows if prices.off_peak else ()
    return any(window.zone and not isinstance(window.zone, timezone) for window in windows)


def _all_pairs(usual: tuple[PriceList, PriceList]) -> list[tuple[PriceList, PriceList]]:
    old, new = ((prices, prices.off_peak) for prices in usual)
    return [(one, other) for one in old if one for other in new if other]
