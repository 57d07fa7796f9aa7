"""The drop-in for production's cost_calculator and pricing_loader; amounts are worked by hand."""

import json
import pickle
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from copy import copy, deepcopy
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pricectl import production, runtime
from pricectl.policy import Policy
from pricectl.production import (
    MODEL_PRICING,
    apply_markup,
    calculate_credits_to_deduct,
    calculate_token_costs,
    estimate_cost_for_conversation,
    extract_cost_from_litellm_response,
    get_model_pricing,
    get_pricing_metadata,
    get_provider_from_model,
    list_models_by_provider,
    load_pricing_from_json,
    reload_pricing,
)
from pricectl.production.old_names import (
    _PRICING_CACHE,
    _convert_json_pricing_to_model_pricing,
    _get_fallback_pricing,
    _get_pricing_file_path,
)

CATALOG = """{
  "metadata": {"last_updated": "2026-11-01",
               "default_pricing": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}},
  "openai": {
    "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 10e-06},
    "o3": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06},
    "shared": {"input_cost_per_token": 1e-06}
  },
  "google": {
    "gemini-1.5-flash": {"input_cost_per_token": 0.075e-06, "output_cost_per_token": 0.3e-06},
    "shared": {"input_cost_per_token": 2e-06}
  },
  "fireworks": {"deepseek-r1": {"input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06}},
  "mistral": {"mistral-large-4": {"input_cost_per_token": 2e-06, "output_cost_per_token": 6e-06}}
}
"""


@pytest.fixture(autouse=True)
def file(tmp_path: Path) -> Path:
    path = tmp_path / "llm_pricing_current.json"
    path.write_text(CATALOG)
    runtime.configure(path, policy=Policy(), state=tmp_path / "state")
    return path


def test_prices_are_usd_per_million_as_written() -> None:
    assert MODEL_PRICING["gpt-4o"] == {"input": 2.5, "output": 10.0}
    # The old loader made 0.07 or 0.08 of it.
    assert MODEL_PRICING["gemini-1.5-flash"] == {"input": 0.075, "output": 0.3}
    assert MODEL_PRICING["default"] == {"input": 1.0, "output": 2.0}
    assert all(type(value) is float for value in MODEL_PRICING["o3"].values())


def test_the_table_is_a_read_only_mapping() -> None:
    # Six rows, less the two of one name and different prices, plus the default.
    assert len(MODEL_PRICING) == 6
    assert set(MODEL_PRICING) == set(MODEL_PRICING.keys()) == set(dict(MODEL_PRICING))
    assert "o3" in MODEL_PRICING
    assert "o3\n" in MODEL_PRICING
    assert MODEL_PRICING[" o3\n"] == get_model_pricing("o3 ") == MODEL_PRICING["o3"]
    assert "shared" not in MODEL_PRICING
    assert 5 not in MODEL_PRICING  # type: ignore[comparison-overlap]
    assert MODEL_PRICING.get("nobody") is None
    with pytest.raises(KeyError):
        MODEL_PRICING["nobody"]
    with pytest.raises(TypeError):
        MODEL_PRICING["o3"] = {}
    MODEL_PRICING["o3"]["input"] = 99
    for prices in MODEL_PRICING.values():
        prices["input"] = 99
    assert MODEL_PRICING["o3"]["input"] == 2
    assert repr(MODEL_PRICING) == "<prices of 5 models in USD per 1M tokens>"
    assert json.loads(json.dumps(dict(MODEL_PRICING)))["o3"] == {"input": 2.0, "output": 8.0}


def test_a_reload_is_seen_through_a_name_imported_before(file: Path) -> None:
    table = MODEL_PRICING
    file.write_text(CATALOG.replace("8e-06", "9e-06"))
    assert table["o3"]["output"] == 8
    assert reload_pricing() is table
    assert table["o3"]["output"] == 9
    assert dict(table.items())["o3"]["output"] == 9


def test_loading_twice_gives_the_same_table_and_reads_once(file: Path) -> None:
    loaded = load_pricing_from_json()
    file.write_text(CATALOG.replace("8e-06", "9e-06"))
    assert load_pricing_from_json() is loaded
    assert loaded["o3"] == {"input": 2.0, "output": 8.0}
    reload_pricing()
    assert load_pricing_from_json()["o3"] == {"input": 2.0, "output": 9.0}


def test_metadata_is_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    metadata = get_pricing_metadata()
    assert metadata["last_updated"] == "2026-11-01"
    assert metadata["default_pricing"] == {
        "input_cost_per_token": 1e-06,
        "output_cost_per_token": 2e-06,
    }
    assert json.dumps(metadata)
    monkeypatch.setattr("pricectl.packaged.packaged_file", lambda _: tmp_path / "none")
    runtime.configure(tmp_path / "missing.json", policy=Policy(), state=tmp_path / "other")
    assert set(get_pricing_metadata()) == {"error"}
    assert get_model_pricing("gpt-4o") == {"input": 1.0, "output": 2.0}


@pytest.mark.parametrize(
    ("name", "prices"),
    [
        ("gpt-4o", (2.5, 10.0)),
        ("openai/gpt-4o", (2.5, 10.0)),
        ("GPT-4o", (2.5, 10.0)),
        ("gpt-4o-2024-08-06", (2.5, 10.0)),
        # The old code took the longest name contained: gpt-4o for both.
        ("gpt-4o-audio-preview", (1.0, 2.0)),
        ("my-gpt-4o-killer", (1.0, 2.0)),
        ("shared", (1.0, 2.0)),
        ("", (1.0, 2.0)),
        (None, (1.0, 2.0)),
        (["o3"], (1.0, 2.0)),
    ],
)
def test_a_models_price(name: Any, prices: tuple[float, float]) -> None:
    assert get_model_pricing(name) == dict(zip(("input", "output"), prices, strict=True))


def test_an_unknown_model_is_counted() -> None:
    before = runtime.get_pricing().metrics().fallbacks["unknown-model"]
    get_model_pricing("nobody")
    get_provider_from_model("nobody")
    assert runtime.get_pricing().metrics().fallbacks["unknown-model"] == before + 1


@pytest.mark.parametrize(
    ("arguments", "costs"),
    [
        # 1,000 x 2.5 / 1M, 500 x 10 / 1M
        ((1000, 500, 2.5, 10.0), (0.0025, 0.005, 0.0075)),
        # 7 x 0.075 / 1M = 0.000000525, 3 x 0.3 / 1M = 0.0000009; in all 0.000001425
        ((7, 3, 0.075, 0.3), (0.00000052, 0.0000009, 0.00000142)),
        # 1 x 0.005 / 1M = 0.000000005, to 8 decimals half to even 0; both together 0.00000001
        ((1, 1, 0.005, 0.005), (0.0, 0.0, 0.00000001)),
        # 0.1 + 0.2 is 0.3
        ((1_000_000, 1_000_000, 0.1, 0.2), (0.1, 0.2, 0.3)),
        ((0, 0, 2.5, 10), (0.0, 0.0, 0.0)),
        ((Decimal(1000), Fraction(500), "2.5", None), (0.0, 0.0, 0.0)),
        ((1000, 500, Decimal("2.5"), 10), (0.0025, 0.005, 0.0075)),
        ((-5, 10, 1, 1), (0.0, 0.00001, 0.00001)),
        ((float("nan"), float("inf"), 1, 1), (0.0, 0.0, 0.0)),
        ((None, "12", 1, 1), (0.0, 0.0, 0.0)),
        ((10**400, 0, 1, 1), (10.0**9, 0.0, 10.0**9)),
    ],
)
def test_token_costs(arguments: tuple[Any, ...], costs: tuple[float, ...]) -> None:
    names = ("input_cost_usd", "output_cost_usd", "provider_cost_usd")
    found = calculate_token_costs(*arguments)
    assert found == dict(zip(names, costs, strict=True))
    assert list(found) == list(names)


@given(st.integers(0, 10**7), st.integers(0, 10**7), st.sampled_from(["0.075", "2.5", "0.3", "15"]))
def test_costs_are_the_exact_ones_to_eight_decimals(prompt: int, completion: int, usd: str) -> None:
    exact = (prompt + completion) * Fraction(usd) / 10**6
    found = calculate_token_costs(prompt, completion, float(usd), float(usd))
    assert found["provider_cost_usd"] == float(round(exact, 8))


@pytest.mark.parametrize(
    ("cost", "markup", "client"),
    [
        (0.0075, 30, 0.00975),
        (0.29, 100, 0.58),
        (0.1, 200, 0.3),
        (1.1, 10, 1.21),
        (0.0075, 0, 0.0075),
        (0.0075, 12.5, 0.0084375),
        (1, -10, 0.9),
        (None, 30, 0.0),
        (1.0, float("nan"), 1.0),
        # 0.000000015 x 1.5 = 0.0000000225, to 8 decimals half to even
        (Decimal("0.000000015"), 50, 0.00000002),
    ],
)
def test_markup(cost: Any, markup: Any, client: float) -> None:
    found = apply_markup(cost, markup)
    provider = float(round(Decimal(cost or 0), 8))
    assert found == {"provider_cost_usd": provider, "client_cost_usd": client}


@pytest.mark.parametrize(
    ("arguments", "credits_whole"),
    [
        # In floats 0.29 x 100 is 28.999999999999996.
        ((0.29, 0, "consumption_usd", 100), 29),
        ((0.57, 0, "consumption_usd", 100), 57),
        ((1.15, 0, "consumption_usd", 100), 115),
        ((2.999, 0, "consumption_usd"), 2),
        ((0.0075, 1500, "consumption_usd", 10), 1),
        ((0, 0, "consumption_usd", 10), 1),
        ((0, 29_999, "consumption_tokens"), 2),
        ((0, 30_000, "consumption_tokens"), 3),
        ((0, 5, "consumption_tokens"), 1),
        ((0, 7, "consumption_tokens", 1, 0.1), 70),
        ((0, 70_000, "consumption_tokens", 1, 0), 7),
        ((9.99, 10**6, "job_based"), 1),
        ((9.99, 10**6, "no such mode"), 1),
        ((9.99, 10**6, None), 1),
        ((9.99, 10**6, "job_based", 10, 10_000, 5), 5),
        ((9.99, 10**6, "job_based", 10, 10_000, 0), 0),
        ((9.99, 10**6, "no such mode", 10, 10_000, 0), 0),
        ((0, 0, "consumption_usd", 10, 10_000, 0), 0),
        ((float("nan"), 0, "consumption_usd", 10), 1),
        ((None, None, "consumption_tokens"), 1),
    ],
)
def test_credits(arguments: tuple[Any, ...], credits_whole: int) -> None:
    found = calculate_credits_to_deduct(*arguments)
    assert (found, type(found)) == (credits_whole, int)


@given(st.integers(0, 10**6), st.integers(1, 1000))
def test_whole_cents_are_charged_the_full_credits(cents: int, per_dollar: int) -> None:
    """FAILURES 31: `int(cost * credits)` is one short for many of these."""
    found = calculate_credits_to_deduct(
        cents / 100, 0, "consumption_usd", credits_per_dollar=per_dollar, minimum_credits=0
    )
    assert found == cents * per_dollar // 100


@pytest.mark.parametrize(
    ("name", "provider"),
    [
        ("gpt-4o", "openai"),
        ("o3", "openai"),
        ("azure/o3", "openai"),
        ("gemini-1.5-flash", "gemini"),
        ("deepseek-r1", "fireworks"),
        ("mistral-large-4", "unknown"),
        ("gpt-99", "openai"),
        ("Claude-99", "anthropic"),
        ("gemini/gemini-99", "gemini"),
        ("llama-3-70b", "fireworks"),
        ("mixtral-8x7b", "fireworks"),
        ("qwen-72b", "fireworks"),
        ("yi-large", "fireworks"),
        ("o1-preview", "openai"),
        ("o3-mini", "openai"),
        ("text-davinci-003", "openai"),
        # Words in a name decide, whoever sells it.
        ("groq/llama-3-70b", "fireworks"),
        ("not-gpt-4o-really", "openai"),
        ("accounts/somebody/models/new", "unknown"),
        ("", "unknown"),
        (None, "unknown"),
    ],
)
def test_provider_of_a_model(name: Any, provider: str) -> None:
    assert get_provider_from_model(name) == provider


def test_models_by_provider_are_sorted() -> None:
    assert list_models_by_provider("openai") == ["gpt-4o", "o3", "shared"]
    assert list_models_by_provider("gemini") == ["gemini-1.5-flash", "shared"]
    assert list_models_by_provider("unknown") == ["mistral-large-4"]
    assert list_models_by_provider("anthropic") == []
    assert list_models_by_provider("nobody") == []


class Broken:
    @property
    def usage(self) -> object:
        raise RuntimeError


@pytest.mark.parametrize(
    ("response", "cost"),
    [
        (SimpleNamespace(_hidden_params={"response_cost": 0.0075}), 0.0075),
        (SimpleNamespace(_hidden_params=SimpleNamespace(response_cost=0.0075)), 0.0075),
        ({"_hidden_params": {"response_cost": 0}}, 0.0),
        ({"usage": {"total_cost": 0.25}}, 0.25),
        (SimpleNamespace(usage=SimpleNamespace(total_cost=0.25)), 0.25),
        ({"_hidden_params": {"response_cost": None}, "usage": {"total_cost": 0.25}}, 0.25),
        ({"_hidden_params": {"response_cost": float("nan")}}, None),
        ({"_hidden_params": {"response_cost": -1}}, None),
        ({"_hidden_params": {"response_cost": "0.1"}}, 0.1),
        ({"usage": {"total_cost": " 2.5e-3 "}}, 0.0025),
        ({"usage": {"total_cost": "-1"}}, None),
        ({"usage": {"total_cost": "free"}}, None),
        ({"usage": {"total_cost": "1e999999999"}}, None),
        # 8 decimals, half to even
        (SimpleNamespace(_hidden_params=SimpleNamespace(response_cost=0.123456789)), 0.12345679),
        ({"usage": {"total_cost": Decimal("0.000000005")}}, 0.0),
        ({"usage": {}}, None),
        ({}, None),
        (None, None),
        (Broken(), None),
    ],
)
def test_cost_from_a_litellm_response(response: object, cost: float | None) -> None:
    expected = None if cost is None else {"provider_cost_usd": cost}
    assert extract_cost_from_litellm_response(response) == expected


def test_estimate_of_a_conversation() -> None:
    messages = [
        {"role": "system", "content": "x" * 3000},
        {"role": "user", "content": [{"type": "text", "text": "y" * 1002}, {"type": "image_url"}]},
        {"role": "assistant", "content": None},
    ]
    # 4,002 characters / 4 = 1,000 tokens; a fifth is 200. 1,000 x $2.50/1M, 200 x $10/1M
    assert estimate_cost_for_conversation("gpt-4o", messages) == {
        "estimated_input_tokens": 1000,
        "estimated_output_tokens": 200,
        "estimated_input_cost_usd": 0.0025,
        "estimated_output_cost_usd": 0.002,
        "estimated_total_cost_usd": 0.0045,
        "model": "gpt-4o",
        "pricing_input_per_1m": 2.5,
        "pricing_output_per_1m": 10.0,
    }


@pytest.mark.parametrize("messages", [None, 5, [], [None], ["text"], [{}], [{"content": 5}]])
def test_an_estimate_of_no_messages_costs_nothing(messages: Any) -> None:
    estimate = estimate_cost_for_conversation("gpt-4o", messages, 0)
    assert estimate["estimated_total_cost_usd"] == 0


def test_an_estimate_has_six_decimals() -> None:
    # 7 tokens x $0.075 and 1 x $0.30 per 1M: 0.000000525 and 0.0000003, in all 0.000000825
    found = estimate_cost_for_conversation("gemini-1.5-flash", [{"content": "x" * 28}])
    costs = [found[f"estimated_{name}_cost_usd"] for name in ("input", "output", "total")]
    assert costs == [0.000001, 0.0, 0.000001]


def test_the_names_are_the_ones_production_imports() -> None:
    assert isinstance(MODEL_PRICING, Mapping)
    assert all(hasattr(production, name) for name in production.__all__)
    assert len(production.__all__) == 12


def test_each_thread_gets_its_own_fallback_result(monkeypatch: pytest.MonkeyPatch) -> None:
    """A caller may write into its result; another thread's must not change."""
    together = threading.Barrier(8)

    def broken(_: object) -> Fraction:
        together.wait(10)
        raise RuntimeError

    def call() -> list[dict[str, float]]:
        found = []
        for _ in range(100):
            costs = calculate_token_costs(1, 1, 1, 1)
            costs["provider_cost_usd"] += 1
            found.append(costs)
        return found

    monkeypatch.setattr("pricectl.production.costs.exact", broken)
    with ThreadPoolExecutor(8) as threads:
        futures = [threads.submit(call) for _ in range(8)]
    found = [costs for future in futures for costs in future.result()]
    assert len({id(costs) for costs in found}) == 800
    assert {costs["provider_cost_usd"] for costs in found} == {1.0}


def test_a_fallback_table_can_be_written_to(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise RuntimeError

    monkeypatch.setattr("pricectl.production.prices.table", broken)
    load_pricing_from_json()["default"]["input"] = 9.0
    assert load_pricing_from_json() == {"default": {"input": 1.0, "output": 2.0}}
    assert reload_pricing() is MODEL_PRICING


def test_the_old_parameter_names() -> None:
    assert get_model_pricing(model_name="o3") == {"input": 2.0, "output": 8.0}
    assert get_provider_from_model(model_name="o3") == "openai"
    assert list_models_by_provider(provider="OpenAI") == ["gpt-4o", "o3", "shared"]


def test_the_table_does_what_a_dict_does() -> None:
    plain = dict(MODEL_PRICING)
    assert isinstance(MODEL_PRICING, dict)
    assert (type(plain), len(plain)) == (dict, 6)
    assert plain == MODEL_PRICING
    assert MODEL_PRICING != {}
    copies = (MODEL_PRICING.copy(), copy(MODEL_PRICING), deepcopy(MODEL_PRICING))
    for made in (*copies, pickle.loads(pickle.dumps(MODEL_PRICING)), {**MODEL_PRICING}):  # noqa: S301
        assert (type(made), made) == (dict, plain)
    copies[0]["o3"]["input"] = 99
    assert MODEL_PRICING["o3"]["input"] == 2
    mine = {"input": 7.0, "output": 8.0}
    for joined in (MODEL_PRICING | {"o3": mine}, {"o3": mine} | MODEL_PRICING):
        assert type(joined) is dict
        assert joined.keys() == plain.keys()
    assert (MODEL_PRICING | {"o3": mine})["o3"] == mine
    assert ({"o3": mine} | MODEL_PRICING)["o3"] == plain["o3"]
    into: dict[str, Any] = {}
    into.update(MODEL_PRICING)
    into |= MODEL_PRICING
    assert into == plain
    assert MODEL_PRICING.get("o3") == plain["o3"]
    assert MODEL_PRICING.get("nobody", mine) is mine
    assert list(reversed(MODEL_PRICING)) == list(MODEL_PRICING)[::-1]
    for words in ({}, {"indent": 1}, {"sort_keys": True}):
        assert json.loads(json.dumps(MODEL_PRICING, **words)) == plain
    with pytest.raises(TypeError):
        hash(MODEL_PRICING)


@pytest.mark.parametrize(
    "change",
    [
        lambda table: table.__setitem__("o3", {}),
        lambda table: table.__delitem__("o3"),
        lambda table: table.clear(),
        lambda table: table.pop("o3"),
        lambda table: table.popitem(),
        lambda table: table.setdefault("new", {}),
        lambda table: table.update(o3={}),
        lambda table: table.__ior__({}),
    ],
)
def test_no_method_writes_into_the_table(change: Callable[[Any], object]) -> None:
    before = MODEL_PRICING.copy()
    with pytest.raises(TypeError, match="read-only"):
        change(MODEL_PRICING)
    assert before == MODEL_PRICING


def test_the_old_log_lines(file: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO", "pricectl.production")
    for _ in range(2):
        assert len(MODEL_PRICING) == 6
    assert caplog.messages == ["Loaded pricing for 6 models from llm_pricing_current.json"]
    file.write_text("{")
    reload_pricing()
    assert caplog.messages[-1].startswith("Failed to load pricing: ")


def test_without_a_file_the_log_says_that_loading_failed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    runtime.configure(tmp_path / "missing.json", policy=Policy(), state=tmp_path / "other")
    assert "gpt-4o" in MODEL_PRICING
    assert (
        "Failed to load pricing from the file: prices of layer packaged in use" in caplog.messages
    )
    assert _get_pricing_file_path() is None


def test_the_private_names_that_old_tests_import(file: Path) -> None:
    assert _PRICING_CACHE is MODEL_PRICING
    assert _get_pricing_file_path() == file
    fallback = _get_fallback_pricing()
    assert {"gpt-4o", "claude-sonnet-4-5", "gemini-2.5-pro", "default"} <= fallback.keys()
    catalog = {
        "metadata": {"m": {"input_cost_per_token": 1}},
        "openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}},
        "google": {"flash": {"input_cost_per_token": 7.5e-08}, "odd": 5},
        "other": {"flash": {"output_cost_per_token": None}},
    }
    assert _convert_json_pricing_to_model_pricing(catalog) == {
        "gpt-4o": {"input": 2.5, "output": 10.0},
        "flash": {"input": 0.0, "output": 0.0},
        "default": {"input": 1.0, "output": 2.0},
    }
    junks: tuple[Any, ...] = (None, [], {"openai": 5}, 5)
    for junk in junks:
        found = _convert_json_pricing_to_model_pricing(junk)
        assert found == {"default": {"input": 1.0, "output": 2.0}}
