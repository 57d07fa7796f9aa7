"""The exact cost of one call, from a model's name and the usage."""

from collections.abc import Sequence
from datetime import date

from pricectl.core.catalog import Catalog
from pricectl.core.counting import billed_counts
from pricectl.core.errors import BadUsage, UnpricedUnit
from pricectl.core.labels import region_word, service_word
from pricectl.core.lookup import find, require
from pricectl.core.model import Match
from pricectl.core.priced_call import Line, Part, Quote, product, quantity
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateCard, split_by_tier
from pricectl.core.units import SOLD_AS, STANDARD
from pricectl.core.usage import Counts, Usage
from pricectl.core.windows import is_naive

# With the names of the result that callers import from here.
__all__ = ["Line", "Quote", "quantity", "quote", "sum_of_quotes"]


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
        parts = parts_of(prices, usage, passed, service, region, requests)
        pico = sum(_total(counts, card) for counts, card in parts)
        above = prices.thresholds[passed - 1] if passed else 0
        priced = Quote(
            match,
            usage,
            pico,
            parts,
            prices,
            catalog,
            service,
            region,
            above,
            period,
            requests=requests,
        )
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


def parts_of(  # noqa: PLR0913, PLR0917 - what decides the rates
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


def _total(counts: Counts, card: RateCard) -> int:
    return sum(product(unit, count, card[unit]) for unit, count in counts)


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
