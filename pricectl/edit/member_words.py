"""Values of a row's members that are not prices: as people write them, and as JSON."""

import json
import re

from pricectl.core import document
from pricectl.core.document import Json, Unreadable
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import DocumentError
from pricectl.core.pointers import pointer_to
from pricectl.core.windows import read_day
from pricectl.edit.assignments import NONE, Assignment, BadEdit
from pricectl.edit.fields import MemberField
from pricectl.edit.row_text import RowText
from pricectl.edit.splice import Insert, Remove

_WHOLE = re.compile(r"([0-9]{1,15})([kKmM]?)")
_NUMBER = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,15})?")
_POWERS = {"": 1, "k": 1000, "m": 1_000_000}
# Members that hold a day, and are no good otherwise.
DAYS = frozenset({"verified_on", "deprecation_date"})


def member_json(field: MemberField, word: str) -> str:
    """A member's value as JSON. Raises BadEdit with what the field can have."""
    where = f"{field.key}={word:.60}"
    if field.kind == "boolean":
        if word not in {"true", "false"}:
            raise BadEdit("is neither true nor false", where=where)
        return word
    if field.kind == "integer":
        found = _WHOLE.fullmatch(word)
        if found is None:
            raise BadEdit("is not a whole number", where=where, next_step="such as 128000 or 128k")
        return str(int(found[1]) * _POWERS[found[2].lower()])
    if field.kind == "number":
        if not _NUMBER.fullmatch(word):
            raise BadEdit("is not a number", where=where, next_step="such as 1.1")
        return word
    if field.kind == "text":
        if field.key in DAYS and read_day(word) is None:
            raise BadEdit("is not a valid date", where=where, next_step="such as 2026-12-01")
        return json.dumps(word, ensure_ascii=False)
    return _json(field, word, where)


def _json(field: MemberField, word: str, where: str) -> str:
    """A list or an object, which is written as JSON."""
    step = (
        f"write {field.key}+=NAME or {field.key}-=NAME"
        if field.kind == "list"
        else ("write it as JSON")
    )
    try:
        value = document.parse(word)
    except DocumentError:
        raise BadEdit("is not JSON", where=where, next_step=step) from None
    if isinstance(value, Unreadable) or (field.kind == "list" and not isinstance(value, list)):
        raise BadEdit("is not a list", where=where, next_step=step)
    return word


def added(row: RowText, field: MemberField, assignment: Assignment) -> None:
    """Add a name to a list of names. Raises BadEdit."""
    names = _names(row, field, assignment)
    if assignment.value in names:
        raise BadEdit("has this name already", where=f"{assignment}")
    if len(assignment.value) > MAX_NAME or assignment.value == NONE:
        raise BadEdit("is not a name", where=f"{assignment!s:.80}")
    name = json.dumps(assignment.value, ensure_ascii=False)
    if names:
        row.edits.append(Insert(row.model.pointer + pointer_to(field.key), name))
    else:  # no list, null, or a list without items
        row.put_member(field.key, f"[{name}]")
    names.append(assignment.value)


def removed(row: RowText, field: MemberField, assignment: Assignment) -> None:
    """Take a name out of a list of names; the list goes with its last one. Raises BadEdit."""
    names = _names(row, field, assignment)
    if assignment.value not in names:
        from pricectl.core.near import meant

        step = meant(assignment.value, [name for name in names if isinstance(name, str)])
        raise BadEdit("does not have this name", where=f"{assignment}", next_step=step)
    if len(names) == 1:
        row.remove_member(field.key)
    else:
        index = names.index(assignment.value)
        row.edits.append(Remove(f"{row.model.pointer}{pointer_to(field.key)}/{index}"))
    names.remove(assignment.value)


def _names(row: RowText, field: MemberField, assignment: Assignment) -> list[Json]:
    value = row.model.entry.get(field.key)
    if field.kind != "list" or not isinstance(value, (list, type(None))):
        raise BadEdit("is not a list of names", where=f"{assignment}")
    return row.names(field.key)
