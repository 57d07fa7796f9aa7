"""Exact numbers as people read them: counts, percents, credits, whatever their size. Floor 2."""

from decimal import Decimal
from fractions import Fraction

from pricectl.core.money import divide

CREDIT_DECIMALS = 6


def count(number: int | Decimal) -> str:
    """A count with thousands separated.

    >>> count(1000000), count(Decimal("12.500"))
    ('1,000,000', '12.5')
    """
    return f"{number:,}" if isinstance(number, int) else f"{number:,}".rstrip("0").rstrip(".")


def plain(number: Fraction, decimals: int = CREDIT_DECIMALS) -> str:
    """An exact number in at most that many decimals; "~" says that digits are missing.

    >>> plain(Fraction(3, 20)), plain(Fraction(1, 3), 4), plain(Fraction(29))
    ('0.15', '~0.3333', '29')
    """
    scaled = number * 10**decimals
    rounded = divide(scaled.numerator, scaled.denominator, "half-even")
    whole, rest = divmod(abs(rounded), 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0")
    sign = "-" if rounded < 0 else ""
    approximate = "~" if Fraction(rounded) != scaled else ""
    return f"{approximate}{sign}{whole}{'.' + digits if digits else ''}"


def percent(old: int, new: int) -> str:
    """How much a price moved, signed; from zero there is no percentage.

    >>> percent(100, 120), percent(3, 2), percent(0, 5)
    ('+20%', '-33.3%', 'new')
    """
    if old == 0:
        return "0%" if new == 0 else "new"
    tenths = divide((new - old) * 1000, old, "half-even")
    if tenths == 0:
        return "0%" if new == old else ("+<0.1%" if new > old else "-<0.1%")
    whole, rest = divmod(abs(tenths), 10)
    return f"{'-' if tenths < 0 else '+'}{whole:,}{f'.{rest}' if rest else ''}%"
