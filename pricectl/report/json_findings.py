"""Findings as JSON; schemas/validate.schema.json describes it."""

from collections.abc import Sequence
from typing import Any

from pricectl.check import ValidationReport
from pricectl.check.findings import Finding, Threshold
from pricectl.report import json


def findings(reports: Sequence[ValidationReport], threshold: Threshold) -> str:
    """The findings of all files, and whether any trips the threshold."""
    failed = any(report.fails(threshold) for report in reports)
    return json.dump(
        "validate",
        {
            "outcome": "fail" if failed else "pass",
            "models": sum(report.models for report in reports),
            "files": [report.file for report in reports],
            "findings": _all(reports, "findings"),
            "waived": _all(reports, "waived"),
        },
    )


def _all(reports: Sequence[ValidationReport], kind: str) -> list[dict[str, Any]]:
    return [_finding(report, finding) for report in reports for finding in getattr(report, kind)]


def _finding(report: ValidationReport, finding: Finding) -> dict[str, Any]:
    span, also = finding.span, finding.also
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "due": finding.due,
        "pointer": finding.pointer,
        "file": report.file_of(finding),
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_column": span.column + span.length if span else None,
        "also": {"line": also.line, "column": also.column} if also else None,
        "message": finding.message,
        "hint": finding.hint,
    }
