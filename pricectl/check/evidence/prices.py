"""A price of the file at its place, as the rules about evidence hand it on."""

from collections.abc import Iterator
from typing import NamedTuple

from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import OwnRate, RateKey
from pricectl.core.units import STANDARD

INPUT: RateKey = ("input", 0, STANDARD)
OUTPUT: RateKey = ("output", 0, STANDARD)
CACHE_READ: RateKey = ("cache_read", 0, STANDARD)


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
    for key, own in model.prices.rates.items():
        yield FoundPrice(model.prices, key, own)
