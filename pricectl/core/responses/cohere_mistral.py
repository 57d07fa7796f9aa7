"""Cohere and Mistral's OCR: bodies that state what is on the invoice instead of tokens.

Sources: Cohere's API references of chat, embed and rerank, Mistral's of OCR; Mistral's chat speaks
OpenAI's format.
"""

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat
from pricectl.core.responses.values import amount, billed, member


def _finish_cohere(builder: ReadingBuilder) -> None:
    """Of the billed tokens, only those that must have been cached.

    The cache holds processed tokens, of which a part is never billed, such as the template of the
    prompt; so at least as many billed tokens were cached as do not fit into the rest.
    """
    cached, processed = builder.take("cached"), builder.take("processed")
    both = builder.count("input_tokens") + cached - processed
    if cached and processed and both > 0:
        builder.add("cache_read_tokens", min(both, builder.count("input_tokens")))


def _finish_ocr(builder: ReadingBuilder) -> None:
    """A parser that states credits is paid by credits; its pages then say only what it read.

    A document that was also annotated is charged for both.
    """
    if builder.count("ocr_credit"):
        builder.take("page")
    if member(builder.body, "document_annotation") is not None:
        builder.add("annotated_page", builder.count("page"))


# The body states processed tokens too; only the billed units are on the invoice.
COHERE = ResponseFormat(
    "cohere",
    ("billed_units",),
    CountTable(
        field(
            "billed_units.input_tokens | billed_units.total_tokens",
            "input_tokens",
            billed,
            is_one_count=False,
        ),
        field("cached_tokens", "cached", billed),
        field("tokens.input_tokens", "processed", billed),
        field("billed_units.image_tokens", "input_tokens input_image_tokens", billed),
        field("billed_units.output_tokens", "output_tokens", billed),
        field("billed_units.search_units", "input_query", billed),
        field("billed_units.images", "input_image_file", billed),
        field("billed_units.classifications", "!classifications", billed),
        known="tokens.*",
    ),
    provider="cohere",
    finish=_finish_cohere,
    usage_members=("usage", "meta"),
)
MISTRAL_OCR = ResponseFormat(
    "ocr",
    ("pages_processed", "credits"),
    CountTable(field("pages_processed", "page"), field("credits", "ocr_credit", amount)),
    provider="mistral",
    finish=_finish_ocr,
    usage_members=("usage_info",),
)
