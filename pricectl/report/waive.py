"""What `waive` wrote, as a document and for people."""

from typing import Any

from pricectl.core.labels import clean
from pricectl.operate.waive import WaiveResult
from pricectl.report.canvas import Canvas


def document(result: WaiveResult) -> dict[str, Any]:
    """The document of `waive`; schemas/waive.schema.json describes it."""
    accepted = result.accepted
    return {
        "schema": "pricectl.waive/1",
        "rule": accepted.rule,
        "pointer": accepted.pointer,
        "message": result.finding.message,
        "reason": accepted.reason,
        "date": f"{accepted.day}",
        "expires": f"{accepted.expires}" if accepted.expires else None,
        "file": result.catalog,
        "written": result.written,
        "kind": "acknowledgement" if accepted.in_catalog else "waiver",
    }


def text(result: WaiveResult, canvas: Canvas) -> str:
    """What is accepted and where that stands; quiet: the place alone."""
    from rich.padding import Padding
    from rich.text import Text

    accepted = result.accepted
    where = Text(f"{clean(result.written)}: {result.table}")
    if canvas.quiet:
        return canvas.draw(where)
    until = f" until {accepted.expires}" if accepted.expires else ""
    head = Text(f"{accepted.rule} at {clean(accepted.pointer)} is accepted{until}", "bold")
    holds = Text("It holds for the value of now; another value is found again.", "dim")
    message = Padding(Text(clean(result.finding.message)), (0, 0, 0, 2))
    return canvas.draw(head, message, where, holds)
