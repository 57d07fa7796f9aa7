"""What two published price lists say about a model, in the catalog's own price keys.

litellm's list is read from its JSON file without importing the package; genai-prices is imported.
Every figure comes back as USD per unit under the key the catalog uses, so that a comparison is a
dictionary look-up. Nested prices carry a dotted key: ``off_peak_pricing.input_cost_per_token``.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from sellers import seller_of

from pricectl.core.structures import OWN_FACTORS
from pricectl.core.units import NESTED_KEYS, SYNONYMS, parse_key

INSTALL_HINT = "pip install 'pricectl[crosscheck]'"
LITELLM, GENAI_PRICES = "litellm", "genai-prices"
PICODOLLAR = Decimal("1e-12")
Figures = dict[str, Decimal]
Entry = Mapping[str, Any]

# Factors of regions that the catalog has for the sellers' own endpoints; those of other clouds, and
# the factor of a fast mode (`fast_prices` below), are not rows of these sellers.
FACTOR = re.compile(rf"regional_processing_uplift_multiplier_[a-z]+|{OWN_FACTORS}\.us")
OFF_PEAK = "off_peak_pricing."
NESTED = (*NESTED_KEYS, OFF_PEAK.rstrip("."), OWN_FACTORS)


TOKEN_SCALE = Decimal("1e-6")
GENAI_UNITS: Mapping[str, tuple[tuple[str, Decimal], ...]] = {
    "input_mtok": (("input_cost_per_token", TOKEN_SCALE),),
    "output_mtok": (("output_cost_per_token", TOKEN_SCALE),),
    "cache_read_mtok": (("cache_read_input_token_cost", TOKEN_SCALE),),
    "cache_write_mtok": (("cache_creation_input_token_cost", TOKEN_SCALE),),
    "cache_write_1h_mtok": (("cache_creation_input_token_cost_above_1hr", TOKEN_SCALE),),
    "input_audio_mtok": (("input_cost_per_audio_token", TOKEN_SCALE),),
    "output_audio_mtok": (("output_cost_per_audio_token", TOKEN_SCALE),),
    "cache_audio_read_mtok": (("cache_read_input_audio_token_cost", TOKEN_SCALE),),
    "input_image_mtok": (("input_cost_per_image_token", TOKEN_SCALE),),
    "output_image_mtok": (("output_cost_per_image_token", TOKEN_SCALE),),
    "cache_image_read_mtok": (("cache_read_input_image_token_cost", TOKEN_SCALE),),
    "input_video_mtok": (("input_cost_per_video_token", TOKEN_SCALE),),
    "output_video_mtok": (("output_cost_per_video_token", TOKEN_SCALE),),
    "input_mchars": (("input_cost_per_character", TOKEN_SCALE),),
    "audio_hours": (("input_cost_per_second", 1 / Decimal(3600)),),
    "input_document_kpages": (("ocr_cost_per_page", Decimal("1e-3")),),
    "input_annotated_document_kpages": (("annotation_cost_per_page", Decimal("1e-3")),),
    "storage_searches_kcount": (("file_search_cost_per_1k_calls", Decimal(1)),),
    "web_searches_kcount": tuple(
        (f"search_context_cost_per_query.search_context_size_{size}", Decimal("1e-3"))
        for size in ("low", "medium", "high")
    ),
}
GENAI_SERVICES: Mapping[tuple[str, str], str] = {
    ("processing", "batch"): "_batches",
    ("service_tier", "flex"): "_flex",
    ("service_tier", "priority"): "_priority",
    ("speed", "fast"): "_fast",
}

# A specific kind of token at the price of its general kind says nothing new.
GENERAL_KIND: Mapping[str, str] = {
    "output_cost_per_reasoning_token": "output_cost_per_token",
    "input_cost_per_audio_token": "input_cost_per_token",
    "input_cost_per_image_token": "input_cost_per_token",
    "input_cost_per_video_token": "input_cost_per_token",
    "output_cost_per_audio_token": "output_cost_per_token",
    "output_cost_per_image_token": "output_cost_per_token",
    "cache_read_input_audio_token_cost": "cache_read_input_token_cost",
}


def prices_of(entry: Entry) -> Figures:
    """Every price of a catalog or litellm entry, nested ones under a dotted key.

    A price with two spellings is one figure, that of the spelling by which a row is charged.
    """
    flat = {key: value for key, value in entry.items() if is_price_key(key)}
    for outer in NESTED:
        inner = entry.get(outer)
        if isinstance(inner, Mapping):
            keys = {key: f"{outer}.{key}" for key in inner}
            flat |= {dotted: inner[key] for key, dotted in keys.items() if is_price_key(dotted)}
    flat |= {key: flat.pop(synonym) for synonym, key in SYNONYMS.items() if synonym in flat}
    return {k: Decimal(v) for k, v in flat.items() if isinstance(v, (int, Decimal))}


def is_price_key(key: str) -> bool:
    """Whether a key, dotted if nested, is a price or a factor in the grammar of the catalog."""
    return FACTOR.fullmatch(key) is not None or parse_key(key.removeprefix(OFF_PEAK)) is not None


def litellm_map() -> Path:
    """Where the installed litellm keeps its price map. Raises ModuleNotFoundError."""
    spec = find_spec("litellm")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("litellm is not installed", name="litellm")
    return Path(spec.origin).with_name("model_prices_and_context_window_backup.json")


class Litellm:
    """litellm's price map, looked up by the catalog's names."""

    name = LITELLM

    def __init__(self) -> None:
        text = litellm_map().read_text("utf-8")
        self._rows: Entry = json.loads(text, parse_float=Decimal)

    def figures(self, section: str, model: str, _at: date, /) -> Figures:
        """Today's prices of a model: this list has no dates."""
        seller, name = seller_of(section, model)
        for pattern in seller.litellm:
            row = self._rows.get(pattern.format(name))
            if row is not None and row.get("litellm_provider") in seller.litellm_providers:
                return prices_of(row) | dict(ranged_prices(row)) | dict(fast_prices(row))
        return {}


def ranged_prices(row: Entry) -> Iterator[tuple[str, Decimal]]:
    """The prices of `tiered_pricing`, each under the key of the range's lower end."""
    for prices in row.get("tiered_pricing", ()):
        above = int(prices["range"][0])
        for key, price in prices_of(prices).items():
            yield key + (tier_suffix(above) if above else ""), price


def fast_prices(row: Entry) -> Iterator[tuple[str, Decimal]]:
    """The prices of a fast mode, which litellm writes as one multiplier."""
    factor = row.get("provider_specific_entry", {}).get("fast")
    if factor is None:
        return
    for key, price in prices_of(row).items():
        if key.endswith(("per_token", "token_cost", "above_1hr", "above_12hr")):
            yield f"{key}_fast", price * Decimal(factor)


class GenaiPrices:
    """genai-prices' data, with dated prices, prompt-size tiers and service variants resolved."""

    name = GENAI_PRICES

    def __init__(self) -> None:
        providers = import_module("genai_prices.data").providers
        self._models: dict[str, list[Any]] = {each.id: each.models for each in providers}

    def figures(self, section: str, model: str, at: date, /) -> Figures:
        """The prices of a model on a day, its busiest hours in the base keys."""
        seller, name = seller_of(section, model)
        name = seller.genai_pattern.format(name)
        for candidate in (each for maker in seller.genai for each in self._models[maker]):
            if candidate.match.is_match(name) or candidate.match.is_match(name.lower()):
                return model_figures(candidate, at)
        return {}


def model_figures(model: Any, at: date) -> Figures:
    """All prices of one genai-prices model on a day."""
    flat = not isinstance(model.prices, list)
    choices = [] if flat else [c for c in model.prices if active(c.constraint, at)]
    by_hour = [c.prices for c in choices if hasattr(c.constraint, "start_time")]
    by_date = [model.prices] if flat else [c.prices for c in choices if c.prices not in by_hour]
    figures = dict(model_price_figures((by_hour or by_date)[-1], ""))
    if by_hour:
        calm = model_price_figures(by_date[-1], "")
        figures |= {f"off_peak_pricing.{key}": price for key, price in calm}
    for variant in model.price_variants or ():
        service = GENAI_SERVICES.get(next(iter(variant.when.items())))
        if service is not None and active(variant.constraint, at):
            figures = dict(model_price_figures(variant.prices, service)) | figures  # first one wins
    return figures


def active(constraint: Any, at: date) -> bool:
    """Whether a dated price applies on a day; prices by the hour always count."""
    start = getattr(constraint, "start_date", None)
    return start is None or bool(start <= at)


def model_price_figures(prices: Any, service: str) -> Iterator[tuple[str, Decimal]]:
    """One genai-prices price list as catalog keys, its tiers included."""
    for unit, keys in GENAI_UNITS.items():
        price = getattr(prices, unit, None)
        if price is None:
            continue
        for key, scale in keys:
            yield f"{key}{service}", getattr(price, "base", price) * scale
            for tier in getattr(price, "tiers", ()):
                yield f"{key}{tier_suffix(tier.start)}{service}", tier.price * scale


def tier_suffix(start_tokens: int) -> str:
    """The catalog's word for a tier: 199999 and 200000 both belong to ``above_200k``."""
    return f"_above_{(start_tokens + 1) // 1000}k_tokens"


class Source(Protocol):
    """A published price list."""

    name: str

    def figures(self, section: str, model: str, at: date, /) -> Figures:
        """The list's prices of a model on a day, empty when it does not know the model."""


class Claim(NamedTuple):
    """A price a source gives, and the name it gives it under."""

    source: str
    name: str
    price: Decimal


def same(left: Decimal, right: Decimal) -> bool:
    """Whether two prices are the same number of picodollars."""
    return left.quantize(PICODOLLAR) == right.quantize(PICODOLLAR)


def claims_of(
    sources: Iterable[Source], section: str, names: Sequence[str], at: date
) -> dict[str, list[Claim]]:
    """What the sources say about any name of a row, by price field; no figure twice."""
    claims: dict[str, list[Claim]] = {}
    for source in sources:
        for name in names:
            for field, price in source.figures(section, name, at).items():
                known = claims.setdefault(field, [])
                if not any(c.source == source.name and same(c.price, price) for c in known):
                    known.append(Claim(source.name, name, price))
    return claims
