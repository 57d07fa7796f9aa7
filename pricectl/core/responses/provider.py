"""Which model a response is of, and who served the call."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.responses.values import lacks, member, text, value_at

_MODELS = ("model", "modelVersion", "model_version")
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
HINTS_IN_BODY = MappingProxyType({"x_groq": "groq", "prompt_filter_results": "azure"})
HINTS_IN_USAGE = MappingProxyType(
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
        hinted = _hint(builder.body, HINTS_IN_BODY) or _hint(builder.usage, HINTS_IN_USAGE)
        if hinted:
            return hinted
    identity = text(member(builder.body, "id"))
    if identity.startswith(MARKED_IDS):
        return next(_ID_STARTS[start] for start in MARKED_IDS if identity.startswith(start))
    maker = maker_of(builder.model)
    return maker if maker == "bedrock" or not fallback else fallback


def _hint(node: object, hints: Mapping[str, str]) -> str:
    if lacks(node, hints):
        return ""
    return next((hints[name] for name in hints if member(node, name) is not None), "")
