"""Where OpenAI's chat and responses APIs, and everyone who speaks them, state their counts.

Input and output are totals that include cached and written tokens, as `Usage` counts them. What
these tables cannot express is in `openai`.
"""

from pricectl.core.responses.count_table import CountTable, Field, field
from pricectl.core.responses.values import seconds

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
WRITES = "cache_write_tokens_details"  # cache writes by lifetime, beside their total
_CACHE_WRITE_12H = f"prompt_tokens_details.{WRITES}.ttl_12h_tokens"
# Parts that cost what the rest costs, and repetitions of other counts.
_SAME_PRICE = "text_tokens accepted_prediction_tokens rejected_prediction_tokens"
_SEARCHES = "server_tool_use.web_search_requests | prompt_tokens_details.web_search_requests"
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
CHAT_COUNTS = CountTable(
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
        prompt_tokens_details.{WRITES}.ttl_30m_tokens
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
RESPONSES_COUNTS = CountTable(
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
                f"input_{details}.{WRITES}.ttl_12h_tokens",
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
        input_tokens_details.{WRITES}.ttl_30m_tokens input_token_details.{WRITES}.ttl_30m_tokens
    """,
)
