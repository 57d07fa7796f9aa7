"""What is right has no finding: rows of the shipped catalog, alone, copied and in time."""

import json
import sys
from pathlib import Path

import pytest

from pricectl.check.evidence import Evidence
from pricectl.check.validation import validate

pytestmark = pytest.mark.long
BENCHMARKS = Path(__file__).parents[3] / "benchmarks"


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scripts are no package: they import one another from their folder."""
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
