"""Model prices in USD per 1M tokens, always those of the active catalog."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from pricectl import runtime
from pricectl.core.catalog import Catalog
from pricectl.core.document import Unreadable
from pricectl.core.lookup import find
from pricectl.core.money import TOKENS_PER_MTOK
from pricectl.core.prices import PriceList
from pricectl.production.never_raises import never_raises
from pricectl.runtime import Snapshot

ModelPrices = dict[str, float]

DEFAULT = "default"
# In USD per 1M tokens: what an unknown model costs.
DEFAULT_PRICES: ModelPrices = {"input": 1.0, "output": 2.0}
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
# How names begin that no row answers -> what callers know the provider as.
_NAME_PREFIXES = {
    "openai/": "openai",
    "gpt-": "openai",
    "chatgpt-": "openai",
    "anthropic/": "anthropic",
    "claude-": "anthropic",
    "gemini/": "gemini",
    "gemini-": "gemini",
    "fireworks_ai/": "fireworks",
    "fireworks/": "fireworks",
    "accounts/fireworks/": "fireworks",
}


class _PriceTable(Mapping[str, ModelPrices]):
    """Each model's price in USD per 1M tokens, and "default"; always those of the active catalog.

    Read-only. What is looked at together (`items`, `values`) is of one version; copy the table with
    `dict(MODEL_PRICING.items())`, since `dict(MODEL_PRICING)` asks for one name after the other.
    """

    def __getitem__(self, name: str) -> ModelPrices:
        return dict(_table()[_stripped(name)])

    def __iter__(self) -> Iterator[str]:
        return iter(tuple(_table()))

    def __len__(self) -> int:
        return len(_table())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and _stripped(name) in _table()

    def __repr__(self) -> str:
        return f"<prices of {len(self) - 1} models in USD per 1M tokens>"

    def keys(self) -> Any:
        """The names, of one version."""
        return _table().keys()

    def items(self) -> Any:
        """Names with their prices, of one version."""
        return _copied(_table()).items()

    def values(self) -> Any:
        """The prices, of one version."""
        return _copied(_table()).values()


MODEL_PRICING: Mapping[str, ModelPrices] = _PriceTable()

# The last table made, with the catalog it was made from; swapped as one.
_made: tuple[Catalog | None, dict[str, ModelPrices]] = (None, {})


@never_raises({DEFAULT: DEFAULT_PRICES})
def load_pricing_from_json() -> dict[str, ModelPrices]:
    """The prices as the file has them now: it is read again, and the table copied."""
    runtime.reload_pricing()
    return _copied(_table())


@never_raises(MODEL_PRICING)
def reload_pricing() -> Mapping[str, ModelPrices]:
    """Read the file again; the prices now in use (the old ones if the file is refused).

    `pricectl.runtime.reload_pricing` says what was done and why.
    """
    runtime.reload_pricing()
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
def get_model_pricing(name: str) -> ModelPrices:
    """A model's {"input", "output"} in USD per 1M tokens; the default price for an unknown name."""
    match = runtime.get_pricing().match(name)
    sides = zip(("input", "output"), match.input_and_output, strict=True)
    return {side: (pico or 0) / TOKENS_PER_MTOK for side, pico in sides}


@never_raises(UNKNOWN)
def get_provider_from_model(name: str) -> str:
    """Who sells a model: openai, anthropic, gemini, fireworks, or unknown.

    >>> get_provider_from_model("claude-of-tomorrow"), get_provider_from_model("mystery")
    ('anthropic', 'unknown')
    """
    now = _snapshot()
    found = find(now.catalog, name, now.fallback)
    if not found.is_guess:
        return PROVIDERS.get(found.model.provider.lower(), UNKNOWN)
    folded = found.asked.lower()
    sellers = (seller for prefix, seller in _NAME_PREFIXES.items() if folded.startswith(prefix))
    return next(sellers, UNKNOWN)


@never_raises([])
def list_models_by_provider(provider: str) -> list[str]:
    """The names of one provider's models, sorted; "unknown" is everybody else's."""
    models = _snapshot().catalog.models
    return sorted(
        {m.name for m in models if PROVIDERS.get(m.provider.lower(), UNKNOWN) == provider}
    )


def _stripped(name: Any) -> Any:
    """A name without the blanks around it, as lookup takes it; str.strip, for a str subclass."""
    return str.strip(name) if isinstance(name, str) else name


def _snapshot() -> Snapshot:
    return runtime.get_pricing().snapshot


def _table() -> dict[str, ModelPrices]:
    global _made  # noqa: PLW0603 - one assignment swaps the table with its catalog
    catalog = _snapshot().catalog
    made_from, table = _made
    if made_from is not catalog:
        table = {
            name: _prices(models[0].prices)
            for name, models in catalog.names.items()
            if len(models) == 1 or find(catalog, name).how == "exact"
        }
        table[DEFAULT] = _prices(catalog.default.prices)
        _made = catalog, table
    return table


def _prices(prices: PriceList) -> ModelPrices:
    return {side: prices.base[side].pico_usd / TOKENS_PER_MTOK for side in ("input", "output")}


def _copied(table: dict[str, ModelPrices]) -> dict[str, ModelPrices]:
    return {name: dict(prices) for name, prices in table.items()}


def _as_json_module(value: object) -> Any:
    """Values as the json module reads them: with floats, and dicts that may be written out."""
    if isinstance(value, Mapping):
        return {str(key): _as_json_module(member) for key, member in value.items()}
    if isinstance(value, Unreadable):
        return value.literal
    if isinstance(value, Decimal):
        return float(value)
    return [_as_json_module(item) for item in value] if isinstance(value, list) else value
