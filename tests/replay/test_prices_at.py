"""`replay --at`: the bill of another day if the traffic stays. Costs worked out by hand."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.conftest import ROOT, Run

pytest.importorskip("duckdb")
SCHEMA = json.loads((ROOT / "schemas/replay.schema.json").read_text(encoding="utf-8"))
# rises: $1 -> $3 on 2027-01-15. gone: retired, its successor's successor costs $4.
# ends: nobody takes over. over: retired without a day. round: its successors come back to it.
# cheap: half price from 0 to 12 UTC. unused: nobody calls it.
CATALOG = """{"x": {
  "rises": {"input_cost_per_token": 1e-06,
    "upcoming": [{"from": "2027-01-15", "input_cost_per_token": 3e-06}]},
  "gone": {"input_cost_per_token": 2e-06, "deprecation_date": "2027-01-01", "successor": "next"},
  "next": {"input_cost_per_token": 9e-06, "deprecation_date": "2026-12-31", "successor": "last"},
  "last": {"input_cost_per_token": 4e-06},
  "ends": {"input_cost_per_token": 5e-06, "deprecation_date": "2027-01-01", "successor": "nothing"},
  "over": {"input_cost_per_token": 7e-06, "retired": true, "successor": "last"},
  "round": {"input_cost_per_token": 6e-06, "retired": true, "successor": "trip"},
  "trip": {"input_cost_per_token": 6e-06, "retired": true, "successor": "round"},
  "unused": {"input_cost_per_token": 1e-06,
    "upcoming": [{"from": "2027-01-20", "input_cost_per_token": 2e-06}]},
  "cheap": {"input_cost_per_token": 2e-06, "off_peak_pricing": {
    "windows": [{"hours_utc": "00:00-12:00"}], "input_cost_per_token": 1e-06}}}}"""
LOG = "model,time,prompt_tokens,completion_tokens,total_tokens\n" + "".join(
    f"{name},2026-11-{day:02}T{hour:02}:00:00Z,1000000,0,1000000\n"
    for name, day, hour in (
        ("rises", 1, 10),
        ("gone", 2, 10),
        ("ends", 3, 10),
        ("cheap", 15, 3),
        ("cheap", 15, 20),
    )
)


@pytest.fixture
def log(home: Path) -> Path:
    (home / "llm_pricing_current.json").write_text(CATALOG, encoding="utf-8")
    path = home / "log.csv"
    path.write_text(LOG, encoding="utf-8")
    return path


def document(run: Run, log: Path, *words: str) -> dict[str, Any]:
    result = run("replay", str(log), *words, "-o", "json")
    assert result.exit_code == 0, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    jsonschema.validate(found, SCHEMA)
    return found


def costs(found: dict[str, Any], side: str) -> dict[str, str]:
    return {group["key"]: group[side]["provider_cost_usd"] for group in found["groups"]}


def test_a_month_is_priced_as_of_its_first_day(run: Run, log: Path) -> None:
    """rises 1, gone as last 4, ends unpriced, cheap 1 at 3:00 and 2 at 20:00."""
    found = document(run, log, "--at", "2027-01")
    old, new = costs(found, "base"), costs(found, "new")
    assert old == {"rises": "1.00", "gone": "2.00", "ends": "5.00", "cheap": "3.00"}
    assert new == {"rises": "1.00", "gone": "4.00", "ends": "0.00", "cheap": "3.00"}
    assert found["at"] == "2027-01-01"


def test_a_day_has_the_announced_prices_of_then(run: Run, log: Path) -> None:
    assert costs(document(run, log, "--at", "2027-01-15"), "new")["rises"] == "3.00"
    assert costs(document(run, log, "--at", "2027-01-14"), "new")["rises"] == "1.00"


def test_retired_models_are_told_with_who_takes_over(run: Run, log: Path) -> None:
    retired = document(run, log, "--at", "2027-01")["retired"]
    assert retired == [
        {
            "model": "x/ends",
            "since": "2027-01-01",
            "charged_as": None,
            "in_file": None,
            "calls": 1,
            "old_usd": "5.00",
            "new_usd": "0.00",
        },
        {
            "model": "x/gone",
            "since": "2027-01-01",
            "charged_as": "x/last",
            "in_file": True,
            "calls": 1,
            "old_usd": "2.00",
            "new_usd": "4.00",
        },
    ]
    assert document(run, log, "--at", "2026-12-30")["retired"] == []


def test_a_retired_model_without_a_day_is_charged_as_its_successor(run: Run, log: Path) -> None:
    """over as last 4; the successors of round come back to it, so nobody answers."""
    lines = "model,time,prompt_tokens,completion_tokens,total_tokens\n" + "".join(
        f"{name},2026-11-01T10:00:00Z,1000000,0,1000000\n" for name in ("over", "round")
    )
    log.write_text(lines, encoding="utf-8")
    found = document(run, log, "--at", "2027-01")
    assert costs(found, "new") == {"over": "4.00", "round": "0.00"}
    retired = {one["model"]: (one["since"], one["charged_as"]) for one in found["retired"]}
    assert retired == {"x/over": ("now", "x/last"), "x/round": ("now", None)}


def test_old_prices_are_those_of_the_same_day(run: Run, log: Path, home: Path) -> None:
    """Before, rises was to cost 5 on that day, and gone to stay at 2."""
    old = CATALOG.replace("3e-06}]", "5e-06}]").replace(
        '"deprecation_date": "2027-01-01", "successor": "next"', '"mode": "chat"'
    )
    (home / "old.json").write_text(old, encoding="utf-8")
    found = document(run, log, "--at", "2027-01-15", "--base", "old.json")
    before, now = costs(found, "base"), costs(found, "new")
    assert (before["rises"], now["rises"]) == ("5.00", "3.00")
    assert (before["gone"], now["gone"]) == ("2.00", "4.00")
    assert found["base"]["file"] == "old.json on 2027-01-15"


def test_the_text_says_what_a_month_comes_to(run: Run, log: Path) -> None:
    """$11 and $8 in 15 days: twice that in a month of 30."""
    said = " ".join(run("replay", str(log), "--at", "2027-01").stdout.split())
    assert "nobody: unpriced" in said
    assert "x/unused" not in said
    assert "the price of x/rises changes again on 2027-01-15; ask for --at 2027-01-15, too" in said
    assert (
        "a month of this traffic: $22.00 (customers $22.00) before, $16.00 (customers $16.00) "
        "on 2027-01-01, without the calls that nobody serves; 15 days scaled to 30"
    ) in said


def test_a_successor_that_the_file_lacks_is_told(run: Run, log: Path) -> None:
    """Its list price is charged, and whoever keeps the file adds a row in time."""
    prices = """{"openai": {"old": {"input_cost_per_token": 5e-06, "output_cost_per_token": 0,
      "deprecation_date": "2027-01-01", "successor": "gpt-4o"}}}"""
    log.with_name("llm_pricing_current.json").write_text(prices, encoding="utf-8")
    log.with_name("pricectl.toml").write_text('fallback = "reference"\n', encoding="utf-8")
    log.write_text(LOG.replace("rises", "old"), encoding="utf-8")
    [retired] = document(run, log, "--at", "2027-01")["retired"]
    assert (retired["charged_as"], retired["in_file"]) == ("openai/gpt-4o", False)
    said = " ".join(run("replay", str(log), "--at", "2027-01").stdout.split())
    assert "not in the file, so at list price: openai/gpt-4o; pricectl add NAME" in said


def test_a_price_that_changes_on_the_day_itself_is_no_later_one(run: Run, log: Path) -> None:
    assert "changes again" not in run("replay", str(log), "--at", "2027-01-15").stdout


def test_the_cost_of_then_is_not_held_against_what_the_log_states(run: Run, log: Path) -> None:
    """A gateway stated the price of the call's own time."""
    head, first = LOG.splitlines()[:2]
    log.write_text(f"{head},spend\n{first},1.5\n", encoding="utf-8")
    assert "the log's own cost" in run("replay", str(log)).stdout
    assert "the log's own cost" not in run("replay", str(log), "--at", "2027-01-15").stdout


def test_what_is_not_a_date_is_bad_usage(run: Run, log: Path) -> None:
    for word in ("2027-13", "soon", "2027"):
        refused = run("replay", str(log), "--at", word)
        assert refused.exit_code == 2
        assert "is not a valid date" in refused.stderr.replace("│", " ")


RULES = """[[profiles.default.rules]]
model = "rises"
markup_percent = 50
from = "2027-01-01"
until = "2027-01-20"
"""


@pytest.mark.parametrize(
    ("day", "client"),
    [("2026-12", "1.00"), ("2027-01", "1.50"), ("2027-01-19", "4.50"), ("2027-01-20", "3.00")],
)
def test_rules_of_a_profile_hold_as_of_the_day(run: Run, log: Path, day: str, client: str) -> None:
    """$1, from 2027-01-15 $3; half as much more from 2027-01-01 to 2027-01-19."""
    (log.parent / "pricectl.toml").write_text(RULES, encoding="utf-8")
    for words in ((), ("--base", "llm_pricing_current.json")):
        found = document(run, log, "--at", day, *words)
        [group] = [group for group in found["groups"] if group["key"] == "rises"]
        assert group["new"]["client_cost_usd"] == client
        assert group["base"]["client_cost_usd"] == (client if words else "1.00")


def test_each_change_of_the_month_is_told_with_its_day(run: Run, log: Path) -> None:
    """Two changes of a price, a retirement and the end of a rule; the next month is not told."""
    (log.parent / "pricectl.toml").write_text(RULES, encoding="utf-8")
    first = '{"from": "2027-01-15", "input_cost_per_token": 3e-06}'
    more = (
        ', {"from": "2027-01-25", "input_cost_per_token": 5e-06}'
        ', {"from": "2027-02-01", "input_cost_per_token": 6e-06}'
    )
    text = CATALOG.replace(first, first + more)
    text = text.replace(
        '5e-06, "deprecation_date": "2027-01-01"', '5e-06, "deprecation_date": "2027-01-31"'
    )
    (log.parent / "llm_pricing_current.json").write_text(text, encoding="utf-8")
    said = " ".join(run("replay", str(log), "--at", "2027-01").stdout.split())
    for words, day in (
        ("the price of x/rises changes again", "2027-01-15"),
        ("the price of x/rises changes again", "2027-01-25"),
        ("x/ends is retired", "2027-01-31"),
        ("rules of the profile default change", "2027-01-20"),
    ):
        assert f"{words} on {day}; ask for --at {day}, too" in said
    assert "2027-02-01" not in said
    assert costs(document(run, log, "--at", "2027-01-25"), "new")["rises"] == "5.00"
    assert costs(document(run, log, "--at", "2027-02"), "new")["rises"] == "6.00"
