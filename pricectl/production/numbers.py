"""The numbers that callers pass: floats and others, taken exactly; results rounded once."""

import math
import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricectl.core.money import divide, is_bounded, plain_decimal

# As MAX_COUNT of a usage; far beyond any bill, and exact to calculate with.
MAX_AMOUNT = 10**15


def exact(value: Any) -> Fraction:
    """A caller's number as the value it is written as, at most 1e15 either way; 0 for others.

    A float means the shortest decimal that reads back as it: 0.29 is 29/100.
    """
    amount: int | Fraction = 0
    try:
        if isinstance(value, Decimal):
            amount = Fraction(value) if is_bounded(value) else 0
        elif hasattr(value, "__index__"):
            amount = operator.index(value)
        elif hasattr(value, "__float__") and math.isfinite(value):
            amount = Fraction(float.__repr__(float(value)))
    except Exception:  # noqa: BLE001 - a number of the caller's making
        return Fraction(0)
    return Fraction(max(-MAX_AMOUNT, min(amount, MAX_AMOUNT)))


def amount_in_text(value: str) -> Fraction | None:
    """A plain decimal number in text, blanks around it aside; None for other text."""
    number = plain_decimal(value.strip())
    return None if number is None else exact(number)


def rounded(usd: Fraction, decimals: int) -> float:
    """USD at so many decimals, half to even, as the replaced module rounded."""
    units: int = 10**decimals
    return divide(usd.numerator * units, usd.denominator, "half-even") / units
