"""Who served a call, at which service, where, and the cost stated: what a body says. Floor 0."""

import re
from functools import lru_cache
from types import MappingProxyType

from pricectl.core.responses.access import Path, at, dollars, member, text, whole
from pricectl.core.responses.tables import Draft

PICO_USD_PER_TICK = 100  # xAI states its cost in ticks of 1e-10 USD

_MAKERS = MappingProxyType(
    {
        "openai": r"gpt-|o[1345](?:-|$)|chatgpt-|text-embedding-|dall-e|whisper-|tts-|codex|sora-",
        "anthropic": r"claude",
        "google": r"gemini|gemma|models/gemini|publishers/google/",
        "bedrock": r"(?:[a-z]{2,6}\.)?(?:anthropic|amazon|meta|mistral|cohere)\.",
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
# Members that only one provider's bodies have: (in the usage or the body, path, provider).
_HINTS: tuple[tuple[bool, Path, str], ...] = (
    (False, ("x_groq",), "groq"),
    (False, ("prompt_filter_results",), "azure"),
    (True, ("cost_in_usd_ticks",), "xai"),
    (True, ("num_sources_used",), "xai"),
    (True, ("prompt_cache_hit_tokens",), "deepseek"),
    (True, ("cost_details",), "openrouter"),
    (True, ("is_byok",), "openrouter"),
    (True, ("trafficType",), "vertex"),
    (True, ("traffic_type",), "vertex"),
    (True, ("search_context_size",), "perplexity"),
    (True, ("citation_tokens",), "perplexity"),
)
_ID_STARTS = MappingProxyType({"msg_bdrk_": "bedrock", "msg_vrtx_": "vertex", "gen-": "openrouter"})

_MODELS: tuple[Path, ...] = (("model",), ("modelVersion",), ("model_version",))
_SERVICES_IN_USAGE: tuple[Path, ...] = (("service_tier",), ("trafficType",), ("traffic_type",))
_SERVICES_IN_BODY: tuple[Path, ...] = (
    ("service_tier",),
    ("serviceTier", "type"),
    ("ResponseMetadata", "HTTPHeaders", "x-amzn-bedrock-service-tier"),
    ("x-amzn-bedrock-service-tier",),
)
_SERVICES = MappingProxyType({"on_demand_flex": "flex", "on_demand_priority": "priority"})
# Capacity that was bought ahead, so that no price a token says what the call cost.
_COMMITTED = ("scale", "reserved", "provisioned_throughput")


def model_of(body: object, outer: object) -> str:
    """The model's name as the body says it; empty if it is silent."""
    names = (text(at(node, path)) for node in (body, outer) for path in _MODELS)
    return next(filter(None, names), "")


@lru_cache(maxsize=1024)
def maker_of(model: str) -> str:
    """The provider whose own models are named like this; empty if several are.

    >>> maker_of("gpt-4o-2024-08-06"), maker_of("openai/gpt-4o"), maker_of("llama-3.3-70b")
    ('openai', 'openai', '')
    """
    prefix = model.partition("/")[0]
    if prefix != model and _NAMES.get(prefix, prefix) in KNOWN:
        return _NAMES.get(prefix, prefix)
    found = _MAKER.match(model)
    return (found.lastgroup or "") if found else ""


def provider_of(draft: Draft, outer: object, fallback: str) -> str:
    """Who served the call: as a gateway says, by a member of its own, by its model's name."""
    stated = text(at(outer, ("_hidden_params", "custom_llm_provider"))).lower()
    if stated:
        return _NAMES.get(stated, stated)
    for in_usage, path, provider in _HINTS:
        if at(draft.usage if in_usage else draft.body, path) is not None:
            return provider
    identity = text(member(draft.body, "id"))
    for start, provider in _ID_STARTS.items():
        if identity.startswith(start):
            return provider
    maker = maker_of(draft.model)
    return maker if maker == "bedrock" or not fallback else fallback


def service_of(draft: Draft, outer: object) -> str:
    """The service tier as the body says it, in lower case; empty if it is silent."""
    if member(outer, "custom_id") is not None or (
        member(outer, "key") is not None and member(outer, "response") is draft.body
    ):
        return "batch"
    if text(member(draft.usage, "speed")) == "fast":
        return "fast"
    found = (
        text(at(node, path)).lower()
        for node, paths in (
            (draft.usage, _SERVICES_IN_USAGE),
            (draft.body, _SERVICES_IN_BODY),
            (outer, _SERVICES_IN_BODY),
        )
        for path in paths
    )
    word = next(filter(None, found), "")
    if word in _COMMITTED:
        draft.signal("service", word)
    if text(at(draft.body, ("performanceConfig", "latency"))) == "optimized":
        draft.signal("latency", "optimized")
    return _SERVICES.get(word, word)


def region_of(draft: Draft, outer: object) -> str:
    """Where the call was computed, as the body says it; empty if it is silent."""
    return text(member(draft.usage, "inference_geo")) or text(
        at(outer, ("_hidden_params", "region_name"))
    )


def reported_cost(draft: Draft, outer: object) -> int | None:
    """The cost the body itself states, in picodollars. Raises BadUsage if that is no cost."""
    ticks = member(draft.usage, "cost_in_usd_ticks")
    if ticks is not None:
        return whole(ticks, "usage.cost_in_usd_ticks") * PICO_USD_PER_TICK
    cost = member(draft.usage, "cost")
    places = (
        ("usage.cost.total_cost", member(cost, "total_cost")),
        ("usage.cost", cost),
        ("usage.total_cost", member(draft.usage, "total_cost")),
        ("_hidden_params.response_cost", at(outer, ("_hidden_params", "response_cost"))),
    )
    for where, value in places:
        if value is not None:
            return dollars(value, where)
    return None
