"""Where a name of the catalog is found in the published price lists.

A row of a cloud, and an alias that names a cloud, is looked up in that cloud's part of a list, so
that a cloud's own price is what the catalog is held against.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Place(NamedTuple):
    """Where one seller's names are found in each list.

    `genai` are its providers there, in the order to ask; the patterns take the name.
    """

    genai: tuple[str, ...]
    litellm: tuple[str, ...]
    litellm_providers: tuple[str, ...]
    genai_pattern: str = "{}"


AWS = ("bedrock", "bedrock_converse", "bedrock_mantle")
VERTEX_PARTS = """
    language-models embedding-models video-models anthropic_models deepseek_models llama_models
    mistral_models openai_models
"""
VERTEX_AI = ("vertex_ai", *(f"vertex_ai-{part}" for part in VERTEX_PARTS.split()))

BEDROCK = Place(("aws",), ("{}", "bedrock/{}"), AWS)
MANTLE = Place(("aws",), ("bedrock_mantle/{}",), AWS)
AZURE = Place(("azure",), ("azure/{}",), ("azure", "azure_text"))
AZURE_AI = Place(("azure",), ("azure_ai/{}",), ("azure_ai",))
VERTEX = Place(("google",), ("vertex_ai/{}", "{}"), VERTEX_AI)

SECTIONS: Mapping[str, Place] = {
    "openai": Place(("openai",), ("{}", "openai/{}"), ("openai", "text-completion-openai")),
    "anthropic": Place(("anthropic",), ("{}", "anthropic/{}"), ("anthropic",)),
    "google": Place(("google",), ("gemini/{}", "{}"), ("gemini",)),
    "fireworks": Place(
        ("fireworks",),
        ("fireworks_ai/{}", "fireworks_ai/accounts/fireworks/models/{}"),
        ("fireworks_ai", "fireworks_ai-embedding-models"),
    ),
    "mistral": Place(("mistral",), ("mistral/{}",), ("mistral",)),
    "xai": Place(("x-ai",), ("xai/{}",), ("xai",)),
    "deepseek": Place(("deepseek",), ("deepseek/{}", "{}"), ("deepseek",)),
    "amazon": BEDROCK,
    "cohere": Place(("cohere",), ("cohere/{}", "{}"), ("cohere", "cohere_chat")),
    "moonshot": Place(("moonshotai",), ("moonshot/{}",), ("moonshot",)),
    # genai-prices knows Alibaba's prices only through OpenRouter.
    "qwen": Place(("openrouter",), ("dashscope/{}",), ("dashscope",), "qwen/{}"),
    "meta": Place(("meta",), ("meta/{}",), ("meta",)),
    "groq": Place(("groq",), ("groq/{}",), ("groq",)),
    "together": Place(("together",), ("together_ai/{}",), ("together_ai",)),
    "perplexity": Place(("perplexity",), ("perplexity/{}",), ("perplexity",)),
    "zai": Place(("zai",), ("zai/{}",), ("zai",)),
    "minimax": Place(("minimax",), ("minimax/{}",), ("minimax",)),
    "voyage": Place(("voyageai",), ("voyage/{}",), ("voyage",)),
    "bedrock": BEDROCK,
    "vertex": VERTEX,
    "azure": AZURE,
}

AZURE_ZONES = ("us", "eu", "apac", "us-gov")
# The first prefix that fits decides; genai-prices has no zones of Azure.
PREFIXES: Mapping[str, Place] = {
    **{
        f"azure/{zone}/": AZURE._replace(genai=(), litellm=(f"azure/{zone}/{{}}",))
        for zone in AZURE_ZONES
    },
    "azure/global-standard/": AZURE._replace(litellm=("azure/global-standard/{}",)),
    "azure/global/": AZURE._replace(litellm=("azure/global/{}",)),
    "azure/": AZURE,
    "azure_ai/": AZURE_AI,
    "vertex_ai/": VERTEX,
    "bedrock_mantle/": MANTLE,
    "groq/": SECTIONS["groq"],
    "perplexity/": SECTIONS["perplexity"],
    "together/": SECTIONS["together"],
    "together_ai/": SECTIONS["together"],
}
BEDROCK_ID = re.compile(
    r"(?:(?:global|us-gov|us|eu|apac|au|jp|in)\.)?(?:ai21|amazon|anthropic|cohere|deepseek|google"
    r"|meta|minimax|mistral|moonshotai|nvidia|openai|qwen|writer|xai|zai)\.[a-z]"
)


def place_of(section: str, name: str) -> tuple[Place, str]:
    """The seller that a row's name or alias speaks of, and the name without the seller's prefix.

    >>> place_of("openai", "azure/gpt-4o")[1]
    'gpt-4o'
    >>> place_of("anthropic", "us.anthropic.claude-sonnet-5")[0] is BEDROCK
    True
    """
    for prefix, place in PREFIXES.items():
        if name.startswith(prefix):
            return place, name.removeprefix(prefix)
    if BEDROCK_ID.match(name):
        return BEDROCK, name
    return (VERTEX if "@" in name else SECTIONS[section]), name
