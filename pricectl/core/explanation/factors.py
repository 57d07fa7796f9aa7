"""What multiplies a row's token rates. Floor 0."""

from decimal import Decimal
from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.prices import ANY_REGION, PriceList
from pricectl.core.units import is_token


def region_factor(prices: PriceList, region: str) -> Decimal | None:
    """The factor that a region puts on token rates; None if the row has none for it."""
    return prices.uplifts.get(region, prices.uplifts.get(ANY_REGION)) if region else None


def factor(quote: Quote, unit: str) -> Fraction:
    """What the service and the region put on a unit's rate together: 1 on all but tokens."""
    if not is_token(unit):
        return Fraction(1)
    service = quote.prices.service_factor(quote.service)
    return Fraction(service or 1) * Fraction(region_factor(quote.prices, quote.region) or 1)
