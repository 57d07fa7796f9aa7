"""The price key that a misspelt one was meant to be: its base is compared, the rest stays."""

import re
from collections.abc import Callable

from pricectl.core.near import near
from pricectl.core.units import KNOWN_SERVICES, SYNONYMS, UNIT_BY_KEY, UNITS, parse_key

# The part of a price key before tier and service.
PRICE_KEY_BASES = tuple(key for key in (*UNIT_BY_KEY, *SYNONYMS) if "." not in key)
# "input_price" is rather a price of tokens than one of images.
_NOT_OF_TOKENS = frozenset(key for key, unit in UNIT_BY_KEY.items() if not unit.is_token)
_SERVICE = re.compile(rf"_({'|'.join(KNOWN_SERVICES)})$")
_TIER = re.compile(r"_(?:above|over|gt)_?(\d{1,6})_?k?(?:_tokens?)?$")


def near_price_key(key: str, nearest: Callable[[str], str] | None = None) -> str:
    """The price key that was probably meant; empty if none is near.

    `nearest` finds the base, of PRICE_KEY_BASES; without it each base is compared.

    >>> near_price_key("input_cost_per_tokens_above_200k_batches")
    'input_cost_per_token_above_200k_tokens_batches'
    """
    service = _SERVICE.search(key)
    rest = key[: service.start()] if service else key
    tier = _TIER.search(rest)
    base = (nearest or _nearest_base)(rest[: tier.start()] if tier else rest)
    if not base:
        return ""
    wanted = f"{base}{f'_above_{int(tier[1])}k_tokens' if tier else ''}"
    wanted += service[0] if service else ""
    return wanted if parse_key(wanted) else base


def _nearest_base(word: str) -> str:
    if word in UNITS:  # the unit's name instead of its key
        return UNITS[word].key
    return next(iter(near(word, PRICE_KEY_BASES, demoted=_NOT_OF_TOKENS)), "")
