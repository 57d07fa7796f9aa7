"""Every row of litellm's price map, where that package is installed: each key is known, each row
loads and quotes.
"""

import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog, Usage, quote
from pricectl.core.units import NESTED_KEYS, UNCOUNTED_KEYS, UNITS, is_price_like, parse_key

# Their price goes by the number of search results, which no usage counts: they stay unpriced.
BY_RESULTS = ("exa_ai/exa_ai/search", "firecrawl/firecrawl/search")
NO_MODELS = ("sample_spec", "fallback_generalizations")
# Every unit once, tokens large enough to pass every tier.
EVERYTHING: dict[str, Any] = {
    name: 1 for name, unit in UNITS.items() if not unit.side and not unit.divisible
} | {name: Decimal("1.5") for name, unit in UNITS.items() if unit.divisible}
SERVICES = (None, "batch", "flex", "priority", "fast")


def price_map() -> dict[str, dict[str, Any]]:
    package = find_spec("litellm")
    if package is None or package.origin is None:
        pytest.skip("litellm is not installed")
    path = Path(package.origin).with_name("model_prices_and_context_window_backup.json")
    rows: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return {name: row for name, row in rows.items() if name not in NO_MODELS}


def cost_keys(row: dict[str, Any]) -> Iterator[str]:
    for key, value in row.items():
        if key in NESTED_KEYS and isinstance(value, dict):
            yield from (f"{key}.{name}" for name in value)
        elif key == "tiered_pricing":
            yield from (name for tier in value for name in cost_keys(tier))
        elif key == "off_peak_pricing":
            yield from cost_keys(value)
        elif is_price_like(key):
            yield key


def written_units(row: dict[str, Any]) -> set[str]:
    found = (parse_key(key) for key in cost_keys(row))
    return {key.unit.name for key in found if key}


def test_every_cost_key_is_in_the_vocabulary() -> None:
    keys = {key for row in price_map().values() for key in cost_keys(row)}
    unknown = {key for key in keys if parse_key(key) is None} - set(UNCOUNTED_KEYS)
    assert unknown == set()
    assert len(keys) > 130


def test_every_row_loads_and_quotes() -> None:
    sections: dict[str, dict[str, Any]] = {}
    for name, row in price_map().items():
        sections.setdefault(str(row["litellm_provider"]), {})[name] = row
    catalog = Catalog.load(json.dumps(sections))
    usage = Usage(1_000_000, 1000, cache_read_tokens=10, reasoning_tokens=10, **EVERYTHING)
    for model in catalog.models:
        for service in SERVICES:
            answer = quote(catalog, model.full_name, usage, service=service, region="us")
            assert answer.match.model is model
            assert sum(line.pico_usd for line in answer.lines) == answer.pico_usd >= 0
        priced = {unit for unit, _, _ in model.prices.rates}
        by_results = {"input_query"} if model.full_name in BY_RESULTS else set()
        assert priced == written_units(dict(model.entry)) - by_results
