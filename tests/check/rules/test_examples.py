"""The examples of `pricectl rule` are true: the bad one has the finding, the good one has not."""

import tomllib
from datetime import date

import pytest

from pricectl.check.evidence import Evidence
from pricectl.check.families import FAMILIES, RULES
from pricectl.check.findings import SEVERITIES
from pricectl.check.rules.base import Rule
from pricectl.check.validation import validate
from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.policy import Policy, read_policy

TODAY = date(2026, 12, 1)
WAIVERS = ("waiver-unused", "waiver-expired")
SETTINGS = (
    *WAIVERS,
    "setting-moved",
    "severity-unused",
    "gate-loosened",
    "gate-acknowledged",
    "rule-and-negotiated",
    "markup-negative",
    "rule-without-row",
    "rule-price-out-of-bounds",
    "rule-far-from-list",
)
IN_THE_CATALOG = [rule for rule in RULES if rule not in (*SETTINGS, "document-size")]


def found(text: str, policy: Policy | None = None, rule: Rule | None = None) -> set[str]:
    """The rules that find something in an example, beside the files it is compared with."""
    policy, evidence = policy or Policy(critical=("gpt-4o",)), None
    if rule and (rule.base or rule.reference):
        base = Catalog.load(rule.base) if rule.base else None
        reference = Catalog.load(rule.reference) if rule.reference else None
        evidence = Evidence(base, "deployed", reference, "reference")
    report = validate(text, "example", policy, TODAY, evidence=evidence)
    return {finding.rule for finding in report.findings}


@pytest.mark.parametrize("rule", IN_THE_CATALOG)
def test_the_bad_example_has_the_finding_and_the_good_one_does_not(rule: str) -> None:
    assert rule in found(RULES[rule].bad, rule=RULES[rule])
    assert rule not in found(RULES[rule].good, rule=RULES[rule])


@pytest.mark.parametrize("rule", WAIVERS)
def test_the_waivers_of_the_examples_are_found(rule: str) -> None:
    policy = read_policy(tomllib.loads(RULES[rule].bad), "pricectl.toml")
    assert rule in found("{}", policy)


def test_a_document_one_byte_too_large_is_found() -> None:
    assert found("{}" + " " * (MAX_BYTES - 1)) == {"document-size"}
    assert "document-size" not in found("{}" + " " * (MAX_BYTES - 2))


def test_every_rule_explains_itself() -> None:
    for rule in RULES.values():
        assert rule.severity in SEVERITIES
        assert rule.title
        assert not rule.title.endswith(".")
        assert rule.why.endswith(".")
        assert rule.fix.endswith(".")


def test_ids_are_kebab_case_and_in_one_table_only() -> None:
    ids = [rule.id for family in FAMILIES for rule in family.rules]
    assert len(ids) == len(set(ids))
    assert all(part.isalnum() and part == part.lower() for name in ids for part in name.split("-"))
