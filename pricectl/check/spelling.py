"""Suggests what a misspelt word or price key was meant to be."""

import re
from collections.abc import Iterable

from pricectl.core.near import near
from pricectl.core.units import KNOWN_SERVICES, SYNONYMS, UNIT_BY_KEY, parse_key

# Comparing words is slow, so a file full of unknown words gets suggestions for the first ones only.
MAX_LOOKUPS = 40
MAX_CHARACTERS = 100

_BASES = tuple(key for key in (*UNIT_BY_KEY, *SYNONYMS) if "." not in key)
_SERVICE = re.compile(rf"_({'|'.join(KNOWN_SERVICES)})$")
_TIER = re.compile(r"_(?:above|over|gt)_?(\d{1,6})_?k?(?:_tokens?)?$")


class Speller:
    """Finds the known word that is nearest to a misspelt one, for at most MAX_LOOKUPS words."""

    def __init__(self, words: Iterable[str], slips_percent: int | None = 25) -> None:
        self._words = tuple(words)
        self._slips_percent = slips_percent
        self._found: dict[str, str] = {}

    def near(self, word: str) -> str:
        """The known word nearest to a word; empty if none is near."""
        if word not in self._found:
            if len(self._found) >= MAX_LOOKUPS or len(word) > MAX_CHARACTERS:
                return ""
            found = near(word, self._words, slips_percent=self._slips_percent)
            self._found[word] = found[0] if found else ""
        return self._found[word]


def price_speller() -> Speller:
    """A speller for the part of a price key before tier and service."""
    return Speller(_BASES)


def near_price_key(key: str, speller: Speller) -> str:
    """The price key that was probably meant; empty if none is near.

    >>> near_price_key("input_cost_per_tokens_above_200k_batches", price_speller())
    'input_cost_per_token_above_200k_tokens_batches'
    """
    service = _SERVICE.search(key)
    rest = key[: service.start()] if service else key
    tier = _TIER.search(rest)
    base = speller.near(rest[: tier.start()] if tier else rest)
    if not base:
        return ""
    wanted = f"{base}{f'_above_{int(tier[1])}k_tokens' if tier else ''}"
    wanted += service[0] if service else ""
    return wanted if parse_key(wanted) else base
