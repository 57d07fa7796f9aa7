"""Findings as a GitLab Code Quality report, which merge requests show at their lines.

The format: https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

import hashlib
from collections import Counter
from typing import Any

from pricectl.check.findings import Finding, Severity
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.labels import clean
from pricectl.report.json_text import json_text

LEVELS: dict[Severity, str] = {"error": "critical", "warning": "major", "info": "info"}


def findings(found: Validation) -> str:
    """A list with an object for each finding, new ones first."""
    seen: Counter[str] = Counter()
    pairs = [(report, finding) for report in found.reports for finding in report.findings]
    pairs.sort(key=lambda pair: pair[1].known)
    return json_text([_issue(report, finding, seen) for report, finding in pairs])


def _issue(report: ValidationReport, finding: Finding, seen: Counter[str]) -> dict[str, Any]:
    file = clean(report.file_of(finding)).removeprefix("./")
    # It stays the same while lines move, so that GitLab can tell new findings from known ones.
    identity = f"{file} {finding.rule} {finding.pointer}"
    seen[identity] += 1
    fingerprint = hashlib.sha256(f"{identity} {seen[identity]}".encode()).hexdigest()
    message = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    return {
        "description": clean(message) + finding.due_mark,
        "check_name": finding.rule,
        "fingerprint": fingerprint,
        "severity": LEVELS[finding.severity],
        "location": {
            "path": file,
            "lines": {"begin": finding.span.line if finding.span else 1},
        },
    }
