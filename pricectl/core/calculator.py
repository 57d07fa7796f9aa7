"""A model's name and what a call used to the exact cost, line by line. Floor 0."""

from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.catalog import Catalog, Match
from pricectl.core.errors import UnpricedUnit
from pricectl.core.lookup import find, require
from pricectl.core.prices import PriceList, Rate, RateCard
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.usage import Counts, Usage

# What callers and providers call a service -> the word in price keys.
SERVICE_NAMES = MappingProxyType(
    {
        "standard": STANDARD,
        "default": STANDARD,
        "auto": STANDARD,
        "on_demand": STANDARD,
        "batch": "batches",
    }
)


class Line(NamedTuple):
    """One product of a quote: quantity x rate. `key` is the price key used, "" if unpriced."""

    unit: str
    quantity: int
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
    """What a call costs the provider's customer, in picodollars, with the row that says so.

    `above_tokens` is the context threshold the request passed (0: none), `period` the dated price
    list that applied ("" is today's).
    """

    match: Match
    usage: Usage
    pico_usd: int
    parts: tuple[Part, ...]
    service: str
    above_tokens: int
    period: str

    @property
    def lines(self) -> tuple[Line, ...]:
        """The products that add up to the total, one a unit (and marginal tier)."""
        return tuple(
            _line(unit, quantity, card[unit])
            for counts, card in self.parts
            for unit, quantity in counts
        )

    @property
    def guessed(self) -> bool:
        """Whether the default price answered because no row did."""
        return self.match.how == "default"

    @property
    def assumed(self) -> tuple[Line, ...]:
        """Lines charged at another unit's rate, for want of their own."""
        return tuple(line for line in self.lines if line.assumed)

    @property
    def unpriced(self) -> tuple[Line, ...]:
        """Lines the row has no price for; they add nothing, which is not the same as free."""
        return tuple(line for line in self.lines if not line.priced)


def quote(  # noqa: PLR0913 - the domain's question, all but three by keyword
    catalog: Catalog,
    name: str,
    usage: Usage,
    *,
    service: str | None = None,
    at: date | None = None,
    strict: bool = False,
) -> Quote:
    """Price one call exactly.

    `service` is a provider's service tier (None is standard), `at` the day or UTC instant of the
    call (None: the row as it stands). With `strict`, a name only the default price answers raises
    UnknownModel and a used unit without a price UnpricedUnit; otherwise the quote says so.

    >>> text = '{"o": {"m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
    >>> quote(Catalog.load(text), "m", Usage(1000, 500)).pico_usd
    7500000000
    """
    match = find(catalog, name)
    prices = match.model.prices
    plain = service is None and at is None and not strict
    if not plain or usage[0] >= prices.first_tier_tokens:
        return _quote(
            require(catalog, name) if strict else match, usage, service, at, strict=strict
        )
    card = prices.base
    pico = 0
    for unit, quantity in usage[2]:
        pico += quantity * card[unit][0]
    return tuple.__new__(Quote, (match, usage, pico, ((usage[2], card),), STANDARD, 0, ""))


def _quote(
    match: Match, usage: Usage, service: str | None, at: date | None, *, strict: bool
) -> Quote:
    word = service_word(service)
    prices, period = match.model.prices_at(at)
    passed = prices.tiers_passed(usage.input_tokens)
    parts = _marginal_parts if prices.marginal and passed else _request_parts
    charged = parts(prices, usage, passed, word)
    pico = sum(count * card[unit][0] for counts, card in charged for unit, count in counts)
    above = prices.thresholds[passed - 1] if passed else 0
    answer = Quote(match, usage, pico, charged, word, above, period)
    if strict and answer.unpriced:
        raise _unpriced(answer)
    return answer


def service_word(service: str | None) -> str:
    """The word a price key uses for a service tier; "" is standard.

    >>> service_word("batch"), service_word("default"), service_word(None)
    ('batches', '', '')
    """
    word = (service or STANDARD).lower()
    return SERVICE_NAMES.get(word, word)


def _request_parts(prices: PriceList, usage: Usage, passed: int, word: str) -> tuple[Part, ...]:
    return ((usage.counts, prices.card(passed, word)),)


def _marginal_parts(prices: PriceList, usage: Usage, passed: int, word: str) -> tuple[Part, ...]:
    """Fill the tiers with the prompt in its order: the cached prefix first, then the rest.

    Output comes after the whole prompt, so it is charged in the last tier the prompt reaches.
    """
    bounds = [threshold - prices.inclusive for threshold in prices.thresholds[:passed]]
    lows, highs = (0, *bounds), (*bounds, usage.input_tokens)
    parts = []
    for tier, (low, high) in enumerate(zip(lows, highs, strict=True)):
        counts = _between(_prompt_order(usage), low, high)
        if tier == passed:
            counts += tuple(pair for pair in usage.counts if UNITS[pair[0]].side != "input")
        parts.append((counts, prices.card(tier, word)))
    return tuple(parts)


def _prompt_order(usage: Usage) -> Counts:
    inputs = [pair for pair in usage.counts if UNITS[pair[0]].side == "input"]
    return tuple(sorted(inputs, key=lambda pair: not pair[0].startswith("cache")))


def _between(counts: Counts, low: int, high: int) -> Counts:
    found, start = [], 0
    for unit, count in counts:
        inside = min(start + count, high) - max(start, low)
        if inside > 0:
            found.append((unit, inside))
        start += count
    return tuple(found)


def _line(unit: str, quantity: int, rate: Rate) -> Line:
    return Line(
        unit, quantity, rate.pico_usd, quantity * rate.pico_usd, rate.key, rate.assumed, rate.note
    )


def _unpriced(answer: Quote) -> UnpricedUnit:
    units = ", ".join(line.unit for line in answer.unpriced)
    return UnpricedUnit(
        f"no price for {units}",
        where=answer.match.model.full_name,
        next_step=f"see 'pricectl show {answer.match.model.full_name}'",
    )
