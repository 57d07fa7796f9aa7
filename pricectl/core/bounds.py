"""The lowest and highest believable price of each unit. Floor 0.

Exact integers, in picodollars for what the unit's price key buys.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.words import amount_words

# How much wider than the packaged prices the bounds are, on both sides.
WIDENED = 3

# The lowest and highest price above zero of each unit in the packaged catalog of 2026-11-23, dated
# and off-peak lists included. A test fails when a packaged price leaves the widened bounds; then
# check that price, and put in the pair that the test prints. No other edit is needed.
PACKAGED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "input": (4_000, 150_000_000),
        "cache_read": (2_000, 37_500_000),
        "cache_write": (37_500, 165_000_000),
        "cache_write_1h": (100_000, 32_000_000),
        "input_audio": (150_000, 44_000_000),
        "input_image": (225_000, 10_000_000),
        "input_video": (1_000_000, 12_000_000),
        "cache_read_audio": (25_000, 2_500_000),
        "cache_read_image": (80_000, 2_500_000),
        "output": (20_000, 600_000_000),
        "reasoning": (500_000, 12_000_000),
        "output_audio": (12_000_000, 88_000_000),
        "output_image": (4_000_000, 120_000_000),
        "output_video": (17_500_000, 17_500_000),
        "citation": (2_000_000, 2_000_000),
        "input_request": (40_000_000_000, 80_000_000_000),
        "input_query": (1_000_000_000, 2_500_000_000),
        "text_message": (4_000_000_000, 4_000_000_000),
        "input_character": (25_000, 40_000_000),
        "input_image_file": (2_000_000_000, 10_000_000_000),
        "output_image_file": (20_000_000_000, 60_000_000_000),
        "input_second": (5_555_556, 1_333_333_333),
        "output_second": (20_000_000_000, 500_000_000_000),
        "output_second_480p": (20_000_000_000, 80_000_000_000),
        "output_second_720p": (30_000_000_000, 140_000_000_000),
        "output_second_1080p": (80_000_000_000, 250_000_000_000),
        "output_second_4k": (300_000_000_000, 600_000_000_000),
        "page": (1_000_000_000, 4_000_000_000),
        "annotated_page": (1_500_000_000, 5_000_000_000),
        "maps_query": (14_000_000_000, 25_000_000_000),
        "search_low": (2_500_000_000, 35_000_000_000),
        "search": (2_500_000_000, 35_000_000_000),
        "search_high": (2_500_000_000, 35_000_000_000),
        "file_search": (2_500_000_000_000, 2_500_000_000_000),
    }
)
# A factor multiplies the token rates of a region or service; known ones are 1.1 to 6.
LOWEST_FACTOR, HIGHEST_FACTOR = Fraction(1, 10), Fraction(10)


class Bound(NamedTuple):
    """The lowest and highest believable price of a unit, in picodollars; None is no limit."""

    lowest: int
    highest: int | None

    def holds(self, pico_usd: int) -> bool:
        """Whether a price lies inside; zero is not judged here."""
        too_high = self.highest is not None and pico_usd > self.highest
        return not pico_usd or (pico_usd >= self.lowest and not too_high)

    def words(self, unit: str) -> str:
        """Both limits as people read them."""
        low = amount_words(self.lowest, unit)
        if self.highest is None:
            return f"at least {low}"
        high = amount_words(self.highest, unit)
        return f"{low.partition(' ')[0]} to {high}"


Bounds = Mapping[str, Bound]
BOUNDS: Bounds = MappingProxyType(
    {unit: Bound(low // WIDENED, high * WIDENED) for unit, (low, high) in PACKAGED.items()}
)


def widen(lowest: Mapping[str, int], highest: Mapping[str, int]) -> Bounds:
    """The bounds with a team's own limits, in picodollars by unit.

    A limit only widens: one inside the built-in bounds changes nothing. A unit that has no
    built-in bounds gets the ones given.

    >>> widen({}, {"input": 10**9})["input"].highest, widen({}, {"input": 1}) == BOUNDS
    (1000000000, True)
    """
    bounds = dict(BOUNDS)
    for unit in {*lowest, *highest}:
        known = BOUNDS.get(unit)
        low, high = lowest.get(unit), highest.get(unit)
        if known is None or known.highest is None:
            bounds[unit] = Bound(low or 0, high)
        else:
            bounds[unit] = Bound(
                min(known.lowest, low or known.lowest), max(known.highest, high or known.highest)
            )
    return MappingProxyType(bounds)
