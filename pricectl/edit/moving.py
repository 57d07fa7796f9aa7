"""Removes and renames rows: the edits, and what a person must know about the names."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.entries import ALIAS_OF
from pricectl.core.lookup import find
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.edit.assignments import BadEdit
from pricectl.edit.references import RowReference, is_inside, references_to
from pricectl.edit.splice import Edit, Insert, Remove, RenameKey, Replace
from pricectl.policy import Policy


class NameAfterEdit(NamedTuple):
    """A name and the row that answers for it after an edit; None is the default price."""

    name: str
    row: str | None


class RemovalPlan(NamedTuple):
    """The edits that remove rows, and what refers to them."""

    models: tuple[Model, ...]
    edits: tuple[Edit, ...]
    references: tuple[RowReference, ...]

    def answers(self, after: Catalog) -> tuple[NameAfterEdit, ...]:
        """Who answers for the names of the removed rows in the edited catalog."""
        names = dict.fromkeys(
            name for model in self.models for name in (model.full_name, *model.aliases)
        )
        return tuple(_answer(name, after) for name in names)


class RenamePlan(NamedTuple):
    """The edits that rename a row, what refers to it, and whether its old name still leads there.

    `followed` are references in the file that were changed with it.
    """

    model: Model
    name: str
    edits: tuple[Edit, ...]
    references: tuple[RowReference, ...]
    followed: tuple[RowReference, ...]
    keeps_alias: bool


def _answer(name: str, catalog: Catalog) -> NameAfterEdit:
    match = find(catalog, name)
    return NameAfterEdit(name, None if match.is_guess else match.model.full_name)


def plan_removal(
    models: Sequence[Model], catalog: Catalog, values: Mapping[str, Json], policy: Policy
) -> RemovalPlan:
    """The edits that remove rows, with the rows that only stand for one of their names.

    A section goes with its last row.
    """
    by_section: dict[str, list[str]] = {}
    for model in models:
        own = [model.name, *_rows_of_alias(values.get(model.provider), model.name)]
        by_section.setdefault(model.provider, []).extend(own)
    edits: list[Edit] = []
    for section, names in by_section.items():
        rows = values.get(section)
        if isinstance(rows, dict) and rows.keys() <= set(names):
            edits.append(Remove(pointer_to(section)))
        else:
            edits += [Remove(pointer_to(section, name)) for name in dict.fromkeys(names)]
    gone = {model.full_name for model in models}
    references = [
        reference
        for model in models
        for reference in references_to(model, catalog, values, policy)
        if not any(
            is_inside(reference.pointer, other) for other in models if other.full_name in gone
        )
    ]
    return RemovalPlan(tuple(models), tuple(edits), tuple(dict.fromkeys(references)))


def _rows_of_alias(section: Json, name: str) -> list[str]:
    """The rows of a section that have no prices and lead to a row by `alias_of`."""
    rows = section if isinstance(section, dict) else {}
    found = [name]
    for target in found:
        found += [
            other
            for other, entry in rows.items()
            if isinstance(entry, dict) and entry.get(ALIAS_OF) == target and other not in found
        ]
    return found[1:]


def plan_rename(  # noqa: PLR0913 - one by keyword
    model: Model,
    new: str,
    catalog: Catalog,
    values: Mapping[str, Json],
    policy: Policy,
    *,
    keep_alias: bool = True,
) -> RenamePlan:
    """The edits that give a row another name; the old one becomes an alias.

    Raises BadEdit if another row has the new name.
    """
    name = new.removeprefix(f"{model.provider}/")
    if model.name.startswith(f"{model.provider}/"):
        name = new  # rows of this section are called with it
    _check_free(name, model, catalog, values)
    pointer = pointer_to(model.provider, name)
    edits: list[Edit] = [RenameKey(model.pointer, name)]
    edits += _alias_edits(model, name, pointer, keep_alias=keep_alias)
    rows = values.get(model.provider)
    for other, entry in rows.items() if isinstance(rows, dict) else ():
        if isinstance(entry, dict) and entry.get(ALIAS_OF) == model.name:
            edits.append(Replace(pointer_to(model.provider, other, ALIAS_OF), json.dumps(name)))
    references = references_to(model, catalog, values, policy)
    followed = [one for one in references if one.kind in {"acknowledged", "negotiated"}]
    for one in followed:
        value = pointer + one.value.removeprefix(model.pointer)
        if one.kind == "negotiated":
            value = name if one.value == model.name else f"{model.provider}/{name}"
        edits.append(Replace(one.pointer, json.dumps(value, ensure_ascii=False)))
    told = [one for one in references if one not in followed]
    return RenamePlan(model, name, tuple(edits), tuple(told), tuple(followed), keep_alias)


def _check_free(name: str, model: Model, catalog: Catalog, values: Mapping[str, Json]) -> None:
    rows = values.get(model.provider)
    if name == model.name:
        raise BadEdit("is its name already", where=f"{name:.80}")
    taken = (*catalog.names.get(name, ()), *catalog.aliases.get(name, ()))
    other = next((row for row in taken if row is not model), None)
    if other is None and isinstance(rows, dict) and name in rows:
        raise BadEdit("is another name in this section", where=f"{name:.80}")
    if other is not None:
        what = "the name" if other.name == name else "an alias"
        raise BadEdit(f"is {what} of the row {other.full_name:.80}", where=f"{name:.80}")


def _alias_edits(model: Model, name: str, pointer: str, *, keep_alias: bool) -> Iterable[Edit]:
    """The old name among the aliases, the new one no longer."""
    listed = model.entry.get("aliases")
    aliases = listed if isinstance(listed, list) else []
    for index in reversed(range(len(aliases))):
        if aliases[index] == name:
            yield Remove(f"{pointer}/aliases/{index}")
    if not keep_alias or model.name in aliases:
        return
    old = json.dumps(model.name, ensure_ascii=False)
    if isinstance(listed, list):
        yield Insert(f"{pointer}/aliases", old)
    elif "aliases" in model.entry:
        yield Replace(f"{pointer}/aliases", f"[{old}]")
    else:
        yield Insert(pointer, f"[{old}]", "aliases")
