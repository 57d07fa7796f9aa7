"""When a row's price lists hold, as periods in which nothing changes.

Apart from the rate book: dated lists and off-peak hours become plain instants in UTC here, so that
an engine only compares them.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.windows import OffPeak

# Calls without a time stand at the first instant of the calendar; others must lie from FIRST_TIME
# to before LAST_TIME. Without a time zone, as the columns of an engine.
NO_TIME = datetime(1, 1, 1)  # noqa: DTZ001 - UTC, see above
FIRST_TIME = datetime(1970, 1, 1)  # noqa: DTZ001
LAST_TIME = datetime(9999, 12, 31)  # noqa: DTZ001


class RatePeriod(NamedTuple):
    """A time in which a price list holds: from `start` to before `end`, in UTC without a zone.

    With `day`, the period is a part of that day. Calls without a time stand at NO_TIME.
    """

    start: datetime
    end: datetime
    day: date | None = None


ANY_TIME = RatePeriod(NO_TIME, LAST_TIME)
WITHOUT_TIME = RatePeriod(NO_TIME, FIRST_TIME)


class LogSpan(NamedTuple):
    """When the calls of a log were made.

    `first` and `last` are the earliest and latest instants in UTC without a zone, None without any;
    `days` the distinct days, `without_time` says that some calls have no time.
    """

    first: datetime | None
    last: datetime | None
    days: tuple[date, ...] = ()
    without_time: bool = True


def periods_of(model: Model, span: LogSpan) -> Iterator[tuple[RatePeriod, PriceList]]:
    """The periods of a row's price lists in which calls were made, in order.

    A call without a time is charged the row's own prices, as `core.quote` does without `at`.
    """
    slices = list(_dated(model, span))
    is_hourly = any(prices.off_peak for _, prices in slices)
    lists = {id(prices) for _, prices in slices}
    if not is_hourly and lists <= {id(model.prices)}:
        yield ANY_TIME, model.prices
        return
    if span.without_time:
        yield (
            (WITHOUT_TIME._replace(day=NO_TIME.date()) if is_hourly else WITHOUT_TIME),
            model.prices,
        )
    if not is_hourly:
        yield from slices
        return
    for day in span.days:
        yield from _hours_of(model, day)


def _dated(model: Model, span: LogSpan) -> Iterator[tuple[RatePeriod, PriceList]]:
    """The dated lists that calls of the span can fall into."""
    if span.first is None or span.last is None:
        return
    turns = sorted({naive(turn) for turn, _ in (*model.previous, *model.upcoming)})
    turns = [turn for turn in turns if FIRST_TIME < turn < LAST_TIME]
    starts = [FIRST_TIME, *turns]
    for start, end in zip(starts, [*turns, LAST_TIME], strict=True):
        if start <= span.last and span.first < end:
            yield RatePeriod(start, end), model.list_at(start.replace(tzinfo=UTC))


def _hours_of(model: Model, day: date) -> Iterator[tuple[RatePeriod, PriceList]]:
    """The periods of one UTC day: they change at dated lists and at the ends of off-peak hours."""
    start = datetime.combine(day, time())
    end = start + timedelta(days=1)
    turns = {naive(turn) for turn, _ in (*model.previous, *model.upcoming)}
    for prices in model.price_lists:
        turns |= set(_turns(prices.off_peak.windows if prices.off_peak else (), start))
    starts = sorted({start, *(turn for turn in turns if start < turn < end)})
    before: tuple[RatePeriod, PriceList] | None = None
    for each, until in zip(starts, [*starts[1:], end], strict=True):
        instant = each.replace(tzinfo=UTC)
        prices = model.list_at(instant).at_hour(instant)
        if before and before[1] is prices:
            before = before[0]._replace(end=until), prices
            continue
        if before:
            yield before
        before = RatePeriod(each, until, day), prices
    if before:
        yield before


def _turns(windows: Iterable[OffPeak], start: datetime) -> Iterator[datetime]:
    """The instants of a UTC day at which a window may begin or end."""
    for window in windows:
        for minute in (window.start_minute, window.end_minute):
            yield start + timedelta(minutes=minute)
        if window.zone:
            # A weekday of another zone changes at its own midnight; where the clocks change then,
            # it may do so twice.
            for days in (0, 1, 2):
                local = start - timedelta(days=1) + timedelta(days=days)
                for fold in (0, 1):
                    midnight = local.replace(tzinfo=window.zone, fold=fold)
                    yield naive(midnight)


def naive(instant: datetime) -> datetime:
    """An instant in UTC without a time zone, as the columns of an engine hold it."""
    return instant.astimezone(UTC).replace(tzinfo=None)
