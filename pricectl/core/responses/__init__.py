"""A provider's raw response to the usage it states, and to its cost.

A response is a dict, an object with attributes, a list of a stream's events, or the text of one of
these (JSON, JSON lines, server-sent events), and nothing in it is trusted: an invalid count raises
BadUsage. So do counts that contradict each other, and a body of an unknown kind in which a count's
name happens to stand. A number that speaks of tokens and that no format reads is a signal.

A count is an int, or a whole Decimal, as some JSON readers give it; 12.0 is refused, except in
Cohere's units, which are documented as numbers. Seconds are rounded up to a thousandth.

`registry` says how to add a provider's format.
"""

from typing import Any
from warnings import warn

from pricectl.core.responses.formats import Reading, Round
from pricectl.core.responses.quoting import (
    find_row,
    quote_reading,
    quote_response,
    with_service,
)
from pricectl.core.responses.reading import read_response, salvage_response

__all__ = [
    "Reading",
    "Round",
    "find_row",
    "quote_reading",
    "quote_response",
    "read_response",
    "salvage_response",
    "with_service",
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
