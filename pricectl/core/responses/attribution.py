"""Who served a call, at which service tier, in which region, and the cost that the body states."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.responses.values import Path, dollars, lacks, member, text, value_at, whole

PICO_USD_PER_TICK = 100  # xAI states its cost in ticks of 1e-10 USD

# Bedrock puts a vendor before each name, and often a region before that.
_VENDORS = (
    "ai21|amazon|anthropic|cohere|deepseek|google|meta|minimax|mistral|moonshot|moonshotai|nvidia"
    "|openai|qwen|stability|twelvelabs|writer|xai|zai"
)
_MAKERS = MappingProxyType(
    {
        "openai": r"gpt-|o[1345](?:-|$)|chatgpt-|text-embedding-|dall-e|whisper-|tts-|codex|sora-",
        "anthropic": r"claude",
        "google": r"gemini|gemma|models/gemini|publishers/google/",
        "bedrock": rf"(?:[a-z-]{{2,6}}\.)?(?:{_VENDORS})\.|arn:aws[a-z-]*:bedrock:",
        "xai": r"grok",
        "mistral": r"(?:open-)?mi[sx]tral|ministral|codestral|magistral|devstral|pixtral|voxtral",
        "deepseek": r"deepseek-(?:chat|reasoner|v)",
        "fireworks": r"accounts/",
        "cohere": r"command|c4ai-|rerank-|embed-(?:v|english|multilingual)",
        "perplexity": r"sonar",
    }
)
_MAKER = re.compile("|".join(f"(?P<{name}>{start})" for name, start in _MAKERS.items()))

# Other names of a provider -> the one used here.
_NAMES = MappingProxyType(
    {
        "azure_ai": "azure",
        "bedrock_converse": "bedrock",
        "cohere_chat": "cohere",
        "fireworks_ai": "fireworks",
        "gemini": "google",
        "text-completion-openai": "openai",
        "together_ai": "together",
        "vertex_ai": "vertex",
        "vertex_ai_beta": "vertex",
    }
)
KNOWN = frozenset(
    (*_MAKERS, *_NAMES.values(), "azure", "bedrock", "groq", "openrouter", "together", "vertex")
)
# Members that only one provider's bodies, or the usage in them, have.
_BODY_HINTS = MappingProxyType({"x_groq": "groq", "prompt_filter_results": "azure"})
_USAGE_HINTS = MappingProxyType(
    {
        "cost_in_usd_ticks": "xai",
        "num_sources_used": "xai",
        "prompt_cache_hit_tokens": "deepseek",
        "cost_details": "openrouter",
        "is_byok": "openrouter",
        "trafficType": "vertex",
        "traffic_type": "vertex",
        "search_context_size": "perplexity",
        "citation_tokens": "perplexity",
    }
)
_ID_STARTS = MappingProxyType({"msg_bdrk_": "bedrock", "msg_vrtx_": "vertex", "gen-": "openrouter"})
MARKED_IDS = tuple(_ID_STARTS)


def _by_first_member(*paths: str) -> Mapping[str, Path]:
    return MappingProxyType({path.partition(".")[0]: tuple(path.split(".")) for path in paths})


_MODELS = ("model", "modelVersion", "model_version")
_SERVICES_IN_USAGE = _by_first_member("service_tier", "trafficType", "traffic_type")
_SERVICES_IN_BODY = _by_first_member(
    "service_tier",
    "serviceTier.type",
    "ResponseMetadata.HTTPHeaders.x-amzn-bedrock-service-tier",
    "x-amzn-bedrock-service-tier",
)
_SERVICES = MappingProxyType({"on_demand_flex": "flex", "on_demand_priority": "priority"})
_COSTS = ("cost_in_usd_ticks", "cost", "total_cost")
_GATEWAY = ("_hidden_params",)
# Members of the line of a batch's results around a response.
_BATCHES = ("custom_id", "key", "metadata", "processed_time", "recordId")
# Capacity that was bought ahead: the call costs nothing per token.
_COMMITTED = ("scale", "reserved", "provisioned_throughput")


# All members that tell more of a call than its model's name and the response's id do.
_TELLING_IN_BODY = frozenset(
    (*_BODY_HINTS, *_SERVICES_IN_BODY, *_BATCHES, *_GATEWAY, "performanceConfig")
)
_TELLING_IN_USAGE = frozenset(
    (*_USAGE_HINTS, *_SERVICES_IN_USAGE, *_COSTS, "speed", "inference_geo")
)


def is_silent(builder: ReadingBuilder) -> bool:
    """Whether only the model's name and the id can tell who served the call.

    It is so for most bodies and quick to find out, and then the other functions need not look for
    each member by itself.
    """
    return (
        lacks(builder.body, _TELLING_IN_BODY)
        and lacks(builder.usage, _TELLING_IN_USAGE)
        and (builder.envelope is builder.body or lacks(builder.envelope, _TELLING_IN_BODY))
    )


def model_of(builder: ReadingBuilder) -> str:
    """The model's name as the body says it; empty if it is silent."""
    for node in (builder.body, builder.envelope):
        for name in _MODELS:
            model = text(member(node, name))
            if model:
                return model
    return ""


@lru_cache(maxsize=1024)
def maker_of(model: str) -> str:
    """The provider whose own models are named like this; empty if several are.

    >>> maker_of("gpt-4o-2024-08-06"), maker_of("openai/gpt-4o"), maker_of("llama-3.3-70b")
    ('openai', 'openai', '')
    """
    prefix = model.partition("/")[0]
    if prefix != model and known_as(prefix) in KNOWN:
        return known_as(prefix)
    found = _MAKER.match(model)
    return (found.lastgroup or "") if found else ""


def known_as(provider: str) -> str:
    """A provider's name here, whatever a gateway calls it.

    >>> known_as("vertex_ai"), known_as("openai")
    ('vertex', 'openai')
    """
    return _NAMES.get(provider, provider)


def provider_of(builder: ReadingBuilder, fallback: str) -> str:
    """Who served the call: as a gateway says, by a member of its own, by its model's name.

    `fallback` is who usually serves the format. A cloud's own naming of models says more than the
    format; another maker's name does not, since gateways sell models in other formats.
    """
    if not builder.silent:
        stated = text(value_at(builder.envelope, ("_hidden_params", "custom_llm_provider")))
        if stated:
            return known_as(stated.lower())
        hinted = _hint(builder.body, _BODY_HINTS) or _hint(builder.usage, _USAGE_HINTS)
        if hinted:
            return hinted
    identity = text(member(builder.body, "id"))
    if identity.startswith(MARKED_IDS):
        return next(_ID_STARTS[start] for start in MARKED_IDS if identity.startswith(start))
    maker = maker_of(builder.model)
    return maker if maker == "bedrock" or not fallback else fallback


def _is_batch(line: object, body: object) -> bool:
    """Whether a body came in a line of a batch's results.

    OpenAI, Anthropic and Mistral name the request's `custom_id`, Bedrock its `recordId`; Gemini and
    Vertex put the response beside a key or the time it was processed.
    """
    if member(line, "custom_id") is not None or member(line, "recordId") is not None:
        return True
    beside = (
        value_at(line, ("metadata", "key")),
        member(line, "key"),
        member(line, "processed_time"),
    )
    return member(line, "response") is body and any(value is not None for value in beside)


def _hint(node: object, hints: Mapping[str, str]) -> str:
    if lacks(node, hints):
        return ""
    return next((hints[name] for name in hints if member(node, name) is not None), "")


def service_of(builder: ReadingBuilder) -> str:
    """The service tier as the body says it, in lower case; empty if it is silent.

    Capacity that was bought ahead and latency that costs more are reported as signals.
    """
    if builder.silent:
        return ""
    body, envelope = builder.body, builder.envelope
    if not lacks(envelope, _BATCHES) and _is_batch(envelope, body):
        return "batch"
    if text(member(builder.usage, "speed")) == "fast":
        return "fast"
    word = (
        _first(builder.usage, _SERVICES_IN_USAGE)
        or _first(body, _SERVICES_IN_BODY)
        or (envelope is not body and _first(envelope, _SERVICES_IN_BODY))
        or ""
    )
    if word in _COMMITTED or (word == "priority" and builder.provider == "anthropic"):
        builder.signal("service", word)
    if value_at(body, ("performanceConfig", "latency")) == "optimized":
        builder.signal("latency", "optimized")
    return _SERVICES.get(word, word)


def _first(node: object, paths: Mapping[str, Path]) -> str:
    """The first text at one of the paths, in lower case; `paths` go by their first member."""
    if lacks(node, paths):
        return ""
    for path in paths.values():
        found = text(value_at(node, path))
        if found:
            return found.lower()
    return ""


def region_of(builder: ReadingBuilder) -> str:
    """Where the call was computed, as the body says it; empty if it is silent."""
    if builder.silent:
        return ""
    return text(member(builder.usage, "inference_geo")) or text(
        value_at(builder.envelope, ("_hidden_params", "region_name"))
    )


def reported_cost(builder: ReadingBuilder) -> int | None:
    """The cost the body itself states, in picodollars. Raises BadUsage if that is not a cost."""
    if builder.silent:
        return None
    ticks = member(builder.usage, "cost_in_usd_ticks")
    if ticks is not None:
        return whole(ticks, "usage.cost_in_usd_ticks") * PICO_USD_PER_TICK
    if lacks(builder.usage, _COSTS) and lacks(builder.envelope, _GATEWAY):
        return None
    cost = member(builder.usage, "cost")
    by_gateway = value_at(builder.envelope, ("_hidden_params", "response_cost"))
    for where, value in (
        ("usage.cost.total_cost", member(cost, "total_cost")),
        ("usage.cost", cost),
        ("usage.total_cost", member(builder.usage, "total_cost")),
        ("_hidden_params.response_cost", by_gateway),
    ):
        if value is not None:
            return dollars(value, where)
    return None
