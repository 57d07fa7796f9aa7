"""Amounts of any size as people read them."""

from fractions import Fraction

from pricectl.core.labels import grouped
from pricectl.core.money import PICO_PER_USD, divide

_CENTS, _PICO, _FOUR_DIGITS = 2, 12, 1000


def dollars(pico: Fraction | int, *, signed: bool = False) -> str:
    """An amount to the cent from $10 on, else to four digits that say something.

    >>> dollars(1234_567_000_000_000), dollars(33_475 * 10**8), dollars(-5 * 10**12, signed=True)
    ('$1,234.57', '$3.348', '-$5.00')
    """
    amount = Fraction(pico) / PICO_PER_USD
    decimals = _CENTS
    while decimals < _PICO and 0 < abs(amount) * 10**decimals < _FOUR_DIGITS:
        decimals += 1
    scaled = amount * 10**decimals
    rounded = divide(scaled.numerator, scaled.denominator, "half-even")
    whole, rest = divmod(abs(rounded), 10**decimals)
    digits = f"{rest:0{decimals}d}"
    digits = digits[:2] + digits[2:].rstrip("0")
    sign = "-" if rounded < 0 else "+" if signed and rounded > 0 else ""
    return f"{sign}${grouped(str(whole))}.{digits}"
