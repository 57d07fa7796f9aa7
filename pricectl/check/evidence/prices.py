"""A price of the file at its place, as the rules about evidence hand it on."""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import Offer
from pricectl.check.rules.base import Context
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import OwnRate, RateKey
from pricectl.core.sanity.moves import power_of_ten

# Times off another price, doubled: an error from 9.5.
ERROR_TWICE = 19


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


class EditedRow(NamedTuple):
    """A row that the base has with other prices."""

    old: Model
    new: Model
    listed: Offer | None

    def moved(self, key: RateKey) -> Fraction:
        """The new price over the old one; 1 where either is missing or zero."""
        old, new = self.old.prices.charged_pico_usd(key), self.new.prices.charged_pico_usd(key)
        return Fraction(new, old) if old and new else Fraction(1)

    def deployed(self, key: RateKey) -> int:
        """What the base charges for it; 0 if it charges nothing."""
        return self.old.prices.charged_pico_usd(key) or 0


def edited_rows(context: Context, market: Market) -> list[EditedRow]:
    """Every row that the base has otherwise; none without a base."""
    known = context.evidence.base.by_full_name if context.evidence.base else {}
    pairs = ((known.get(model.full_name), model) for model in context.catalog.models)
    return [
        EditedRow(old, new, market.listed(new))
        for old, new in pairs
        if old and old.entry != new.entry
    ]


def added_prices(context: Context) -> Iterator[tuple[Model, list[FoundPrice]]]:
    """Each row with the prices that the base does not have in it; nothing without a base."""
    base = context.evidence.base
    for model in context.catalog.models if base else ():
        old = base.by_full_name.get(model.full_name) if base else None
        if old is None or old.entry != model.entry:
            had = old.prices.rates if old else {}
            added = [price for price in prices_of(model) if price.key not in had]
            if added:
                yield model, added


def is_listed(listed: Offer | None, price: FoundPrice) -> bool:
    """Whether the reference's row has a price too."""
    return listed is not None and price.pico_usd in listed.prices(price.key)


def is_far_off(price: int, other: int, twice: int = ERROR_TWICE) -> bool:
    """Whether two prices are a power of ten apart, or half of `twice` times and more.

    >>> is_far_off(100, 950), is_far_off(100, 900)
    (True, False)
    """
    low, high = sorted((price, other))
    return bool(power_of_ten(low, high)) or high * 2 >= low * twice
