"""A row's prices over time, with both dates of each: when it applies, and since when it was known.

A catalog may say on one day what a call costs from another day on: `upcoming` announces a price,
`previous` corrects the past. So a price has the date of its commit and its own period.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from pricectl.changes.change import Change
from pricectl.changes.limits import Allowance
from pricectl.changes.periods import in_force
from pricectl.changes.rates import repricings
from pricectl.changes.rows import RowKey
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.units import is_token_unit
from pricectl.history.rows import RowVersion, TracedRow

StepEvent = Literal["known", "added", "changed", "renamed", "retired", "restored", "removed"]
# The prices that people mean by those of a model that is sold by tokens.
TOKEN_UNITS = ("input", "cache_read", "output")
# A chart goes on by this part of its length where its first or last price would be a point.
MARGIN = 10
# More columns do not fit beside the dates.
MAX_UNITS = 3


class PeriodChange(NamedTuple):
    """What a version changed in one period: the price list that it has there, and the changes.

    `start` and `end` are the period's bounds as the catalog states them; None is unlimited.
    """

    start: datetime | None
    end: datetime | None
    prices: PriceList
    changes: tuple[Change, ...]


class HistoryStep(NamedTuple):
    """A version that changed the row; `was` is the name before a rename.

    "known" is the first version of a history whose older ones are missing.
    """

    event: StepEvent
    row: RowVersion
    periods: tuple[PeriodChange, ...] = ()
    was: str = ""


class PricePoint(NamedTuple):
    """From this instant on a unit costs that many picodollars; None is no price."""

    start: datetime
    pico_usd: int | None


class Timeline(NamedTuple):
    """The history of one row: its steps, the oldest first, and the versions behind them.

    `units` are those that are shown, for `service` ("" is standard). `lacks` says why older
    versions are missing ("" if none are), `at` is when it was asked, `since` the earliest date that
    was asked for.
    """

    asked: str
    steps: tuple[HistoryStep, ...]
    traced: TracedRow
    units: tuple[str, ...]
    service: str
    at: datetime
    lacks: str = ""
    since: datetime | None = None

    @property
    def key(self) -> RowKey:
        """Provider and name of the row in the newest version."""
        return self.traced.rows[-1].key

    @property
    def start(self) -> datetime:
        """The first instant of the history: the first version, or before a date that it names."""
        rows = self.traced.rows
        if self.since:
            return max(self.since, rows[0].version.known_at)
        bounds = [at for row in rows if row.model for at, _ in row.model.previous]
        first = min([rows[0].version.known_at, *bounds])
        return shifted(first, (first - self.at) / MARGIN) if first in bounds else first

    def charged(self, unit: str) -> tuple[PricePoint, ...]:
        """What the unit cost at each moment, by the version that was known then."""
        rows = self.traced.rows
        ends = [row.version.known_at for row in rows[1:]]
        points: list[PricePoint] = []
        for row, end in zip(rows, (*ends, None), strict=True):
            points += _points(row.model, row.version.known_at, end, unit, self.service)
        return _without_repeats(points, self.start)

    def known_now(self, unit: str) -> tuple[PricePoint, ...]:
        """What the unit costs at each moment, by the newest version."""
        model = self.traced.rows[-1].model
        points = list(_points(model, self.start, None, unit, self.service))
        return _without_repeats(points, self.start)


def shifted(instant: datetime, by: timedelta) -> datetime:
    """An instant some time later, or earlier; itself at the end of the calendar."""
    try:
        return instant + by
    except OverflowError:
        return instant


def timeline(  # noqa: PLR0913 - the row, and how it is shown, by keyword
    traced: TracedRow,
    asked: str,
    *,
    units: Sequence[str] = (),
    service: str = "",
    at: datetime,
    since: datetime | None = None,
    lacks: str = "",
) -> Timeline:
    """The steps of a row; without `units` those that it is mostly known by.

    With `since`, the first step is what was known then, and `lacks` says what is missing before.
    """
    steps: list[HistoryStep] = []
    allowance = Allowance()
    before: RowVersion | None = None
    for row in traced.rows:
        # An older version than `since` is read only to know what it changed.
        is_earlier = since is not None and row.version.known_at < since
        if step := _step(before, row, allowance, known=is_earlier or bool(lacks)):
            steps = [step._replace(event="known")] if is_earlier and row.model else [*steps, step]
        before = row
    shown = tuple(units) or _units(traced)
    return Timeline(asked, tuple(steps), traced, shown, service, at, lacks, since)


def _step(
    before: RowVersion | None, row: RowVersion, allowance: Allowance, *, known: bool
) -> HistoryStep | None:
    old, new = before and before.model, row.model
    if new is None:
        return HistoryStep("removed", row) if old else None
    periods = tuple(_period_changes(old, new, row.version.known_at, allowance))
    if old is None:
        return HistoryStep("known" if known and before is None else "added", row, periods)
    if before and before.key != row.key:
        return HistoryStep("renamed", row, periods, was=before.key[1])
    if old.is_retired != new.is_retired:
        return HistoryStep("retired" if new.is_retired else "restored", row, periods)
    return HistoryStep("changed", row, periods) if periods else None


def _period_changes(
    old: Model | None, new: Model, known_at: datetime, allowance: Allowance
) -> Iterator[PeriodChange]:
    """What changed, by the period in which it applies, in the order of time."""
    if old is new:
        return
    # A row that is new changes every price from none.
    old = old or new._replace(prices=PriceList({}), previous=(), upcoming=())
    at = known_at.astimezone(UTC)
    changes: dict[datetime, list[Change]] = {}
    for repricing in repricings(old, new, at, allowance):
        if not repricing.change.only_text:
            changes.setdefault(repricing.at or at, []).append(repricing.change)
    bounds = sorted({bound for model in (old, new) for bound, _ in _dated(model)})
    for instant in sorted(changes):
        start = max((bound for bound in bounds if bound <= instant), default=None)
        end = min((bound for bound in bounds if bound > instant), default=None)
        yield PeriodChange(start, end, in_force(new, instant), tuple(changes[instant]))


def _dated(model: Model) -> tuple[tuple[datetime, PriceList], ...]:
    return (*model.previous, *model.upcoming)


def _points(
    model: Model | None, start: datetime, end: datetime | None, unit: str, service: str
) -> Iterator[PricePoint]:
    """What a row charges from an instant until another one, by its dates between them."""
    if end is not None and end <= start:  # two commits of one second, or of clocks that differ
        return
    if model is None:
        yield PricePoint(start, None)
        return
    between = [at for at, _ in _dated(model) if at > start and (end is None or at < end)]
    for instant in (start, *between):
        prices = model.list_at(instant.astimezone(UTC))
        yield PricePoint(instant, prices.base_rate(unit, service))


def _without_repeats(points: Sequence[PricePoint], start: datetime) -> tuple[PricePoint, ...]:
    """The points where the price changes; of those before the start the last, moved there."""
    kept: list[PricePoint] = []
    for point in points:
        if point.start <= start:
            kept = [point._replace(start=max(point.start, start))]
        elif not kept or kept[-1].pico_usd != point.pico_usd:
            kept.append(point)
    return tuple(kept)


def _units(traced: TracedRow) -> tuple[str, ...]:
    """The units that a row is known by: of tokens the usual ones, else the first of its own."""
    priced: dict[str, None] = {}
    for row in reversed(traced.rows):
        for prices in row.model.price_lists if row.model else ():
            priced |= dict.fromkeys(unit for unit, _, _ in prices.rates)
    usual = tuple(unit for unit in TOKEN_UNITS if unit in priced)
    if usual:
        return usual
    tokens = [unit for unit in priced if is_token_unit(unit)]
    return tuple((tokens or list(priced))[:MAX_UNITS])
