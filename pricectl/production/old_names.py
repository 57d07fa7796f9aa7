"""What the replaced modules had beside their documented functions, kept for code that uses it."""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pricectl import runtime
from pricectl.core import Catalog
from pricectl.core.document import Unreadable
from pricectl.core.money import TOKENS_PER_MTOK
from pricectl.packaged import packaged_catalog
from pricectl.production.never_raises import never_raises
from pricectl.production.numbers import exact
from pricectl.production.price_table import DEFAULT, DEFAULT_PRICES, ModelPrices, table_of

# Words in a name -> who sells it; the first that is found decides.
_WORDS = (
    (("gpt-", "text-davinci", "o1-", "o3-"), "openai"),
    (("claude",), "anthropic"),
    (("gemini",), "gemini"),
    (("llama", "mixtral", "qwen", "yi-"), "fireworks"),
)
# Members of a catalog that hold no models.
_NO_SECTIONS = ("metadata", "pricing_notes")


def provider_of_name(name: object) -> str:
    """The seller that the words of a name speak of; "" if they speak of none.

    >>> provider_of_name("o3-mini"), provider_of_name("Llama-3-70b"), provider_of_name("o3")
    ('openai', 'fireworks', '')
    """
    folded = str.lower(name) if isinstance(name, str) else ""
    sellers = (seller for words, seller in _WORDS if any(word in folded for word in words))
    return next(sellers, "")


def as_json_module(value: object) -> Any:
    """Values as the json module reads them: with floats, and dicts that may be written out."""
    if isinstance(value, Mapping):
        return {str(key): as_json_module(member) for key, member in value.items()}
    if isinstance(value, Unreadable):
        return value.literal
    if isinstance(value, Decimal):
        return float(value)
    return [as_json_module(item) for item in value] if isinstance(value, list) else value


@never_raises(None)
def pricing_file_path() -> Path | None:
    """The catalog file in use; None if another layer answers, such as the last good copy."""
    now = runtime.get_pricing().snapshot
    return Path(now.source) if now.layer == "file" else None


@never_raises({DEFAULT: DEFAULT_PRICES})
def convert_json_pricing(json_data: Any) -> dict[str, ModelPrices]:
    """A catalog, as the json module reads it, to USD per 1M tokens; of equal names the last.

    >>> convert_json_pricing({"openai": {"m": {"input_cost_per_token": 7.5e-08}}})["m"]
    {'input': 0.075, 'output': 0.0}
    """
    sections = [json_data[name] for name in json_data if name not in _NO_SECTIONS]
    converted = {
        name: {
            side: float(exact(row.get(f"{side}_cost_per_token", 0)) * TOKENS_PER_MTOK)
            for side in ("input", "output")
        }
        for section in sections
        for name, row in section.items()
        if isinstance(row, dict)
    }
    return {**converted, DEFAULT: dict(DEFAULT_PRICES)}


@never_raises({DEFAULT: DEFAULT_PRICES})
def fallback_pricing() -> dict[str, ModelPrices]:
    """The prices that answer where the team has no file: those of the packaged catalog."""
    return table_of(Catalog.load(packaged_catalog().read_bytes()))
