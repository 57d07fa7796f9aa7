"""Suggests what a misspelt word or price key was meant to be."""

from collections.abc import Iterable

from pricectl.core.near import near
from pricectl.core.near_keys import PRICE_KEY_BASES

# Comparing words is slow, so a file full of unknown words gets suggestions for the first ones only.
MAX_LOOKUPS = 40
MAX_CHARACTERS = 100


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
    return Speller(PRICE_KEY_BASES)
