"""A priced call: its total, the lines that add up to it, and what was assumed.

Apart from the calculator, which finds the row and the rates: reports, credits and the runtime only
read the result.
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple
from warnings import warn

from pricectl.core.catalog import Catalog
from pricectl.core.model import Match
from pricectl.core.money import divide
from pricectl.core.prices import NO_TIER, PriceList, Problem
from pricectl.core.rates import Rate, RateCard
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.usage import Counts, Usage
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
        passed = self.prices.tiers_passed(-(-self.usage.input_tokens // self.requests))
        tiers = range(len(self.parts)) if len(self.parts) > 1 else (passed,)
        return tuple(
            self.prices.card(tier, STANDARD, self.region)[unit].note
            for tier, (counts, _) in zip(tiers, self.parts, strict=True)
            for unit, _ in counts
        )


def quantity(unit: str, count: int) -> int | Decimal:
    """A count as people count it: seconds, not their thousandths.

    >>> quantity("input", 1000), quantity("input_second", 12500)
    (1000, Decimal('12.500'))
    """
    return Decimal(f"{count // 1000}.{count % 1000:03d}") if UNITS[unit].divisible else count


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
