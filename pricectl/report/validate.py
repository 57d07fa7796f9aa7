"""Findings of `validate`: for people each with its excerpt of the source, and as a document."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from pricectl.check.findings import SEVERITIES, Finding, Severity
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.catalog import Catalog
from pricectl.core.labels import clean, count, plural
from pricectl.report.canvas import Canvas
from pricectl.report.excerpts import DIM
from pricectl.report.findings_text import STYLES, draw_findings
from pricectl.report.fixes import fix_documents, fix_lines

if TYPE_CHECKING:
    from rich.text import Text

# How a severity reads; "info" is its name in JSON and in the settings.
SEVERITY_WORDS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}


def document(found: Validation) -> dict[str, Any]:
    """The findings of all files, and whether any trips the threshold."""
    reports = found.reports
    return {
        "schema": "pricectl.validate/1",
        "outcome": "fail" if found.failed else "pass",
        "models": sum(report.models for report in reports),
        "files": [report.file for report in reports],
        "compared": compared_documents(found),
        "known": sum(len(report.known) + report.left_out for report in reports),
        "findings": [finding for report in reports for finding in finding_documents(report)],
        "waived": [_finding(report, finding) for report in reports for finding in report.waived],
        "fixes": fix_documents(found.fixed),
    }


def compared_documents(found: Validation) -> list[dict[str, Any]]:
    """What each file was compared with: names and hashes, or the reason why there is none."""
    return [
        {
            "file": report.file,
            "base": _compared(given.base, given.base_name, given.no_base),
            "reference": _compared(given.reference, given.reference_name, given.no_reference),
        }
        for report in found.reports
        if (given := report.evidence)
    ]


def _compared(catalog: Catalog | None, name: str, reason: str) -> dict[str, str | None]:
    sha256 = catalog.sha256 if catalog else None
    return {"name": name or None, "sha256": sha256, "reason": reason or None}


def compared_with(report: ValidationReport) -> str:
    """What a file was compared with in one line; empty where nobody asked.

    Such as "base: main (1a2b3c4); reference: packaged".
    """
    given = report.evidence
    if given is None:
        return ""
    base = f"base: {given.base_name}" if given.base else f"no base: {given.no_base}"
    name, reason = given.reference_name, given.no_reference
    reference = f"reference: {name}" if given.reference else f"no reference: {reason}"
    unread = f"; settings of the base: {given.settings_problem}" if given.settings_problem else ""
    return clean(f"{base}; {reference}{unread}")


def finding_documents(report: ValidationReport) -> list[dict[str, Any]]:
    """Each finding of a file that was not waived."""
    return [_finding(report, finding) for finding in report.findings]


def _finding(report: ValidationReport, finding: Finding) -> dict[str, Any]:
    span, also = finding.span, finding.also
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "due": finding.due,
        "new": not finding.known if report.compared_with_base else None,
        "pointer": finding.pointer,
        "file": report.file_of(finding),
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_column": span.column + span.length if span else None,
        "also": {"line": also.line, "column": also.column} if also else None,
        "message": finding.message,
        "hint": finding.hint,
    }


def text(found: Validation, canvas: Canvas) -> str:
    """The findings of every file, what it was compared with, its summary; quiet: only summaries.

    Notes are shown where they are asked for or trip the threshold.
    """
    from rich.text import Text

    parts: list[Text] = list(fix_lines(found.fixed, canvas))
    for report in found.reports:
        if not canvas.quiet:
            parts += draw_findings(report, canvas, found.threshold)
            if report.evidence:
                parts.append(Text(f"{compared_with(report)}\n", DIM))
        parts.append(_summary(report, with_name=len(found.reports) > 1))
    return canvas.draw(*parts)


def summary_words(report: ValidationReport) -> str:
    """What was found, such as "1 new error, 2 new warnings; 62 known"; empty for nothing.

    Without a base nothing is called new.
    """
    if not report.compared_with_base:
        return _counted(report.findings, "")
    new, known = _counted(report.new, "new "), len(report.known) + report.left_out
    errors = sum(finding.severity == "error" for finding in report.known)
    bad = f", of them {plural(errors, 'error')}" if errors else ""
    found = f"{count(known)} known{bad}" if known else ""
    if not new and not found:
        return ""
    return "; ".join(filter(None, (new or "no new findings", found)))


def _counted(findings: Sequence[Finding], mark: str) -> str:
    counts = Counter(finding.severity for finding in findings)
    return ", ".join(
        plural(counts[severity], f"{mark}{word}")
        for severity, word in SEVERITY_WORDS.items()
        if counts[severity]
    )


def _summary(report: ValidationReport, *, with_name: bool) -> "Text":
    """The result for a file in one line, with its name first if there are several."""
    from rich.text import Text

    found = summary_words(report)
    models = plural(report.models, "model")
    line = Text(f"{clean(report.file)}: " if with_name else "")
    due = f", {count(report.due)} due by date" if report.due else ""
    waived = f", {plural(len(report.waived), 'finding')} waived" if report.waived else ""
    if not found:
        return line.append("ok", "bold green").append(f": {models}, no findings{waived}")
    worst = min((one.severity for one in report.findings), key=SEVERITIES.index, default=None)
    line.append(found, STYLES[worst] if worst else "bold green")
    return line.append(f" in {models}{due}{waived}")
