"""A provider's raw response to the usage it states, and to its cost.

A response is a dict, an object with attributes, a list of a stream's events, or the text of one of
these (JSON, JSON lines, server-sent events), and nothing in it is trusted: an invalid count raises
BadUsage. A count is an int, or a whole Decimal, as some JSON readers give it; 12.0 is refused,
except in Cohere's units, which are documented as numbers. Seconds are
rounded up to a thousandth.

`registry` says how to add a provider's format.
"""

from typing import Any
from warnings import warn

from pricectl.core.responses.formats import Reading
from pricectl.core.responses.quoting import find_row, quote_reading, quote_response
from pricectl.core.responses.reading import read_response, salvage_response

__all__ = [
    "Reading",
    "find_row",
    "quote_reading",
    "quote_response",
    "read_response",
    "salvage_response",
]


def __getattr__(name: str) -> Any:
    if name != "row_name":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    warn(
        "row_name goes with the next release: find_row(...).asked is the name",
        DeprecationWarning,
        stacklevel=2,
    )
    return lambda catalog, reading, **where: find_row(catalog, reading, **where).asked
