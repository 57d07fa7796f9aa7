"""A provider's raw response to the usage it states, and to its cost.

A response is a dict, an object with attributes, a list of a stream's events, or the text of one of
these (JSON, JSON lines, server-sent events), and nothing in it is trusted: an invalid count raises
BadUsage. A count is an int, or a whole Decimal, as some JSON readers give it; 12.0 is refused,
except in Cohere's units, which are documented as numbers. A started thousandth of a second counts
whole.

`registry` says how to add a provider's format.
"""

from pricectl.core.responses.formats import Reading
from pricectl.core.responses.quoting import quote_reading, quote_response, row_name
from pricectl.core.responses.reading import read_response, salvage_response

__all__ = [
    "Reading",
    "quote_reading",
    "quote_response",
    "read_response",
    "row_name",
    "salvage_response",
]
