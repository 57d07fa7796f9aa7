"""What a check found: which rule, how bad, where, and what to do. Floor 1."""

from typing import Literal, NamedTuple

from pricectl.positions import Span

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")


class Finding(NamedTuple):
    """One problem in a catalog. `pointer` is a JSON Pointer (RFC 6901).

    `on_key` points at the key and not at its value, `other` is the pointer of another row that
    belongs to it. `span` is known once the text was searched, and so is `also`, a second place,
    such as the first of two equal keys or the other row.
    """

    rule: str
    severity: Severity
    pointer: str
    message: str
    hint: str = ""
    on_key: bool = False
    span: Span | None = None
    also: Span | None = None
    other: str = ""


def by_place(finding: Finding) -> tuple[int, int, int, str]:
    """Sort key: where it stands in the file, then how bad it is, then its rule."""
    span = finding.span or Span(1, 1, 1)
    return span.line, span.column, SEVERITIES.index(finding.severity), finding.rule
