"""Who sells a model of the catalog, and where the published price lists have that seller.

A row of a cloud, and an alias that names a cloud, is looked up in that cloud's part of a list, so
that a cloud's own price is what the catalog is held against.
"""

import re
from collections.abc import Mapping
from typing import NamedTuple


class Seller(NamedTuple):
    """Where one seller's models are found in each list.

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

BEDROCK = Seller(("aws",), ("{}", "bedrock/{}"), AWS)
MANTLE = Seller(("aws",), ("bedrock_mantle/{}",), AWS)
AZURE = Seller(("azure",), ("azure/{}",), ("azure", "azure_text"))
AZURE_AI = Seller(("azure",), ("azure_ai/{}",), ("azure_ai",))
VERTEX = Seller(("google",), ("vertex_ai/{}", "{}"), VERTEX_AI)

SECTIONS: Mapping[str, Seller] = {
    "openai": Seller(("openai",), ("{}", "openai/{}"), ("openai", "text-completion-openai")),
    "anthropic": Seller(("anthropic",), ("{}", "anthropic/{}"), ("anthropic",)),
    "google": Seller(("google",), ("gemini/{}", "{}"), ("gemini",)),
    "fireworks": Seller(
        ("fireworks",),
        ("fireworks_ai/{}", "fireworks_ai/accounts/fireworks/models/{}"),
        ("fireworks_ai", "fireworks_ai-embedding-models"),
    ),
    "mistral": Seller(("mistral",), ("mistral/{}",), ("mistral",)),
    "xai": Seller(("x-ai",), ("xai/{}",), ("xai",)),
    "deepseek": Seller(("deepseek",), ("deepseek/{}", "{}"), ("deepseek",)),
    "amazon": BEDROCK,
    "cohere": Seller(("cohere",), ("cohere/{}", "{}"), ("cohere", "cohere_chat")),
    "moonshot": Seller(("moonshotai",), ("moonshot/{}",), ("moonshot",)),
    # genai-prices knows Alibaba's prices only through OpenRouter.
    "qwen": Seller(("openrouter",), ("dashscope/{}",), ("dashscope",), "qwen/{}"),
    "meta": Seller(("meta",), ("meta/{}",), ("meta",)),
    "groq": Seller(("groq",), ("groq/{}",), ("groq",)),
    "together": Seller(("together",), ("together_ai/{}",), ("together_ai",)),
    "perplexity": Seller(("perplexity",), ("perplexity/{}",), ("perplexity",)),
    "zai": Seller(("zai",), ("zai/{}",), ("zai",)),
    "minimax": Seller(("minimax",), ("minimax/{}",), ("minimax",)),
    "voyage": Seller(("voyageai",), ("voyage/{}",), ("voyage",)),
    "bedrock": BEDROCK,
    "vertex": VERTEX,
    "azure": AZURE,
}

AZURE_ZONES = ("us", "eu", "apac", "us-gov")
# The first prefix that fits decides; genai-prices has no zones of Azure.
PREFIXES: Mapping[str, Seller] = {
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


def seller_of(section: str, name: str) -> tuple[Seller, str]:
    """The seller that a row's name or alias speaks of, and the name without the seller's prefix.

    >>> seller_of("openai", "azure/gpt-4o")[1]
    'gpt-4o'
    >>> seller_of("anthropic", "us.anthropic.claude-sonnet-5")[0] is BEDROCK
    True
    """
    for prefix, seller in PREFIXES.items():
        if name.startswith(prefix):
            return seller, name.removeprefix(prefix)
    if BEDROCK_ID.match(name):
        return BEDROCK, name
    return (VERTEX if "@" in name else SECTIONS[section]), name
