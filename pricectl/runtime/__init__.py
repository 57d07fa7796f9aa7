"""Exact prices that never fail a call and reload themselves.

>>> from pricectl.core import Usage
>>> from pricectl.runtime import quote
>>> quote("gpt-4o", Usage(1000, 500)).pico_usd
7500000000

`quote`, `quote_response`, `reload_pricing` and `get_pricing` use one `Pricing` that the
process shares; it loads at first use, or with the options of `configure`. Nothing here raises.
"""

from pricectl.flags import FALLBACKS
from pricectl.runtime.pricing import Pricing
from pricectl.runtime.snapshot import (
    Answer,
    Metrics,
    ReloadResult,
    Snapshot,
)

__all__ = [
    "FALLBACKS",
    "Answer",
    "Metrics",
    "Pricing",
    "ReloadResult",
    "Snapshot",
    "configure",
    "get_pricing",
    "quote",
    "quote_response",
    "reload_pricing",
]

_SHARED = Pricing()

configure = _SHARED.configure
quote = _SHARED.quote
quote_response = _SHARED.quote_response
reload_pricing = _SHARED.reload


def get_pricing() -> Pricing:
    """The prices that `quote` and `reload_pricing` use."""
    return _SHARED
