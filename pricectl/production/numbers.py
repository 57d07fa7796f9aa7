"""A caller's number as the exact value it was written as, and back to a float."""

import math
import operator
from decimal import Decimal
from fractions import Fraction
from typing import Any

from pricectl.core.money import divide, is_bounded

COST_DECIMALS = 8
MAX_AMOUNT = 10**15


def exact(value: Any) -> Fraction:
    """A number as it is written, at most 1e15 either way; 0 for what is no number."""
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


def rounded(usd: Fraction) -> float:
    """USD at 8 decimals, half to even."""
    units: int = 10**COST_DECIMALS
    return divide(usd.numerator * units, usd.denominator, "half-even") / units
