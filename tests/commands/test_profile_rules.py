"""`quote` and `explain` with rules: list, contract and customer price are three lines."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT, Run

SETTINGS = """
[profiles.default]
markup_percent = 50
prefer_stated_cost = true

[[profiles.default.rules]]
provider = "openai"
until = 2027-01-01
factor = 0.8

[[profiles.default.rules]]
account = "acme"
markup_percent = 10
fee_usd = "0.001"
"""
AT = ("--at", "2026-11-27")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PRICECTL_SETTINGS", raising=False)
    (tmp_path / "pricectl.toml").write_text(SETTINGS, encoding="utf-8")
    return tmp_path


def body(run: Run, verb: str, *words: str, stdin: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(verb, *words, "-o", "json", stdin=stdin).stdout)
    schema = json.loads((ROOT / f"schemas/{verb}.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(found, schema)
    return found


@pytest.mark.usefixtures("home")
def test_quote_shows_three_prices(run: Run) -> None:
    # $0.0025; 0.8 of it; 10% more and a fee of $0.001
    words = ("gpt-4o", "1000", "--account", "acme", *AT, "-f", "packaged")
    lines = [" ".join(line.split()) for line in run("quote", *words).stdout.splitlines()]
    assert "list price = $0.0025" in lines
    assert "contract price = $0.002" in lines
    assert "with 10% markup and fee = $0.0032" in lines
    found = body(run, "quote", *words)
    amounts = ("provider_cost_usd", "contract_cost_usd", "fees_usd", "client_cost_usd")
    assert [found[name] for name in amounts] == ["0.0025", "0.002", "0.001", "0.0032"]
    assert (found["account"], found["markup_percent"]) == ("acme", "10")
    assert [(rule["effect"], rule["rule"]) for rule in found["rules"]] == [
        ("fee", 1),
        ("cost", 0),
        ("markup", 1),
    ]


@pytest.mark.usefixtures("home")
def test_a_dated_rule_is_over_after_its_days(run: Run) -> None:
    words = ("gpt-4o", "1000", "--at", "2027-01-01", "-f", "packaged")
    assert body(run, "quote", *words)["contract_cost_usd"] == "0.0025"


@pytest.mark.usefixtures("home")
def test_explain_names_the_rules(run: Run) -> None:
    words = ("gpt-4o", "1000", "--account", "acme", *AT, "-f", "packaged")
    steps = {step["step"]: step for step in body(run, "explain", *words)["chain"]}
    assert steps["contract"]["text"] == (
        "$0.002, rules[0] (provider openai, until 2027-01-01): 0.8 of the list price"
    )
    assert steps["client"]["text"].startswith("$0.0032 = $0.002 + 10% + $0.001; profile default")
    text = run("explain", *words).stdout
    for label in ("list price", "contract price", "with 10% markup and fee"):
        assert label in text


RESPONSE = json.dumps(
    {
        "id": "gen-1",
        "model": "openai/gpt-4o",
        "service_tier": "default",
        "usage": {"prompt_tokens": 1000, "completion_tokens": 0, "cost": 0.0031},
    }
)


@pytest.mark.usefixtures("home")
def test_a_stated_cost_and_the_service_that_served_are_told(run: Run) -> None:
    words = ("--response", "-", "--service", "priority", "-f", "packaged")
    found = body(run, "quote", *words, stdin=RESPONSE)
    assert (found["reported_usd"], found["contract_cost_usd"]) == ("0.0031", "0.0031")
    assert found["stated_cost_booked"] is True
    assert (found["asked_service"], found["stated_service"]) == ("priority", "default")
    assert "stated-cost" in found["flags"]
    text = run("quote", *words, stdin=RESPONSE).stdout
    assert "stated cost" in text
    assert "(asked priority, served default)" in text
    steps = {step["step"]: step for step in body(run, "explain", *words, stdin=RESPONSE)["chain"]}
    assert "asked for priority" in steps["response"]["text"]
    assert steps["contract"]["text"] == "$0.0031, as the response states"


@pytest.mark.usefixtures("home")
def test_a_comparison_shows_what_the_customer_pays(run: Run) -> None:
    text = run("quote", "gpt-4o", "o3", "1000", *AT, "-f", "packaged").stdout
    assert "Client: with 50% markup" in text


@pytest.mark.usefixtures("home")
def test_the_number_that_comes_first_is_what_the_team_pays(run: Run) -> None:
    words = ("gpt-4o", "1000", *AT, "-f", "packaged")
    assert run("quote", *words).stdout.startswith("$0.002  openai/gpt-4o\n")
    assert run("quote", *words, "-q").stdout == "0.002\n"
    assert run("explain", *words).stdout.startswith("gpt-4o costs $0.002\n")


def test_a_comparison_ranks_by_what_the_team_pays(home: Path, run: Run) -> None:
    # By the list $1.00 and $1.10; by contract $0.80 for the second.
    row = '{{"{}": {{"input_cost_per_token": {}, "output_cost_per_token": 1e-05}}}}'
    rows = f'{{"anthropic": {row.format("a", "1e-06")}, "openai": {row.format("b", "1.1e-06")}}}'
    (home / "prices.json").write_text(rows, encoding="utf-8")
    lines = run("quote", "a", "b", "1M", *AT, "-f", "prices.json").stdout.splitlines()
    assert [line.split()[:4] for line in lines[2:4]] == [
        ["b", "$0.88", "$1.32", "1x"],
        ["a", "$1.00", "$1.50", "1.1x"],
    ]
    assert lines[-1].endswith("Cost: the contract price; Client: with 50% markup")
