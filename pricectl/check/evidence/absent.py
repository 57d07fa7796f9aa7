"""Prices that a new row lacks, although the same row in the reference or its relatives have them.

Nothing looks wrong in such a row, and its calls are charged the nearest other price.
"""

from collections.abc import Iterator, Mapping

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, Offer, seller_of
from pricectl.check.evidence.rows import added_rows
from pricectl.check.evidence.witnesses import Witness, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import TEXT_MODES, Context, Rule, mode_of
from pricectl.core.labels import label
from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD

# What a row may lack without anybody noticing.
MISSED = frozenset(
    {
        ("cache_read", STANDARD),
        ("cache_write_1h", STANDARD),
        ("input", "priority"),
        ("output", "priority"),
    }
)
NAMED_PRICES = 3


def _row(model: str, more: str = "") -> str:
    prices = '"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06'
    return f'{{"openai": {{"{model}": {{{prices}{more}}}}}}}'


_CACHED = ',\n   "cache_read_input_token_cost": 5e-07'
PRICE_ABSENT = Rule(
    "price-absent",
    "warning",
    "a new row lacks a price that the same row in the reference has, or its relatives",
    "Cached tokens, long-lived cache writes, services and long context are then charged another "
    "price. Relatives are the model's other rows at the seller, and its other sizes.",
    _row("gpt-4.1"),
    _row("gpt-4.1", _CACHED),
    "Add the price, if the seller has it.",
    base=_row("gpt-4o"),
    reference=_row("gpt-4.1", _CACHED),
)
RULES = (PRICE_ABSENT,)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """One finding a row that the base does not have, for all that it lacks.

    Without a base only for long context: its calls are charged half of what they cost.
    """
    for model in added_rows(context):
        if INPUT in model.prices.rates:
            yield from _absent(market, model)
    for model in () if context.evidence.base else context.catalog.models:
        listed = market.listed(model)
        if listed and INPUT in model.prices.rates:
            yield from _finding(model, _tiers_of(model, listed))


def _absent(market: Market, model: Model) -> Iterator[Finding]:
    listed = market.listed(model)
    if listed:
        # First, since a missing tier costs the most and a message names three prices.
        lacking = _tiers_of(model, listed)
        lacking |= {key: listed for key in listed.model.prices.rates if _is_missed(key)}
    else:
        lacking = _of_relatives(market, model)
    yield from _finding(model, lacking)


def _tiers_of(model: Model, listed: Offer) -> dict[RateKey, Offer]:
    """Input at the tiers of the reference's row that the row does not have.

    Where it has as many tiers, they begin elsewhere, which `threshold-moved` tells.
    """
    own, rates = model.prices.thresholds, listed.model.prices.rates
    if len(own) == len(listed.model.prices.thresholds):
        return {}
    keys: list[RateKey] = [("input", tier, STANDARD) for tier in listed.model.prices.thresholds]
    return {key: listed for key in keys if key in rates and key[1] not in own}


def _finding(model: Model, lacking: Mapping[RateKey, Offer]) -> Iterator[Finding]:
    own, factors = model.prices.rates, model.prices.uplifts
    lacking = {
        key: offer for key, offer in lacking.items() if key not in own and key[2] not in factors
    }
    if not lacking:
        return
    first, whose = next(iter(lacking.items()))
    named, left = [*lacking][:NAMED_PRICES], len(lacking) - NAMED_PRICES
    names = ", ".join(label(*key) for key in named)
    more = f" and {left} more" if left > 0 else ""
    line = evidence_line(first, 0, [Witness(whose.name, whose.price(first))])
    _, _, said = line.partition("; ")
    yield PRICE_ABSENT.finding(model.pointer, f"no price for {names}{more}; {said}", on_key=True)


def _is_missed(key: RateKey) -> bool:
    unit, tier, service = key
    return not tier and (unit, service) in MISSED


def _of_relatives(market: Market, model: Model) -> dict[RateKey, Offer]:
    """What any other row of the model at the seller has, or every model of its generation."""
    seller = seller_of(model)
    found: dict[RateKey, Offer] = {}
    for offer in market.others(model):
        if seller_of(offer.model) == seller:
            found |= {key: offer for key in offer.model.prices.rates if _is_missed(key)}
    if mode_of(model) in TEXT_MODES:
        generation = [*market.seller(model).generation(model)]
        found |= _shared(generation, has_tiers=bool(model.prices.thresholds))
    return found


def _shared(offers: list[Offer], *, has_tiers: bool) -> dict[RateKey, Offer]:
    """What every one of the offers has a price for, and the first tier if all have tiers."""
    if not offers:
        return {}
    first, rates = offers[0], [offer.model.prices.rates for offer in offers]
    tiers = [offer.model.prices.thresholds for offer in offers]
    found: dict[RateKey, Offer] = {}
    # First, since a missing tier costs the most and a message names three prices.
    if all(tiers) and not has_tiers:
        key: RateKey = ("input", tiers[0][0], STANDARD)
        found = {key: first} if key in rates[0] else {}
    shared = (key for key in filter(_is_missed, rates[0]) if all(key in row for row in rates))
    return found | dict.fromkeys(shared, first)
