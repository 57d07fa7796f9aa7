"""Every file in tests/cases is a case: drop a catalog in and it is tested.

`valid/NAME.json` has neither errors nor warnings; `invalid/NAME.json` has exactly the findings
that `NAME.expect` lists, as `LINE:COLUMN severity[rule]`.
"""

from datetime import date
from pathlib import Path

import pytest

from pricectl.check.families import RULES
from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.policy import Policy
from tests.conftest import read_catalog

CASES = Path(__file__).parent / "cases"
VALID = sorted((CASES / "valid").glob("*.json"))
INVALID = sorted((CASES / "invalid").glob("*.json"))
TODAY = date(2026, 12, 1)
POLICY = Policy(critical=("gpt-4o",))
# Said by other means than a case file: too large for one, or about the settings.
ELSEWHERE = {"document-size", "waiver-unused", "waiver-expired", "severity-unused"}
ELSEWHERE |= {"rule-and-negotiated", "markup-negative", "rule-without-row"}
ELSEWHERE |= {"rule-price-out-of-bounds", "rule-far-from-list"}


def checked(path: Path) -> ValidationReport:
    return validate(read_catalog(path), path.name, POLICY, TODAY)


def said(report: ValidationReport, *, notes: bool) -> list[str]:
    return sorted(
        f"{finding.span.line}:{finding.span.column} {finding.severity}[{finding.rule}]"
        for finding in report.findings
        if finding.span and (notes or finding.severity != "info")
    )


@pytest.mark.parametrize("path", VALID, ids=lambda path: path.stem)
def test_a_valid_catalog_has_no_errors_and_no_warnings(path: Path) -> None:
    assert said(checked(path), notes=False) == []


@pytest.mark.parametrize("path", INVALID, ids=lambda path: path.stem)
def test_an_invalid_catalog_has_exactly_the_expected_findings(path: Path) -> None:
    expected = sorted(path.with_suffix(".expect").read_text(encoding="utf-8").splitlines())
    notes = any(" info[" in line for line in expected)
    assert said(checked(path), notes=notes) == expected


def test_every_rule_has_a_valid_and_an_invalid_case() -> None:
    compared = {name for name, rule in RULES.items() if rule.base or rule.reference}
    rules = set(RULES) - ELSEWHERE - compared  # their cases are in check/evidence
    assert rules - {path.stem for path in VALID} == set()
    assert rules - {path.stem for path in INVALID} == set()


def test_every_invalid_case_expects_its_own_rule() -> None:
    for path in INVALID:
        if path.stem in RULES:
            expected = path.with_suffix(".expect").read_text(encoding="utf-8")
            assert f"[{path.stem}]" in expected, path.name
