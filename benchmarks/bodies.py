"""Raw responses, to be priced by us and by the peers; each body is one call of the same size."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

Timed = Callable[[], object]

ROOT = Path(__file__).resolve().parent.parent
CHAT: dict[str, Any] = {
    "id": "chatcmpl-1",
    "object": "chat.completion",
    "model": "gpt-4o",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "ok"}}],
    "usage": {
        "prompt_tokens": 1000,
        "completion_tokens": 500,
        "total_tokens": 1500,
        "prompt_tokens_details": {"cached_tokens": 800},
    },
}
RESPONSE: dict[str, Any] = {
    "id": "resp_1",
    "object": "response",
    "created_at": 1,
    "model": "gpt-4o",
    "output": [{"type": "message", "role": "assistant", "content": []}],
    "usage": {
        "input_tokens": 1000,
        "input_tokens_details": {"cached_tokens": 800},
        "output_tokens": 500,
        "output_tokens_details": {"reasoning_tokens": 0},
        "total_tokens": 1500,
    },
}
EMBEDDINGS: dict[str, Any] = {
    "object": "list",
    "data": [{"object": "embedding", "index": 0, "embedding": [0.1]}],
    "model": "text-embedding-3-small",
    "usage": {"prompt_tokens": 1000, "total_tokens": 1000},
}
MESSAGE: dict[str, Any] = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "ok"}],
    "usage": {
        "input_tokens": 200,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 800,
        "output_tokens": 500,
        "service_tier": "standard",
    },
}
CONTENT: dict[str, Any] = {
    "candidates": [{"content": {"parts": [{"text": "ok"}]}}],
    "modelVersion": "gemini-2.5-flash",
    "usageMetadata": {
        "promptTokenCount": 1000,
        "cachedContentTokenCount": 800,
        "candidatesTokenCount": 400,
        "thoughtsTokenCount": 100,
        "totalTokenCount": 1500,
    },
}


def priced(body: dict[str, Any]) -> Timed:
    """A body priced by us, out of the shipped catalog."""
    from pricectl.core import Catalog
    from pricectl.core.responses import quote_response

    catalog = Catalog.load((ROOT / "llm_pricing_current.json").read_bytes())
    return lambda: quote_response(catalog, body)


def litellm(body: dict[str, Any]) -> Timed:
    """A body priced by litellm, read into its own type beforehand."""
    from litellm import EmbeddingResponse, ModelResponse, completion_cost
    from litellm.types.llms.openai import ResponsesAPIResponse

    kinds = {"chat.completion": ModelResponse, "list": EmbeddingResponse}
    kind = kinds.get(body["object"], ResponsesAPIResponse)
    defaults = {"parallel_tool_calls": False, "tool_choice": "auto", "tools": [], "top_p": 1}
    more = {"temperature": 1, **defaults} if kind is ResponsesAPIResponse else {}
    read = kind(**{**body, **more})
    return lambda: completion_cost(completion_response=read, model=body["model"])


def genai_prices(body: dict[str, Any], provider: str, flavor: str) -> Timed:
    """A body priced by genai-prices, which is told the provider and the API."""
    from genai_prices import extract_usage

    return lambda: extract_usage(body, provider_id=provider, api_flavor=flavor).calc_price()


# Name -> the body and how the peers price it; litellm has no reader of the last two.
BODIES: tuple[tuple[str, dict[str, Any], dict[str, Callable[[], Timed]]], ...] = (
    (
        "OpenAI chat body",
        CHAT,
        {
            "litellm completion_cost": lambda: litellm(CHAT),
            "genai-prices extract_usage": lambda: genai_prices(CHAT, "openai", "chat"),
        },
    ),
    (
        "OpenAI response body",
        RESPONSE,
        {
            "litellm completion_cost": lambda: litellm(RESPONSE),
            "genai-prices extract_usage": lambda: genai_prices(RESPONSE, "openai", "responses"),
        },
    ),
    (
        "OpenAI embeddings body",
        EMBEDDINGS,
        {
            "litellm completion_cost": lambda: litellm(EMBEDDINGS),
            "genai-prices extract_usage": lambda: genai_prices(EMBEDDINGS, "openai", "embeddings"),
        },
    ),
    (
        "Anthropic message body",
        MESSAGE,
        {"genai-prices extract_usage": lambda: genai_prices(MESSAGE, "anthropic", "default")},
    ),
    (
        "Gemini content body",
        CONTENT,
        {"genai-prices extract_usage": lambda: genai_prices(CONTENT, "google", "default")},
    ),
)
