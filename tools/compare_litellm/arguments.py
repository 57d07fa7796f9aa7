"""A case in litellm's own values: its usage object and the names it has for things."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from compare_litellm.cases import FAST
from compare_litellm.rows import Case

# A row's provider -> the one that litellm routes its calls by.
FAMILIES = ("vertex_ai", "bedrock_mantle", "bedrock", "fireworks_ai")
SEARCH_SIZES = MappingProxyType({"search_low": "low", "search": "medium", "search_high": "high"})
INPUT_COUNTS = MappingProxyType(
    {
        "cached_tokens": "cache_read_tokens",
        "audio_tokens": "input_audio_tokens",
        "image_tokens": "input_image_tokens",
        "video_tokens": "input_video_tokens",
        "image_count": "input_image_file",
        "character_count": "input_character",
        "video_length_seconds": "input_video_second",
        "audio_length_seconds": "input_audio_second",
        "query_count": "input_query",
        "google_maps_grounding_requests": "maps_query",
    }
)
OUTPUT_COUNTS = MappingProxyType(
    {
        "reasoning_tokens": "reasoning_tokens",
        "audio_tokens": "output_audio_tokens",
        "image_tokens": "output_image_tokens",
        "video_tokens": "output_video_tokens",
    }
)


def family(provider: str) -> str:
    """The provider that litellm routes a row's calls by.

    >>> family("vertex_ai-language-models"), family("bedrock_converse"), family("openai")
    ('vertex_ai', 'bedrock', 'openai')
    """
    return next((name for name in FAMILIES if provider.startswith(name)), provider)


def present(case: Case, names: Mapping[str, str]) -> dict[str, Any]:
    """Their argument -> amount, for those of our amounts that the case has."""
    found = {theirs: case.amount(ours) for theirs, ours in names.items()}
    return {
        name: float(value) if name.endswith("seconds") else value
        for name, value in found.items()
        if value
    }


def _extras(types: Any, case: Case) -> Mapping[str, Any]:
    extras: dict[str, Any] = {}
    if case.amount("citation"):
        extras["citation_tokens"] = case.amount("citation")
    if case.service == FAST:
        extras["speed"] = FAST
    if family(case.provider) == "anthropic" and case.region:
        extras["inference_geo"] = case.region
    found = searches(case)
    if found:
        server = {"web_search_requests": found}
        extras["server_tool_use"] = types.ServerToolUse(**server)
        extras["server_side_tool_usage_details"] = {"web_search_calls": found}
    return extras


def searches(case: Case) -> int:
    """How many web searches the case made, of whatever context."""
    return int(sum(case.amount(unit) for unit in SEARCH_SIZES))


def usage_of(types: Any, case: Case) -> Any:
    """The case's tokens as litellm's own value, as its adapters fill it."""
    usage: Any = types.Usage(
        prompt_tokens=case.input_tokens,
        completion_tokens=case.output_tokens,
        total_tokens=case.input_tokens + case.output_tokens,
        prompt_tokens_details=types.PromptTokensDetailsWrapper(**_input(types, case)),
        completion_tokens_details=types.CompletionTokensDetailsWrapper(
            **present(case, OUTPUT_COUNTS)
        ),
    )
    for name, value in _extras(types, case).items():
        setattr(usage, name, value)
    return usage


def _input(types: Any, case: Case) -> Mapping[str, Any]:
    details = present(case, INPUT_COUNTS)
    short, long = case.amount("cache_write_tokens"), case.amount("cache_write_1h_tokens")
    if short or long:
        details["cache_creation_tokens"] = short + long
        details["cache_creation_token_details"] = types.CacheCreationTokenDetails(
            ephemeral_5m_input_tokens=short, ephemeral_1h_input_tokens=long
        )
    audio = case.amount("cache_read_audio_tokens")
    image = case.amount("cache_read_image_tokens")
    if audio or image:
        text = case.amount("cache_read_tokens") - audio - image
        split = {"text_tokens": text, "audio_tokens": audio, "image_tokens": image}
        details["cached_tokens_details"] = split
    if details.get("image_count"):
        details["text_tokens"] = case.input_tokens
    found = searches(case)
    if found and family(case.provider) in {"gemini", "vertex_ai", "perplexity"}:
        details["web_search_requests"] = found
    return details
