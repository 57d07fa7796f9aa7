"""A price of the file at its place, as the rules about evidence hand it on."""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.check.evidence.offers import Offer
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import OwnRate, RateKey
from pricectl.core.sanity.moves import ERROR_TIMES_DOUBLED, power_of_ten


class FoundPrice(NamedTuple):
    """A price in a list, by what it pays for."""

    prices: PriceList
    key: RateKey
    own: OwnRate

    @property
    def pointer(self) -> str:
        """Its JSON Pointer."""
        _, name = self.own
        return self.prices.pointer_to(name)

    @property
    def pico_usd(self) -> int:
        """Picodollars for what its key buys."""
        pico, _ = self.own
        return pico

    @property
    def unit(self) -> str:
        """What it pays for."""
        unit, _, _ = self.key
        return unit


def prices_of(model: Model) -> Iterator[FoundPrice]:
    """Every price that a row charges today."""
    yield from prices_in(model.prices)


def prices_in(prices: PriceList) -> Iterator[FoundPrice]:
    """Every price of one list."""
    for key, own in prices.rates.items():
        yield FoundPrice(prices, key, own)


def dated_prices_of(model: Model, old: Model | None = None) -> Iterator[FoundPrice]:
    """Every price of the row's dated and off-peak lists that no list of `old` has, nor today's."""
    known = (*(old.price_lists if old else ()), model.prices)
    for prices in model.all_lists if model.dated else ():
        for price in prices_in(prices) if prices is not model.prices else ():
            if all(price.pico_usd != each.rates.get(price.key, (None,))[0] for each in known):
                yield price


def is_listed(listed: Offer | None, price: FoundPrice) -> bool:
    """Whether the reference's row has a price too."""
    return listed is not None and price.pico_usd in listed.prices(price.key)


def is_far_off(price: int, other: int, times_doubled: int = ERROR_TIMES_DOUBLED) -> bool:
    """Whether two prices are a power of ten apart, or half of `times_doubled` and more.

    >>> is_far_off(100, 950), is_far_off(100, 900)
    (True, False)
    """
    low, high = sorted((price, other))
    return bool(power_of_ten(low, high)) or high * 2 >= low * times_doubled
