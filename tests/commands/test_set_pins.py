"""`set --reason` pins a price: price lists that agree on another one do not move it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Run

AT = ("--at", "2026-11-27")
FEEDS = (
    *("--feed", "litellm=litellm.json@2026-11-26"),
    *("--feed", "llm-prices=llm-prices.json"),
)
POINTER = "/openai/gpt-4o/input_cost_per_token"
PRICES = "llm_pricing_current.json"


@pytest.fixture
def home(home: Path) -> Path:
    """Two lists that have GPT-4o at $2.50 and $10.00 per 1M, as the price file of the tests."""
    row = {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}
    litellm = {"gpt-4o": {"litellm_provider": "openai", **row}}
    (home / "litellm.json").write_text(json.dumps(litellm), encoding="utf-8")
    prices = [{"id": "gpt-4o", "vendor": "openai", "name": "", "input": 2.5, "output": 10}]
    listed = {"updated_at": "2026-11-26", "prices": prices}
    (home / "llm-prices.json").write_text(json.dumps(listed), encoding="utf-8")
    return home


def acknowledged(home: Path) -> list[dict[str, Any]]:
    values = json.loads((home / PRICES).read_text(encoding="utf-8"))
    return list(values["metadata"].get("acknowledged", []))


def test_a_price_set_with_a_reason_is_not_put_back(run: Run, home: Path) -> None:
    """$2.40 by contract, where both lists have $2.50."""
    shown = run("set", "gpt-4o", "input=2.40/M", "--reason", "page of the reseller", *AT)
    assert f"list-differs at {POINTER} is acknowledged: page of the reseller" in shown.stdout
    (pin,) = acknowledged(home)
    assert (pin["rule"], pin["pointer"], pin["value"]) == ("list-differs", POINTER, 2.4e-06)
    assert run("drift", "gpt-4o", *FEEDS, *AT).exit_code == 0
    pulled = run("pull", *FEEDS, *AT)
    assert '"input_cost_per_token": 2.4e-06' in (home / PRICES).read_text(encoding="utf-8")
    assert pulled.exit_code == 0


def test_the_price_that_a_row_has_is_pinned_too(run: Run, home: Path) -> None:
    """Lists have moved to $2.00; this team stays at $2.50."""
    for name, old in (("litellm.json", "2.5e-06"), ("llm-prices.json", "2.5")):
        text = (home / name).read_text(encoding="utf-8")
        assert old in text
        (home / name).write_text(text.replace(old, old.replace("2.5", "2.0")), encoding="utf-8")
    assert run("drift", "gpt-4o", *FEEDS, *AT).exit_code == 1
    shown = run("set", "gpt-4o", "input=2.50/M", "--reason", "our contract", *AT)
    assert f"list-differs at {POINTER} is acknowledged: our contract" in shown.stdout
    assert "not kept" not in shown.stderr
    (pin,) = acknowledged(home)
    assert (pin["pointer"], pin["value"]) == (POINTER, 2.5e-06)
    assert run("drift", "gpt-4o", *FEEDS, *AT).exit_code == 0
    assert run("pull", *FEEDS, *AT).exit_code == 0
    assert '"input_cost_per_token": 2.5e-06' in (home / PRICES).read_text(encoding="utf-8")
    unkept = run("set", "gpt-4o", "mode=chat", "--reason", "none", *AT)
    assert "the reason was not kept" in unkept.stderr


def test_without_a_reason_the_lists_move_it_back(run: Run, home: Path) -> None:
    assert run("set", "gpt-4o", "input=2.40/M", *AT).exit_code == 0
    assert run("drift", "gpt-4o", *FEEDS, *AT).exit_code == 1
    assert run("pull", *FEEDS, *AT).exit_code == 0
    assert '"input_cost_per_token": 2.4e-06' not in (home / PRICES).read_text(encoding="utf-8")


def test_a_pin_holds_for_its_own_value_only(run: Run, home: Path) -> None:
    run("set", "gpt-4o", "input=2.40/M", "--reason", "page of the reseller", *AT)
    assert run("set", "gpt-4o", "input=2.30/M", *AT).exit_code == 0
    assert run("drift", "gpt-4o", *FEEDS, *AT).exit_code == 1
    assert home.exists()


def test_a_price_that_only_follows_and_a_dated_one_are_not_pinned(run: Run, home: Path) -> None:
    words = ("set", "gpt-4o", "input=2.40/M", "--siblings", "--reason", "page", *AT)
    assert run(*words).exit_code == 0
    assert [one["pointer"] for one in acknowledged(home)] == [POINTER]
    dated = run("set", "o3", "input=1.90/M", "--from", "2026-12-15", "--reason", "announced", *AT)
    assert dated.exit_code == 0
    assert [one["pointer"] for one in acknowledged(home)] == [POINTER]
    assert "the reason was not kept: nothing refuses this edit" in dated.stderr


def test_a_pattern_pins_nothing_and_says_that_the_reason_is_not_kept(run: Run, home: Path) -> None:
    shown = run("set", "gpt-4*", "input=2.40/M", "--reason", "page", *AT)
    assert shown.exit_code == 0
    assert acknowledged(home) == []
    assert "the reason was not kept: nothing refuses this edit" in shown.stderr
