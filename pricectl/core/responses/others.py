"""Bedrock, Cohere and Mistral OCR, each with shapes of its own.

Sources: the Bedrock Runtime reference (Converse, InvokeModel with its response headers and the
bodies of Titan, Llama and Nova, ApplyGuardrail), Cohere's references of chat, embed and rerank,
Mistral's of OCR.
"""

from pricectl.core.responses.access import billed, digits, items, member, text
from pricectl.core.responses.tables import Draft, Family, Table, field
from pricectl.core.units import GUARDRAIL_KEY, UNITS

_READ, _WRITE = "cacheReadInputToken", "cacheWriteInputToken"
_CONVERSE = Table(
    field("inputTokens", "input_tokens"),
    field("outputTokens", "output_tokens"),
    field(f"{_READ}s | {_READ}Count", "input_tokens cache_read_tokens"),
    field(f"{_WRITE}s | {_WRITE}Count", "input_tokens cache_write_tokens"),
)
_WRITTEN_1H = Table(field("inputTokens", "cache_write_1h_tokens -cache_write_tokens"))
_RESULT = Table(field("tokenCount", "output_tokens"))


def _finish_converse(draft: Draft) -> None:
    """`cacheDetails` splits the cache writes by lifetime."""
    for detail in items(draft.usage, "cacheDetails"):
        if text(member(detail, "ttl")) == "1h":
            draft.fill(_WRITTEN_1H, detail)


def _finish_titan(draft: Draft) -> None:
    for result in items(draft.usage, "results"):
        draft.fill(_RESULT, result)


def _header(name: str) -> str:
    """A header's name as HTTP/2 and as HTTP/1.1 write it."""
    lower = f"x-amzn-bedrock-{name}-token-count"
    return f"{lower} | {lower.title()}"


CONVERSE = Family(
    "converse",
    ("inputTokens", "outputTokens"),
    _CONVERSE,
    "inputTokens",
    "bedrock",
    _finish_converse,
)
INVOCATION = Family(
    "invocation metrics",
    ("inputTokenCount", "outputTokenCount"),
    Table(
        field("inputTokenCount", "input_tokens"),
        field("outputTokenCount", "output_tokens"),
        field(f"{_READ}Count", "input_tokens cache_read_tokens"),
        field(f"{_WRITE}Count", "input_tokens cache_write_tokens"),
    ),
    provider="bedrock",
)
HEADERS = Family(
    "headers",
    tuple(name.strip() for name in _header("input").split("|")),
    Table(
        field(_header("input"), "input_tokens", digits),
        field(_header("output"), "output_tokens", digits),
        field(_header("cache-read-input"), "input_tokens cache_read_tokens", digits),
        field(_header("cache-write-input"), "input_tokens cache_write_tokens", digits),
    ),
    provider="bedrock",
)
TITAN = Family(
    "titan",
    ("inputTextTokenCount",),
    Table(field("inputTextTokenCount", "input_tokens")),
    provider="bedrock",
    finish=_finish_titan,
)
LLAMA = Family(
    "llama",
    ("generation_token_count",),
    Table(
        field("prompt_token_count", "input_tokens"),
        field("generation_token_count", "output_tokens"),
    ),
    provider="bedrock",
)


def _finish_cohere(draft: Draft) -> None:
    count = member(member(draft.usage, "billed_units"), "classifications")
    amount = 0 if count is None else billed(count, "usage.billed_units.classifications")
    if amount:
        draft.signal("classifications", amount)


# What is billed, not what was processed: the two differ, and the first is on the invoice.
COHERE = Family(
    "cohere",
    ("billed_units",),
    Table(
        field("billed_units.input_tokens | billed_units.total_tokens", "input_tokens", billed),
        field("billed_units.image_tokens", "input_tokens input_image_tokens", billed),
        field("billed_units.output_tokens", "output_tokens", billed),
        field("billed_units.search_units", "input_query", billed),
        field("billed_units.images", "input_image_file", billed),
    ),
    provider="cohere",
    finish=_finish_cohere,
)


def _finish_pages(draft: Draft) -> None:
    """A document that was also annotated is charged for both."""
    if member(draft.body, "document_annotation") is not None:
        draft.add("annotated_page", draft.count("page"))


PAGES = Family(
    "ocr",
    ("pages_processed",),
    Table(field("pages_processed", "page")),
    provider="mistral",
    finish=_finish_pages,
)

_CHECKS = {
    unit.key.partition(".")[2]: unit.name
    for unit in UNITS.values()
    if unit.key.startswith(f"{GUARDRAIL_KEY}.")
}
GUARDRAIL = Family(
    "guardrail",
    tuple(_CHECKS),
    Table(*(field(name, unit) for name, unit in _CHECKS.items())),
    provider="bedrock",
)
