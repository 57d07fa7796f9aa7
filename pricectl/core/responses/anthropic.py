"""Anthropic messages: input excludes the tokens read from and written to the cache.

Source: the Messages API reference (also as served by Bedrock, Vertex and Azure).
"""

from pricectl.core.responses.formats import CountTable, ReadingBuilder, ResponseFormat, field
from pricectl.core.responses.values import items, member, text

_TOKENS = (
    field("input_tokens", "input_tokens"),
    field("cache_read_input_tokens", "input_tokens cache_read_tokens"),
    field("output_tokens", "output_tokens"),
)
_WRITES = (
    field("cache_creation_input_tokens", "written"),
    field("cache_creation.ephemeral_5m_input_tokens", "written_5m"),
    field("cache_creation.ephemeral_1h_input_tokens", "written_1h"),
)
_MESSAGE = CountTable(
    *_TOKENS,
    *_WRITES,
    field("output_tokens_details.thinking_tokens", "reasoning_tokens"),
    field("server_tool_use.web_search_requests", "search"),
)
_COMPACTION = CountTable(*_TOKENS, *_WRITES)
_MADE_FOR_ANOTHER_MODEL = ("advisor_message", "fallback_message")


def _finish(builder: ReadingBuilder) -> None:
    _add_writes(builder)
    for step in items(builder.usage, "iterations"):
        kind = text(member(step, "type"))
        if kind == "compaction":  # its tokens are not in the totals
            builder.fill(_COMPACTION, step)
            _add_writes(builder)
        elif kind in _MADE_FOR_ANOTHER_MODEL:
            builder.signal(kind, text(member(step, "model")) or "another model")


def _add_writes(builder: ReadingBuilder) -> None:
    """Cache writes by lifetime; with the total beside its parts, or only the parts."""
    hour, minutes = builder.take("written_1h"), builder.take("written_5m")
    written = builder.take("written") or hour + minutes
    builder.add("input_tokens", written)
    builder.add("cache_write_tokens", written - hour)
    builder.add("cache_write_1h_tokens", hour)


MESSAGES = ResponseFormat(
    "messages",
    (
        "cache_creation_input_tokens",
        "cache_read_input_tokens",
        "cache_creation",
        "server_tool_use",
        "service_tier",
        "inference_geo",
        "iterations",
    ),
    _MESSAGE,
    "input_tokens",
    "anthropic",
    _finish,
)
