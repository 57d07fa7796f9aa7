"""Bedrock: Converse, InvokeModel and ApplyGuardrail.

Source: the Bedrock Runtime reference (Converse, InvokeModel with its response headers and the
bodies of Titan, Llama and Nova, ApplyGuardrail).
"""

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat
from pricectl.core.responses.values import digits, items, member, text
from pricectl.core.units import GUARDRAIL_KEY, UNITS

_READ, _WRITE = "cacheReadInputToken", "cacheWriteInputToken"
_CONVERSE = CountTable(
    field("inputTokens", "input_tokens"),
    field("outputTokens", "output_tokens"),
    field(f"{_READ}s | {_READ}Count", "input_tokens cache_read_tokens"),
    field(
        f"{_WRITE}s | {_WRITE}Count | cacheCreationInputTokens", "input_tokens cache_write_tokens"
    ),
    field("totalTokens", "total"),
    known="cacheDetails.inputTokens",  # read entry by entry, in `_finish_converse`
)
_WRITTEN_1H = CountTable(field("inputTokens", "cache_write_1h_tokens -cache_write_tokens"))
_RESULT = CountTable(field("tokenCount", "output_tokens"))


def _finish_converse(builder: ReadingBuilder) -> None:
    """`cacheDetails` splits the cache writes by lifetime."""
    for detail in items(builder.usage, "cacheDetails"):
        if text(member(detail, "ttl")) == "1h":
            builder.fill(_WRITTEN_1H, detail)


def _finish_titan(builder: ReadingBuilder) -> None:
    for result in items(builder.usage, "results"):
        builder.fill(_RESULT, result)


def _header(name: str) -> str:
    """A header's name as HTTP/2 and as HTTP/1.1 write it."""
    lower = f"x-amzn-bedrock-{name}-token-count"
    return f"{lower} | {lower.title()}"


CONVERSE = ResponseFormat(
    "converse",
    ("inputTokens", "outputTokens"),
    _CONVERSE,
    "inputTokens",
    "bedrock",
    _finish_converse,
)
INVOCATION_METRICS = ResponseFormat(
    "invocation metrics",
    ("inputTokenCount", "outputTokenCount"),
    CountTable(
        field("inputTokenCount", "input_tokens"),
        field("outputTokenCount", "output_tokens"),
        field(f"{_READ}Count", "input_tokens cache_read_tokens"),
        field(f"{_WRITE}Count", "input_tokens cache_write_tokens"),
    ),
    provider="bedrock",
    usage_members=("amazon-bedrock-invocationMetrics",),
)
HEADERS = ResponseFormat(
    "headers",
    tuple(name.strip() for name in _header("input").split("|")),
    CountTable(
        field(_header("input"), "input_tokens", digits),
        field(_header("output"), "output_tokens", digits),
        field(_header("cache-read-input"), "input_tokens cache_read_tokens", digits),
        field(_header("cache-write-input"), "input_tokens cache_write_tokens", digits),
    ),
    provider="bedrock",
    body_members=None,
)
TITAN = ResponseFormat(
    "titan",
    ("inputTextTokenCount",),
    CountTable(field("inputTextTokenCount", "input_tokens"), known="results.tokenCount"),
    provider="bedrock",
    finish=_finish_titan,
    body_members=None,
)
LLAMA = ResponseFormat(
    "llama",
    ("generation_token_count",),
    CountTable(
        field("prompt_token_count", "input_tokens"),
        field("generation_token_count", "output_tokens"),
    ),
    provider="bedrock",
    body_members=None,
)

_CHECKS = {
    unit.key.partition(".")[2]: unit.name
    for unit in UNITS.values()
    if unit.key.startswith(f"{GUARDRAIL_KEY}.")
}
GUARDRAIL = ResponseFormat(
    "guardrail",
    tuple(_CHECKS),
    CountTable(*(field(name, unit) for name, unit in _CHECKS.items())),
    provider="bedrock",
)
