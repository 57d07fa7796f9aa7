"""Names that were private in the replaced modules, and that their tests import.

`from pricectl.production.old_names import *` imports them all.
"""

from pathlib import Path
from typing import Any

from pricectl import runtime
from pricectl.core import Catalog
from pricectl.core.money import TOKENS_PER_MTOK
from pricectl.packaged import packaged_catalog
from pricectl.production.never_raises import never_raises
from pricectl.production.numbers import exact
from pricectl.production.price_table import (
    DEFAULT,
    DEFAULT_PRICES,
    MODEL_PRICING,
    ModelPrices,
    table_of,
)

__all__ = [
    "_PRICING_CACHE",
    "_convert_json_pricing_to_model_pricing",
    "_get_fallback_pricing",
    "_get_pricing_file_path",
]

_PRICING_CACHE = MODEL_PRICING
# Members of a catalog that hold no models.
_NO_SECTIONS = ("metadata", "pricing_notes")


@never_raises(None)
def _get_pricing_file_path() -> Path | None:
    """The catalog file in use; None if another layer answers, such as the last good copy."""
    now = runtime.get_pricing().snapshot
    return Path(now.source) if now.layer == "file" else None


@never_raises({DEFAULT: DEFAULT_PRICES})
def _convert_json_pricing_to_model_pricing(json_data: Any) -> dict[str, ModelPrices]:
    """A catalog, as the json module reads it, to USD per 1M tokens; of equal names the last.

    >>> rows = {"openai": {"m": {"input_cost_per_token": 7.5e-08}}}
    >>> _convert_json_pricing_to_model_pricing(rows)["m"]
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
def _get_fallback_pricing() -> dict[str, ModelPrices]:
    """The prices that answer where the team has no file: those of the packaged catalog."""
    return table_of(Catalog.load(packaged_catalog().read_bytes()))
