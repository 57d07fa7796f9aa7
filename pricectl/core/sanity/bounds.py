"""The lowest and highest believable price of each unit.

Exact integers, in picodollars for what the unit's price key buys.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.labels import amount_words
from pricectl.core.money import TOKENS_PER_MTOK, divide, pico_usd
from pricectl.core.units import UNITS, is_token_unit

# How much wider than the packaged prices the bounds are, on both sides.
WIDENED = 3

# The lowest and highest price above zero of each unit in the packaged catalog of 2026-11-27, dated
# and off-peak lists included. A test fails when a packaged price leaves the widened bounds; then
# check that price, and put in the pair that the test prints. No other edit is needed.
PACKAGED: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "input": (4_000, 150_000_000),
        "cache_read": (2_000, 37_500_000),
        "cache_write": (37_500, 165_000_000),
        "cache_write_1h": (100_000, 32_000_000),
        "cache_write_12h": (125_000, 300_000_000),
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
        "input_image_file": (60_000_000, 10_000_000_000),
        "output_image_file": (20_000_000_000, 60_000_000_000),
        "input_second": (5_555_556, 1_333_333_333),
        "output_second": (20_000_000_000, 500_000_000_000),
        "output_second_480p": (20_000_000_000, 80_000_000_000),
        "output_second_720p": (30_000_000_000, 140_000_000_000),
        "output_second_1080p": (80_000_000_000, 250_000_000_000),
        "output_second_4k": (300_000_000_000, 600_000_000_000),
        "input_audio_second": (168_000_000, 168_000_000),
        "input_video_second": (500_000_000, 840_000_000),
        "input_video_second_15s": (2_000_000_000, 2_000_000_000),
        "input_video_second_8s": (1_000_000_000, 1_000_000_000),
        "output_image_file_1K": (40_000_000_000, 40_000_000_000),
        "output_video_second": (300_000_000_000, 500_000_000_000),
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
    """The lowest and highest believable price of a unit, in picodollars; None means unlimited."""

    lowest: int
    highest: int | None

    def exceeded_limit(self, pico_usd: int) -> int | None:
        """The limit that a price lies beyond; None if it lies inside. Zero is not judged here."""
        if pico_usd and pico_usd < self.lowest:
            return self.lowest
        return self.highest if self.highest is not None and pico_usd > self.highest else None

    def contains(self, pico_usd: int) -> bool:
        """Whether a price lies inside the bounds."""
        return self.exceeded_limit(pico_usd) is None

    def range_text(self, unit: str) -> str:
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


def rate_of(price_usd: Decimal, unit: str) -> int:
    """A price as people say it (USD per 1M tokens, else per unit) in picodollars of its key.

    >>> rate_of(Decimal("2.5"), "input"), rate_of(Decimal("0.0025"), "file_search")
    (2500000, 2500000000000)
    """
    counts = TOKENS_PER_MTOK if is_token_unit(unit) else 1000 if UNITS[unit].divisible else 1
    return divide(pico_usd(price_usd) * UNITS[unit].priced_by, counts, "half-even")


def widen(lowest: Mapping[str, int], highest: Mapping[str, int], bounds: Bounds = BOUNDS) -> Bounds:
    """Bounds with a team's own limits, in picodollars by unit.

    A limit only widens: one inside the bounds changes nothing. A unit without bounds gets the
    limits given.

    >>> widen({}, {"input": 10**9})["input"].highest, widen({}, {"input": 1}) == BOUNDS
    (1000000000, True)
    """
    wider = dict(bounds)
    for unit, low in lowest.items():
        known = wider.get(unit, Bound(low, None))
        wider[unit] = known._replace(lowest=min(low, known.lowest))
    for unit, high in highest.items():
        known = wider.get(unit, Bound(0, None))
        own = high if unit not in bounds else max(high, known.highest or 0)
        wider[unit] = known._replace(highest=own)
    return MappingProxyType(wider)
