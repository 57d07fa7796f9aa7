"""The exact cost of one call, line by line, from a model's name and the usage."""

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple
from warnings import warn

from pricectl.core.catalog import Catalog
from pricectl.core.counting import billed_counts
from pricectl.core.errors import BadUsage, UnpricedUnit
from pricectl.core.labels import region_word, service_word
from pricectl.core.lookup import find, require
from pricectl.core.model import Match
from pricectl.core.money import divide
from pricectl.core.prices import NO_TIER, PriceList, Problem
from pricectl.core.rates import Rate, RateCard, split_by_tier
from pricectl.core.units import SOLD_AS, STANDARD, UNITS
from pricectl.core.usage import Counts, Usage
from pricectl.core.windows import is_naive
from pricectl.flags import MISSING_REGION, PARTIAL_MATCH, UNKNOWN_MODEL


class Line(NamedTuple):
    """One product of a quote: quantity x rate, whole picodollars.

    `quantity` is what people count: tokens, images, seconds (a Decimal). `key` is the price key
    used, "" if unpriced.
    """

    unit: str
    quantity: int | Decimal
    pico_usd_per_unit: int
    pico_usd: int
    key: str
    assumed: bool
    note: str

    @property
    def priced(self) -> bool:
        """Whether the row has a price for this unit, its own or one it falls back on."""
        return bool(self.key)


# Counts and the card they are charged by; only a request with marginal tiers has several.
Part = tuple[Counts, RateCard]


class Quote(NamedTuple):
    """A priced call: the cost in picodollars and the row and rates used.

    `prices` is the row's price list that applied and `period` its name ("" is today's), `service`
    and `region` are words of the row ("" is standard), `above_tokens` is the context threshold the
    request passed (0: none). Where a response is the sum of several requests, `rounds` are their
    quotes if it states each, and `requests` is their number if it states the sum alone.
    """

    match: Match
    usage: Usage
    pico_usd: int
    parts: tuple[Part, ...]
    prices: PriceList
    catalog: Catalog
    service: str = STANDARD
    region: str = ""
    above_tokens: int = 0
    period: str = ""
    rounds: tuple["Quote", ...] = ()
    requests: int = 1

    @property
    def lines(self) -> tuple[Line, ...]:
        """The products that add up to the total, one a unit (and marginal tier).

        Built on each access, so that callers who need only the total pay nothing.
        """
        return tuple(_line(*product) for product in self._products())

    def _products(self) -> Iterator[tuple[str, int, Rate]]:
        return ((unit, count, card[unit]) for counts, card in self.parts for unit, count in counts)

    def explain(self) -> tuple[str, ...]:
        """Deprecated: call `pricectl.explain.explain(quote)`, which returns the same lines."""
        from pricectl.explain import explain

        warn(
            "Quote.explain() goes with the next release: call pricectl.explain.explain(quote)",
            DeprecationWarning,
            stacklevel=2,
        )
        return explain(self)

    @property
    def catalog_sha256(self) -> str:
        """The hash of the catalog that priced the call."""
        return self.catalog.sha256

    @property
    def guessed(self) -> bool:
        """Whether no row matched and the default price was charged."""
        return self.match.is_guess or any(part.guessed for part in self.rounds)

    @property
    def unread(self) -> tuple[Problem, ...]:
        """The parts of the row's prices that are not understood, so that they were left out."""
        return self.prices.unread

    @property
    def missing_region(self) -> bool:
        """Whether a region was named for which the row has no price; its base price was charged."""
        if self.rounds:
            return any(part.missing_region for part in self.rounds)
        return bool(self.region) and self.prices.region_factor(self.region) is None

    @property
    def missing_service(self) -> bool:
        """Whether a service was named that the row does not sell; standard prices were charged."""
        if self.rounds:
            return any(part.missing_service for part in self.rounds)
        if not (self.service and self.usage.counts):
            return False
        return not self.prices.sells(self.service)

    @property
    def averaged_tier(self) -> bool:
        """Whether the tier, of context or output length, is that of several requests' average.

        The response states only their sum, and another tier may hold for some of them.
        """
        if self.rounds:
            return any(part.averaged_tier for part in self.rounds)
        if self.requests <= 1:
            return False
        # The list that is charged is one of a long output, or has those in `by_output`.
        lists = (self.prices, *self.prices.by_output)
        starts = (prices.above_output_tokens for prices in lists if prices.above_output_tokens)
        first_longer = min(starts, default=NO_TIER)
        prices, usage = self.prices, self.usage
        return usage.input_tokens >= prices.first_tier_tokens or usage.output_tokens > first_longer

    @property
    def _request_tokens(self) -> int:
        """The input tokens that decide the context tier: of several requests their average."""
        return -(-self.usage.input_tokens // self.requests)

    @property
    def assumed(self) -> tuple[Line, ...]:
        """Lines charged at another unit's rate because the row has none for them."""
        products = self._products()
        return tuple(_line(unit, count, rate) for unit, count, rate in products if rate.assumed)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Lines the row has no price for; they add nothing, which is not the same as free."""
        products = self._products()
        return tuple(_line(unit, count, rate) for unit, count, rate in products if not rate.key)

    @property
    def nothing_priced(self) -> bool:
        """Whether every used unit is unpriced, so that $0 is not the cost."""
        return bool(self.usage.counts) and not any(rate.key for _, _, rate in self._products())

    @property
    def flags(self) -> tuple[str, ...]:
        """Why the cost may not be what the seller bills; each flag is a row of `pricectl.flags`."""
        conditions = (
            (UNKNOWN_MODEL, self.guessed),
            ("unpriced-unit", self.unpriced),
            # A guess has no further flags: no row answered.
            ("assumed-rate", self.assumed and not self.guessed),
            (MISSING_REGION, self.missing_region),
            ("unread-pricing", self.unread),
            ("missing-service", self.missing_service),
            (PARTIAL_MATCH, self.match.how == "partial"),
            ("averaged-tier", self.averaged_tier),
        )
        due = (flag for flag, is_due in conditions if is_due)
        by_name = (flag for part in (self, *self.rounds) for flag in part.match.flags)
        return tuple(dict.fromkeys((*due, *by_name)))

    @property
    def line_notes(self) -> tuple[str, ...]:
        """Each line's note, without "no SERVICE price" where the row does not sell the service.

        `missing_service` says it once for the whole quote.
        """
        if self.rounds:
            return tuple(note for part in self.rounds for note in part.line_notes)
        if not self.missing_service:
            return tuple(rate.note for _, _, rate in self._products())
        passed = self.prices.tiers_passed(self._request_tokens)
        tiers = range(len(self.parts)) if len(self.parts) > 1 else (passed,)
        return tuple(
            self.prices.card(tier, STANDARD, self.region)[unit].note
            for tier, (counts, _) in zip(tiers, self.parts, strict=True)
            for unit, _ in counts
        )


def quote(  # noqa: PLR0913 - the domain's question, all but three by keyword
    catalog: Catalog,
    name: str | Match,
    usage: Usage,
    *,
    service: str | None = None,
    region: str | None = None,
    at: date | None = None,
    strict: bool = False,
    requests: int = 1,
) -> Quote:
    """Price one call exactly.

    Args:
        catalog: the prices.
        name: the model's name, or what `find` found for it, so that it is looked up once.
        usage: token and unit counts of the call; `input_tokens` includes cached tokens.
        service: the provider's service tier, such as "batch" or "flex"; None is standard.
        region: the inference geography or data residency; None is standard.
        at: the day or UTC instant of the call; None uses the prices in the row itself.
        strict: raise instead of guessing.
        requests: how many requests the usage is the sum of. Their average decides the tiers, of
            context and of output length. A count that the seller rounds (`billed_counts`) is spread
            over min(requests, count) calls as evenly as whole numbers allow, and each is rounded.

    Returns:
        A quote in picodollars; its properties say what was assumed or is missing.

    Raises:
        UnknownModel: strict, and no row matches the name.
        UnpricedUnit: strict, and a used unit or the service has no price, or a part of the row's
            prices is not understood.
        BadUsage: `at` has no time zone; or the usage was made by `_replace`, and its counts
            contradict its totals.

    >>> text = '{"o": {"m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
    >>> quote(Catalog.load(text), "m", Usage(1000, 500)).pico_usd
    7500000000
    """
    # `type(...) is not`, since a usage made by `_replace` is of a subclass and not yet checked.
    if type(usage) is not Usage:
        usage = usage.checked()
    match = name if type(name) is Match else find(catalog, name)
    prices = match.model.prices
    # What the caller says goes before what the name says.
    service = service_word(service or match.service) if service or match.service else STANDARD
    region = region_word(region or match.region) if region or match.region else ""
    if at or strict or usage[0] >= prices.plain_below_tokens:
        if at and is_naive(at):
            step = "give it a time zone, such as datetime.UTC"
            raise BadUsage("the datetime has no time zone", where="at", next_step=step)
        if strict and match.is_guess:
            require(catalog, match.asked)
        prices, period = match.model.prices_at(at)
        prices = prices.for_output(-(-usage.output_tokens // requests))
        service = prices.sold_as(service)
        passed = prices.tiers_passed(-(-usage.input_tokens // requests))
        parts = _parts(prices, usage, passed, service, region, requests)
        pico = sum(_total(counts, card) for counts, card in parts)
        above = prices.thresholds[passed - 1] if passed else 0
        priced = Quote(match, usage, pico, parts, prices, catalog, service, region, above, period)
        priced = priced._replace(requests=requests) if requests > 1 else priced
        if strict and (priced.unpriced or priced.missing_service or prices.unread):
            raise _unpriced(priced)
        return priced
    # The common call: no date, no long context and no structure to follow. Indexes, since a field
    # by name costs more than the product itself.
    if service in SOLD_AS:
        service = prices.sold_as(service)
    card = prices.card(0, service, region) if service or region else prices.base
    pico = 0
    for unit, count in usage[2]:
        pico += count * card[unit][0]
    if card.divides:
        pico = _total(usage[2], card)
    parts = ((usage[2], card),)
    fields = (match, usage, pico, parts, prices, catalog, service, region, 0, "", (), requests)
    return tuple.__new__(Quote, fields)


def sum_of_quotes(quotes: Sequence[Quote], usage: Usage) -> Quote:
    """The quote of a response whose requests were priced one by one, each at its own tier.

    `usage` is the sum of theirs. Row, prices and service are those of the first.
    """
    return quotes[0]._replace(
        usage=usage,
        pico_usd=sum(part.pico_usd for part in quotes),
        parts=tuple(part for priced in quotes for part in priced.parts),
        above_tokens=max(part.above_tokens for part in quotes),
        rounds=tuple(quotes),
    )


def _parts(  # noqa: PLR0913, PLR0917 - what decides the rates
    prices: PriceList, usage: Usage, passed: int, service: str, region: str, requests: int
) -> tuple[Part, ...]:
    """The counts and the card they are charged by; several where only a part of them moves."""
    if not (prices.marginal and passed):
        counts = usage.counts
        if prices.counting:
            counts = billed_counts(counts, prices.counting, requests)
        return ((counts, prices.card(passed, service, region)),)
    # Where the tier begins at the threshold itself, the tier below is full one token earlier.
    # Each of several requests fills it.
    ends = [(end - prices.inclusive) * requests for end in prices.thresholds[:passed]]
    return tuple(
        (billed_counts(counts, prices.counting, requests), prices.card(tier, service, region))
        for tier, counts in enumerate(split_by_tier(usage, ends))
    )


def quantity(unit: str, count: int) -> int | Decimal:
    """A count as people count it: seconds, not their thousandths.

    >>> quantity("input", 1000), quantity("input_second", 12500)
    (1000, Decimal('12.500'))
    """
    return Decimal(f"{count // 1000}.{count % 1000:03d}") if UNITS[unit].divisible else count


def _total(counts: Counts, card: RateCard) -> int:
    return sum(product(unit, count, card[unit]) for unit, count in counts)


def product(unit: str, count: int, rate: Rate) -> int:
    """Count x rate; where the price buys a thousand counts, to the nearest picodollar."""
    priced_by = UNITS[unit].priced_by
    product = count * rate.pico_usd
    return product if priced_by == 1 else divide(product, priced_by, "half-even")


def _line(unit: str, count: int, rate: Rate) -> Line:
    one = 1000 if UNITS[unit].divisible else 1
    return Line(
        unit,
        quantity(unit, count),
        product(unit, one, rate),
        product(unit, count, rate),
        rate.key,
        rate.assumed,
        rate.note,
    )


def _unpriced(priced: Quote) -> UnpricedUnit:
    missing = [line.unit for line in priced.unpriced]
    if priced.missing_service:
        missing.append(f"service {priced.service}")
    if not missing:
        first = priced.prices.unread[0]
        return UnpricedUnit(
            f"a part of the row's prices is not understood: {first.message}",
            where=first.pointer,
            next_step="run 'pricectl validate'",
        )
    return UnpricedUnit(
        f"no price for {', '.join(missing)}",
        where=priced.match.model.full_name,
        next_step=f"see 'pricectl show {priced.match.model.full_name}'",
    )
