"""Renames a row of the catalog file, and says what still calls it by its old name."""

from collections.abc import Callable
from typing import NamedTuple

from pricectl.core.labels import clean
from pricectl.edit.assignments import BadEdit
from pricectl.edit.moving import RenamePlan, plan_rename
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.operate.set import find_rows, is_pattern


class RenameResult(NamedTuple):
    """What `rename` did: the edit, the row, and what refers to it."""

    edit: EditResult
    plan: RenamePlan

    @property
    def exit_code(self) -> int:
        """How `rename` ends."""
        return self.edit.exit_code


def rename_row(  # noqa: PLR0913 - the last two by keyword
    opened: EditableCatalog,
    old: str,
    new: str,
    options: EditOptions,
    *,
    keep_alias: bool = True,
    warn: Callable[[str], object] = lambda _: None,
) -> RenameResult:
    """Give a row another name; the old one stays as an alias unless told.

    Raises BadEdit, and what `make_edit` raises.
    """
    if is_pattern(old, opened.catalog):
        raise BadEdit("is a pattern", where=f"{old:.80}", next_step="name one row")
    (model,) = find_rows(opened.catalog, old)
    if old in model.aliases and old not in {model.name, model.full_name}:
        raise BadEdit(f"is an alias of {clean(model.full_name)}, not a row", where=f"{old:.80}")
    if not new.strip() or new != new.strip():
        raise BadEdit("is not a name", where=f"{new!r:.80}")
    plan = plan_rename(
        model,
        new,
        opened.catalog,
        opened.version.values,
        opened.policy,
        keep_alias=keep_alias,
    )
    return RenameResult(make_edit(opened, plan.edits, options, warn), plan)
