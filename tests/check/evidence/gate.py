"""Validates a file beside a base and a reference that are written in the test."""

import json
from datetime import date
from typing import Any

from pricectl.check.evidence import Evidence
from pricectl.check.findings import Finding
from pricectl.check.validation import validate
from pricectl.core.catalog import Catalog
from pricectl.policy import Policy

TODAY = date(2026, 12, 1)
Document = dict[str, Any]


def prices(input_price: float, output_price: float, **more: Any) -> Document:
    """A row that sells input and output, per token."""
    return {
        "mode": "chat",
        "input_cost_per_token": input_price,
        "output_cost_per_token": output_price,
        **more,
    }


def catalog(document: Document | None) -> Catalog | None:
    """A file as a catalog; none stays none."""
    return Catalog.load(json.dumps(document)) if document else None


def findings(
    document: Document, base: Document | None = None, reference: Document | None = None
) -> list[Finding]:
    """Everything that is found in a file beside both."""
    evidence = Evidence(catalog(base), "deployed", catalog(reference), "reference", "")
    report = validate(json.dumps(document), "f", Policy(critical=()), TODAY, evidence=evidence)
    return list(report.findings)


def of(rule: str, found: list[Finding]) -> list[tuple[str, str, str]]:
    """The findings of one rule: severity, place and message."""
    return [(one.severity, one.pointer, one.message) for one in found if one.rule == rule]


def severities(rule: str, found: list[Finding]) -> list[str]:
    """The severities of a rule's findings."""
    return [severity for severity, _, _ in of(rule, found)]
