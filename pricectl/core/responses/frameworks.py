"""Usage as frameworks report it: Vercel's AI SDK, pydantic-ai, LlamaIndex.

LangChain's `usage_metadata` is read with OpenAI's formats, whose totals it has. Sources: the AI
SDK's reference of LanguageModelUsage (v5 and v6), pydantic-ai's RequestUsage and RunUsage,
LlamaIndex's TokenCountingHandler.
"""

from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ENDED_EARLY, ReadingBuilder, ResponseFormat
from pricectl.core.responses.values import member, value_at, whole

# Who counts cached tokens among the input, in what the AI SDK passes on as it came (v4 and v5).
_CACHE_INSIDE = frozenset(
    (
        *("openai", "azure", "google", "xai", "deepseek", "mistral", "groq", "fireworks"),
        *("perplexity", "openrouter"),
    )
)
_CACHE_OUTSIDE = frozenset(("anthropic", "bedrock"))
# Who sells Claude in its own format; a gateway may have put it into OpenAI's.
_CLAUDE_SELLERS = frozenset(("", "vertex", "google", "azure"))
_ANTHROPIC_WRITES = ("providerMetadata", "anthropic", "cacheCreationInputTokens")


def place_cache(builder: ReadingBuilder, where: str) -> None:
    """Add cached tokens to an input that leaves them out, by what is known of the source.

    Raises BadUsage where it cannot be told whether the input includes them.
    """
    cached = builder.count("cache_read_tokens") + builder.count("cache_write_tokens")
    cached += builder.count("cache_write_1h_tokens")
    if not cached:
        return
    tokens_in, tokens_out = builder.count("input_tokens"), builder.count("output_tokens")
    by_total = builder.count("total") == tokens_in + tokens_out + cached
    if by_total or cached > tokens_in or is_cache_outside(builder):
        builder.add("input_tokens", cached)
    elif builder.provider not in _CACHE_INSIDE:
        builder.refuse(
            "may include the cached tokens or not, and neither model nor provider tells", where
        )


def is_cache_outside(builder: ReadingBuilder) -> bool:
    """Whether the provider's own input leaves out cached tokens: Claude's, and Bedrock's."""
    if builder.provider in _CACHE_OUTSIDE:
        return True
    return "claude" in builder.model and builder.provider in _CLAUDE_SELLERS


def _finish_vercel(builder: ReadingBuilder) -> None:
    details = member(builder.usage, "inputTokenDetails")
    fresh = member(details, "noCacheTokens")
    if details is None:  # v5 passes on the provider's own input; from v6 on it includes the cache
        writes = value_at(builder.body, _ANTHROPIC_WRITES)
        if writes is not None:
            builder.add("cache_write_tokens", whole(writes, ".".join(_ANTHROPIC_WRITES)))
        place_cache(builder, "usage.inputTokens")
    elif fresh is not None:
        cached = builder.count("cache_read_tokens") + builder.count("cache_write_tokens")
        parts = whole(fresh, "usage.inputTokenDetails.noCacheTokens") + cached
        total = builder.count("input_tokens")
        if parts != total:
            builder.refuse(f"({total}) is not the sum of its parts ({parts})", "usage.inputTokens")


VERCEL_AI_SDK = ResponseFormat(
    "vercel ai sdk",
    ("cachedInputTokens", "reasoningTokens", "inputTokenDetails", "outputTokenDetails"),
    CountTable(
        field("inputTokens", "input_tokens"),
        field("outputTokens", "output_tokens"),
        field("inputTokenDetails.cacheReadTokens | cachedInputTokens", "cache_read_tokens"),
        field("inputTokenDetails.cacheWriteTokens", "cache_write_tokens"),
        field("outputTokenDetails.reasoningTokens | reasoningTokens", "reasoning_tokens"),
        field("totalTokens", "total"),
        known="inputTokenDetails.noCacheTokens outputTokenDetails.textTokens raw.*",
    ),
    "inputTokens",
    finish=_finish_vercel,
    usage_members=("usage", "totalUsage"),
)


def _finish_pydantic_ai(builder: ReadingBuilder) -> None:
    seconds = member(builder.usage, "audio_seconds")
    if seconds:
        builder.signal("audio_seconds", f"{seconds}"[:40])
    if member(builder.usage, "unmeasured_requests"):
        builder.flags[ENDED_EARLY] = None
    requests = member(builder.usage, "requests")
    if requests:
        builder.requests = max(whole(requests, "usage.requests"), 1)


PYDANTIC_AI = ResponseFormat(
    "pydantic-ai",
    (
        "cache_read_tokens",
        "cache_write_tokens",
        "output_reasoning_tokens",
        "input_audio_tokens",
        "output_audio_tokens",
        "request_tokens",
        "response_tokens",
        "requests",
        "details",
    ),
    CountTable(
        field("input_tokens | request_tokens", "input_tokens"),
        field("output_tokens | response_tokens", "output_tokens"),
        field(
            "cache_read_tokens | details.cache_read_tokens | details.cached_tokens"
            " | details.cache_read_input_tokens | details.cached_content_tokens",
            "cache_read_tokens",
        ),
        field(
            "cache_write_tokens | details.cache_write_tokens | details.cache_creation_input_tokens",
            "cache_write_tokens",
        ),
        field("cache_write_1h_tokens", "cache_write_1h_tokens -cache_write_tokens"),
        field(
            "output_reasoning_tokens | details.reasoning_tokens | details.thoughts_tokens",
            "reasoning_tokens",
        ),
        field("input_audio_tokens | details.input_audio_tokens", "input_audio_tokens"),
        field("cache_audio_read_tokens", "cache_read_audio_tokens"),
        # Beside the counts of a chat completion's output.
        field("output_audio_tokens | details.audio_tokens", "output_audio_tokens"),
        field("total_tokens", "total"),
        known="""
            details.input_tokens details.output_tokens details.cache_audio_read_tokens
            details.output_audio_tokens details.accepted_prediction_tokens
            details.rejected_prediction_tokens details.text_prompt_tokens
            details.text_candidates_tokens details.text_cache_tokens
        """,
    ),
    finish=_finish_pydantic_ai,
    body_members=("tool_calls", "cost"),
)
LLAMA_INDEX = ResponseFormat(
    "llamaindex",
    ("completion_token_count", "completion_llm_token_count", "prompt_llm_token_count"),
    CountTable(
        field("prompt_token_count | prompt_llm_token_count", "input_tokens"),
        field("completion_token_count | completion_llm_token_count", "output_tokens"),
        field("total_token_count | total_llm_token_count", "total"),
    ),
    body_members=("prompt", "completion", "event_id"),
)
