"""Removes rows from the catalog file, and says what that does to names that lead to them."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pricectl.core.labels import clean
from pricectl.core.model import Model
from pricectl.edit.assignments import BadEdit
from pricectl.edit.moving import NameAfterEdit, RemovalPlan, plan_removal
from pricectl.operate.editing import EditableCatalog, EditOptions, EditResult, make_edit
from pricectl.operate.set import find_rows


class RemoveResult(NamedTuple):
    """What `remove` did: the edit, the rows, and who answers for their names now."""

    edit: EditResult
    plan: RemovalPlan
    answers: tuple[NameAfterEdit, ...]

    @property
    def exit_code(self) -> int:
        """How `remove` ends."""
        return self.edit.exit_code


def remove_rows(
    opened: EditableCatalog,
    names: Sequence[str],
    options: EditOptions,
    warn: Callable[[str], object] = lambda _: None,
) -> RemoveResult:
    """Remove every row of some names or patterns in one edit.

    Raises BadEdit for a name that is not a row's own, and what `make_edit` raises.
    """
    catalog = opened.catalog
    models: dict[str, Model] = {}
    for name in names:
        for model in find_rows(catalog, name):
            if name in model.aliases and name not in {model.name, model.full_name}:
                raise BadEdit(
                    f"is an alias of {clean(model.full_name)}, not a row",
                    where=f"{name:.80}",
                    next_step=f"pricectl set {clean(model.full_name)} aliases-={clean(name)}",
                )
            models[model.full_name] = model
    plan = plan_removal([*models.values()], catalog, opened.version.values, opened.policy)
    edit = make_edit(opened, plan.edits, options, warn)
    return RemoveResult(edit, plan, plan.answers(edit.edited.after.catalog))
