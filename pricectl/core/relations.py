"""The order of the prices inside a row: what costs more than what. Floor 0.

Real changes of a price can be of any size; these relations hold for nearly every row that was ever
sold, and a slip in one price breaks them.
"""

from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.prices import At, PriceList
from pricectl.core.units import STANDARD
from pricectl.core.words import amount_words, label, times

BATCHES = "batches"
BATCH_RULE = "batch-above-base"


class Relation(NamedTuple):
    """How much of another unit's price a unit costs, in thousandths; None is no limit."""

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
    }
)


class Broken(NamedTuple):
    """A relation that a list breaks, in words."""

    rule: str
    message: str


def broken(prices: PriceList, at: At) -> tuple[Broken, ...]:
    """The relations that a list breaks with its price of a unit at a tier and service.

    Prices of zero are not compared.
    """
    unit, tier, service = at
    found = []
    relation = RELATIONS.get(unit)
    if relation:
        pair = _pair(prices, at, (relation.other, tier, service))
        if pair and not _holds(relation, *pair):
            found.append(Broken(relation.rule, _words(at, relation.other, *pair)))
    if service == BATCHES:
        pair = _pair(prices, at, (unit, tier, STANDARD))
        if pair and pair[0] > pair[1]:
            found.append(Broken(BATCH_RULE, _words(at, label(unit, tier), *pair)))
    return tuple(found)


def _holds(relation: Relation, price: int, other: int) -> bool:
    part, high = price * 1000, relation.highest
    return part >= relation.lowest * other and (high is None or part <= high * other)


def _pair(prices: PriceList, at: At, other: At) -> tuple[int, int] | None:
    """What a list charges for both, in picodollars; None unless both cost something."""
    one, two = prices.charged(at), prices.charged(other)
    return (one[0], two[0]) if one and two and one[0] and two[0] else None


def _words(at: At, other: str, one: int, two: int) -> str:
    size = times(max(one, two), min(one, two))
    side = "above" if one > two else "below"
    return (
        f"{label(*at)} at {amount_words(one, at[0])} is {size} {side} {other} "
        f"at {amount_words(two, at[0])}"
    )
