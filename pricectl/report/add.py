"""What `add` added, as a document and for people."""

from typing import Any

from pricectl.core.labels import clean, listed
from pricectl.operate.add import AddResult
from pricectl.report.canvas import Canvas
from pricectl.report.edits import edit_document, edit_text


def document(result: AddResult) -> dict[str, Any]:
    """The document of `add`; schemas/add.schema.json describes it."""
    return {
        "schema": "pricectl.add/1",
        **edit_document(result.edit),
        "provider": result.place.section,
        "model": result.place.name,
        "pointer": result.place.pointer,
        "origin": result.origin or None,
        "from_reference": result.from_reference,
        "dropped_aliases": list(result.dropped_aliases),
        "notes": list(result.plan.notes) if result.plan else [],
    }


def text(result: AddResult, canvas: Canvas) -> str:
    """Where the row came from, then the edit; quiet: only how it ended."""
    from rich.text import Text

    edit = edit_text(result.edit, canvas)
    if canvas.quiet:
        return canvas.draw(*edit)
    row = clean(f"{result.place.section}/{result.place.name}")
    if result.from_reference:
        origin = "from the catalog inside pricectl"
    elif result.origin:
        origin = f"like {clean(result.origin)}; its other prices keep their ratio"
    else:
        origin = "as given"
    parts = [Text(f"{row}: {origin}", "bold")]
    if result.dropped_aliases:
        names = clean(listed(result.dropped_aliases))
        parts.append(Text(f"without the aliases {names}, which lead to other rows", "dim"))
    parts += [Text(clean(note), "dim") for note in (result.plan.notes if result.plan else ())]
    return canvas.draw(*parts, Text(), *edit)
