"""The periods in which a row's prices stay the same, and the price list of each."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.windows import day_text

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_MOMENT = timedelta(microseconds=1)
_UNTIL = "until "


class PricePeriod(NamedTuple):
    """A time without a change of price list, and an instant in it.

    `name` is "" for the period of the comparison itself, "until DAY" for one before it, "from DAY"
    for one after it. `at` is None where no day is asked for: each row as it stands. `is_past` marks
    a period before that of the comparison.
    """

    name: str
    at: datetime | None
    is_past: bool = False


def in_force(model: Model, at: datetime | None) -> PriceList:
    """The price list in force at an instant, off-peak aside; without one, the row's own."""
    return model.prices if at is None else model.list_at(at)


def member_and_day(prices: PriceList) -> tuple[str, str]:
    """The member and the day of a dated price list; empty texts for the row's own."""
    day = {"own": None, "previous": prices.end, "upcoming": prices.start}[prices.kind]
    return (prices.kind, day_text(day)) if day else ("", "")


def price_periods(models: Iterable[Model], at: datetime | None) -> Iterator[PricePeriod]:
    """The period of the instant, then one per date of the rows before and after it.

    Without an instant, previous prices are before and upcoming ones after it.
    """
    yield PricePeriod("", at)
    rows = tuple(models)
    ends = {bound for model in rows for bound, _ in model.previous}
    starts = {bound for model in rows for bound, _ in model.upcoming}
    if at is not None:
        bounds = ends | starts
        ends = {bound for bound in bounds if bound <= at}
        starts = bounds - ends
    for end in sorted(ends):
        if before := just_before(end):
            yield PricePeriod(f"{_UNTIL}{day_text(end)}", before, is_past=True)
    for start in sorted(starts):
        yield PricePeriod(f"from {day_text(start)}", start)


def is_over(period: str) -> bool:
    """Whether the period of that name had ended before the day of the comparison.

    >>> is_over("until 2026-03-13"), is_over("from 2027-01-01"), is_over("")
    (True, False, False)
    """
    return period.startswith(_UNTIL)


def just_before(bound: datetime) -> datetime | None:
    """The last instant before a bound; None for the earliest bound there is.

    A list that ends there was never in force, and one that begins there has none before it.
    """
    return bound - _MOMENT if bound - _EARLIEST >= _MOMENT else None


def dated_prices_text(model: Model) -> str:
    """The dated price lists of a row, such as "until 2026-12-01, from 2027-06-01"."""
    dated = (*model.previous, *model.upcoming)
    return ", ".join(prices.period for _, prices in dated) or "no dated prices"
