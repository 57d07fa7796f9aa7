"""Cohere and Mistral's OCR: bodies that state what is on the invoice instead of tokens.

Sources: Cohere's API references of chat, embed and rerank, Mistral's of OCR; Mistral's chat speaks
OpenAI's format.
"""

from pricectl.core.responses.formats import CountTable, ReadingBuilder, ResponseFormat, field
from pricectl.core.responses.values import billed, member


def _finish_ocr(builder: ReadingBuilder) -> None:
    """A document that was also annotated is charged for both."""
    if member(builder.body, "document_annotation") is not None:
        builder.add("annotated_page", builder.count("page"))


# The body states processed tokens too; only the billed units are on the invoice.
COHERE = ResponseFormat(
    "cohere",
    ("billed_units",),
    CountTable(
        field("billed_units.input_tokens | billed_units.total_tokens", "input_tokens", billed),
        field("billed_units.image_tokens", "input_tokens input_image_tokens", billed),
        field("billed_units.output_tokens", "output_tokens", billed),
        field("billed_units.search_units", "input_query", billed),
        field("billed_units.images", "input_image_file", billed),
        field("billed_units.classifications", "!classifications", billed),
    ),
    provider="cohere",
    usage_members=("usage", "meta"),
)
MISTRAL_OCR = ResponseFormat(
    "ocr",
    ("pages_processed",),
    CountTable(field("pages_processed", "page")),
    provider="mistral",
    finish=_finish_ocr,
    usage_members=("usage_info",),
)
