"""What a formatter did to a catalog, or would do, as JSON."""

from typing import Any

from pricectl.changes import Change
from pricectl.check.positions import Positions
from pricectl.files.atomic import sha256
from pricectl.report import json
from pricectl.report.fmt import Outcome, difference
from pricectl.report.json_diff import percent


def report(outcome: Outcome, *, diff: bool) -> str:
    """The document of `pricectl fmt`, with the unified diff if asked for."""
    found = outcome.found
    places = Positions(found.before)
    return json.dump(
        "fmt",
        {
            "outcome": "fail" if outcome.failed else "pass",
            "file": outcome.name,
            "changed": found.changed,
            "written": outcome.written,
            "sha256": {"old": sha256(found.before.encode()), "new": sha256(found.text.encode())},
            "promoted": [
                {
                    "provider": row.model.provider,
                    "model": row.model.name,
                    **_place(row.pointer, places),
                    "from": list(row.begun),
                    "changes": [_change(change) for change in row.changes],
                }
                for row in found.promoted
            ],
            "respelled": [
                {**_place(price.pointer, places), "old": price.old, "new": price.new}
                for price in found.respelled
            ],
            "left": [
                {
                    "provider": row.model.provider,
                    "model": row.model.name,
                    **_place(row.pointer, places),
                    "reason": row.reason,
                }
                for row in found.left
            ],
            "due": outcome.due,
            "last_updated": found.last_updated or None,
            "diff": "".join(f"{line}\n" for line in difference(outcome)) if diff else None,
        },
    )


def _place(pointer: str, places: Positions) -> dict[str, Any]:
    span = places.value(pointer)
    return {"pointer": pointer, "line": span.line, "column": span.column}


def _change(change: Change) -> dict[str, Any]:
    largest = change.largest
    return {
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "percent": percent(largest.relative) if largest else None,
    }
