"""Which price list of a row is in force when, and how dates divide time for two rows."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.windows import day_text

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


def in_force(model: Model, at: datetime | None) -> PriceList:
    """The price list of an instant, off-peak hours aside; without one, the row's own."""
    return _in_force(model, at)[2]


_Bound = tuple[str, datetime, PriceList]


def _in_force(model: Model, at: datetime | None) -> _Bound:
    if at is not None:
        ended = bisect_right(model.previous, at, key=itemgetter(0))
        if ended < len(model.previous):
            return "previous", *model.previous[ended]
        begun = bisect_right(model.upcoming, at, key=itemgetter(0))
        if begun:
            return "upcoming", *model.upcoming[begun - 1]
    return "", EARLIEST, model.prices


class Calendar:
    """The price lists of one row, by the time they are in force."""

    def __init__(self, model: Model) -> None:
        self._model = model
        written = (model.entry.get(member) for member in ("previous", "upcoming"))
        lists = (value for value in written if isinstance(value, list))
        self._places = {id(entry): place for one in lists for place, entry in enumerate(one)}

    def standing(self, at: datetime | None) -> Standing:
        """The price list of an instant and where it stands; without one, the row's own."""
        member, bound, prices = _in_force(self._model, at)
        if not member:
            return Standing(prices)
        return Standing(prices, member, self._places[id(prices.entry)], day_text(bound))


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
            yield Stretch(f"until {day_text(end)}", end - MOMENT)
    for start in sorted(starts):
        yield Stretch(f"from {day_text(start)}", start)


def periods_of(model: Model) -> str:
    """The dated price lists of a row, in words."""
    ends = [f"until {day_text(end)}" for end, _ in model.previous]
    starts = [f"from {day_text(start)}" for start, _ in model.upcoming]
    return ", ".join([*ends, *starts]) or "no dated prices"
