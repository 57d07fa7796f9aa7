"""Prices, metadata and providers of models, always those of the active catalog."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from pricectl import runtime
from pricectl.core.document import Unreadable
from pricectl.core.labels import clean
from pricectl.core.lookup import find
from pricectl.core.money import TOKENS_PER_MTOK
from pricectl.production.never_raises import never_raises
from pricectl.production.price_table import (
    DEFAULT,
    DEFAULT_PRICES,
    LOGGER,
    MODEL_PRICING,
    ModelPrices,
    table,
)
from pricectl.runtime import Snapshot

UNKNOWN = "unknown"

# Sections of the catalog -> what callers know the provider as.
PROVIDERS = {
    "openai": "openai",
    "anthropic": "anthropic",
    "google": "gemini",
    "gemini": "gemini",
    "fireworks": "fireworks",
    "fireworks_ai": "fireworks",
}
# Words in a name -> who sells it; the first that is found decides.
_WORDS = (
    (("gpt-", "text-davinci", "o1-", "o3-"), "openai"),
    (("claude",), "anthropic"),
    (("gemini",), "gemini"),
    (("llama", "mixtral", "qwen", "yi-"), "fireworks"),
)


@never_raises({DEFAULT: DEFAULT_PRICES})
def load_pricing_from_json() -> dict[str, ModelPrices]:
    """The prices in use; the file is read at the first use, and then by `reload_pricing` only."""
    table()
    return MODEL_PRICING


@never_raises(MODEL_PRICING)
def reload_pricing() -> dict[str, ModelPrices]:
    """Read the file again; the prices now in use (the old ones if the file is refused).

    `pricectl.runtime.reload_pricing` says what was done and why.
    """
    result = runtime.reload_pricing()
    if result.status == "refused":
        LOGGER.error("Failed to load pricing: %s", clean(str(result.reason)))
    table()
    return MODEL_PRICING


@never_raises({"error": "the metadata cannot be read"})
def get_pricing_metadata() -> dict[str, Any]:
    """The `metadata` of the active catalog; {"error": why} if the default price is all there is."""
    now = _snapshot()
    if now.layer == "default":
        return {"error": "no catalog could be read; every model has the default price"}
    found = _as_json_module(now.catalog.metadata)
    return found if isinstance(found, dict) else {}


@never_raises(DEFAULT_PRICES)
def get_model_pricing(model_name: str) -> ModelPrices:
    """A model's {"input", "output"} in USD per 1M tokens; the default price for an unknown name."""
    match = runtime.get_pricing().match(model_name)
    sides = zip(("input", "output"), match.input_and_output, strict=True)
    return {side: (pico or 0) / TOKENS_PER_MTOK for side, pico in sides}


@never_raises(UNKNOWN)
def get_provider_from_model(model_name: str) -> str:
    """Who sells a model: openai, anthropic, gemini, fireworks, or unknown.

    Words in the name decide, as they always did; where they say nothing, the row does.

    >>> get_provider_from_model("claude-of-tomorrow"), get_provider_from_model("mystery")
    ('anthropic', 'unknown')
    """
    by_name, now = _provider_of_name(model_name), _snapshot()
    return by_name or _provider_of_row(find(now.catalog, model_name, now.fallback).model.provider)


@never_raises([])
def list_models_by_provider(provider: str) -> list[str]:
    """The names of one provider's models, sorted; "unknown" is everybody else's."""
    wanted = provider.lower()
    models = _snapshot().catalog.models
    return sorted(
        {
            model.name
            for model in models
            if (_provider_of_name(model.name) or _provider_of_row(model.provider)) == wanted
        }
    )


def _provider_of_row(section: str) -> str:
    return PROVIDERS.get(section.lower(), UNKNOWN)


def _snapshot() -> Snapshot:
    return runtime.get_pricing().snapshot


def _provider_of_name(name: object) -> str:
    """The seller that the words of a name speak of; "" if they speak of none."""
    folded = str.lower(name) if isinstance(name, str) else ""
    sellers = (seller for words, seller in _WORDS if any(word in folded for word in words))
    return next(sellers, "")


def _as_json_module(value: object) -> Any:
    """Values as the json module reads them: with floats, and dicts that may be written out."""
    if isinstance(value, Mapping):
        return {str(key): _as_json_module(member) for key, member in value.items()}
    if isinstance(value, Unreadable):
        return value.literal
    if isinstance(value, Decimal):
        return float(value)
    return [_as_json_module(item) for item in value] if isinstance(value, list) else value
