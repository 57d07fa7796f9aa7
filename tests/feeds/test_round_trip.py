"""Random catalogs written as each list writes them read back to the same prices."""

import json
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pricectl.feeds.feed import FeedOrigin, read_feed

INPUT, OUTPUT = "input_cost_per_token", "output_cost_per_token"
READ, WRITE = "cache_read_input_token_cost", "cache_creation_input_token_cost"
TIER = "_above_200k_tokens"
Row = Mapping[str, Decimal]
Rows = Mapping[str, Row]


def mtok(row: Row, names: Mapping[str, str], suffix: str = "") -> dict[str, float]:
    """The prices of a row per 1M under the list's names."""
    return {
        name: float(row[key + suffix] * 10**6) for name, key in names.items() if key + suffix in row
    }


def litellm(rows: Rows) -> Any:
    return {
        name: {"litellm_provider": "openai", **{key: float(it) for key, it in row.items()}}
        for name, row in rows.items()
    }


def models_dev(rows: Rows) -> Any:
    names = {"input": INPUT, "output": OUTPUT, "cache_read": READ, "cache_write": WRITE}

    def cost(row: Row) -> dict[str, Any]:
        tier = mtok(row, names, TIER)
        return mtok(row, names) | ({"tiers": [{**tier, "tier": {"size": 200_000}}]} if tier else {})

    return {
        "openai": {"models": {name: {"cost": cost(row), "limit": {}} for name, row in rows.items()}}
    }


def model_prices(rows: Rows) -> Any:
    names = {"input": INPUT, "output": OUTPUT, "cache_read": READ, "cache_write": WRITE}

    def rates(row: Row) -> dict[str, Any]:
        tier = mtok(row, names, TIER)
        return mtok(row, names) | ({"tiers": [{**tier, "above": 200_000}]} if tier else {})

    listed = {
        name: {"standard": [{"start": None, "rates": rates(row)}]} for name, row in rows.items()
    }
    return {"models_dev": {}, "updated_at": "2026-10-26", "prices": {"openai": listed}}


def genai_prices(rows: Rows) -> Any:
    names = {
        "input_mtok": INPUT,
        "output_mtok": OUTPUT,
        "cache_read_mtok": READ,
        "cache_write_mtok": WRITE,
    }

    def prices(row: Row) -> dict[str, Any]:
        base, tier = mtok(row, names), mtok(row, names, TIER)
        return {
            name: {"base": price, "tiers": [{"start": 200_000, "price": tier[name]}]}
            if name in tier
            else price
            for name, price in base.items()
        }

    models = [
        {"id": name, "match": {"equals": name}, "prices": prices(row)} for name, row in rows.items()
    ]
    return [{"id": "openai", "models": models}]


def llm_prices(rows: Rows) -> Any:
    names = {"input": INPUT, "output": OUTPUT, "input_cached": READ}
    listed = []
    for name, row in rows.items():
        listed.append({"id": name, "vendor": "openai", **mtok(row, names)})
        if larger := mtok(row, names, TIER):
            listed.append({"id": f"{name}-200k", "vendor": "openai", **larger})
    return {"updated_at": "2026-08-05", "prices": listed}


def openrouter(rows: Rows) -> Any:
    names = {
        "prompt": INPUT,
        "completion": OUTPUT,
        "input_cache_read": READ,
        "input_cache_write": WRITE,
    }
    return {
        "data": [
            {
                "id": name,
                "pricing": {it: f"{row[key]:f}" for it, key in names.items() if key in row},
            }
            for name, row in rows.items()
        ]
    }


ALL = frozenset([INPUT, OUTPUT, READ, WRITE, INPUT + TIER, OUTPUT + TIER])
# How each list is written, and the keys that it can hold.
WRITERS: dict[str, tuple[Callable[[Rows], Any], frozenset[str]]] = {
    "litellm": (litellm, ALL),
    "models.dev": (models_dev, ALL),
    "model-prices": (model_prices, ALL),
    "genai-prices": (genai_prices, ALL),
    "llm-prices": (llm_prices, ALL - {WRITE}),
    "openrouter": (openrouter, ALL - {INPUT + TIER, OUTPUT + TIER}),
}
PRICES = st.integers(1, 10**9).map(lambda pico: Decimal(pico).scaleb(-12))
ROWS = st.dictionaries(
    st.from_regex(r"[a-z]{2,12}-[1-9]", fullmatch=True),
    st.fixed_dictionaries(
        {INPUT: PRICES, OUTPUT: PRICES},
        optional={READ: PRICES, WRITE: PRICES, INPUT + TIER: PRICES, OUTPUT + TIER: PRICES},
    ),
    min_size=1,
    max_size=8,
)


@pytest.mark.parametrize("name", WRITERS)
@settings(max_examples=50, deadline=None)
@given(rows=ROWS)
def test_a_random_catalog_reads_back_from_every_list(name: str, rows: Rows) -> None:
    write, keys = WRITERS[name]
    feed = read_feed(json.dumps(write(rows)).encode(), FeedOrigin("here"))
    assert feed.name == name
    found = {
        model.name: {key: pico for pico, key in model.prices.rates.values()}
        for model in feed.catalog.models
    }
    wanted = {
        model: {key: int(price * 10**12) for key, price in row.items() if key in keys}
        for model, row in rows.items()
    }
    assert found == wanted
    assert feed.unread == {}
