"""Findings as JUnit XML, for the test tab of a CI: a suite a file, a case a rule."""

from xml.etree import ElementTree as ET

from pricectl.check.findings import Finding, Threshold
from pricectl.check.rules import RULES
from pricectl.check.validation import Validation, ValidationReport
from pricectl.report.canvas import clean
from pricectl.report.formats.concise import line


def findings(found: Validation) -> str:
    """A case fails if its rule has a finding that trips the threshold."""
    root = ET.Element("testsuites", name="pricectl validate")
    for report in found.reports:
        _suite(root, report, found.threshold)
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _suite(root: ET.Element, report: ValidationReport, threshold: Threshold) -> None:
    by_rule: dict[str, list[Finding]] = {rule: [] for rule in RULES}
    for finding in report.findings:
        by_rule[finding.rule].append(finding)
    failures = sum(bool(_bad(found, threshold)) for found in by_rule.values())
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
        _outcome(case, report, found, threshold)


def _outcome(
    case: ET.Element, report: ValidationReport, found: list[Finding], threshold: Threshold
) -> None:
    bad = _bad(found, threshold)
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


def _bad(found: list[Finding], threshold: Threshold) -> list[Finding]:
    return list(filter(threshold.trips, found))
