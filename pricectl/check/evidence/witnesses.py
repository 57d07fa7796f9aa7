"""What a message says for and against a price, in one line."""

from collections.abc import Iterable
from typing import NamedTuple

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import exact_name, is_reseller, seller_of
from pricectl.check.rules.base import mode_of
from pricectl.core.labels import label, ratio_text, short_rate
from pricectl.core.model import Model
from pricectl.core.rates import RateKey

# How many other sellers' prices a message names.
NAMED_OFFERS = 2


class Witness(NamedTuple):
    """A price that another one is held against, and whose it is."""

    name: str
    pico_usd: int


def evidence_line(key: RateKey, pico_usd: int, witnesses: Iterable[Witness]) -> str:
    """A price and what speaks for or against it; the first witness says how far off it is.

    >>> evidence_line(("input", 0, ""), 25_000_000, [Witness("deployed", 2_500_000)])
    'input $25.00 / 1M; deployed $2.50 (x10)'
    """
    unit, _, _ = key
    words: list[str] = []
    for name, other in witnesses:
        ratio = ""
        if not words and pico_usd and other and pico_usd != other:
            sign = "x" if pico_usd > other else "/"
            ratio = f" ({sign}{ratio_text(max(pico_usd, other), min(pico_usd, other))[:-1]})"
        words.append(f"{name} {short_rate(other, unit).partition(' ')[0]}{ratio}")
    said = f"{label(*key)} {short_rate(pico_usd, unit)}"
    return f"{said}; {', '.join(words)}" if words else said


def beside(market: Market, model: Model, key: RateKey) -> list[Witness]:
    """What the reference and other sellers ask for the same, for a message; else its siblings.

    The row of the same name at another seller says more than a snapshot.
    """
    own = market.listed(model)
    offers = [own] if own and own.price(key) else []
    shown, name = own.model.full_name if own else "", exact_name(model.name)
    others = [one for one in market.others(model) if one.model.full_name != shown]
    own_seller = seller_of(model)
    others.sort(
        key=lambda one: (
            exact_name(one.model.name) != name,
            seller_of(one.model) == own_seller,
            is_reseller(one.model),
        )
    )
    offers += [offer for offer in others if offer.price(key)][:NAMED_OFFERS]
    if offers:
        return [Witness(offer.name, offer.price(key)) for offer in offers]
    middle, mode = market.seller(model).median(model, key), mode_of(model)
    rows = f"{mode:.40} rows" if mode else "rows"
    return [Witness(f"median of the seller's {rows}", middle)] if middle else []
