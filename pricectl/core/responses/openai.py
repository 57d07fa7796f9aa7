"""OpenAI's shapes and everyone who speaks them: chat, responses, images, audio, realtime.

The tables of the counts are in `openai_counts`; here is what no table expresses.
Sources: the OpenAI API reference. xAI and Perplexity differ and are recognised by `total_tokens`
above prompt + completion; the excess is output.
"""

from collections import Counter

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat
from pricectl.core.responses.google import grounded_searches
from pricectl.core.responses.openai_counts import CHAT_COUNTS, RESPONSES_COUNTS, WRITES
from pricectl.core.responses.values import (
    items,
    lacks_all,
    member,
    seconds,
    seconds_in_text,
    text,
    value_at,
    whole,
)

_CACHED = ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_GOOGLE = ("google", "vertex")
_SEARCH_UNITS = {"low": "search_low", "medium": "search", "high": "search_high"}
_FREE_SEARCH_ACTIONS = ("open_page", "find_in_page", "find")
_SEARCH_CALL = "web_search_call"
_ACTION = ("action", "type")
_SMALL_VIDEO_PIXELS = 720  # of the shorter side
# How many sessions or images these calls made, and of which price, the body does not say.
_UNCOUNTED_CALLS = ("code_interpreter_call", "image_generation_call")
# Models with these words in their names search before every answer, and the body does not say so.
_ALWAYS_SEARCH = ("-search-preview", "-search-api")
# Members that Mistral's audio and Perplexity add to the chat format.
_ADDED_BY_PROVIDERS = frozenset(
    (
        "prompt_audio_seconds",
        "search_context_size",
        "num_search_queries",
        "citation_tokens",
        "reasoning_tokens",
    )
)


def _finish_chat(builder: ReadingBuilder) -> None:
    _compare_other_names(builder)
    _check_writes(builder, "prompt_tokens_details")
    if builder.provider == "perplexity" or not lacks_all(builder.usage, _ADDED_BY_PROVIDERS):
        audio = member(builder.usage, "prompt_audio_seconds")  # Mistral's; {} stands for none
        if audio is not None and not (type(audio) is dict and not audio):
            builder.add("input_second", seconds(audio, "usage.prompt_audio_seconds"))
        _add_perplexity(builder)
    _add_hidden(builder)
    searches = builder.count("search")
    if not searches and any(word in builder.model for word in _ALWAYS_SEARCH):
        searches = 1
    if searches:
        builder.counts["search"] = grounded_searches(builder.model, searches)
    if member(builder.body, "usage_breakdown") is not None:
        builder.signal("usage_breakdown", "several models")


def _compare_other_names(builder: ReadingBuilder) -> None:
    """Totals under the names of another API repeat the chat's own; one that differs is reported."""
    for other, own in (("input_tokens", "prompt_tokens"), ("output_tokens", "completion_tokens")):
        amount = member(builder.usage, other)
        if amount and amount != member(builder.usage, own):
            builder.signal(other, whole(amount, f"usage.{other}"))


def _check_writes(builder: ReadingBuilder, details: str) -> None:
    """Cache writes of 30 minutes and of 12 hours are together all cache writes."""
    parts = value_at(builder.usage, (details, WRITES))
    if parts is None or not builder.count("cache_write_12h_tokens"):
        return
    short = member(parts, "ttl_30m_tokens")
    where = f"usage.{details}.cache_write_tokens"
    rest = builder.count("cache_write_tokens")
    if short is not None and whole(short, f"usage.{details}.{WRITES}.ttl_30m_tokens") != rest:
        total = rest + builder.count("cache_write_12h_tokens")
        builder.refuse(f"({total}) is not the sum of its parts in {WRITES}", where)


def _add_perplexity(builder: ReadingBuilder) -> None:
    """Perplexity charges a request by its search context, its research model by the query."""
    context = text(member(builder.usage, "search_context_size"))
    queries = builder.take("queries")
    searches = bool(context or queries or builder.count("citation"))
    if searches:
        research = "deep-research" in builder.model or not context
        builder.add(_SEARCH_UNITS.get(context, "search"), queries if research else 1)
    elif builder.provider == "perplexity":  # each request has a fee, by its search context
        builder.signal("search_context_size", "not stated")
    if searches or builder.provider == "perplexity":
        # Its reasoning is a step of its own, outside completion and total.
        steps = member(builder.usage, "reasoning_tokens")
        builder.add("output_tokens", 0 if steps is None else whole(steps, "usage.reasoning_tokens"))


def _add_hidden(builder: ReadingBuilder) -> None:
    """Attribute the tokens that only `total_tokens` has.

    xAI and Gemini leave out reasoning, the latter without a count of it; some gateways in front of
    Anthropic leave out the cache.
    """
    total = builder.take("total")
    seen = builder.count("input_tokens") + builder.count("output_tokens")
    if total == seen:
        return
    reasoning = builder.count("reasoning_tokens")
    hidden = max(total - seen, 0) if total else reasoning * (builder.provider == "xai")
    if not hidden:
        return
    if not reasoning and ("gemini" in builder.model or builder.provider in _GOOGLE):
        builder.add("output_tokens", hidden)
        builder.add("reasoning_tokens", hidden)
    elif hidden == reasoning:
        builder.add("output_tokens", hidden)
    elif hidden == sum(map(builder.count, _CACHED)):
        builder.add("input_tokens", hidden)
    else:
        builder.signal("unattributed_tokens", hidden)


def _finish_responses(builder: ReadingBuilder) -> None:
    _add_langchain_writes(builder)
    for details in ("input_tokens_details", "input_token_details"):
        _check_writes(builder, details)
    if _is_image(builder) and not builder.count("output_image_tokens"):
        builder.add("output_image_tokens", builder.count("output_tokens"))
    if member(builder.usage, "server_side_tool_usage_details") is None:
        _add_tool_calls(builder)


def _add_langchain_writes(builder: ReadingBuilder) -> None:
    hour, minutes = builder.take("written_1h"), builder.take("written_5m")
    written, parts = builder.take("written"), hour + minutes
    if written and parts and written != parts:
        where = "usage_metadata.input_token_details.cache_creation"
        builder.refuse(f"({written}) is not the sum of its parts ({parts})", where)
        hour = min(hour, written)
    if written or parts:
        builder.add("cache_write_tokens", (written or parts) - hour)
        builder.add("cache_write_1h_tokens", hour)


def _is_image(builder: ReadingBuilder) -> bool:
    """The images API: its output is image tokens, which older bodies do not say."""
    kind = text(member(builder.body, "type"))
    if kind.startswith(("image_generation.", "image_edit.")):
        return True
    first = next(iter(items(builder.body, "data")), None)
    return member(first, "b64_json") is not None or member(first, "url") is not None


def _add_tool_calls(builder: ReadingBuilder) -> None:
    calls: Counter[str] = Counter()
    for call in items(builder.body, "output"):
        kind = text(member(call, "type"))
        # Opening a page that a search found is free.
        if kind != _SEARCH_CALL or text(value_at(call, _ACTION)) not in _FREE_SEARCH_ACTIONS:
            calls[kind] += 1
    if calls[_SEARCH_CALL]:
        sizes = (
            text(member(tool, "search_context_size"))
            for tool in items(builder.body, "tools")
            if text(member(tool, "type")).startswith("web_search")
        )
        builder.add(_SEARCH_UNITS.get(next(sizes, ""), "search"), calls[_SEARCH_CALL])
    builder.add("file_search", calls["file_search_call"])
    for kind in _UNCOUNTED_CALLS:
        if calls[kind]:
            builder.signal(kind, calls[kind])


def _finish_video(builder: ReadingBuilder) -> None:
    """Refuse an unfinished video; report a size above 720p, which is sold at another price."""
    status = text(member(builder.usage, "status"))
    if status and status != "completed":
        builder.refuse(f"is not charged yet: its status is {status}", "video")
    size = text(member(builder.usage, "size"))
    sides = [int(side) for side in size.lower().split("x") if side.isdecimal()]
    if min(sides, default=0) > _SMALL_VIDEO_PIXELS:
        builder.signal("size", size)


CHAT = ResponseFormat(
    "chat",
    ("prompt_tokens", "completion_tokens"),
    CHAT_COUNTS,
    "prompt_tokens",
    "",
    _finish_chat,
    ("usage", "token_usage"),
)
RESPONSES = ResponseFormat(
    "responses",
    (
        "input_tokens_details",
        "input_token_details",
        "output_token_details",
    ),
    RESPONSES_COUNTS,
    "input_tokens",
    "",
    _finish_responses,
)
# Without details the formats that write these totals do not differ.
TOTALS = RESPONSES._replace(name="totals", marks=("input_tokens", "output_tokens"))
DURATION = ResponseFormat(
    "duration",
    ("seconds", "duration"),
    CountTable(field("seconds | duration", "input_second", seconds)),
    # A transcription with its words.
    body_members=("task", "language", "text", "segments", "words", "logprobs", "x_groq"),
)
# A generated video is its own usage: no mark, but `object` says what it is.
VIDEO = ResponseFormat(
    "video",
    (),
    CountTable(field("seconds", "output_video_second", seconds_in_text)),
    "seconds",
    finish=_finish_video,
)
TOTAL_ONLY = ResponseFormat(
    "total", ("total_tokens",), CountTable(field("total_tokens", "input_tokens")), generic=True
)
