"""What multiplies a row's token rates."""

from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.units import is_token


def factor(quote: Quote, unit: str) -> Fraction:
    """What the service and the region put on a unit's rate together: 1 on all but tokens."""
    if not is_token(unit):
        return Fraction(1)
    service = quote.prices.service_factor(quote.service)
    return Fraction(service or 1) * Fraction(quote.prices.region_factor(quote.region) or 1)
