"""Services, regions and prices in words: what a row calls them, what people call them. Floor 0."""

from decimal import Decimal
from types import MappingProxyType

from pricectl.core.money import TOKENS_PER_MTOK, divide, shifted, usd
from pricectl.core.units import STANDARD, UNITS, is_token

SERVICE_NAMES = MappingProxyType(
    {
        "standard": STANDARD,
        "default": STANDARD,
        "auto": STANDARD,
        "on_demand": STANDARD,
        "batch": "batches",
    }
)
# A price in the catalog below this is one per token, which is written with the exponent -06.
_PER_TOKEN = Decimal("0.001")
GLOBAL_REGIONS = frozenset({"global", "default", "not_available", "unspecified"})


def service_word(service: str | None) -> str:
    """The word a price key uses for a service tier; "" is standard.

    >>> service_word("batch"), service_word("default"), service_word(None)
    ('batches', '', '')
    """
    word = (service or STANDARD).lower()
    return SERVICE_NAMES.get(word, word)


def region_word(region: str | None) -> str:
    """The word a row uses for a region; "" is no region in particular.

    >>> region_word("EU"), region_word("global")
    ('eu', '')
    """
    word = (region or "").lower()
    return "" if word in GLOBAL_REGIONS else word


def label(unit: str, above_tokens: int = 0, service: str = "") -> str:
    """A price's name as people say it.

    >>> label("cache_read", 200_000, "batches")
    'cache read above 200k (batches)'
    """
    name = unit.replace("_", " ")
    tier = f" above {above_tokens // 1000}k" if above_tokens else ""
    return f"{name}{tier}{f' ({service})' if service else ''}"


def price_of(pico_usd: int, unit: str, amount: int = 1) -> int:
    """What an amount of a unit, as people count it, costs at a rate, in picodollars.

    >>> price_of(2_500_000_000, "file_search"), price_of(66_666_667, "input_second", 60)
    (2500000, 4000000020)
    """
    counts = amount * (1000 if UNITS[unit].divisible else 1)
    return divide(pico_usd * counts, UNITS[unit].priced_by, "half-even")


def amount_words(pico_usd: int, unit: str) -> str:
    """A rate as people read it, the dollars first.

    >>> amount_words(2_500_000_000, "input"), amount_words(40_000_000_000, "output_image_file")
    ('$2,500.00 per 1M tokens', '$0.04 per generated image')
    """
    amount = TOKENS_PER_MTOK if is_token(unit) else 1
    whole, _, decimals = usd(price_of(pico_usd, unit, amount)).partition(".")
    per = "1M tokens" if is_token(unit) else UNITS[unit].counts
    return f"${int(whole):,}.{decimals} per {per}"


def catalog_number(value: Decimal | int) -> str:
    """A number as the catalog writes it: valid JSON that an acknowledgement can copy.

    >>> catalog_number(Decimal("3E-8")), catalog_number(Decimal("2.50E-6")), catalog_number(0)
    ('0.03e-06', '2.5e-06', '0')
    """
    return f"{shifted(value, 6)}e-06" if 0 < value < _PER_TOKEN else shifted(value, 0)


def times(larger: int, smaller: int) -> str:
    """How many times one price is another, as people say it.

    >>> times(5000, 5), times(15, 2)
    ('1,000x', '7.5x')
    """
    tenths = larger * 10 // smaller
    return f"{tenths // 10:,}x" if tenths >= 1000 or tenths % 10 == 0 else f"{tenths / 10:.1f}x"  # noqa: PLR2004
