"""OpenAI's shapes and everyone who speaks them: chat, responses, images, audio, realtime.

Input and output are totals that include cached and written tokens, as `Usage` counts them.
Sources: the OpenAI API reference; xAI and Perplexity differ and are told apart by their own
arithmetic: what `total_tokens` holds beyond prompt and completion is output too.
"""

import re
from collections import Counter

from pricectl.core.responses.access import at, items, member, seconds, text, whole
from pricectl.core.responses.google import grounded_searches
from pricectl.core.responses.tables import Draft, Family, Field, Table, field

_CACHE_READ = """
    prompt_tokens_details.cached_tokens | cached_tokens | prompt_cache_hit_tokens
    | cache_read_input_tokens | num_cached_tokens | cached_prompt_text_tokens
"""
_CACHE_WRITE = """
    prompt_tokens_details.cache_write_tokens | prompt_tokens_details.cache_creation_tokens
    | prompt_tokens_details.cache_creation_input_tokens | cache_creation_input_tokens
"""
_CACHE_WRITE_1H = """
    prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens
    | cache_creation.ephemeral_1h_input_tokens
"""
_SEARCHES = "server_tool_use.web_search_requests | prompt_tokens_details.web_search_requests"
_CACHED = ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_GOOGLE = ("google", "vertex")
_KINDS = ("audio", "image", "video")


def _details(node: str, side: str, kinds: tuple[str, ...] = _KINDS) -> tuple[Field, ...]:
    return tuple(field(f"{node}.{kind}_tokens", f"{side}_{kind}_tokens") for kind in kinds)


# Billable, and no unit of a row, but for two; xAI counts them, whichever API is asked.
_TOOLS = (
    field("server_side_tool_usage_details.web_search_calls", "search"),
    field("server_side_tool_usage_details.file_search_calls", "file_search"),
    *(
        field(place, f"!{place.rpartition('.')[2]}")
        for place in (
            "num_sources_used",
            "prompt_tokens_details.character_count",
            "server_side_tool_usage_details.x_search_calls",
            "server_side_tool_usage_details.code_interpreter_calls",
            "server_side_tool_usage_details.document_search_calls",
        )
    ),
)
_CHAT = Table(
    field("prompt_tokens", "input_tokens"),
    field("completion_tokens", "output_tokens"),
    field(_CACHE_READ, "cache_read_tokens"),
    field(_CACHE_WRITE, "cache_write_tokens"),
    field(_CACHE_WRITE_1H, "cache_write_1h_tokens -cache_write_tokens"),
    *_details("prompt_tokens_details", "input"),
    *_details("prompt_tokens_details.cached_tokens_details", "cache_read", _KINDS[:2]),
    field("completion_tokens_details.reasoning_tokens | reasoning_tokens", "reasoning_tokens"),
    *_details("completion_tokens_details", "output"),
    field(_SEARCHES, "search"),
    field("prompt_tokens_details.google_maps_grounding_requests", "maps_query"),
    field("prompt_tokens_details.image_count", "input_image_file"),
    field("prompt_tokens_details.query_count", "input_query"),
    field("prompt_tokens_details.audio_length_seconds", "input_audio_second", seconds),
    field("prompt_tokens_details.video_length_seconds", "input_video_second", seconds),
    field("citation_tokens", "citation"),
    field("total_tokens", "total"),
    field("num_search_queries", "queries"),
    *_TOOLS,
)

# Written `input_tokens_details` by the responses and images APIs, `input_token_details` by audio.
_RESPONSES = Table(
    field("input_tokens", "input_tokens"),
    field("output_tokens", "output_tokens"),
    *(
        line
        for details in ("tokens_details", "token_details")
        for line in (
            field(
                f"input_{details}.cached_tokens | input_{details}.cache_read_input_tokens",
                "cache_read_tokens",
            ),
            field(
                f"input_{details}.cache_write_tokens | input_{details}.cache_creation_input_tokens",
                "cache_write_tokens",
            ),
            *_details(f"input_{details}", "input"),
            *_details(f"input_{details}.cached_tokens_details", "cache_read", _KINDS[:2]),
            field(f"output_{details}.reasoning_tokens", "reasoning_tokens"),
            *_details(f"output_{details}", "output"),
        )
    ),
    *_TOOLS,
)

_SEARCH_UNITS = {"low": "search_low", "medium": "search", "high": "search_high"}
_FREE_SEARCH_ACTIONS = ("open_page", "find_in_page", "find")
_SEARCH_CALL = "web_search_call"
# How many sessions or images these calls made, and of which price, the body does not say.
_UNCOUNTED_CALLS = ("code_interpreter_call", "image_generation_call")
# These models search before every answer, and the body does not count it.
_ALWAYS_SEARCHES = re.compile(r"-search-(?:preview|api)")


def _finish_chat(draft: Draft) -> None:
    _add_audio_seconds(draft)
    _add_perplexity(draft)
    _add_hidden(draft)
    if _ALWAYS_SEARCHES.search(draft.model) and not draft.count("search"):
        draft.add("search", 1)
    if draft.count("search"):
        draft.counts["search"] = grounded_searches(draft.model, draft.count("search"))
    if member(draft.body, "usage_breakdown") is not None:
        draft.signal("usage_breakdown", "several models")


def _add_audio_seconds(draft: Draft) -> None:
    """Mistral's audio; an empty object stands for none."""
    value = member(draft.usage, "prompt_audio_seconds")
    if value is not None and not (type(value) is dict and not value):
        draft.add("input_second", seconds(value, "usage.prompt_audio_seconds"))


def _add_perplexity(draft: Draft) -> None:
    """Perplexity charges a request by its search context, its research model by the query."""
    context = text(member(draft.usage, "search_context_size"))
    queries = draft.take("queries")
    if context or queries or draft.count("citation"):
        research = "deep-research" in draft.model or not context
        draft.add(_SEARCH_UNITS.get(context, "search"), queries if research else 1)
        # Its reasoning is a step of its own, outside completion and total.
        steps = member(draft.usage, "reasoning_tokens")
        draft.add("output_tokens", 0 if steps is None else whole(steps, "usage.reasoning_tokens"))


def _add_hidden(draft: Draft) -> None:
    """What `total_tokens` holds and prompt and completion leave out.

    xAI and Gemini leave out reasoning, the latter without a count of it; some gateways in front of
    Anthropic leave out the cache.
    """
    seen = draft.count("input_tokens") + draft.count("output_tokens")
    total = draft.take("total")
    reasoning = draft.count("reasoning_tokens")
    cached = sum(map(draft.count, _CACHED))
    hidden = max(total - seen, 0) if total else reasoning * (draft.provider == "xai")
    if not hidden:
        return
    if not reasoning and ("gemini" in draft.model or draft.provider in _GOOGLE):
        draft.add("output_tokens", hidden)
        draft.add("reasoning_tokens", hidden)
    elif hidden == reasoning:
        draft.add("output_tokens", hidden)
    elif hidden == cached:
        draft.add("input_tokens", hidden)
    else:
        draft.signal("unattributed_tokens", hidden)


def _finish_responses(draft: Draft) -> None:
    if _is_image(draft) and not draft.count("output_image_tokens"):
        draft.add("output_image_tokens", draft.count("output_tokens"))
    if member(draft.usage, "server_side_tool_usage_details") is None:
        _add_tool_calls(draft)


def _is_image(draft: Draft) -> bool:
    """The images API: its output is image tokens, which older bodies do not say."""
    kind = text(member(draft.body, "type"))
    if kind.startswith(("image_generation.", "image_edit.")):
        return True
    first = next(iter(items(draft.body, "data")), None)
    return member(first, "b64_json") is not None or member(first, "url") is not None


def _add_tool_calls(draft: Draft) -> None:
    calls = Counter(map(_tool_call, items(draft.body, "output")))
    if calls[_SEARCH_CALL]:
        draft.add(_search_unit(draft.body), calls[_SEARCH_CALL])
    draft.add("file_search", calls["file_search_call"])
    for kind in _UNCOUNTED_CALLS:
        if calls[kind]:
            draft.signal(kind, calls[kind])


def _tool_call(call: object) -> str:
    """The kind of a charged tool call; opening a page that a search found is free."""
    kind = text(member(call, "type"))
    free = kind == _SEARCH_CALL and text(at(call, ("action", "type"))) in _FREE_SEARCH_ACTIONS
    return "" if free else kind


def _search_unit(body: object) -> str:
    sizes = (
        text(member(tool, "search_context_size"))
        for tool in items(body, "tools")
        if text(member(tool, "type")).startswith("web_search")
    )
    return _SEARCH_UNITS.get(next(sizes, ""), "search")


CHAT = Family(
    "chat", ("prompt_tokens", "completion_tokens"), _CHAT, "prompt_tokens", "", _finish_chat
)
RESPONSES = Family(
    "responses",
    ("input_tokens_details", "input_token_details", "output_token_details"),
    _RESPONSES,
    "input_tokens",
    "",
    _finish_responses,
)
# Nothing but totals: the convention does not matter.
PLAIN = RESPONSES._replace(name="totals", marks=("input_tokens", "output_tokens"))
DURATION = Family(
    "duration",
    ("seconds", "duration"),
    Table(field("seconds | duration", "input_second", seconds)),
)
TOTAL_ONLY = Family("total", ("total_tokens",), Table(field("total_tokens", "input_tokens")))
