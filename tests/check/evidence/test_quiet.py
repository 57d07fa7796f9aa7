"""What is right has no finding: rows of the shipped catalog, alone, copied and in time."""

import json
import sys
from datetime import date
from pathlib import Path

import pytest

from pricectl.check.evidence import Evidence
from pricectl.check.findings import ERRORS
from pricectl.check.validation import validate
from pricectl.check.validation_report import Validation
from pricectl.files.settings import load_policy
from pricectl.packaged import packaged_catalog
from pricectl.report import validate as report
from pricectl.report.canvas import Canvas
from tests.conftest import ROOT

pytestmark = pytest.mark.long
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts are not a package: they import one another from their folder."""
    monkeypatch.setattr(sys, "path", [str(BENCHMARKS), *sys.path])


def test_a_file_of_shipped_rows_has_no_error_and_no_warning_but_dates() -> None:
    import gate

    document = gate.team_file()
    for base in (None, gate.load(document)):
        evidence = Evidence(base, "deployed", gate.load(gate.packaged()), "reference")
        text = json.dumps(document)
        report = validate(text, "f", gate.POLICY, gate.TODAY, evidence=evidence)
        loud = [one for one in report.findings if one.severity != "info" and not one.due]
        assert loud == []


def test_every_shipped_row_copied_has_no_error_and_no_warning_but_dates() -> None:
    import gate

    shipped = gate.packaged()
    team = {**shipped, "metadata": {**shipped["metadata"], "note": "our own copy"}}
    for base in (None, gate.load(team)):
        evidence = Evidence(base, "deployed", gate.load(shipped), "reference")
        found = validate(json.dumps(team), "f", gate.POLICY, gate.TODAY, evidence=evidence)
        loud = [one for one in found.findings if one.severity != "info" and not one.due]
        assert loud == []


def test_the_shipped_catalog_alone_gets_no_finding_from_its_neighbours() -> None:
    import gate

    text = gate.PACKAGED.read_text(encoding="utf-8")
    alone = validate(text, "f", gate.POLICY, gate.TODAY)
    compared = validate(text, "f", gate.POLICY, gate.TODAY, evidence=Evidence())
    assert compared.findings == alone.findings


def test_no_step_between_dated_lists_of_the_shipped_catalog_is_an_error() -> None:
    import false_alarms

    for step in false_alarms.packaged_steps():
        assert false_alarms.judged(step).outcome != "error", step.row


# The screen of a terminal has 24 lines. Later, when all of it is due, a rule takes four.
@pytest.mark.parametrize(("day", "width"), [(date(2026, 11, 27), 80), (date(2027, 2, 1), 160)])
def test_the_findings_of_the_shipped_catalog_fit_one_screen(day: date, width: int) -> None:
    policy = load_policy(ROOT)
    checked = validate(packaged_catalog().read_bytes(), "f", policy, day, evidence=Evidence())
    lines = report.text(Validation((checked,), ERRORS), Canvas(width=width)).splitlines()
    rules = {one.rule for one in checked.findings if one.severity != "info"}
    assert len(lines) <= (24 if width == 80 else 4 * len(rules) + 5)
    assert all(one.due or one.severity == "info" for one in checked.findings)
