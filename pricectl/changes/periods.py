"""Which price list of a row is in force when, and how dates divide time for two rows. Floor 1."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList

EARLIEST = datetime.min.replace(tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class Standing(NamedTuple):
    """A price list and where it stands in its row: a dated one by its member, place and day."""

    prices: PriceList
    member: str = ""
    place: int = 0
    day: str = ""

    @property
    def field(self) -> str:
        """What a field of the list begins with; nothing for the row's own."""
        return f"{self.member}/{self.day}/" if self.member else ""

    @property
    def pointer(self) -> str:
        """The list's JSON Pointer, relative to the row's."""
        return f"/{self.member}/{self.place}" if self.member else ""


class Stretch(NamedTuple):
    """A time without a change of price list, by one of its instants.

    `period` names it: "" holds the instant of the comparison, "until DAY" is before it, "from DAY"
    after it.
    """

    period: str
    at: datetime | None


def standing(model: Model, at: datetime | None) -> Standing:
    """The price list in force at an instant, off-peak hours aside; without one, the row's own."""
    if at is not None:
        for until, prices in model.previous:
            if at < until:
                return _dated(model, "previous", until, prices)
        begun = [period for period in model.upcoming if period[0] <= at]
        if begun:
            return _dated(model, "upcoming", *begun[-1])
    return Standing(model.prices)


def _dated(model: Model, member: str, bound: datetime, prices: PriceList) -> Standing:
    written = model.entry.get(member)
    lists = written if isinstance(written, list) else []
    place = next(place for place, entry in enumerate(lists) if entry is prices.entry)
    return Standing(prices, member, place, day_of(bound))


def stretches(models: Iterable[Model], at: datetime | None) -> Iterator[Stretch]:
    """The instant itself, then every stretch before it and after it that the rows' dates make.

    Without an instant, previous prices are before and upcoming ones after it.
    """
    yield Stretch("", at)
    rows = tuple(models)
    ends = {bound for model in rows for bound, _ in model.previous}
    starts = {bound for model in rows for bound, _ in model.upcoming}
    if at is not None:
        bounds = ends | starts
        ends = {bound for bound in bounds if bound <= at}
        starts = bounds - ends
    for end in sorted(ends):
        if end - EARLIEST >= MOMENT:
            yield Stretch(f"until {day_of(end)}", end - MOMENT)
    for start in sorted(starts):
        yield Stretch(f"from {day_of(start)}", start)


def periods_of(model: Model) -> str:
    """The dated price lists of a row, in words."""
    ends = [f"until {day_of(end)}" for end, _ in model.previous]
    starts = [f"from {day_of(start)}" for start, _ in model.upcoming]
    return ", ".join([*ends, *starts]) or "no dated prices"


def day_of(instant: datetime) -> str:
    """An instant as its day where it is the day's first, in UTC.

    >>> day_of(EARLIEST), day_of(EARLIEST + 12 * 3600 * 10**6 * MOMENT)
    ('0001-01-01', '0001-01-01T12:00:00')
    """
    return instant.isoformat().removesuffix("+00:00").removesuffix("T00:00:00")
