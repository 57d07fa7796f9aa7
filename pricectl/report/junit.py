"""Findings as JUnit XML, for the test tab of a CI: a suite a file, a case a rule. Floor 2."""

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from pricectl.checking import Report
from pricectl.findings import SEVERITIES, Finding, Severity
from pricectl.report.canvas import clean
from pricectl.report.concise import line
from pricectl.rules import RULES


def findings(reports: Sequence[Report], level: Severity) -> str:
    """A case fails if its rule has a finding at least as bad as the level."""
    root = ET.Element("testsuites", name="pricectl validate")
    for report in reports:
        _suite(root, report, SEVERITIES[: SEVERITIES.index(level) + 1])
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _suite(root: ET.Element, report: Report, failing: Sequence[Severity]) -> None:
    by_rule: dict[str, list[Finding]] = {rule: [] for rule in RULES}
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    failures = sum(bool(_bad(found, failing)) for found in by_rule.values())
    suite = ET.SubElement(
        root,
        "testsuite",
        name=clean(report.file),
        tests=str(len(by_rule)),
        failures=str(failures),
        errors="0",
    )
    for rule, found in by_rule.items():
        case = ET.SubElement(suite, "testcase", classname=clean(report.file), name=rule)
        _outcome(case, report, found, failing)


def _outcome(
    case: ET.Element, report: Report, found: list[Finding], failing: Sequence[Severity]
) -> None:
    bad = _bad(found, failing)
    rest = [finding for finding in found if finding not in bad]
    if bad:
        first = clean(bad[0].message)
        message = first if len(bad) == 1 else f"{first} (and {len(bad) - 1} more)"
        failure = ET.SubElement(case, "failure", type=bad[0].severity, message=message)
        failure.text = "\n".join(line(report, finding) for finding in bad)
    if rest:
        ET.SubElement(case, "system-out").text = "\n".join(
            line(report, finding) for finding in rest
        )


def _bad(found: list[Finding], failing: Sequence[Severity]) -> list[Finding]:
    return [finding for finding in found if finding.severity in failing]
