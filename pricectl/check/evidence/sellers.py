"""What the rows of one seller have in common, worked out once for all rows that ask.

A first import adds thousands of rows of one seller: comparing each with each would take minutes.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from fractions import Fraction
from functools import cached_property

from pricectl.check.evidence.offers import CACHE_READ, INPUT, OUTPUT, Offer, identity, median_price
from pricectl.check.rules.base import TEXT_MODES, mode_of
from pricectl.core.model import Model
from pricectl.core.rates import RateKey

# Words for a size or a variant: models that differ in nothing else are of one generation.
_SIZES = """
    chat codex flash haiku instruct large lite max medium micro mini nano opus plus premier pro
    small sonnet tiny turbo ultra
"""
SIZES = frozenset(_SIZES.split())
# Shares of input are the same within so much.
SAME_SHARE = Fraction(1, 200)
# More rows of one generation say nothing new.
MAX_GENERATION = 50
# The median of fewer rows says little.
MIN_ALIKE = 3
# Output that costs so many times input is usual.
USUAL_OUTPUT = Fraction(5, 2)


class Seller:
    """The rows of one seller."""

    def __init__(self, offers: Sequence[Offer] = ()) -> None:
        self._offers = offers
        self._medians: dict[tuple[str | None, RateKey], int] = {}

    def first_with_pair(self, model: Model, pair: tuple[int, int]) -> Offer | None:
        """A row of another model with the same input and output."""
        own = identity(model.name)
        found = self._pairs.get(pair, ())
        return next((one for one in found if identity(one.model.name) != own), None)

    @cached_property
    def _pairs(self) -> dict[tuple[int, int], list[Offer]]:
        pairs: dict[tuple[int, int], list[Offer]] = {}
        for offer in self._offers:
            found = pairs.setdefault((offer.price(INPUT), offer.price(OUTPUT)), [])
            # Two models are enough to find one that is another.
            if len({identity(one.model.name) for one in (*found, offer)}) > len(found):
                found.append(offer)
        return pairs

    def has_share(self, model: Model, share: Fraction) -> bool | None:
        """Whether another row has this share of input as its cache read; None if none has any."""
        own = self._shares.get(model.full_name)
        known, counts = self._sorted_shares
        if len(self._shares) == (own is not None):
            return None
        first = bisect_left(known, share / (1 + SAME_SHARE))
        for one in known[first:]:
            if one * (1 - SAME_SHARE) > share:
                return False
            if abs(share - one) <= one * SAME_SHARE and counts[one] > (one == own):
                return True
        return False

    @cached_property
    def _shares(self) -> dict[str, Fraction]:
        """The share of each row, by its full name."""
        return {
            offer.model.full_name: Fraction(part, whole)
            for offer in self._offers
            if (part := offer.price(CACHE_READ)) and (whole := offer.price(INPUT))
        }

    @cached_property
    def _sorted_shares(self) -> tuple[list[Fraction], Counter[Fraction]]:
        counts = Counter(self._shares.values())
        return sorted(counts), counts

    def generation(self, model: Model) -> Iterator[Offer]:
        """Text models that differ from a row in a word for their size alone."""
        own = identity(model.name)
        for offer in self._generations.get(_generation(model), ())[:MAX_GENERATION]:
            if identity(offer.model.name) != own:
                yield offer

    @cached_property
    def _generations(self) -> dict[tuple[str, ...], list[Offer]]:
        found: dict[tuple[str, ...], list[Offer]] = {}
        for offer in self._offers:
            if mode_of(offer.model) in TEXT_MODES:
                found.setdefault(_generation(offer.model), []).append(offer)
        return found

    def rows_with_usual_output(self, model: Model) -> int:
        """How many rows for other models of its mode ask usually much for output; 0 if not all."""
        own, mode = identity(model.name), mode_of(model)
        usual, others = self._outputs.get(mode, (Counter(), frozenset()))
        return 0 if others - {own} else usual.total() - usual[own]

    @cached_property
    def _outputs(self) -> dict[str | None, tuple[Counter[str], frozenset[str]]]:
        """By mode: the models with a usual output price, by rows, and those with another."""
        found: dict[str | None, tuple[Counter[str], set[str]]] = {}
        for offer in self._offers:
            cost, output = offer.price(INPUT), offer.price(OUTPUT)
            if cost and output:
                usual, others = found.setdefault(mode_of(offer.model), (Counter(), set()))
                name = identity(offer.model.name)
                if output >= cost * USUAL_OUTPUT:
                    usual[name] += 1
                else:
                    others.add(name)
        return {mode: (usual, frozenset(others)) for mode, (usual, others) in found.items()}

    def median(self, model: Model, key: RateKey) -> int:
        """The median price of the rows of its mode; 0 if fewer than three have one."""
        mode = mode_of(model)
        if (mode, key) not in self._medians:
            alike = [one for one in self._offers if mode_of(one.model) == mode and one.price(key)]
            several = len(alike) >= MIN_ALIKE
            self._medians[mode, key] = median_price(alike, key) if several else 0
        return self._medians[mode, key]


def _generation(model: Model) -> tuple[str, ...]:
    return tuple(word for word in identity(model.name).split("-") if word not in SIZES)
