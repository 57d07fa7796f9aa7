"""What `rename` renamed, as a document and for people."""

from typing import Any

from pricectl.core.labels import clean
from pricectl.operate.rename import RenameResult
from pricectl.report.canvas import Canvas
from pricectl.report.edits import edit_document, edit_text
from pricectl.report.remove import reference_documents, reference_lines


def document(result: RenameResult) -> dict[str, Any]:
    """The document of `rename`; schemas/rename.schema.json describes it."""
    plan = result.plan
    return {
        "schema": "pricectl.rename/1",
        **edit_document(result.edit),
        "provider": plan.model.provider,
        "old": plan.model.name,
        "new": plan.name,
        "alias": plan.keeps_alias,
        "references": reference_documents(plan.references),
        "followed": reference_documents(plan.followed),
    }


def text(result: RenameResult, canvas: Canvas) -> str:
    """The names, the edit, what refers to the old name; quiet: how it ended."""
    from rich.text import Text

    edit = edit_text(result.edit, canvas)
    if canvas.quiet:
        return canvas.draw(*edit)
    plan = result.plan
    written = result.edit.written
    called = "is called" if written else "would be called"
    if plan.keeps_alias:
        stays = "stays as an alias" if written else "would stay as an alias"
    else:
        stays = "leads nowhere any more" if written else "would lead nowhere any more"
    old, new = clean(plan.model.full_name), clean(plan.name)
    *above, summary = edit
    return canvas.draw(
        Text(f"{old} {called} {new}; the old name {stays}", "bold"),
        Text(),
        *above,
        *reference_lines(plan.references),
        summary,
    )
