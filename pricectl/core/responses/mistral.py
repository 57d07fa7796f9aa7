"""Mistral's OCR, which counts pages. Its chat speaks OpenAI's format.

Source: Mistral's API reference of OCR.
"""

from pricectl.core.responses.formats import CountTable, ReadingBuilder, ResponseFormat, field
from pricectl.core.responses.values import member


def _finish(builder: ReadingBuilder) -> None:
    """A document that was also annotated is charged for both."""
    if member(builder.body, "document_annotation") is not None:
        builder.add("annotated_page", builder.count("page"))


OCR = ResponseFormat(
    "ocr",
    ("pages_processed",),
    CountTable(field("pages_processed", "page")),
    provider="mistral",
    finish=_finish,
    usage_members=("usage_info",),
)
