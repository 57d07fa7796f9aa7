"""Findings as JUnit XML, for the test tab of a CI: a suite a file, a case a rule."""

from xml.etree import ElementTree as ET

from pricectl.check.families import RULES
from pricectl.check.findings import Finding, Threshold
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.labels import clean
from pricectl.report.formats.concise import line
from pricectl.report.validate import compared_with


def findings(found: Validation) -> str:
    """A case fails if its rule has a finding that trips the threshold."""
    root = ET.Element("testsuites", name="pricectl validate")
    for report in found.reports:
        _suite(root, report, found.threshold)
    ET.indent(root)
    body = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{body}'


def _suite(root: ET.Element, report: ValidationReport, threshold: Threshold) -> None:
    bad: dict[str, list[Finding]] = {rule: [] for rule in RULES}
    rest: dict[str, list[Finding]] = {rule: [] for rule in RULES}
    for finding in report.findings:
        (bad if threshold.trips(finding) else rest)[finding.rule].append(finding)
    name = clean(report.file)
    counts = {"tests": str(len(RULES)), "failures": str(sum(map(bool, bad.values())))}
    suite = ET.SubElement(root, "testsuite", {"name": name, **counts, "errors": "0"})
    if report.evidence:
        properties = ET.SubElement(suite, "properties")
        ET.SubElement(properties, "property", name="compared", value=compared_with(report))
    for rule, failing in bad.items():
        case = ET.SubElement(suite, "testcase", classname=name, name=rule)
        if failing:
            first, more = clean(failing[0].message), len(failing) - 1
            message = f"{first} (and {more} more)" if more else first
            failure = ET.SubElement(case, "failure", type=failing[0].severity, message=message)
            failure.text = "\n".join(line(report, finding) for finding in failing)
        if rest[rule]:
            passing = "\n".join(line(report, finding) for finding in rest[rule])
            ET.SubElement(case, "system-out").text = passing
