"""Where in the catalog a price stands: its JSON Pointer and its value."""

from decimal import Decimal
from typing import Any

from pricectl.core.calculator import Quote
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, escape, pointer_to
from pricectl.core.units import NESTED_KEYS


def row_pointer(quote: Quote) -> str:
    """The row that answered; empty where the default price stands in no file."""
    if quote.guessed:
        return DEFAULT_PRICING_POINTER if "default_pricing" in quote.catalog.metadata else ""
    return pointer_to(quote.match.model.provider, quote.match.model.name)


def price_pointer(quote: Quote, key: str) -> str:
    """The price behind a line's key; empty where it stands in no file."""
    row = row_pointer(quote)
    return row and "/".join((row, *_period(quote), *map(escape, _steps(key))))


def _period(quote: Quote) -> tuple[str, ...]:
    for name in ("previous", "upcoming"):
        periods = quote.match.model.entry.get(name)
        for index, period in enumerate(periods if isinstance(periods, list) else ()):
            if period is quote.prices.entry:
                return name, str(index)
    return ()


def price_value(quote: Quote, key: str) -> Decimal | int:
    """The price that the catalog has at a line's key, in USD."""
    value: Any = quote.prices.entry
    for step in _steps(key):
        value = value[int(step) if isinstance(value, list) else step]
    return value  # type: ignore[no-any-return]


def loaded(quote: Quote, key: str) -> int:
    """That price as it was loaded, in picodollars."""
    return next(pico for pico, own in quote.prices.rates.values() if own == key)


def _steps(key: str) -> list[str]:
    *folders, last = key.split("/")
    nested, _, name = last.partition(".")
    return [*folders, nested, name] if nested in NESTED_KEYS else [*folders, last]
