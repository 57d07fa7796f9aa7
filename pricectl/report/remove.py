"""What `remove` took out, as a document and for people."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import clean
from pricectl.edit.references import RowReference
from pricectl.operate.remove import RemoveResult
from pricectl.report.canvas import Canvas
from pricectl.report.edits import edit_document, edit_text

if TYPE_CHECKING:
    from rich.text import Text


def document(result: RemoveResult) -> dict[str, Any]:
    """The document of `remove`; schemas/remove.schema.json describes it."""
    return {
        "schema": "pricectl.remove/1",
        **edit_document(result.edit),
        "rows": [
            {"provider": model.provider, "model": model.name, "aliases": list(model.aliases)}
            for model in result.plan.models
        ],
        "answers": [{"name": each.name, "row": each.row} for each in result.answers],
        "references": reference_documents(result.plan.references),
    }


def reference_documents(references: Iterable[RowReference]) -> list[dict[str, Any]]:
    """What refers to a row: the kind, the place (null: the settings), and what it says."""
    return [
        {"kind": one.kind, "pointer": one.pointer or None, "value": one.value} for one in references
    ]


def reference_lines(references: Iterable[RowReference]) -> "list[Text]":
    """What refers to a row, a line each."""
    from rich.text import Text

    lines = [Text(f"  {clean(one.words)}") for one in references]
    return [Text("Still named elsewhere", "bold yellow"), *lines, Text()] if lines else []


def text(result: RemoveResult, canvas: Canvas) -> str:
    """The edit with the names that another row answers, what refers to the rows; quiet: the end."""
    edit = edit_text(result.edit, canvas)
    if canvas.quiet:
        return canvas.draw(*edit)
    *above, summary = edit
    return canvas.draw(*above, *reference_lines(result.plan.references), summary)
