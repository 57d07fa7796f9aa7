"""Cohere's chat, embed and rerank: what is billed, which may differ from what was processed.

Sources: Cohere's API references of chat, embed and rerank.
"""

from pricectl.core.responses.formats import CountTable, ReadingBuilder, ResponseFormat, field
from pricectl.core.responses.values import billed, member


def _finish(builder: ReadingBuilder) -> None:
    count = member(member(builder.usage, "billed_units"), "classifications")
    amount = 0 if count is None else billed(count, "usage.billed_units.classifications")
    if amount:
        builder.signal("classifications", amount)


# The body states processed tokens too; only the billed units are on the invoice.
BILLED_UNITS = ResponseFormat(
    "cohere",
    ("billed_units",),
    CountTable(
        field("billed_units.input_tokens | billed_units.total_tokens", "input_tokens", billed),
        field("billed_units.image_tokens", "input_tokens input_image_tokens", billed),
        field("billed_units.output_tokens", "output_tokens", billed),
        field("billed_units.search_units", "input_query", billed),
        field("billed_units.images", "input_image_file", billed),
    ),
    provider="cohere",
    finish=_finish,
    usage_members=("usage", "meta"),
)
