"""Anthropic messages: input excludes the tokens read from and written to the cache.

Source: the Messages API reference (also as served by Bedrock, Vertex and Azure).
"""

from pricectl.core.responses.access import items, member, text
from pricectl.core.responses.tables import Draft, Family, Table, field

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
_MESSAGE = Table(
    *_TOKENS,
    *_WRITES,
    field("output_tokens_details.thinking_tokens", "reasoning_tokens"),
    field("server_tool_use.web_search_requests", "search"),
)
_COMPACTION = Table(*_TOKENS, *_WRITES)
_MADE_FOR_ANOTHER_MODEL = ("advisor_message", "fallback_message")


def _finish(draft: Draft) -> None:
    _add_writes(draft)
    for step in items(draft.usage, "iterations"):
        kind = text(member(step, "type"))
        if kind == "compaction":  # its tokens are not in the totals
            draft.fill(_COMPACTION, step)
            _add_writes(draft)
        elif kind in _MADE_FOR_ANOTHER_MODEL:
            draft.signal(kind, text(member(step, "model")) or "another model")


def _add_writes(draft: Draft) -> None:
    """Cache writes by lifetime; the total stands beside its parts, or the parts alone."""
    hour, minutes = draft.take("written_1h"), draft.take("written_5m")
    written = draft.take("written") or hour + minutes
    draft.add("input_tokens", written)
    draft.add("cache_write_tokens", written - hour)
    draft.add("cache_write_1h_tokens", hour)


MESSAGES = Family(
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
