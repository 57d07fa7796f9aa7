"""Findings one a line, for editors and grep."""

from pricectl.check.findings import Finding
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.labels import clean
from pricectl.report.findings_text import location


def findings(found: Validation) -> str:
    """`file:line:column: severity[rule] message`, nothing when there are none.

    A finding that a date made due ends with "(due)".
    """
    return "\n".join(
        line(report, finding) for report in found.reports for finding in report.findings
    )


def line(report: ValidationReport, finding: Finding) -> str:
    """One finding on one line."""
    where, message = location(report, finding), clean(finding.message) + finding.due_mark
    return f"{where}: {finding.severity}[{finding.rule}] {message}"
