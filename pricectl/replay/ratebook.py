"""The rate book: what every name of a log costs, resolved once by `core` into whole picodollars.

An engine joins a call to one cell of it, multiplies and sums; it never looks a name up or parses a
price. A `CallKey` is looked up once; keys that the same row, service and region answer share a
`Tariff`, whose cells say what holds when, at which context and output length.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Literal, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.counting import CountRule
from pricectl.core.fallback import Fallback
from pricectl.core.labels import region_word, service_word
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import Rate
from pricectl.core.responses.formats import Reading
from pricectl.core.responses.provider import canonical_provider
from pricectl.core.responses.quoting import find_row
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.flags import MISSING_REGION, PARTIAL_MATCH, UNKNOWN_MODEL
from pricectl.replay.periods import ANY_TIME, LogSpan, RatePeriod, periods_of

# No call has more tokens, even with the largest count of each unit.
NO_LIMIT = 10**17
# "request": the whole request at this cell's rates. "marginal": only the tokens of one tier.
Scope = Literal["request", "marginal"]


class Side(NamedTuple):
    """Prices by which a log is rated: the old or the new ones.

    With `at`, every call is priced as if it were made then, whatever the log says; with `rules_at`
    the rules of a profile hold as of then.
    """

    name: str
    catalog: Catalog
    fallback: Fallback | None = None
    at: datetime | None = None
    rules_at: datetime | None = None

    def find(self, key: "CallKey") -> Match:
        """The row that answers for a call, as production finds it: the seller's own first."""
        if key.seller:
            seller = canonical_provider(key.seller)
            reading = Reading(Usage(), model=key.name, provider=seller, region=key.region)
            match = find_row(self.catalog, reading)
            if not match.is_guess:
                return match
        return find(self.catalog, key.name, self.fallback)


class CallKey(NamedTuple):
    """What a call says of its price, as it stands in the log; "" where it says nothing."""

    name: str
    seller: str = ""
    service: str = ""
    region: str = ""


class UnitRate(NamedTuple):
    """What one unit costs in a cell: `pico_usd` buys `priced_by` counts of it.

    `is_priced` is False where the row has no price, which is not the same as free.
    """

    pico_usd: int
    priced_by: int
    is_priced: bool
    is_assumed: bool
    counting: CountRule | None


class Band(NamedTuple):
    """The rates of calls of one context length, in the order of the book's units.

    A call belongs to it from `input_from` to below `input_until` input tokens; of several requests
    the average, rounded up, decides. `above_tokens` is the threshold that was passed.

    Where `scope` is "marginal" the rates are those of the tokens from `step_from` to before
    `step_until` of each request, for calls from `input_from` on; what is not input is charged by
    the last step that a call reaches, the one with more than its tokens in `input_until`.
    """

    above_tokens: int
    input_from: int
    input_until: int
    scope: Scope
    step_from: int
    step_until: int
    rates: tuple[UnitRate, ...]


class RateCell(NamedTuple):
    """A band of one price list in one period, for calls of one output length.

    `output_from` and `output_until` are as in a band. `service` is the row's word and `prices` the
    list. `flags` are those of every call of the cell. Where several requests have more than the
    first threshold of the list, or `longer_output_tokens`, in sum, their average is a guess.
    """

    period: RatePeriod
    prices: PriceList
    service: str
    output_from: int
    output_until: int
    band: Band
    flags: tuple[str, ...]
    sells_service: bool
    longer_output_tokens: int


class Tariff(NamedTuple):
    """All cells of one row for one service and region; `service` is as the call or name says it."""

    model: Model
    service: str
    region: str
    cells: tuple[RateCell, ...]

    @property
    def is_hourly(self) -> bool:
        """Whether its periods are parts of single days."""
        return any(cell.period.day for cell in self.cells)


class BookEntry(NamedTuple):
    """What answers for a key: the match, and the index of its tariff; `flags` are the name's."""

    key: CallKey
    match: Match
    tariff: int
    flags: tuple[str, ...]

    def value(self, dimension: str) -> str:
        """The entry's value of a dimension: of the key itself, or of the row that answers."""
        of_row = {
            "catalog_model": self.match.model.full_name,
            "catalog_provider": self.match.model.provider,
            "layer": self.match.how,
        }
        found: str = of_row[dimension] if dimension in of_row else getattr(self.key, dimension)
        return found


class RateBook(NamedTuple):
    """All keys of a log with what they cost by one side."""

    side: Side
    units: tuple[str, ...]
    entries: tuple[BookEntry, ...]
    tariffs: tuple[Tariff, ...]


def resolve(side: Side, keys: Iterable[CallKey], units: Sequence[str], span: LogSpan) -> RateBook:
    """The rate book of a log's keys.

    Args:
        side: the prices.
        keys: the distinct keys of the log.
        units: the names of the units that are used, which the rates of a cell are in the order of.
        span: when the calls were made; periods outside it are left out.
    """
    tariffs: dict[tuple[int, str, str], int] = {}
    made: list[Tariff] = []
    entries = []
    for key in keys:
        match = side.find(key)
        # As in `core.quote`: what the caller says goes before what the name says.
        service = service_word(key.service or match.service)
        region = region_word(key.region or match.region)
        place = (id(match.model), service, region)
        if place not in tariffs:
            tariffs[place] = len(made)
            cells = tuple(_cells(side, match.model, service, region, units, span))
            made.append(Tariff(match.model, service, region, cells))
        entries.append(BookEntry(key, match, tariffs[place], name_flags(match)))
    return RateBook(side, tuple(units), tuple(entries), tuple(made))


def name_flags(match: Match) -> tuple[str, ...]:
    """The flags that a name brings to each of its calls."""
    own = [UNKNOWN_MODEL] if match.is_guess else []
    own += [PARTIAL_MATCH] if match.how == "partial" else []
    return (*own, *match.flags)


def _cells(  # noqa: PLR0913, PLR0917 - what decides the rates
    side: Side, model: Model, service: str, region: str, units: Sequence[str], span: LogSpan
) -> Iterator[RateCell]:
    known: dict[int, list[RateCell]] = {}
    if side.at:
        periods: Iterable[tuple[RatePeriod, PriceList]] = [(ANY_TIME, model.prices_at(side.at)[0])]
    else:
        periods = periods_of(model, span)
    for period, prices in periods:
        if id(prices) not in known:
            known[id(prices)] = list(list_cells(prices, service, region, units))
        yield from (cell._replace(period=period) for cell in known[id(prices)])


def list_cells(
    prices: PriceList, service: str, region: str, units: Sequence[str]
) -> Iterator[RateCell]:
    """The cells of one price list at any time: one a band of output and context, or a step.

    `service` is the caller's word; each cell has the row's.
    """
    # As `PriceList.for_output`: more than a list's threshold, the longest one reached.
    starts = [longer.above_output_tokens + 1 for longer in prices.by_output]
    for by_length, start, end in zip(
        (prices, *prices.by_output), (0, *starts), (*starts, NO_LIMIT), strict=True
    ):
        sold_as = by_length.sold_as(service)
        lengths = (by_length, *by_length.by_output)
        longer = [each.above_output_tokens for each in lengths if each.above_output_tokens]
        flags = [MISSING_REGION] if region and by_length.region_factor(region) is None else []
        flags += ["unread-pricing"] if by_length.unread else []
        rate_of = partial(_listed_rate, by_length, sold_as, region)
        for band in bands(by_length, rate_of, units):
            yield RateCell(
                ANY_TIME,
                by_length,
                sold_as,
                start,
                end,
                band,
                tuple(flags),
                sells_service=not sold_as or by_length.sells(sold_as),
                longer_output_tokens=min(longer, default=NO_LIMIT),
            )


def bands(
    prices: PriceList, rate_of: Callable[[str, int], Rate], units: Sequence[str]
) -> Iterator[Band]:
    """The bands of a price list; `rate_of` gives the rate of a unit above that many thresholds."""
    # The first count of input tokens that has passed each threshold.
    starts = [0, *(threshold + (not prices.inclusive) for threshold in prices.thresholds)]
    ends = [*starts[1:], NO_LIMIT]
    # Where a tier begins at its threshold itself, the step below ends one token earlier.
    steps = [0, *(threshold - prices.inclusive for threshold in prices.thresholds), NO_LIMIT]
    for passed, (start, end) in enumerate(zip(starts, ends, strict=True)):
        above = prices.thresholds[passed - 1] if passed else 0
        rates = tuple(_unit_rate(unit, rate_of(unit, passed), prices) for unit in units)
        if passed == 0 or not prices.marginal:
            yield Band(above, start, end, "request", 0, NO_LIMIT, rates)
        if prices.marginal and prices.thresholds:
            # A call that has passed no threshold has the band above and no step.
            first = max(start, starts[1])
            yield Band(above, first, end, "marginal", steps[passed], steps[passed + 1], rates)


def _listed_rate(prices: PriceList, service: str, region: str, unit: str, passed: int) -> Rate:
    return prices.card(passed, service, region)[unit]


def _unit_rate(unit: str, rate: Rate, prices: PriceList) -> UnitRate:
    counting = prices.counting.get(unit)
    return UnitRate(rate.pico_usd, UNITS[unit].priced_by, bool(rate.key), rate.assumed, counting)
