"""Findings for other reports, until the report of `validate` is one file."""

from typing import Any

from pricectl.check.validation import Report, Validation
from pricectl.report import json_findings
from pricectl.report.canvas import Canvas
from pricectl.report.text import findings


def finding_documents(report: Report) -> list[dict[str, Any]]:
    """Each finding of a file that was not waived."""
    return json_findings._all([report], "findings")  # noqa: SLF001


def text(found: Validation, canvas: Canvas) -> str:
    """The findings of every file."""
    return findings.report(
        list(found.reports), canvas, quiet=canvas.quiet, threshold=found.threshold
    )
