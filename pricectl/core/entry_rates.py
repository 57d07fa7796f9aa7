"""Reads the prices of one object of the document: a row, a period, a tier, off-peak hours."""

from decimal import Decimal
from functools import lru_cache

from pricectl.core.document import Json, Unreadable
from pricectl.core.money import pico_usd
from pricectl.core.prices import Entry, Problem, key_path
from pricectl.core.rates import RateKey, Rates
from pricectl.core.units import (
    MAX_KEY,
    NESTED_KEYS,
    SYNONYMS,
    UNCOUNTED_KEYS,
    is_price_like,
    parse_key,
)


@lru_cache(maxsize=4096)
def _rate_key(key: str) -> tuple[RateKey, bool] | None:
    """What a price key pays for, and whether it is a synonym of the usual key."""
    parsed = parse_key(key)
    if parsed is None:
        return None
    return (parsed.unit.name, parsed.above_tokens, parsed.service), key.startswith(tuple(SYNONYMS))


def read_rates(entry: Entry, pointer: str, problems: list[Problem], prefix: str = "") -> Rates:
    """Every price of an entry; a synonym yields to the key itself when a row has both.

    A value that is not a price is added to `problems`. `prefix` is the way from the row to the
    entry, where it is a part of one.
    """
    rates: Rates = {}
    synonyms: Rates = {}
    for key, value in entry.items():
        parsed = _rate_key(key) if len(key) <= MAX_KEY else None
        if parsed is None:
            if key in NESTED_KEYS and isinstance(value, dict):
                nested = {f"{key}.{name}": cost for name, cost in value.items()}
                rates.update(read_rates(nested, pointer, problems, prefix))
        elif (type(value) is Decimal or type(value) is int) and value >= 0:
            rate_key, is_synonym = parsed
            target = synonyms if is_synonym else rates
            target[rate_key] = pico_usd(value), prefix + key
        elif value is not None:
            where = f"{pointer}/{key_path(prefix + key)}"
            problems.append(Problem(where, price_problem(value)))
    return {**synonyms, **rates} if synonyms else rates


def price_problem(value: Json) -> str:
    """Why a value is not a price, in words; empty if it is one.

    >>> price_problem("2.5"), price_problem(True)
    ('price is a string', 'price is a boolean')
    """
    kinds = {
        bool: "a boolean",
        str: "a string",
        list: "a list",
        dict: "an object",
        type(None): "null",
        float: "a float; read the file with Catalog.load",
    }
    if type(value) in kinds:
        return f"price is {kinds[type(value)]}"
    if isinstance(value, Unreadable):
        return f"price is {value.literal:.20}, not a finite number"
    return "price is negative" if value < 0 else ""  # type: ignore[operator]


@lru_cache(maxsize=4096)
def is_unread_price(key: str) -> bool:
    """Whether a key speaks of a price and no reader knows it; such a price charges nothing.

    >>> is_unread_price("input_cost_per_tokens"), is_unread_price("input_cost_per_token")
    (True, False)
    """
    known = (*NESTED_KEYS, *UNCOUNTED_KEYS, "tiered_pricing", "off_peak_pricing")
    return is_price_like(key) and key not in known and parse_key(key) is None
