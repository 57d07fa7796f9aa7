"""Which model a response is of, and who served the call."""

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.responses.values import lacks_all, member, text, value_at

_MODELS = ("model", "modelVersion", "model_version", "model_name")
# Where frameworks put the name: LangChain's messages, the AI SDK's results.
_MODEL_PATHS = (
    ("response_metadata", "model_name"),
    ("response_metadata", "model"),
    ("response", "modelId"),
)
_FRAMEWORK_MEMBERS = frozenset(path[0] for path in _MODEL_PATHS)
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

# Other names of a provider -> the one used here: of gateways, of OpenTelemetry's conventions, and
# of the AI SDK, whose names go on after a dot with the API that was called.
_NAMES = MappingProxyType(
    {
        "amazon_bedrock": "bedrock",
        "aws.bedrock": "bedrock",
        "az.ai.inference": "azure",
        "az.ai.openai": "azure",
        "azure.ai.inference": "azure",
        "azure.ai.openai": "azure",
        "azure_ai": "azure",
        "azure_openai": "azure",
        "bedrock_converse": "bedrock",
        "cohere_chat": "cohere",
        "fireworks_ai": "fireworks",
        "gcp.gemini": "google",
        "gcp.gen_ai": "google",
        "gcp.vertex_ai": "vertex",
        "gemini": "google",
        "google.vertex": "vertex",
        "google_genai": "google",
        "google_vertexai": "vertex",
        "mistral_ai": "mistral",
        "mistralai": "mistral",
        "text-completion-openai": "openai",
        "together_ai": "together",
        "togetherai": "together",
        "vertex_ai": "vertex",
        "vertex_ai_beta": "vertex",
        "x_ai": "xai",
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
    """The model's name as the body says it; empty if the body does not say."""
    if builder.stated.model:
        return builder.stated.model
    for node in (builder.body, builder.envelope):
        for name in _MODELS:
            model = text(member(node, name))
            if model:
                return model
        for path in () if lacks_all(node, _FRAMEWORK_MEMBERS) else _MODEL_PATHS:
            model = text(value_at(node, path))
            if model:
                return model
    return ""


@lru_cache(maxsize=1024)
def provider_by_model_name(model: str) -> str:
    """The provider whose own models are named like this; empty if several are.

    >>> provider_by_model_name("gpt-4o-2024-08-06"), provider_by_model_name("llama-3.3-70b")
    ('openai', '')
    """
    prefix = model.partition("/")[0]
    if prefix != model and canonical_provider(prefix) in KNOWN:
        return canonical_provider(prefix)
    found = _MAKER.match(model)
    return (found.lastgroup or "") if found else ""


@lru_cache(maxsize=1024)
def canonical_provider(provider: str) -> str:
    """The provider's name for any gateway's or caller's name of it; an unknown one as it is.

    >>> canonical_provider("vertex_ai"), canonical_provider("XAI"), canonical_provider("x-ai")
    ('vertex', 'xai', 'xai')
    >>> canonical_provider("anthropic.messages"), canonical_provider("ours")
    ('anthropic', 'ours')
    """
    name = provider.strip().lower().replace("-", "_").replace(" ", "_")
    while name:
        known = _NAMES.get(name, name)
        if known in KNOWN:
            return known
        name = name.rpartition(".")[0]
    return _NAMES.get(provider, provider)


def provider_of(builder: ReadingBuilder, fallback: str) -> str:
    """Who served the call: as a gateway says, by a member of its own, by its model's name.

    `fallback` is who usually serves the format. A cloud's own naming of models says more than the
    format; another maker's name does not, since gateways sell models in other formats.
    """
    if builder.stated.provider:
        return canonical_provider(builder.stated.provider)
    if not builder.has_no_hints:
        stated = text(value_at(builder.envelope, ("_hidden_params", "custom_llm_provider")))
        stated = stated or text(member(builder.body, "provider_name"))  # pydantic-ai's
        if stated:
            return canonical_provider(stated)
        hinted = _hint(builder.body, HINTS_IN_BODY) or _hint(builder.usage, HINTS_IN_USAGE)
        if hinted:
            return hinted
    identity = text(member(builder.body, "id"))
    if identity.startswith(MARKED_IDS):
        return next(_ID_STARTS[start] for start in MARKED_IDS if identity.startswith(start))
    maker = provider_by_model_name(builder.model)
    return maker if maker == "bedrock" or not fallback else fallback


def _hint(node: object, hints: Mapping[str, str]) -> str:
    if lacks_all(node, hints):
        return ""
    return next((hints[name] for name in hints if member(node, name) is not None), "")
