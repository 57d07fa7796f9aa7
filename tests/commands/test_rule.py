"""`pricectl rule`: the list, one rule, a near name."""

import json

import jsonschema

from pricectl.check.families import RULES
from tests.conftest import ROOT, Run


def test_every_rule_is_listed(run: Run) -> None:
    result = run("rule")
    assert result.exit_code == 0
    assert all(rule in result.stdout for rule in RULES)


def test_one_rule_is_explained(run: Run) -> None:
    result = run("rule", "duplicate-key")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0] == "error[duplicate-key] a key appears twice in one object"
    assert [line for line in lines if line in ("Why", "Bad", "Good", "Fix")] == [
        "Why",
        "Bad",
        "Good",
        "Fix",
    ]


def test_an_unknown_rule_gets_a_suggestion(run: Run) -> None:
    result = run("rule", "duplicate-keys")
    assert result.exit_code == 2
    assert "duplicate-key?" in result.stderr


def test_an_unknown_rule_without_a_suggestion_points_to_the_list(run: Run) -> None:
    assert "lists them" in run("rule", "zzz").stderr


def test_json_fits_its_schema(run: Run) -> None:
    schema = json.loads((ROOT / "schemas/rule.schema.json").read_text(encoding="utf-8"))
    for words in (("rule",), ("rule", "encoding")):
        jsonschema.validate(json.loads(run(*words, "-o", "json").stdout), schema)


def test_a_rule_that_a_date_makes_due_says_so(run: Run) -> None:
    assert "only with --fail-on due" in " ".join(run("rule", "upcoming-begun").stdout.split())
    assert "--fail-on due" not in run("rule", "price-jump").stdout
    (rule,) = json.loads(run("rule", "upcoming-soon", "-o", "json").stdout)["rules"]
    assert (rule["severity"], rule["due"], rule["passes"]) == ("warning", True, True)


def test_quiet_prints_the_ids_alone(run: Run) -> None:
    assert run("rule", "-q").stdout.split() == list(RULES)
    assert run("rule", "output-below-input", "-q").stdout == "output-below-input\n"
