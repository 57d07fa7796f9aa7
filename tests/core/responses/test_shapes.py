"""Usage as frameworks, gateways and tracing report it: each shape with its cost by hand.

Prices are in USD per 1M tokens, so a token's price is its number in micro-USD.
"""

import json
from typing import Any, NamedTuple

import pytest

from pricectl.core import BadUsage, Catalog
from pricectl.core.responses import quote_response, read_response, salvage_response
from pricectl.policy import Policy
from pricectl.runtime import Pricing

# gpt-4o 2.50 / 10, cached 1.25; batches half. claude 3 / 15, read 0.30, write 3.75, 1h write 6;
# above 200k 6 / 22.50. gemini 0.30 / 2.50. haiku 1 / 5.
ROWS: dict[str, dict[str, dict[str, Any]]] = {
    "openai": {
        "gpt-4o": {
            "input_cost_per_token": 2.5e-06,
            "cache_read_input_token_cost": 1.25e-06,
            "output_cost_per_token": 1e-05,
            "input_cost_per_token_batches": 1.25e-06,
            "cache_read_input_token_cost_batches": 6.25e-07,
            "output_cost_per_token_batches": 5e-06,
            "input_cost_per_token_priority": 5e-06,
            "cache_read_input_token_cost_priority": 2.5e-06,
            "output_cost_per_token_priority": 2e-05,
        },
        "gpt-w": {
            "input_cost_per_token": 2e-06,
            "cache_creation_input_token_cost": 2.5e-06,
            "cache_creation_input_token_cost_above_12hr": 5e-06,
            "output_cost_per_token": 1e-05,
        },
        "gpt-realtime": {
            "input_cost_per_token": 4e-06,
            "input_cost_per_audio_token": 3.2e-05,
            "output_cost_per_token": 1.6e-05,
            "output_cost_per_audio_token": 6.4e-05,
        },
        "whisper-1": {"input_cost_per_second": 0.0001},
        "sora-2": {"output_cost_per_video_per_second": 0.1},
        "tiered": {
            "input_cost_per_token": 1e-06,
            "input_cost_per_token_above_200k_tokens": 2e-06,
            "output_cost_per_token": 1e-05,
        },
    },
    "anthropic": {
        "claude-x": {
            "input_cost_per_token": 3e-06,
            "cache_read_input_token_cost": 3e-07,
            "cache_creation_input_token_cost": 3.75e-06,
            "cache_creation_input_token_cost_above_1hr": 6e-06,
            "output_cost_per_token": 1.5e-05,
            "input_cost_per_token_above_200k_tokens": 6e-06,
            "output_cost_per_token_above_200k_tokens": 2.25e-05,
            "search_context_cost_per_query": {"search_context_size_medium": 0.01},
        },
        "claude-haiku": {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06},
    },
    "google": {"gemini-x": {"input_cost_per_token": 3e-07, "output_cost_per_token": 2.5e-06}},
    "perplexity": {"sonar-r": {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06}},
    "cohere": {
        "command-x": {
            "input_cost_per_token": 2e-06,
            "cache_read_input_token_cost": 5e-07,
            "output_cost_per_token": 1e-05,
        }
    },
    "mistral": {"mistral-ocr": {"ocr_cost_per_page": 0.001, "ocr_cost_per_credit": 0.015}},
    "xai": {"grok-x": {"input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05}},
}
CATALOG = Catalog.load(json.dumps(ROWS))


class Shape(NamedTuple):
    """A body, what it costs in micro-USD by hand, what it says besides."""

    what: str
    body: Any
    micro_usd: float
    flags: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()
    provider: str | None = None


class Broken(NamedTuple):
    """A body that is refused, a part of the message, and what a process charges for it."""

    what: str
    body: Any
    message: str
    micro_usd: float = 0
    provider: str | None = None


def with_model(model: str, **members: Any) -> dict[str, Any]:
    return {"model": model, **members}


def langchain(model: str, read: dict[str, Any], wrote: dict[str, Any], **more: Any) -> Any:
    usage = {"input_tokens": 1000, "output_tokens": 100, "total_tokens": 1100}
    details = {"input_token_details": read, "output_token_details": wrote}
    return with_model(model, usage_metadata={**usage, **details}, **more)


def span(**attributes: Any) -> dict[str, Any]:
    return {"name": "chat", "attributes": {k.replace("__", "."): v for k, v in attributes.items()}}


def otlp(*spans: dict[str, Any]) -> dict[str, Any]:
    """An export, in which integers are text."""
    written = [
        {
            "name": found["name"],
            "attributes": [
                {"key": key, "value": {"intValue" if type(v) is int else "stringValue": str(v)}}
                for key, v in found["attributes"].items()
            ],
        }
        for found in spans
    ]
    return {"resourceSpans": [{"scopeSpans": [{"spans": written}]}]}


OTEL = {"gen_ai__usage__input_tokens": 1000, "gen_ai__usage__output_tokens": 100}
OTEL_OPENAI = span(
    gen_ai__provider__name="openai",
    gen_ai__response__model="gpt-4o",
    gen_ai__usage__cache_read__input_tokens=800,
    **OTEL,
)
CHAT_USAGE = {
    "prompt_tokens": 1000,
    "completion_tokens": 100,
    "total_tokens": 1100,
    "prompt_tokens_details": {"cached_tokens": 800},
}
MESSAGE_USAGE = {
    "input_tokens": 86,
    "cache_read_input_tokens": 10000,
    "cache_creation_input_tokens": 1500,
    "cache_creation": {"ephemeral_5m_input_tokens": 500, "ephemeral_1h_input_tokens": 1000},
    "output_tokens": 400,
}
# 86 x 3 + 10000 x 0.3 + 500 x 3.75 + 1000 x 6 + 400 x 15
MESSAGE_MICRO_USD = 258 + 3000 + 1875 + 6000 + 6000


def litellm_row(usage: Any, **members: Any) -> dict[str, Any]:
    """A row of the spend logs, whose flat columns have no cache counts."""
    flat = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}
    row = {"request_id": "r", "call_type": "acompletion", "spend": 0.002, **flat, **members}
    row |= {"model": "gpt-4o", "custom_llm_provider": "openai", "status": "success"} | members
    return {**row, "metadata": json.dumps({"usage_object": usage})}


def payload(**members: Any) -> dict[str, Any]:
    """What a callback of LiteLLM's gets."""
    row = litellm_row(None, **members)
    row["response_cost"] = row.pop("spend")
    return {**row, "metadata": {"usage_object": CHAT_USAGE}, "model_parameters": {}, **members}


def message(*rounds: dict[str, Any], **usage: Any) -> dict[str, Any]:
    return with_model("claude-x", type="message", usage={**usage, "iterations": list(rounds)})


def a_round(kind: str, tokens_in: int, tokens_out: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "input_tokens": tokens_in, "output_tokens": tokens_out, **more}


def transcribed(item: str, usage: Any) -> dict[str, Any]:
    kind = "conversation.item.input_audio_transcription.completed"
    return {"type": kind, "item_id": item, "content_index": 0, "usage": usage}


def lasting(seconds: Any) -> dict[str, Any]:
    return {"type": "duration", "seconds": seconds}


def response_done(name: str, text_in: int, audio_in: int, audio_out: int) -> dict[str, Any]:
    usage = {
        "total_tokens": text_in + audio_in + audio_out,
        "input_tokens": text_in + audio_in,
        "output_tokens": audio_out,
        "input_token_details": {"text_tokens": text_in, "audio_tokens": audio_in},
        "output_token_details": {"text_tokens": 0, "audio_tokens": audio_out},
    }
    response = {"object": "realtime.response", "id": name, "status": "completed", "usage": usage}
    return {"type": "response.done", "event_id": f"e{name}", "response": response}


SESSION = {"type": "session.created", "session": {"model": "gpt-realtime"}}
BATCH_TOTALS = {"completion_tokens": 0, "prompt_tokens": 0, "total_tokens": 1100}
BATCH_COUNTS = {
    "input_tokens": 1000,
    "output_tokens": 100,
    "input_tokens_details": {"cached_tokens": 800},
    "output_tokens_details": {"reasoning_tokens": 30},
}
GPT_4O = 200 * 2.5 + 800 * 1.25 + 100 * 10
V5 = {"inputTokens": 1000, "outputTokens": 100, "totalTokens": 1100, "cachedInputTokens": 800}
PYDANTIC = {"input_tokens": 1000, "output_tokens": 100, "cache_read_tokens": 800}


def writing(details: str, tokens: int, **parts: int) -> dict[str, Any]:
    """OpenAI's cache writes by lifetime, among 1,000 tokens of input."""
    counts = {"cache_write_tokens": tokens, "cache_write_tokens_details": parts}
    name = "prompt_tokens" if details.startswith("prompt") else "input_tokens"
    return with_model("gpt-w", usage={name: 1000, details: counts})


SHAPES = (
    Shape(
        "OpenAI: writes of 12 hours and of 30 minutes",
        writing("input_tokens_details", 700, ttl_12h_tokens=400, ttl_30m_tokens=300),
        300 * 2 + 300 * 2.5 + 400 * 5,
    ),
    Shape(
        "OpenAI: writes of 12 hours in a chat",
        writing("prompt_tokens_details", 400, ttl_12h_tokens=400, ttl_30m_tokens=0),
        600 * 2 + 400 * 5,
    ),
    Shape(
        "LangChain: cached tokens are part of the input",
        langchain("gpt-4o", {"cache_read": 800, "audio": 0}, {"reasoning": 30}),
        GPT_4O,
    ),
    Shape(
        "LangChain: the service stands in the names of the counts",
        langchain("gpt-4o", {"priority_cache_read": 800, "priority": 200}, {"priority": 100}),
        2 * GPT_4O,
    ),
    Shape(
        "LangChain: cache writes by lifetime, beside a total of 0",
        langchain(
            "claude-x",
            {
                "cache_creation": 0,
                "ephemeral_5m_input_tokens": 200,
                "ephemeral_1h_input_tokens": 300,
            },
            {},
        ),
        500 * 3 + 200 * 3.75 + 300 * 6 + 100 * 15,
    ),
    Shape(
        "LangChain: a message's metadata has the provider's own usage",
        {
            "type": "ai",
            "response_metadata": {"model_name": "claude-x", "usage": MESSAGE_USAGE},
            "usage_metadata": {"input_tokens": 11586, "output_tokens": 400},
        },
        MESSAGE_MICRO_USD,
    ),
    Shape("Vercel AI SDK 5 on OpenAI", with_model("gpt-4o", usage=V5), GPT_4O),
    Shape(
        "Vercel AI SDK 5 on Anthropic leaves cached tokens out",
        with_model("claude-x", usage={**V5, "inputTokens": 200}),
        200 * 3 + 800 * 0.3 + 100 * 15,
    ),
    Shape(
        "Vercel AI SDK 5: the provider's metadata has the writes",
        {
            "response": {"modelId": "claude-x"},
            "usage": {"inputTokens": 86, "outputTokens": 400, "cachedInputTokens": 10000},
            "providerMetadata": {"anthropic": {"usage": MESSAGE_USAGE}},
        },
        MESSAGE_MICRO_USD,
    ),
    Shape(
        "Vercel AI SDK 6: the input includes reads and writes",
        with_model(
            "claude-x",
            usage={
                "inputTokens": 1000,
                "inputTokenDetails": {
                    "noCacheTokens": 100,
                    "cacheReadTokens": 600,
                    "cacheWriteTokens": 300,
                },
                "outputTokens": 100,
                "outputTokenDetails": {"textTokens": 70, "reasoningTokens": 30},
                "totalTokens": 1100,
                "cachedInputTokens": 600,
                "reasoningTokens": 30,
            },
        ),
        100 * 3 + 600 * 0.3 + 300 * 3.75 + 100 * 15,
    ),
    Shape(
        "Vercel AI SDK 6: the provider's own usage beside it says more",
        with_model(
            "claude-x",
            usage={
                "inputTokens": 11586,
                "outputTokens": 400,
                "inputTokenDetails": {"cacheReadTokens": 10000},
                "raw": MESSAGE_USAGE,
            },
        ),
        MESSAGE_MICRO_USD,
    ),
    Shape(
        "Vercel AI SDK: each step is a call of its own",
        with_model(
            "tiered",
            steps=[
                {
                    "response": {"modelId": "tiered"},
                    "usage": {"inputTokens": n, "outputTokens": 0, "reasoningTokens": 0},
                }
                for n in (150_000, 250_000)
            ],
        ),
        150_000 * 1 + 250_000 * 2,
    ),
    Shape("pydantic-ai", with_model("gpt-4o", usage={**PYDANTIC, "details": {}}), GPT_4O),
    Shape(
        "pydantic-ai: a stored response, an hour's writes among the writes",
        {
            "kind": "response",
            "model_name": "claude-x",
            "provider_name": "anthropic",
            "usage": {
                "input_tokens": 11586,
                "cache_write_tokens": 1500,
                "cache_write_1h_tokens": 1000,
                "cache_read_tokens": 10000,
                "output_tokens": 400,
                "details": {"cache_creation_input_tokens": 1500, "input_tokens": 86},
            },
        },
        MESSAGE_MICRO_USD,
    ),
    Shape(
        "pydantic-ai: a run of three requests, none long by itself",
        with_model("tiered", usage={"requests": 3, "input_tokens": 300_000, "output_tokens": 100}),
        300_000 * 1 + 100 * 10,
    ),
    Shape(
        "pydantic-ai: a run with a request that was not measured",
        with_model("gpt-4o", usage={**PYDANTIC, "unmeasured_requests": 1}),
        GPT_4O,
        flags=("ended-early",),
    ),
    Shape(
        "LlamaIndex: an event of its token counter",
        with_model(
            "gpt-4o",
            prompt_token_count=1000,
            completion_token_count=100,
            total_token_count=1100,
            prompt="...",
            event_id="e",
        ),
        1000 * 2.5 + 100 * 10,
    ),
    Shape(
        "LlamaIndex: a response has the provider's own",
        {"raw": with_model("gpt-4o", usage=CHAT_USAGE), "additional_kwargs": {"prompt_tokens": 1}},
        GPT_4O,
    ),
    Shape(
        "LlamaIndex: the counter's totals, with more than their parts",
        with_model(
            "gpt-4o",
            usage={
                "prompt_llm_token_count": 1000,
                "completion_llm_token_count": 100,
                "total_llm_token_count": 1100,
                "total_embedding_token_count": 7,
            },
        ),
        1000 * 2.5 + 100 * 10,
        signals=("total_embedding_token_count=7",),
    ),
    Shape("OpenTelemetry: the conventions count the cache inside", OTEL_OPENAI, GPT_4O),
    Shape("OpenTelemetry: an export with one call", otlp(OTEL_OPENAI), GPT_4O),
    Shape(
        "OpenTelemetry: the other spelling of cache writes, and an hour's",
        span(
            gen_ai__system="anthropic",
            gen_ai__request__model="claude-x",
            gen_ai__usage__input_tokens=11586,
            gen_ai__usage__output_tokens=400,
            gen_ai__usage__cache_read__input_tokens=10000,
            gen_ai__usage__cache_write__input_tokens=1500,
            anthropic__usage__cache_creation__ephemeral_5m_input_tokens=500,
            anthropic__usage__cache_creation__ephemeral_1h_input_tokens=1000,
        ),
        MESSAGE_MICRO_USD,
    ),
    Shape(
        "OpenTelemetry: older names, as text",
        span(
            gen_ai__system="az.ai.openai",
            gen_ai__request__model="gpt-4o",
            gen_ai__usage__prompt_tokens="1000",
            gen_ai__usage__completion_tokens="100",
            llm__usage__total_tokens="1100",
        ),
        1000 * 2.5 + 100 * 10,
    ),
    Shape(
        # 86 x 3 + 10000 x 0.3 + 1500 x 3.75 + 400 x 15: its prompt has what Claude counts apart.
        "OpenTelemetry: OpenLLMetry's total says that the cache is in the prompt",
        span(
            gen_ai__system="Anthropic",
            gen_ai__request__model="claude-x",
            gen_ai__usage__prompt_tokens=11586,
            gen_ai__usage__completion_tokens=400,
            llm__usage__total_tokens=11986,
            gen_ai__usage__cache_read_input_tokens=10000,
            gen_ai__usage__cache_creation_input_tokens=1500,
        ),
        258 + 3000 + 5625 + 6000,
    ),
    Shape(
        "OpenTelemetry: a total that does not have the cache leaves it out of the prompt",
        span(
            gen_ai__system="Anthropic",
            gen_ai__request__model="claude-x",
            gen_ai__usage__prompt_tokens=86,
            gen_ai__usage__completion_tokens=400,
            llm__usage__total_tokens=11986,
            gen_ai__usage__cache_read_input_tokens=10000,
            gen_ai__usage__cache_creation_input_tokens=1500,
        ),
        258 + 3000 + 5625 + 6000,
    ),
    Shape(
        "OpenTelemetry: AI SDK 4 leaves the cache out and keeps the provider's usage",
        span(
            gen_ai__request__model="claude-x",
            ai__usage__promptTokens=86,
            gen_ai__usage__input_tokens=86,
            gen_ai__usage__output_tokens=400,
            ai__response__providerMetadata=json.dumps({"anthropic": {"usage": MESSAGE_USAGE}}),
        ),
        MESSAGE_MICRO_USD,
    ),
    Shape(
        "OpenInference",
        span(
            llm__model_name="gpt-4o",
            llm__provider="openai",
            llm__token_count__prompt=1000,
            llm__token_count__prompt_details__cache_read=800,
            llm__token_count__completion=100,
            llm__token_count__total=1100,
        ),
        GPT_4O,
    ),
    Shape("LiteLLM: a row gives its nested usage", litellm_row(CHAT_USAGE), GPT_4O),
    Shape(
        "LiteLLM: a hit of the gateway's own cache costs nothing",
        litellm_row(CHAT_USAGE, cache_hit="True", spend=0.0),
        0,
        flags=("gateway-cache",),
    ),
    Shape("LiteLLM: a failed call costs nothing", litellm_row({}, status="failure", spend=0.0), 0),
    Shape("LiteLLM: a callback's payload", payload(), GPT_4O),
    Shape(
        "LiteLLM: the service that was charged, and not the one asked for",
        payload(
            cost_breakdown={"service_tier": "priority"}, model_parameters={"service_tier": "flex"}
        ),
        2 * GPT_4O,
        flags=("other-service",),
    ),
    Shape(
        "a batch object: zero chat totals beside real counts",
        with_model(
            "gpt-4o", object="batch", status="completed", usage={**BATCH_TOTALS, **BATCH_COUNTS}
        ),
        GPT_4O / 2,
    ),
    Shape(
        "a batch object of 2,000 short requests stays below the tier",
        with_model(
            "tiered",
            object="batch",
            status="completed",
            request_counts={"total": 2000, "completed": 2000, "failed": 0},
            usage={"input_tokens": 2_000_000, "output_tokens": 0, "input_tokens_details": {}},
        ),
        2_000_000 * 1,
    ),
    Shape(
        "a video's seconds are text",
        with_model("sora-2", object="video", status="completed", seconds="10", size="1280x720"),
        10 * 100_000,
    ),
    Shape(
        "a video of a larger size is reported",
        with_model("sora-2", object="video", status="completed", seconds="4", size="1792x1024"),
        4 * 100_000,
        signals=("size=1792x1024",),
    ),
    Shape("OCR", with_model("mistral-ocr", usage_info={"pages_processed": 7}), 7 * 1000),
    Shape(
        "OCR by credits, with null pages",
        with_model("mistral-ocr", usage_info={"pages_processed": None, "credits": 12.0}),
        12 * 15_000,
    ),
    Shape(
        "OCR by half credits, which a page of text costs",
        with_model("mistral-ocr", usage_info={"pages_processed": 5, "credits": 2.5}),
        2.5 * 15_000,
    ),
    Shape(
        "OCR by credits: the pages are not charged again",
        with_model("mistral-ocr", usage_info={"pages_processed": 7, "credits": 14}),
        14 * 15_000,
    ),
    Shape(
        "several transcriptions are summed, each item once",
        [
            {"type": "session.updated", "session": {"model": "whisper-1"}},
            transcribed("1", lasting(60)),
            transcribed("2", lasting(30)),
            transcribed("2", lasting(30)),
        ],
        90 * 100,
    ),
    Shape(
        "a session's responses are summed, each once",
        [SESSION, response_done("a", 100, 200, 50), response_done("b", 10, 20, 5)] * 2,
        110 * 4 + 220 * 32 + 55 * 64,
    ),
    Shape(
        "a session and its transcriptions, by their own model",
        [
            {
                "type": "session.updated",
                "session": {
                    "model": "gpt-realtime",
                    "audio": {"input": {"transcription": {"model": "whisper-1"}}},
                },
            },
            transcribed("1", lasting(10)),
            response_done("a", 0, 200, 50),
        ],
        10 * 100 + 200 * 32 + 50 * 64,
    ),
    Shape(
        "a session whose transcriber no event names",
        [SESSION, transcribed("1", lasting(10)), response_done("a", 0, 200, 50)],
        200 * 32 + 50 * 64,
        signals=("conversation.item.input_audio_transcription.completed=1/0",),
    ),
    Shape(
        "Perplexity's reasoning is outside the completion, also without citations",
        with_model(
            "sonar-r",
            usage={
                "prompt_tokens": 100,
                "completion_tokens": 50,
                "total_tokens": 150,
                "reasoning_tokens": 1000,
            },
        ),
        100 * 1 + 1050 * 5,
        signals=("search_context_size=not stated",),
    ),
    Shape(
        "Cohere: the billed tokens that must have been cached",
        with_model(
            "command-x",
            usage={
                "billed_units": {"input_tokens": 2406, "output_tokens": 2},
                "tokens": {"input_tokens": 2935, "output_tokens": 4},
                "cached_tokens": 2928,
            },
        ),
        7 * 2 + 2399 * 0.5 + 2 * 10,  # 2935 - 2928 = 7 were not cached
    ),
    Shape(
        "Cohere: what the cache holds may be the template alone",
        with_model(
            "command-x",
            usage={
                "billed_units": {"input_tokens": 41, "output_tokens": 28},
                "tokens": {"input_tokens": 1442, "output_tokens": 29},
                "cached_tokens": 1040,
            },
        ),
        41 * 2 + 28 * 10,
    ),
    Shape(
        "Claude's thinking tokens without a cache field",
        with_model(
            "claude-x",
            usage={
                "input_tokens": 10,
                "output_tokens": 20,
                "output_tokens_details": {"thinking_tokens": 15},
            },
        ),
        10 * 3 + 20 * 15,
    ),
    *(
        Shape(
            f"{name} is xAI: reasoning without a total is outside the completion",
            with_model(
                "grok-x",
                usage={
                    "prompt_tokens": 10,
                    "completion_tokens": 5,
                    "completion_tokens_details": {"reasoning_tokens": 20},
                },
            ),
            10 * 2 + 25 * 10,
            provider=name,
        )
        for name in ("x-ai", "XAI", "x_ai")
    ),
    Shape(
        "rounds, each at its own tier",
        message(
            a_round("compaction", 180_000, 3500),
            a_round("message", 120_000, 1000),
            input_tokens=120_000,
            output_tokens=1000,
        ),
        180_000 * 3 + 3500 * 15 + 120_000 * 3 + 1000 * 15,
    ),
    Shape(
        "one of the rounds is long",
        message(
            a_round("compaction", 210_000, 3500),
            a_round("message", 20_000, 1000),
            input_tokens=20_000,
            output_tokens=1000,
        ),
        210_000 * 6 + 3500 * 22.5 + 20_000 * 3 + 1000 * 15,
    ),
    Shape(
        "the turns of a server tool's loop; searches and an hour's writes stand in the totals",
        message(
            a_round("message", 150_000, 10, cache_creation_input_tokens=100),
            a_round("message", 160_000, 20),
            input_tokens=310_000,
            output_tokens=30,
            cache_creation_input_tokens=100,
            cache_creation={"ephemeral_5m_input_tokens": 40, "ephemeral_1h_input_tokens": 60},
            output_tokens_details={"thinking_tokens": 15},
            server_tool_use={"web_search_requests": 2},
        ),
        310_000 * 3 + 40 * 3.75 + 60 * 6 + 30 * 15 + 2 * 10_000,
    ),
    Shape(
        "an advisor's round at its own model",
        message(
            a_round("message", 100, 10),
            a_round("advisor_message", 1000, 100, model="claude-haiku"),
            input_tokens=100,
            output_tokens=10,
        ),
        100 * 3 + 10 * 15 + 1000 * 1 + 100 * 5,
    ),
    Shape(
        "a declined model's round beside the one that served",
        message(
            a_round("message", 500, 5, model="claude-haiku"),
            a_round("fallback_message", 100, 10, model="claude-x"),
            input_tokens=100,
            output_tokens=10,
        ),
        500 * 1 + 5 * 5 + 100 * 3 + 10 * 15,
    ),
    Shape(
        "a stream that ended after its first event",
        [
            {
                "type": "message_start",
                "message": with_model(
                    "claude-x",
                    usage={"input_tokens": 500, "output_tokens": 1, "service_tier": "standard"},
                ),
            }
        ],
        500 * 3 + 1 * 15,
        flags=("ended-early",),
    ),
    Shape(
        "Gemini's stream without its end",
        [
            with_model(
                "gemini-x",
                candidates=[{"content": {}}],
                usageMetadata={"promptTokenCount": 100, "candidatesTokenCount": 3},
            )
        ],
        100 * 0.3 + 3 * 2.5,
        flags=("ended-early",),
    ),
    Shape(
        "a number that nobody reads, at any depth",
        with_model(
            "gpt-4o",
            usage={
                **CHAT_USAGE,
                "whatever_tokens": 5000,
                "extra": {"deep": [{"newTokens": 7, "seconds": 3}], "token_cost": 9},
                "completion_tokens_details": {"imagined": 4},
            },
        ),
        GPT_4O,
        signals=(
            "whatever_tokens=5000",
            "extra.deep.newTokens=7",
            "completion_tokens_details.imagined=4",
        ),
    ),
    Shape(
        "a total that its parts do not reach",
        with_model("claude-x", usage={"input_tokens": 10, "output_tokens": 5, "total_tokens": 20}),
        10 * 3 + 5 * 15,
        signals=("unattributed_tokens=5",),
    ),
)

MORE = (
    Shape(
        "Vercel AI SDK 5: writes beside the usage",
        with_model(
            "claude-x",
            usage={"inputTokens": 86, "outputTokens": 4, "cachedInputTokens": 10},
            providerMetadata={"anthropic": {"cacheCreationInputTokens": 100}},
        ),
        86 * 3 + 10 * 0.3 + 100 * 3.75 + 4 * 15,
    ),
    Shape(
        "Vercel AI SDK: the usage of all steps",
        with_model("gpt-4o", usage={"inputTokens": 1, "reasoningTokens": 0}, totalUsage=V5),
        GPT_4O,
    ),
    Shape(
        "pydantic-ai: seconds of audio are reported",
        with_model("gpt-4o", usage={**PYDANTIC, "audio_seconds": 1.5}),
        GPT_4O,
        signals=("audio_seconds=1.5",),
    ),
    Shape(
        "LiteLLM: an older row has its details beside the columns",
        {
            **litellm_row(None),
            "metadata": {
                "additional_usage_values": {"prompt_tokens_details": {"cached_tokens": 800}}
            },
        },
        GPT_4O,
    ),
    Shape(
        "LiteLLM: the payload among a callback's arguments",
        {"model": "x", "standard_logging_object": payload()},
        GPT_4O,
    ),
    Shape(
        "OpenTelemetry: a service, a cost and a raw usage that is cut off",
        span(
            gen_ai__system="openai",
            gen_ai__request__model="gpt-4o",
            openai__response__service_tier="priority",
            gen_ai__usage__cost=0.0001,
            gen_ai__usage__raw='{"prompt_tokens": ',
            **OTEL,
        ),
        1000 * 5 + 100 * 20,
    ),
    Shape(
        "one round that repeats the totals",
        message(a_round("message", 100, 10), input_tokens=100, output_tokens=10),
        100 * 3 + 10 * 15,
    ),
    Shape(
        "a compaction whose message is not listed",
        message(a_round("compaction", 1000, 100), input_tokens=100, output_tokens=10),
        1100 * 3 + 110 * 15,
    ),
    Shape(
        "a session of which one response states no usage",
        [
            SESSION,
            response_done("a", 1, 2, 3),
            {"type": "response.done", "response": {"object": "realtime.response", "id": "b"}},
        ],
        1 * 4 + 2 * 32 + 3 * 64,
        flags=("ended-early",),
    ),
)
SHAPES += MORE
BROKEN = (
    Broken(
        "OpenTelemetry: old names do not tell where the cache is",
        span(
            gen_ai__request__model="own-model",
            gen_ai__usage__prompt_tokens=1000,
            gen_ai__usage__completion_tokens=100,
            gen_ai__usage__cache_read_input_tokens=800,
        ),
        "may include the cached tokens or not",
        1000 * 1 + 100 * 2,
    ),
    Broken(
        "LiteLLM: metadata that is cut off",
        {**litellm_row(CHAT_USAGE), "metadata": '{"usage_object": '},
        "metadata: is not JSON",
    ),
    Broken(
        "OpenAI: writes that are not the sum of their lifetimes",
        writing("input_tokens_details", 700, ttl_12h_tokens=400, ttl_30m_tokens=400),
        r"usage\.input_tokens_details\.cache_write_tokens: \(700\) is not the sum of its parts",
        300 * 2 + 300 * 2.5 + 400 * 5,
    ),
    Broken(
        "LangChain: more cached than input",
        langchain("gpt-4o", {"cache_read": 1200}, {}),
        r"usage\.input_token_details\.cache_read \(1200\) is more than usage\.input_tokens",
        1000 * 1.25 + 100 * 10,
    ),
    Broken(
        "Vercel: neither model nor provider tells where the cache is",
        with_model("own-model", usage=V5),
        "may include the cached tokens or not",
        1000 * 1 + 100 * 2,  # the default price
    ),
    Broken(
        "Vercel: parts that are not the total",
        with_model(
            "gpt-4o",
            usage={**V5, "inputTokenDetails": {"noCacheTokens": 1, "cacheReadTokens": 800}},
        ),
        r"usage\.inputTokens: \(1000\) is not the sum of its parts \(801\)",
        GPT_4O,
    ),
    Broken(
        "pydantic-ai: a negative count",
        with_model("gpt-4o", usage={**PYDANTIC, "cache_read_tokens": -1}),
        r"usage\.cache_read_tokens: is negative",
        1000 * 2.5 + 100 * 10,
    ),
    Broken(
        "LlamaIndex: text",
        {**with_model("gpt-4o", completion_token_count=100), "prompt_token_count": "10"},
        r"usage\.prompt_token_count: is not a whole number",
        100 * 10,
    ),
    Broken(
        "OpenTelemetry: less input than cache",
        span(
            gen_ai__request__model="gpt-4o",
            gen_ai__usage__input_tokens=86,
            gen_ai__usage__output_tokens=4,
            gen_ai__usage__cache_read__input_tokens=1000,
        ),
        r"gen_ai\.usage\.cache_read\.input_tokens \(1000\) is more than gen_ai\.usage\.input_tok",
        86 * 1.25 + 4 * 10,
    ),
    Broken(
        "OpenTelemetry: the spans of two calls",
        otlp(OTEL_OPENAI, OTEL_OPENAI),
        "holds the spans of 2 calls",
    ),
    Broken(
        "OpenTelemetry: an agent's span",
        span(gen_ai__operation__name="invoke_agent", gen_ai__request__model="gpt-4o", **OTEL),
        "repeats the usage of the calls below it",
    ),
    Broken("LiteLLM: flat columns alone", litellm_row(None), "states no usage object"),
    Broken(
        "LiteLLM: a success without a count",
        litellm_row(dict.fromkeys(CHAT_USAGE, 0), prompt_tokens=0),
        "states no usage object",
    ),
    Broken(
        "a batch object: more cached than input",
        with_model(
            "gpt-4o", object="batch", usage={**BATCH_TOTALS, **BATCH_COUNTS, "input_tokens": 700}
        ),
        r"usage\.input_tokens_details\.cached_tokens \(800\) is more than usage\.input_tokens",
        700 * 0.625 + 100 * 5,
    ),
    Broken(
        "a video that is not finished",
        with_model("sora-2", object="video", status="in_progress", seconds="10"),
        "not charged yet: its status is in_progress",
        10 * 100_000,
    ),
    Broken(
        "a video without a length",
        with_model("sora-2", object="video", seconds="ten"),
        "is not a duration|is not a whole number",
    ),
    Broken(
        "OCR with neither",
        with_model("mistral-ocr", usage_info={"pages_processed": None}),
        "states no usage",
    ),
    Broken(
        "a transcription of a negative length",
        [transcribed("1", lasting(60)), transcribed("2", lasting(-1))],
        r"usage\.seconds: is negative",
    ),
    Broken(
        "a session with a count that is none",
        [
            SESSION,
            response_done("a", 1, 2, 3),
            {
                **response_done("b", 1, 2, 3),
                "response": {
                    "object": "realtime.response",
                    "id": "b",
                    "usage": {"input_tokens": "x"},
                },
            },
        ],
        r"usage\.input_tokens: is not a whole number",
        1 * 4 + 2 * 32 + 3 * 64,
    ),
    Broken(
        "Perplexity: reasoning that is text",
        with_model(
            "sonar-r", usage={"prompt_tokens": 10, "completion_tokens": 5, "reasoning_tokens": "x"}
        ),
        r"usage\.reasoning_tokens: is not a whole number",
        10 * 1 + 5 * 5,
    ),
    Broken(
        "Cohere: half a token",
        with_model("command-x", usage={"billed_units": {"input_tokens": 1.5}}),
        r"usage\.billed_units\.input_tokens: is not a whole number",
        1 * 2,
    ),
    Broken(
        "Claude: more thinking than output",
        with_model(
            "claude-x",
            usage={
                "input_tokens": 10,
                "output_tokens": 20,
                "output_tokens_details": {"thinking_tokens": 25},
            },
        ),
        r"usage\.output_tokens_details\.thinking_tokens \(25\) is more than usage\.output_tokens",
        10 * 3 + 20 * 15,
    ),
    Broken(
        "Anthropic: a total of cache writes that is not the sum of its parts",
        with_model("claude-x", usage={**MESSAGE_USAGE, "cache_creation_input_tokens": 700}),
        r"usage\.cache_creation_input_tokens: \(700\) is not the sum of its parts \(1500\)",
        86 * 3 + 10000 * 0.3 + 700 * 6 + 400 * 15,
    ),
    Broken(
        "rounds that are not the totals",
        message(
            a_round("message", 100, 10),
            a_round("message", 100, 10),
            input_tokens=100,
            output_tokens=10,
        ),
        "its totals are not the sum of its iterations",
        200 * 3 + 20 * 15,
    ),
    Broken(
        "two names of one count that differ",
        with_model("gpt-4o", usage={**CHAT_USAGE, "cached_tokens": 700}),
        r"usage\.cached_tokens: \(700\) contradicts usage\.prompt_tokens_details\.cached_tokens",
        GPT_4O,
    ),
    Broken(
        "a row of somebody's own table",
        with_model("gpt-4o", prompt_tokens=1000, completion_tokens=100, spend=0.2, team="a"),
        "is not a usage: it has (spend|team)",
    ),
)


@pytest.fixture(scope="module")
def pricing(tmp_path_factory: pytest.TempPathFactory) -> Pricing:
    file = tmp_path_factory.mktemp("prices") / "llm_pricing_current.json"
    file.write_text(json.dumps(ROWS), encoding="utf-8")
    return Pricing.load(file, policy=Policy(), state=file.parent)


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_a_shape_costs_what_was_worked_out(shape: Shape, pricing: Pricing) -> None:
    reading = read_response(shape.body, provider=shape.provider)
    assert (reading.flags, reading.signals) == (shape.flags, shape.signals)
    pico_usd = round(shape.micro_usd * 10**6)
    assert quote_response(CATALOG, shape.body, provider=shape.provider).pico_usd == pico_usd
    answer = pricing.quote_response(shape.body, provider=shape.provider)
    assert answer.pico_usd == pico_usd
    assert {*shape.flags} <= {*answer.flags}
    assert ("unexpressed-signal" in answer.flags) is bool(shape.signals)
    assert "bad-usage" not in answer.flags


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.what)
def test_the_lines_of_a_shape_add_up_to_its_cost(shape: Shape) -> None:
    quote = quote_response(CATALOG, shape.body, provider=shape.provider)
    assert sum(line.pico_usd for line in quote.lines) == quote.pico_usd
    assert len(quote.line_notes) == len(quote.lines)
    assert sum(part.pico_usd for part in quote.rounds) in {0, quote.pico_usd}


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what)
def test_a_broken_shape_is_refused_and_in_a_process_clamped(
    broken: Broken, pricing: Pricing
) -> None:
    with pytest.raises(BadUsage, match=broken.message):
        read_response(broken.body)
    answer = pricing.quote_response(broken.body)
    assert "bad-usage" in answer.flags
    assert answer.pico_usd == round(broken.micro_usd * 10**6)


def test_what_a_broken_round_says_is_kept() -> None:
    body = message(a_round("message", 1, 1, odd_tokens=4), a_round("message", 1, 1), input_tokens=9)
    reading, counts = salvage_response(body)
    assert reading.signals == ("iterations.odd_tokens=4",)
    assert counts == {"input_tokens": 2, "output_tokens": 2}
