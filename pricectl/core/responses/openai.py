"""OpenAI's shapes and everyone who speaks them: chat, responses, images, audio, realtime.

Input and output are totals that include cached and written tokens, as `Usage` counts them.
Sources: the OpenAI API reference. xAI and Perplexity differ and are recognised by `total_tokens`
above prompt + completion; the excess is output.
"""

from collections import Counter

from pricectl.core.responses.count_table import CountTable, Field, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat
from pricectl.core.responses.google import grounded_searches
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

_CACHE_READ = """
    prompt_tokens_details.cached_tokens | cached_tokens | prompt_cache_hit_tokens
    | cache_read_input_tokens | num_cached_tokens | cached_prompt_text_tokens
    | input_tokens_details.cached_tokens
"""
_CACHE_WRITE = """
    prompt_tokens_details.cache_write_tokens | prompt_tokens_details.cache_creation_tokens
    | prompt_tokens_details.cache_creation_input_tokens | cache_creation_input_tokens
    | input_tokens_details.cache_write_tokens
"""
_CACHE_WRITE_1H = """
    prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens
    | cache_creation.ephemeral_1h_input_tokens
"""
_WRITES = "cache_write_tokens_details"  # cache writes by lifetime, beside their total
_CACHE_WRITE_12H = f"prompt_tokens_details.{_WRITES}.ttl_12h_tokens"
# Parts that cost what the rest costs, and repetitions of other counts.
_SAME_PRICE = "text_tokens accepted_prediction_tokens rejected_prediction_tokens"
_SEARCHES = "server_tool_use.web_search_requests | prompt_tokens_details.web_search_requests"
_CACHED = ("cache_read_tokens", "cache_write_tokens", "cache_write_1h_tokens")
_GOOGLE = ("google", "vertex")
_KINDS = ("audio", "image", "video")


def _known(nodes: str, names: str = _SAME_PRICE) -> str:
    """The paths of some members in each of some nodes."""
    return " ".join(f"{node}.{name}" for node in nodes.split() for name in names.split())


def _details(
    node: str, side: str, kinds: tuple[str, ...] = _KINDS, also: str = ""
) -> tuple[Field, ...]:
    """The counts of media in a node, or in another one that repeats it."""
    nodes = (node, also) if also else (node,)
    return tuple(
        field(" | ".join(f"{found}.{kind}_tokens" for found in nodes), f"{side}_{kind}_tokens")
        for kind in kinds
    )


# xAI's tool counts, in every API; two have a unit, the others are billable without one.
_TOOLS = (
    field("server_side_tool_usage_details.web_search_calls", "search"),
    field("server_side_tool_usage_details.file_search_calls", "file_search"),
    *(
        field(path, f"!{path.rpartition('.')[2]}")
        for path in (
            "num_sources_used",
            "server_tool_use_details.tool_calls_executed",
            "prompt_tokens_details.character_count",
            "server_side_tool_usage_details.x_search_calls",
            "server_side_tool_usage_details.code_interpreter_calls",
            "server_side_tool_usage_details.document_search_calls",
        )
    ),
)
_CHAT = CountTable(
    field("prompt_tokens", "input_tokens"),
    field("completion_tokens", "output_tokens"),
    field(_CACHE_READ, "cache_read_tokens"),
    field(_CACHE_WRITE, "cache_write_tokens"),
    field(_CACHE_WRITE_1H, "cache_write_1h_tokens -cache_write_tokens"),
    field(_CACHE_WRITE_12H, "cache_write_12h_tokens -cache_write_tokens"),
    *_details("prompt_tokens_details", "input", also="input_tokens_details"),
    *_details("prompt_tokens_details.cached_tokens_details", "cache_read", _KINDS[:2]),
    field(
        "completion_tokens_details.reasoning_tokens | reasoning_tokens"
        " | output_tokens_details.reasoning_tokens",
        "reasoning_tokens",
    ),
    *_details("completion_tokens_details", "output", also="output_tokens_details"),
    field(_SEARCHES, "search"),
    field("prompt_tokens_details.google_maps_grounding_requests", "maps_query"),
    field("prompt_tokens_details.image_count", "input_image_file"),
    field("prompt_tokens_details.query_count", "input_query"),
    field("prompt_tokens_details.audio_length_seconds", "input_audio_second", seconds),
    field("prompt_tokens_details.video_length_seconds", "input_video_second", seconds),
    field("citation_tokens", "citation"),
    field("total_tokens", "total"),
    field("num_search_queries", "queries"),
    field("pages_processed", "page"),
    *_TOOLS,
    known=f"""
        {_known("prompt_tokens_details completion_tokens_details")}
        {_known("input_tokens_details output_tokens_details")}
        prompt_tokens_details.cached_tokens_details.text_tokens
        prompt_tokens_details.{_WRITES}.ttl_30m_tokens
        prompt_tokens_details.cache_creation_token_details.ephemeral_5m_input_tokens
        cache_creation.ephemeral_5m_input_tokens prompt_cache_miss_tokens prompt_text_tokens
        input_tokens output_tokens
    """,
)


def _by_service(path: str) -> str:
    """A count of LangChain's, whose name begins with the service that it was served by."""
    node, _, name = path.partition(".")
    return " | ".join(f"{node}.{service}{name}" for service in ("", "flex_", "priority_"))


# LangChain's details of the same totals; cache writes are stated as a total or by their lifetimes.
_LANGCHAIN = (
    field(_by_service("input_token_details.cache_read"), "cache_read_tokens"),
    field(_by_service("input_token_details.cache_creation"), "written"),
    field("input_token_details.ephemeral_5m_input_tokens", "written_5m"),
    field("input_token_details.ephemeral_1h_input_tokens", "written_1h"),
    field("input_token_details.audio", "input_audio_tokens"),
    field(_by_service("output_token_details.reasoning"), "reasoning_tokens"),
    field("output_token_details.audio", "output_audio_tokens"),
)

# Written `input_tokens_details` by the responses and images APIs, `input_token_details` by audio.
_RESPONSES = CountTable(
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
            field(
                f"input_{details}.{_WRITES}.ttl_12h_tokens",
                "cache_write_12h_tokens -cache_write_tokens",
            ),
            *_details(f"input_{details}", "input"),
            *_details(f"input_{details}.cached_tokens_details", "cache_read", _KINDS[:2]),
            field(
                f"output_{details}.reasoning_tokens | output_{details}.thinking_tokens",
                "reasoning_tokens",
            ),
            *_details(f"output_{details}", "output"),
        )
    ),
    *_LANGCHAIN,
    field("total_tokens", "total"),
    field("pages_processed", "page"),
    *_TOOLS,
    known=f"""
        {_known("input_tokens_details input_token_details output_tokens_details")}
        {_known("output_token_details input_tokens_details.cached_tokens_details", "text_tokens")}
        input_token_details.cached_tokens_details.text_tokens
        {_known("input_token_details output_token_details", "flex priority")}
        input_tokens_details.{_WRITES}.ttl_30m_tokens input_token_details.{_WRITES}.ttl_30m_tokens
    """,
)

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
    parts = value_at(builder.usage, (details, _WRITES))
    if parts is None or not builder.count("cache_write_12h_tokens"):
        return
    short = member(parts, "ttl_30m_tokens")
    where = f"usage.{details}.cache_write_tokens"
    rest = builder.count("cache_write_tokens")
    if short is not None and whole(short, f"usage.{details}.{_WRITES}.ttl_30m_tokens") != rest:
        total = rest + builder.count("cache_write_12h_tokens")
        builder.refuse(f"({total}) is not the sum of its parts in {_WRITES}", where)


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
    _CHAT,
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
    _RESPONSES,
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
