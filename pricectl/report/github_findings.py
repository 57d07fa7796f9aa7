"""Findings as GitHub workflow commands, shown beside the changed lines."""

from collections.abc import Iterable

from pricectl.check import ValidationReport
from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.report.canvas import clean
from pricectl.report.github import command

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "notice"}


def findings(reports: Iterable[ValidationReport]) -> str:
    """One workflow command a finding, the worst first: GitHub shows ten of a level."""
    pairs = [(report, finding) for report in reports for finding in report.findings]
    pairs.sort(key=lambda pair: SEVERITIES.index(pair[1].severity))
    return "\n".join(_command(report, finding) for report, finding in pairs)


def _command(report: ValidationReport, finding: Finding) -> str:
    place: dict[str, str | int] = {"file": clean(report.file_of(finding)).removeprefix("./")}
    if finding.span:
        line, column, length = finding.span
        place |= {"line": line, "endLine": line, "col": column, "endColumn": column + length}
    message, hint = clean(finding.message), clean(finding.hint)
    first = (
        f"first at line {finding.also.line}, column {finding.also.column}" if finding.also else ""
    )
    text = "\n".join(part for part in (message, first, hint) if part)
    return command(LEVELS[finding.severity], text, **place, title=finding.rule)
