"""Applies a list of edits to a catalog's text and proves that nothing else changed.

The text is edited row by row, because finding the members of one row takes a thousandth of the time
that the whole file takes. The proof does not trust the edited text: it is parsed again and compared
with what the edits make of the parsed document.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.core.pointers import METADATA_POINTER, pointer_to, unescape
from pricectl.edit import splice
from pricectl.edit.splice import Edit, Insert, Misplaced, Remove, RenameKey, Replace

# Makes a value of JSON text.
Reader = Callable[[str], Json]
WHOLE_DOCUMENT = ""
# A row's pointer has two tokens; a member of the metadata one.
_ROW_DEPTH = 2


class WrongEdit(PricingError):
    """The edited text is not what the edits say: a bug of pricectl, so nothing is written."""


class EditedCatalog(NamedTuple):
    """A catalog before and after edits, each with its text.

    `edits` are all that were applied, in order.
    """

    before: CatalogVersion
    after: CatalogVersion
    text_before: str
    text: str
    edits: tuple[Edit, ...]

    @property
    def changed(self) -> bool:
        """Whether the text differs."""
        return self.text != self.text_before


def edit_catalog(
    before: CatalogVersion, edits: Sequence[Edit], positions: Positions | None = None
) -> EditedCatalog:
    """Apply edits one after the other, and build the catalog that results.

    Raises Misplaced for an edit of what is not there, WrongEdit if anything else would change,
    DocumentError or CatalogError for a result that is not a catalog.
    """
    text_before = document.decode(before.data)
    text = edited_text(text_before, edits, positions)
    after = before
    if text != text_before:
        after = CatalogVersion.read(document.encode(text), reuse=before)
        if after.values != expected_values(before.values, edits):
            raise WrongEdit("the edit would change something else", next_step="report this bug")
    return EditedCatalog(before, after, text_before, text, tuple(edits))


def edited_text(text: str, edits: Sequence[Edit], positions: Positions | None = None) -> str:
    """The text after the edits, every other byte kept, every other number spelled as it was.

    `positions` are those of the text. Raises Misplaced or WrongEdit.
    """
    for whole, run in groupby(edits, lambda edit: _part_of(edit) == WHOLE_DOCUMENT):
        together = list(run)
        if whole:
            new = splice.apply(text, together, positions)
            _check_spelling(text, new, together, WHOLE_DOCUMENT)
            text = new
        else:
            text = _edited_in_parts(text, together, positions or Positions(text))
        positions = None  # the next edits are in another text
    return text


def _edited_in_parts(text: str, edits: Sequence[Edit], positions: Positions) -> str:
    """Apply edits that each lie inside one row or the metadata."""
    parts: dict[str, list[Edit]] = {}
    for edit in edits:
        parts.setdefault(_part_of(edit), []).append(edit)
    splices = []
    for pointer, own in parts.items():
        member = positions.member(pointer)
        if member is None:
            raise Misplaced("is not there", where=pointer)
        old = text[member.start : member.end]
        if not positions.members(pointer):
            # Only the whole text shows how an empty row is indented.
            new_text = splice.apply(text, own)
            new = new_text[member.start : len(new_text) - (len(text) - member.end)]
        else:
            new = splice.apply(old, [_inside(edit, pointer) for edit in own])
        _check_spelling(old, new, own, pointer)
        splices.append((member.start, member.end, new))
    return splice.splice(text, splices)


def _part_of(edit: Edit) -> str:
    """The pointer of the row, or of the metadata, that an edit lies in; else the whole document."""
    pointer = edit.parent if isinstance(edit, Insert) else edit.pointer
    tokens = pointer.split("/")[1:]
    inside = isinstance(edit, Insert)
    if tokens and f"/{tokens[0]}" == METADATA_POINTER and (inside or len(tokens) > 1):
        return METADATA_POINTER
    if not tokens or unescape(tokens[0]) in RESERVED:
        return WHOLE_DOCUMENT
    if len(tokens) > _ROW_DEPTH or (inside and len(tokens) == _ROW_DEPTH):
        return "".join(f"/{token}" for token in tokens[:_ROW_DEPTH])
    return WHOLE_DOCUMENT


def _inside(edit: Edit, part: str) -> Edit:
    """The edit as it is called inside the text of a part."""
    if isinstance(edit, Insert):
        return edit._replace(parent=edit.parent.removeprefix(part))
    return edit._replace(pointer=edit.pointer.removeprefix(part))


def _check_spelling(old: str, new: str, edits: Iterable[Edit], part: str) -> None:
    """Check that a part has its edits and no other change, also of how a number is spelled."""
    try:
        before, after = (_as_written(text) for text in (old, new))
        wanted = _applied(before, [_inside(edit, part) for edit in edits], _as_written)
    except json.JSONDecodeError as error:
        raise WrongEdit(f"the edit would break the file: {error.msg}", where=part) from None
    if _with_order(after) != _with_order(wanted):
        raise WrongEdit(
            "the edit would change something else", where=part, next_step="report this bug"
        )


class _Number(NamedTuple):
    """A number as it is written, which is different from the text of the same characters."""

    literal: str


def _as_written(text: str) -> Json:
    value: Json = json.loads(text, parse_int=_Number, parse_float=_Number, parse_constant=_Number)
    return value


def _with_order(value: Json) -> object:
    """A value that equals another one only if its members stand in the same order.

    A truth value is told from a number of the same worth: numbers are literals here.
    """
    if isinstance(value, dict):
        return [(key, _with_order(member)) for key, member in value.items()]
    return ["list", *map(_with_order, value)] if isinstance(value, list) else value


def expected_values(values: Mapping[str, Json], edits: Iterable[Edit]) -> Json:
    """What edits make of a parsed document; the document itself stays as it is."""
    return _applied(dict(values), edits, document.parse_text)


def _applied(values: Json, edits: Iterable[Edit], read: Reader) -> Json:
    for edit in edits:
        pointer = edit.parent if isinstance(edit, Insert) else edit.pointer
        values = _changed(values, [unescape(token) for token in pointer.split("/")[1:]], edit, read)
    return values


def _changed(value: Json, path: list[str], edit: Edit, read: Reader) -> Json:
    """A copy of a value with one edit in it; what the edit does not touch is shared."""
    if not path:
        if isinstance(edit, Insert):
            return _with_member(value, edit, read(edit.value))
        if isinstance(edit, Replace):
            return read(edit.value)
        raise Misplaced("the document itself cannot be removed or renamed")
    removes = isinstance(edit, Remove) and len(path) == 1
    if isinstance(value, list) and path[0].isdecimal() and int(path[0]) < len(value):
        index = int(path[0])
        new = [] if removes else [_changed(value[index], path[1:], edit, read)]
        return [*value[:index], *new, *value[index + 1 :]]
    if isinstance(value, dict) and path[0] in value:
        if isinstance(edit, RenameKey) and len(path) == 1:
            return {edit.key if key == path[0] else key: member for key, member in value.items()}
        return {
            key: _changed(member, path[1:], edit, read) if key == path[0] else member
            for key, member in value.items()
            if not (removes and key == path[0])
        }
    raise Misplaced("is not there", where=pointer_to(*path))


def _with_member(parent: Json, edit: Insert, new: Json) -> Json:
    if isinstance(parent, dict) and edit.key is not None:
        items = list(parent.items())
        index = edit.index_among(list(parent))
        return dict([*items[:index], (edit.key, new), *items[index:]])
    if isinstance(parent, list) and edit.key is None:
        index = len(parent) if edit.position is None else edit.position
        return [*parent[:index], new, *parent[index:]]
    raise Misplaced("cannot hold what is to be added", where=edit.parent)
