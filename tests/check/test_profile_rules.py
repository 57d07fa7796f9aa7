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


def test_a_misspelt_name_of_a_rule_has_the_near_one_in_its_hint() -> None:
    rules = """
        [[profiles.default.rules]]
        provider = "opnai"
        fee_usd = 1
        [[profiles.default.rules]]
        model = "openai/gtp-4o"
        fee_usd = 1
        [[profiles.default.rules]]
        service = "batchs"
        fee_usd = 1
    """
    hints = [finding.hint for finding in found(rules)]
    assert hints == [
        "did you mean openai? If not, delete the rule",
        "did you mean openai/gpt-4o? If not, delete the rule",
        "did you mean batches? If not, delete the rule",
    ]


def test_a_rule_about_a_service_that_nobody_sells_is_found() -> None:
    (finding,) = found('[[profiles.default.rules]]\nservice = "night"\nfee_usd = 1')
    assert finding.rule == "rule-without-row"
    assert finding.message == (
        "profiles.default.rules[0] is about no known service (service night)"
    )


@pytest.mark.parametrize("word", ["batch", "batches", "standard", "default", "fl*", "PRIORITY"])
def test_a_known_service_is_no_finding(word: str) -> None:
    assert found(f'[[profiles.default.rules]]\nservice = "{word}"\nmarkup_percent = 10') == []


def test_a_price_of_a_rule_in_usd_per_million_is_out_of_bounds() -> None:
    rule = '[[profiles.default.rules]]\nmodel = "o3"\nprices = {input_cost_per_token = 2.0}'
    (finding,) = found(rule)
    assert (finding.rule, finding.severity) == ("rule-price-out-of-bounds", "error")
    assert finding.message == (
        "profiles.default.rules[0].prices.input_cost_per_token: $2,000,000.00 / 1M is above "
        "$200.00 / 1M"
    )
    assert finding.hint == "written per 1M tokens? $2.00 / 1M is 2e-06 per token"


@pytest.mark.parametrize(
    ("cost", "message"),
    [
        (
            "prices = {input_cost_per_token = 20e-06}",
            (
                "profiles.default.rules[0].prices.input_cost_per_token: $20.00 / 1M is 10x the "
                "list price of openai/o3, $2.00 / 1M"
            ),
        ),
        (
            "prices = {input_cost_per_token = 0.2e-06}",
            (
                "profiles.default.rules[0].prices.input_cost_per_token: $0.20 / 1M is 1/10 of the "
                "list price of openai/o3, $2.00 / 1M"
            ),
        ),
        ("prices = {input_cost_per_token = 6e-06}", ""),
        (
            "prices = {input_cost_per_token = 0}",
            (
                "profiles.default.rules[0].prices.input_cost_per_token: is 0, the list price of "
                "openai/o3 is $2.00 / 1M"
            ),
        ),
        ("factor = 0.085", "profiles.default.rules[0] pays 0.085 of the list price"),
        ("factor = 8.5", "profiles.default.rules[0] pays 8.5 of the list price"),
        ("factor = 0.4", ""),
    ],
)
def test_a_cost_far_from_the_list_price_is_a_warning(cost: str, message: str) -> None:
    findings = found(f'[[profiles.default.rules]]\nmodel = "o3"\n{cost}')
    assert [(one.rule, one.severity, one.message) for one in findings] == (
        [("rule-far-from-list", "warning", message)] if message else []
    )


def test_a_finding_about_a_rule_stands_at_the_settings() -> None:
    rules = """
        [[profiles.shop.rules]]
        provider = "opnai"
        markup_percent = -1
        [[profiles.shop.rules]]
        provider = "openai"
        service = "batch"
        factor = 0.1
        [[profiles.shop.rules]]
        model = "o3"
        prices = {input_cost_per_token = 2}
    """
    policy = read_policy(tomllib.loads(rules, parse_float=Decimal), "pricectl.toml")
    report = validate(CATALOG, "prices.json", policy, date(2026, 12, 1))
    places = {one.rule: report.file_of(one) for one in report.findings if one.rule in IDS}
    assert places == {
        "markup-negative": "pricectl.toml",
        "rule-without-row": "pricectl.toml",
        "rule-far-from-list": "pricectl.toml",
        "rule-price-out-of-bounds": "pricectl.toml",
        "rule-and-negotiated": "prices.json",
    }
