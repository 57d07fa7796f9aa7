"""Gemini: output excludes thoughts, input includes the cache but not tool results.

Tokens of the modality DOCUMENT are those of the page images of a PDF, which Google charges as
images (https://ai.google.dev/gemini-api/docs/document-processing); from Gemini 3 on it counts them
as IMAGE itself.

Sources: the references of generateContent, the Live API and the Interactions API, whose members
are written in camelCase over HTTP and in snake_case by the Python client.
"""

import re
from types import MappingProxyType

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat
from pricectl.core.responses.media import CACHED_MEDIA, complete_cached_media
from pricectl.core.responses.values import items, member, text, whole

_TEXT = {"TEXT": "", "MODALITY_UNSPECIFIED": "", "": ""}
_KINDS = ("AUDIO", "IMAGE", "VIDEO")
_INPUT = {kind: f"input_{kind.lower()}_tokens" for kind in _KINDS}
_INPUT["DOCUMENT"] = _INPUT["IMAGE"]
_OUTPUT = {kind: f"output_{kind.lower()}_tokens" for kind in _KINDS}
# Without a unit of its own, as video, it is a cached token and no longer one of the medium.
_CACHED = {kind: CACHED_MEDIA[name] or f"-{name}" for kind, name in _INPUT.items()}

# List of counts by modality -> what each modality counts.
_MODALITIES = MappingProxyType(
    {
        "promptTokensDetails": _INPUT,
        "promptTokenDetails": _INPUT,  # of an embedding
        "prompt_tokens_details": _INPUT,
        "input_tokens_by_modality": _INPUT,
        "toolUsePromptTokensDetails": _INPUT,
        "tool_use_prompt_tokens_details": _INPUT,
        "tool_use_tokens_by_modality": _INPUT,
        "cacheTokensDetails": _CACHED,
        "cache_tokens_details": _CACHED,
        "cached_tokens_by_modality": _CACHED,
        "candidatesTokensDetails": _OUTPUT,
        "candidates_tokens_details": _OUTPUT,
        "responseTokensDetails": _OUTPUT,
        "response_tokens_details": _OUTPUT,
        "output_tokens_by_modality": _OUTPUT,
    }
)
_AMOUNTS = ("tokenCount", "token_count", "tokens", "count")
_TOKENS = CountTable(
    field("promptTokenCount | prompt_token_count | total_input_tokens", "input_tokens"),
    field(
        "toolUsePromptTokenCount | tool_use_prompt_token_count | total_tool_use_tokens",
        "input_tokens",
    ),
    field(
        "cachedContentTokenCount | cached_content_token_count | total_cached_tokens",
        "cache_read_tokens",
    ),
    field(
        "candidatesTokenCount | candidates_token_count | responseTokenCount"
        " | response_token_count | total_output_tokens",
        "output_tokens",
    ),
    field(
        "thoughtsTokenCount | thoughts_token_count | total_thought_tokens",
        "output_tokens reasoning_tokens",
    ),
    field("totalTokenCount | total_token_count | total_tokens", "total"),
    # Read entry by entry, in `_finish`.
    known=" ".join(f"{name}.{amount}" for name in _MODALITIES for amount in _AMOUNTS),
)
_GROUNDINGS = {"google_search": "search", "google_maps": "maps_query"}
# Up to Gemini 2 a grounded prompt is charged once, however many searches it made.
_CHARGED_BY_PROMPT = re.compile(r"gemini-[12](?:\.\d)?-")


def grounded_searches(model: str, searches: int) -> int:
    """How many searches a grounded prompt is charged for.

    >>> grounded_searches("gemini-2.5-pro", 3), grounded_searches("gemini-3-pro-preview", 3)
    (1, 3)
    """
    return 1 if _CHARGED_BY_PROMPT.search(model) else searches


def _finish(builder: ReadingBuilder) -> None:
    usage = builder.usage
    for name in usage if type(usage) is dict else _MODALITIES:
        if name in _MODALITIES:
            for entry in items(usage, name):
                _add_modality(builder, entry, name)
    complete_cached_media(builder)
    for entry in items(usage, "grounding_tool_count"):
        kind = text(member(entry, "type"))
        amount = _amount(entry, "grounding_tool_count")
        if kind in _GROUNDINGS:
            builder.add(_GROUNDINGS[kind], amount)
        elif amount:
            builder.signal(f"grounding_tool_count.{kind}", amount)
    _add_groundings(builder)


def _amount(entry: object, name: str) -> int:
    for member_name in _AMOUNTS:
        value = member(entry, member_name)
        amount = 0 if value is None else whole(value, f"usage.{name}.{member_name}")
        if amount:
            return amount
    return 0


def _add_modality(builder: ReadingBuilder, entry: object, name: str) -> None:
    kind = text(member(entry, "modality")).upper()
    amount = _amount(entry, name)
    counted = _MODALITIES[name].get(kind, _TEXT.get(kind))
    if counted is None:
        if amount:
            builder.signal(f"{name}.{kind}", amount)
    elif counted:
        builder.add(counted.lstrip("-"), -amount if counted[0] == "-" else amount)


def _add_groundings(builder: ReadingBuilder) -> None:
    """Count each query once, even if several events repeat it; maps once a call."""
    groundings = [
        found
        for body in builder.bodies
        for candidate in items(body, "candidates")
        for name in ("groundingMetadata", "grounding_metadata")
        if (found := member(candidate, name)) is not None
    ]
    if not groundings:
        return
    queries: set[str] = set()
    has_maps = False
    for grounding in groundings:
        for name in ("webSearchQueries", "web_search_queries"):
            queries.update(map(text, items(grounding, name)))
        for name in ("groundingChunks", "grounding_chunks"):
            chunks = items(grounding, name)
            has_maps = has_maps or any(member(it, "maps") is not None for it in chunks)
    queries.discard("")
    if queries:
        builder.add("search", grounded_searches(builder.model, len(queries)))
    if has_maps:
        builder.add("maps_query", 1)


GENERATE_CONTENT = ResponseFormat(
    "generateContent",
    (
        "promptTokenCount",
        "candidatesTokenCount",
        "totalTokenCount",
        "prompt_token_count",
        "candidates_token_count",
        "total_token_count",
        "total_input_tokens",
    ),
    _TOKENS,
    provider="google",
    finish=_finish,
    usage_members=("usage", "usageMetadata", "usage_metadata"),
)
