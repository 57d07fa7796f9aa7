"""What callers and providers call a service or a region, and the row's word for it. Floor 0."""

from types import MappingProxyType

from pricectl.core.units import STANDARD

SERVICE_NAMES = MappingProxyType(
    {
        "standard": STANDARD,
        "default": STANDARD,
        "auto": STANDARD,
        "on_demand": STANDARD,
        "batch": "batches",
    }
)
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
