"""`validate` judges the rules of profiles beside the catalog."""

import tomllib
from datetime import date
from decimal import Decimal

import pytest

from pricectl.check.findings import Finding
from pricectl.check.profile_rules import RULES
from pricectl.check.rules.base import Rule
from pricectl.check.validation import validate
from pricectl.policy import read_policy

CATALOG = """{
    "metadata": {"negotiated": [
        {"provider": "openai", "model": "gpt-4o", "factor": 0.9, "reason": "contract of May"}
    ]},
    "openai": {
        "gpt-4o": {"input_cost_per_token": 2.25e-06},
        "o3": {"input_cost_per_token": 2e-06}
    }
}"""
IDS = {rule.id for rule in RULES}


def found(settings: str) -> list[Finding]:
    policy = read_policy(tomllib.loads(settings, parse_float=Decimal), "pricectl.toml")
    findings = validate(CATALOG, "prices.json", policy, date(2026, 12, 1)).findings
    return [finding for finding in findings if finding.rule in IDS]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_bad_example_has_the_finding_and_the_good_one_does_not(rule: Rule) -> None:
    assert rule.id in {finding.rule for finding in found(rule.bad)}
    assert found(rule.good) == []


def test_a_row_is_negotiated_once() -> None:
    rules = """
        [[profiles.shop.rules]]
        model = "o3"
        factor = 0.9
        [[profiles.shop.rules]]
        model = "gpt-*"
        prices = {input_cost_per_token = 2e-06}
    """
    (finding,) = found(rules)
    assert (finding.severity, finding.pointer) == ("error", "/metadata/negotiated/0")
    assert finding.message == "openai/gpt-4o is negotiated here and in profiles.shop.rules[1]"


def test_a_negative_markup_is_a_warning_with_its_rule() -> None:
    (finding,) = found('[[profiles.shop.rules]]\nmodel = "o3"\nmarkup_percent = -12.5')
    assert (finding.severity, finding.message) == (
        "warning",
        "the markup of profiles.shop.rules[0] is -12.5%",
    )


def test_a_rule_without_a_row_is_a_warning_with_its_conditions() -> None:
    (finding,) = found('[[profiles.default.rules]]\nprovider = "opnai"\nfee_usd = 1')
    assert finding.message == "profiles.default.rules[0] is about no row (provider opnai)"
