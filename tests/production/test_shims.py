"""The checks of a deployment plan, made through the two-line files that docs/migration.md shows."""

import importlib
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest

from pricectl import runtime
from pricectl.policy import Policy
from tests.conftest import ROOT

MIGRATION = (ROOT / "docs" / "migration.md").read_text(encoding="utf-8")
CATALOG = ROOT / "llm_pricing_current.json"


class Modules(NamedTuple):
    """The replaced modules, as callers import them."""

    pricing_loader: ModuleType
    cost_calculator: ModuleType


@pytest.fixture
def old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Modules]:
    blocks = re.findall(r"```python\n(.*?)```", MIGRATION, re.DOTALL)
    shim = next(block for block in blocks if "import *" in block)
    assert len(shim.splitlines()) == 2
    names = ("pricing_loader", "cost_calculator")
    for name in names:
        (tmp_path / f"{name}.py").write_text(shim, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    runtime.configure(CATALOG, policy=Policy(), state=tmp_path / "state")
    yield Modules(*map(importlib.import_module, names))
    for name in names:
        del sys.modules[name]


def test_1_the_file_is_found(old: Modules) -> None:
    assert vars(old.pricing_loader)["_get_pricing_file_path"]().name == "llm_pricing_current.json"


def test_2_the_file_loads(old: Modules) -> None:
    prices = old.pricing_loader.load_pricing_from_json()
    assert isinstance(prices, dict)
    assert len(prices) > 100
    assert "last_updated" in old.pricing_loader.get_pricing_metadata()


def test_3_every_price_has_the_format(old: Modules) -> None:
    for name, prices in old.pricing_loader.load_pricing_from_json().items():
        assert type(prices) is dict, name
        assert list(prices) == ["input", "output"], name
        assert all(type(usd) is float and usd >= 0 for usd in prices.values()), name


def test_4_critical_models_have_a_price(old: Modules) -> None:
    prices = old.cost_calculator.MODEL_PRICING
    assert {"default", "gpt-4o", "gpt-4o-mini", "claude-sonnet-4-5"} <= prices.keys()


def test_5_prices_per_token_become_prices_per_million(old: Modules) -> None:
    prices = old.pricing_loader.load_pricing_from_json()
    assert prices["gpt-4o"] == {"input": 2.5, "output": 10.0}
    assert prices["gpt-4o-mini"] == {"input": 0.15, "output": 0.6}
    convert = vars(old.pricing_loader)["_convert_json_pricing_to_model_pricing"]
    row = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}
    assert convert({"openai": {"gpt-4o": row}})["gpt-4o"] == {"input": 2.5, "output": 10.0}


def test_6_tokens_and_prices_make_a_cost(old: Modules) -> None:
    costs = old.cost_calculator.calculate_token_costs(
        prompt_tokens=1000,
        completion_tokens=500,
        input_price_per_million=2.50,
        output_price_per_million=10.00,
    )
    assert costs == {
        "input_cost_usd": 0.0025,
        "output_cost_usd": 0.005,
        "provider_cost_usd": 0.0075,
    }


def test_7_names_find_their_price(old: Modules) -> None:
    get = old.cost_calculator.get_model_pricing
    assert get("gpt-4o") == get("GPT-4O") == get("  gpt-4o ") == {"input": 2.5, "output": 10.0}
    assert get(model_name="unknown-model-xyz") == {"input": 1.0, "output": 2.0}


def test_8_providers_are_told_by_the_name(old: Modules) -> None:
    names = ("gpt-4o", "claude-3-opus", "gemini-pro", "llama-3-70b", "unknown-model")
    found = [old.cost_calculator.get_provider_from_model(name) for name in names]
    assert found == ["openai", "anthropic", "gemini", "fireworks", "unknown"]


def test_9_markup(old: Modules) -> None:
    markup = old.cost_calculator.apply_markup
    half = markup(provider_cost_usd=0.01, markup_percentage=50.0)
    assert half == {"provider_cost_usd": 0.01, "client_cost_usd": 0.015}
    assert markup(0.02, 0.0) == {"provider_cost_usd": 0.02, "client_cost_usd": 0.02}


def test_10_credits_in_each_mode(old: Modules) -> None:
    credits_due = old.cost_calculator.calculate_credits_to_deduct
    assert credits_due(cost_usd=0.05, total_tokens=1000, budget_mode="job_based") == 1
    assert credits_due(0.10, 1000, "consumption_usd", credits_per_dollar=10.0) == 1
    assert credits_due(0.05, 50_000, "consumption_tokens", tokens_per_credit=10_000) == 5


def test_11_from_a_model_to_credits(old: Modules) -> None:
    calculator = old.cost_calculator
    prices = calculator.get_model_pricing("gpt-4o")
    costs = calculator.calculate_token_costs(1000, 500, prices["input"], prices["output"])
    client = calculator.apply_markup(costs["provider_cost_usd"], 50.0)
    assert client == {"provider_cost_usd": 0.0075, "client_cost_usd": 0.01125}
    # $0.01125 x 10 = 0.1125 credits, at least one
    assert (
        calculator.calculate_credits_to_deduct(
            client["client_cost_usd"], 1500, "consumption_usd", 10.0
        )
        == 1
    )


def test_every_old_name_is_there(old: Modules) -> None:
    assert vars(old.pricing_loader)["_PRICING_CACHE"] is old.cost_calculator.MODEL_PRICING
    assert {"gpt-4o", "default"} <= vars(old.pricing_loader)["_get_fallback_pricing"]().keys()
    assert old.pricing_loader.reload_pricing() is old.pricing_loader.MODEL_PRICING
    assert "gpt-4o" in old.cost_calculator.list_models_by_provider("OpenAI")
