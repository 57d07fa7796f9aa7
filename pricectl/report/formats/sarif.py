"""Findings as SARIF 2.1.0, for code scanning.

The format: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

import hashlib
from collections import Counter
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from pricectl import __version__
from pricectl.check.families import RULES
from pricectl.check.findings import Finding, Severity
from pricectl.check.positions import Span
from pricectl.check.rules.base import Rule
from pricectl.check.validation_report import Validation, ValidationReport
from pricectl.core.labels import clean
from pricectl.report.json_text import json_text
from pricectl.report.validate import compared_documents

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
INDEX = {rule: index for index, rule in enumerate(RULES)}


def findings(found: Validation) -> str:
    """One run with every rule and every finding; waived ones are there as suppressed."""
    seen: Counter[str] = Counter()
    results = [
        _result(report, finding, seen, suppressed=suppressed)
        for report in found.reports
        for findings, suppressed in ((report.findings, False), (report.waived, True))
        for finding in findings
    ]
    driver = {
        "name": "pricectl",
        "version": __version__,
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "properties": {"compared": compared_documents(found)},
        "results": results,
    }
    return json_text({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(rule: Rule) -> dict[str, Any]:
    example = f"Bad:\n\n```json\n{rule.bad}\n```\n\nGood:\n\n```json\n{rule.good}\n```"
    return {
        "id": rule.id,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule.fix, "markdown": f"{rule.fix}\n\n{example}"},
        "defaultConfiguration": {"level": LEVELS[rule.severity]},
    }


def _result(
    report: ValidationReport, finding: Finding, seen: Counter[str], *, suppressed: bool
) -> dict[str, Any]:
    message = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    # The fingerprint stays the same while lines move: the rule, the place in the document, and
    # which one of several with both alike.
    identity = f"{finding.rule} {finding.pointer}"
    seen[identity] += 1
    fingerprint = hashlib.sha256(f"{identity} {seen[identity]}".encode()).hexdigest()[:32]
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": INDEX[finding.rule],
        "level": LEVELS[finding.severity],
        "message": {"text": clean(message)},
        "locations": [_location(report.file_of(finding), finding.span, finding.pointer)],
        "partialFingerprints": {"pricectl/v1": fingerprint},
    }
    if report.compared_with_base:
        result["baselineState"] = "unchanged" if finding.known else "new"
    if finding.due:
        result["properties"] = {"due": True}
    if finding.also:
        first = _location(report.file, finding.also, finding.other or finding.pointer)
        result["relatedLocations"] = [first | {"message": {"text": "first here"}}]
    if suppressed:
        result["suppressions"] = [{"kind": "external", "justification": "waived in the settings"}]
    return result


def _location(file: str, span: Span | None, pointer: str) -> dict[str, Any]:
    path = PurePath(file)
    uri = path.as_uri() if path.is_absolute() else quote(path.as_posix())
    location: dict[str, Any] = {"artifactLocation": {"uri": uri}}
    if span:
        location["region"] = {
            "startLine": span.line,
            "startColumn": span.column,
            "endColumn": span.column + span.length,
        }
    return {
        "physicalLocation": location,
        "logicalLocations": [{"fullyQualifiedName": clean(pointer), "kind": "member"}],
    }
