"""Where digits finer than a picodollar were rounded away, and from what."""

from collections.abc import Iterator
from fractions import Fraction
from typing import Literal, NamedTuple

from pricectl.core.calculator import Line, Quote
from pricectl.core.money import PICO_PER_USD, exact, exact_usd
from pricectl.core.prices import Rate
from pricectl.core.units import UNITS
from pricectl.explain.factors import factor
from pricectl.explain.pointers import loaded, price_value


class Rounding(NamedTuple):
    """A figure of a line that was rounded half-even: the price, the uplifted rate, the product."""

    at: Literal["load", "uplift", "product"]
    exact_usd: str
    said: str


def roundings(quote: Quote, line: Line, rate: Rate) -> Iterator[Rounding]:
    """What was rounded on the way to a line's product, in that order."""
    price = Fraction(price_value(quote, line.key)) * PICO_PER_USD
    raised = factor(quote, line.unit)
    uplifted = loaded(quote, line.key) * raised
    counts = Fraction(line.quantity) * (1000 if UNITS[line.unit].divisible else 1)
    product = counts * rate.pico_usd / UNITS[line.unit].priced_by
    steps: tuple[tuple[Literal["load", "uplift", "product"], Fraction, str], ...] = (
        ("load", price, "rate rounded half-even at load"),
        ("uplift", uplifted, f"rate rounded half-even after x {exact(raised)}"),
        ("product", product, "product rounded half-even"),
    )
    for at, amount, words in steps:
        if amount.denominator != 1:
            yield Rounding(at, exact_usd(amount), f"{words} from ${exact_usd(amount)}")
