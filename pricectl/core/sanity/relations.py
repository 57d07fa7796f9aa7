"""The order of the prices inside a row: what costs more than what.

Real changes of a price can be of any size; these relations hold for nearly every row that was ever
sold, and a slip in one price breaks them.
"""

from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.labels import amount_words, label, ratio_text
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD

BATCHES = "batches"
BATCH_RULE = "batch-above-base"


class Relation(NamedTuple):
    """How much of another unit's price a unit costs, in thousandths; None: unlimited."""

    rule: str
    other: str
    lowest: int
    highest: int | None


# Cache reads were seen at 0.8 to 100% of the input, cache writes at 100 to 250%. The limits leave
# room on either side: a few real rows break a narrow one, slipped digits break a wide one, too.
_READ = Relation("cache-price-off", "input", 2, 1000)
_WRITE = Relation("cache-price-off", "input", 250, 4000)
RELATIONS = MappingProxyType(
    {
        "output": Relation("output-below-input", "input", 1000, None),
        "cache_read": _READ,
        "explicit_cache_read": _READ,
        "cache_write": _WRITE,
        "cache_write_1h": _WRITE,
        "cache_write_12h": _WRITE,
    }
)


class PricePair(NamedTuple):
    """Two prices of a list that are compared."""

    pico_usd: int
    other_pico_usd: int


class BrokenRelation(NamedTuple):
    """A relation that a list breaks, in words."""

    rule: str
    message: str


def broken_relations(prices: PriceList, key: RateKey) -> tuple[BrokenRelation, ...]:
    """The relations that a list breaks with its price of a unit at a tier and service.

    Prices of zero are not compared.
    """
    unit, tier, service = key
    found = []
    relation = RELATIONS.get(unit)
    pair = _pair(prices, key, (relation.other, tier, service)) if relation else None
    if relation and pair:
        part, high = pair.pico_usd * 1000, relation.highest
        if part < relation.lowest * pair.other_pico_usd or (
            high and part > high * pair.other_pico_usd
        ):
            found.append(BrokenRelation(relation.rule, _words(key, relation.other, pair)))
    if service == BATCHES:
        pair = _pair(prices, key, (unit, tier, STANDARD))
        if pair and pair.pico_usd > pair.other_pico_usd:
            found.append(BrokenRelation(BATCH_RULE, _words(key, label(unit, tier), pair)))
    return tuple(found)


def _pair(prices: PriceList, key: RateKey, other: RateKey) -> PricePair | None:
    """What a list charges for both; None unless both cost something."""
    pair = PricePair(prices.charged_pico_usd(key) or 0, prices.charged_pico_usd(other) or 0)
    return pair if pair.pico_usd and pair.other_pico_usd else None


def _words(key: RateKey, other: str, pair: PricePair) -> str:
    unit, _, _ = key
    price, side = (
        amount_words(pair.pico_usd, unit),
        "above" if pair.pico_usd > pair.other_pico_usd else "below",
    )
    return (
        f"{label(*key)} at {price} is {ratio_text(max(pair), min(pair))} {side} "
        f"{other} at {amount_words(pair.other_pico_usd, unit)}"
    )
