"""Prices that depend on an edited one: of services, tiers and caching, and in the clouds' rows.

In dated changes of public price lists 107 of 118 sibling rates kept their ratio to the base price
and 11 did not, so an edit lists them and writes them only when told.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.evidence.offers import INPUT, OUTPUT, identity, is_reseller, seller_of
from pricectl.core.catalog import Catalog
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.units import STANDARD, UNITS
from pricectl.edit.fields import structure_lists
from pricectl.edit.price_words import rounded

# A cloud asks the maker's price, or a region's fixed part more for everything.
MOST_CLOUD_FACTOR = Fraction(5, 4)


class PricePlace(NamedTuple):
    """One price of a list: what it is the price of, its path in the list, and picodollars.

    `pointer` is its JSON Pointer before the edit.
    """

    key: RateKey
    path: str
    pico_usd: int
    pointer: str


class PriceEdit(NamedTuple):
    """A price that an edit changes. The old one of an added price is None."""

    key: RateKey
    path: str
    old_pico_usd: int | None
    new_pico_usd: int | None


class Dependent(NamedTuple):
    """A price that stood in a ratio to an edited one, and what would keep the ratio.

    `of` is the edited price. `exact`: the kept value is a whole number of picodollars.
    """

    model: Model
    place: PricePlace
    of: RateKey
    ratio: Fraction
    kept_pico_usd: int
    exact: bool

    @property
    def move(self) -> PriceEdit:
        """The change that keeps the ratio."""
        place = self.place
        return PriceEdit(place.key, place.path, place.pico_usd, self.kept_pico_usd)


def places(prices: PriceList) -> Iterator[PricePlace]:
    """Every price of a list that the list or a structure in it states itself."""
    seen = set()
    for part in (prices, *structure_lists(prices)):
        for key, (pico, path) in part.rates.items():
            if path not in seen:
                seen.add(path)
                yield PricePlace(key, path, pico, prices.pointer_to(path))


def siblings(model: Model, prices: PriceList, moves: Iterable[PriceEdit]) -> Iterator[Dependent]:
    """The prices of a list that depend on edited ones and were not edited themselves.

    `prices` is the list before the edit.
    """
    moved = {move.key: move for move in moves if move.old_pico_usd and move.new_pico_usd}
    edited = {move.path for move in moves}
    for place in places(prices):
        if place.path in edited:
            continue
        parents = [key for key in moved if _depends(place.key, key)]
        if parents:
            nearest = max(parents, key=lambda key: _nearness(place.key, key))
            yield _dependent(model, place, moved[nearest])


def copies(
    catalog: Catalog,
    model: Model,
    moves: Iterable[PriceEdit],
    list_of: Callable[[Model], PriceList],
) -> Iterator[Dependent]:
    """The same prices in the clouds' rows of the model, where those follow the row's.

    `list_of` gives the list of a row that is edited.
    """
    moved = {
        move.key: move
        for move in moves
        if move.old_pico_usd and move.new_pico_usd and "/" not in move.path
    }
    name, seller, own = identity(model.name), seller_of(model), list_of(model).rates
    for row in catalog.models if moved else ():
        if identity(row.name) != name or is_reseller(row) or row.full_name == model.full_name:
            continue
        prices = list_of(row)
        factor = _factor(own, prices.rates)
        same_seller = seller_of(row) == seller
        if factor is None or factor > MOST_CLOUD_FACTOR or (same_seller and factor != 1):
            continue
        for key, move in moved.items():
            pico, path = prices.rates.get(key, (0, ""))
            if pico:
                place = PricePlace(key, path, pico, prices.pointer_to(path))
                yield _dependent(row, place, move)


Rates = Mapping[RateKey, tuple[int, str]]


def _factor(own: Rates, other: Rates) -> Fraction | None:
    """What another row asks for both directions, as a part of this one; None if they differ."""
    factors = set()
    for key in (INPUT, OUTPUT):
        one, two = own.get(key, (0, ""))[0], other.get(key, (0, ""))[0]
        if bool(one) != bool(two):
            return None
        if one:
            factors.add(Fraction(two, one))
    return factors.pop() if len(factors) == 1 else None


def _depends(key: RateKey, on: RateKey) -> bool:
    """Whether a price is one of a tier, service or part of what another one is the price of."""
    (unit, tier, service), (base, base_tier, base_service) = key, on
    return (
        (unit == base or base in UNITS[unit].fallbacks)
        and base_tier in (0, tier)
        and base_service in (STANDARD, service)
    )


def _nearness(key: RateKey, on: RateKey) -> tuple[bool, bool, bool]:
    return on[2] == key[2], on[1] == key[1], on[0] == key[0]


def _dependent(model: Model, place: PricePlace, move: PriceEdit) -> Dependent:
    old, new = move.old_pico_usd or 1, move.new_pico_usd or 0
    ratio = Fraction(place.pico_usd, old)
    kept = ratio * new
    return Dependent(model, place, move.key, ratio, rounded(kept), kept.denominator == 1)
