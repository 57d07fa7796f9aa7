"""Findings and checklists as comments on a pull request, in GitHub's Markdown.

The first line marks the comment, so that a job can find and replace its own.
"""

from pricectl.check.findings import Finding, Severity
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.operate.deploy_check.checklist import DeployCheck, ItemState
from pricectl.report import deploy_check as deploy_check_text
from pricectl.report.findings_text import location
from pricectl.report.formats.markdown_tables import (
    MAX_CHARACTERS,
    MarkdownTable,
    code,
    drawn_tables,
    long_code,
    table_line,
)
from pricectl.report.validate import compared_with, summary_words

VALIDATE_MARKER = "<!-- pricectl-validate -->"
DEPLOY_CHECK_MARKER = "<!-- pricectl-deploy-check -->"
_SYMBOLS: dict[ItemState, str] = {
    "ok": "✅",
    "note": "ℹ️",  # noqa: RUF001 - a picture
    "failed": "❌",
    "unknown": "❔",
}
_FINDING_SYMBOLS: dict[Severity, str] = {
    "error": "❌",
    "warning": "⚠️",
    "info": "ℹ️",  # noqa: RUF001 - a picture
}


def validate(result: Validation) -> str:
    """The findings of every file, new ones in a table, known ones folded away."""
    lines = [VALIDATE_MARKER]
    for report in result.reports:
        words = summary_words(report) or "no findings"
        lines += [f"**{code(report.file)}: {words}**", "", f"{code(compared_with(report))}"]
        for title, findings, folded in (
            ("New" if report.compared_with_base else "Found", report.new, False),
            ("Known", report.known, True),
        ):
            rows = tuple(table_line(_finding(report, finding)) for finding in findings)
            if rows:
                head = table_line(("", "place", "finding", "what to do"))
                table = MarkdownTable(title, head, rows, folded)
                lines += drawn_tables([table], MAX_CHARACTERS, lines)
    return "\n".join(lines)


def _finding(report: ValidationReport, finding: Finding) -> tuple[str, ...]:
    message = f"{finding.rule}: {finding.message}{finding.due_mark}"
    where = code(location(report, finding))
    return _FINDING_SYMBOLS[finding.severity], where, long_code(message), long_code(finding.hint)


def deploy_check(result: DeployCheck) -> str:
    """The checklist before a deploy, for a comment or a job's summary."""
    verdict = deploy_check_text.verdict(result)
    lines = [DEPLOY_CHECK_MARKER, f"**{code(result.file)}: {verdict}**", ""]
    lines += ["| | check | what it saw |", "| --- | --- | --- |"]
    for item in result.items:
        seen = (deploy_check_text.sentence(item), *deploy_check_text.details(item))
        details = "<br>".join(map(code, seen))
        lines.append(f"| {_SYMBOLS[item.state]} | {item.id} | {details} |")
    return "\n".join(lines)
