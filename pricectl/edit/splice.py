"""Edits of JSON text that leave every other byte as it was.

New text follows the layout of its neighbours: indentation, line ends, commas and colons.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from pricectl.check.positions import Member, Positions
from pricectl.core.errors import PricingError
from pricectl.edit.row_order import place_of

INDENT = "  "


class Misplaced(PricingError):
    """An edit of a missing member, or of one that cannot contain the addition."""


class Replace(NamedTuple):
    """Replace the value at a JSON Pointer by another one, given as JSON text."""

    pointer: str
    value: str


class Insert(NamedTuple):
    """A new member of the object at `parent`, or a new item (no key) of the list there.

    It gets that position, counted as the members stand in the text; None is the end. With
    `by_name` and no position it keeps the order of names that its neighbours have.
    """

    parent: str
    value: str
    key: str | None = None
    position: int | None = None
    by_name: bool = False

    def index_among(self, keys: Sequence[str]) -> int:
        """The position that the new member gets among members with these keys."""
        if self.position is not None:
            return min(self.position, len(keys))
        return place_of(self.key, keys) if self.by_name and self.key is not None else len(keys)


class Remove(NamedTuple):
    """The member or item at a JSON Pointer, with its comma."""

    pointer: str


class RenameKey(NamedTuple):
    """Another key for the member at a JSON Pointer, which keeps its place and its value."""

    pointer: str
    key: str


Edit = Replace | Insert | Remove | RenameKey
# A range of the text by offsets, and its replacement.
Splice = tuple[int, int, str]


def apply(text: str, edits: Iterable[Edit], positions: Positions | None = None) -> str:
    """The text of a valid document after the edits, one after the other. Raises Misplaced.

    Replacements that do not lie in one another are done in one go. `positions` are those of the
    text, if somebody has scanned it already.

    >>> apply('{"a": 1, "b": 2}', [Replace("/a", "3"), Remove("/b"), Insert("", "null", "c")])
    '{"a": 3, "c": null}'
    """
    for together in _done_in_one_go(edits):
        found = positions or Positions(text)
        text = splice(text, [_spliced(text, found, edit) for edit in together])
        positions = None  # every later edit is in another text
    return text


def _done_in_one_go(edits: Iterable[Edit]) -> Iterator[list[Edit]]:
    """The edits in their order: replacements of different values together, all others alone."""
    together: list[Edit] = []
    # The pointers of what is replaced, and those of everything around it.
    replaced, around = set[str](), set[str]()
    for edit in edits:
        outer = set(_outer(edit.pointer)) if isinstance(edit, Replace) else set()
        apart = not isinstance(edit, Replace) or edit.pointer in around or replaced & outer
        if apart and together:
            yield together
            together, replaced, around = [], set(), set()
        if isinstance(edit, Replace):
            together.append(edit)
            replaced.add(edit.pointer)
            around |= outer
        else:
            yield [edit]
    if together:
        yield together


def _outer(pointer: str) -> Iterator[str]:
    """A pointer, and those of every object and list that the value lies in."""
    yield pointer
    while pointer:
        pointer = pointer.rpartition("/")[0]
        yield pointer


def splice(text: str, splices: Iterable[Splice]) -> str:
    """Replace ranges of a text that do not overlap.

    >>> splice("abcd", [(3, 4, "D"), (0, 1, "AA")])
    'AAbcD'
    """
    pieces, done = [], 0
    for start, end, new in sorted(splices):
        if start < done:
            raise Misplaced("two edits overlap", where=f"offset {start}")
        pieces += [text[done:start], new]
        done = end
    return "".join((*pieces, text[done:]))


def indented(value: str, indent: str) -> str:
    r"""A value's lines moved together so that the last of them begins with the indentation.

    >>> indented('{\n      "a": 1\n    }', "  ")
    '{\n    "a": 1\n  }'
    """
    first, *lines = value.split("\n")
    old = _leading_space(lines[-1]) if lines else ""
    moved = (indent + line.removeprefix(old) if line.strip() else line for line in lines)
    return "\n".join((first, *moved))


def indent_unit(text: str) -> str:
    r"""What one level of the document is indented by.

    >>> indent_unit('{\n\t"a": 1\n}')
    '\t'
    """
    positions = Positions(text)
    root = positions.member("")
    siblings = positions.members("")
    if not root or not siblings:
        return INDENT
    last_line = text[: root.end - 1].rpartition("\n")[2]
    outer = _line_indent(text, root.start) if last_line.strip() else last_line
    inner = _line_indent(text, siblings[0].key_start)
    return inner[len(outer) :] if inner.startswith(outer) and len(inner) > len(outer) else INDENT


def line_end(text: str) -> str:
    """How the document ends its lines."""
    return "\r\n" if "\r\n" in text else "\n"


def _spliced(text: str, positions: Positions, edit: Edit) -> Splice:
    if isinstance(edit, Replace):
        found = _found(positions, edit.pointer)
        return found.start, found.end, indented(edit.value, _line_indent(text, found.key_start))
    if isinstance(edit, Insert):
        return _inserted(text, positions, edit)
    return _renamed(positions, edit) if isinstance(edit, RenameKey) else _removed(positions, edit)


def _renamed(positions: Positions, edit: RenameKey) -> Splice:
    found = _found(positions, edit.pointer)
    parent = edit.pointer.rpartition("/")[0]
    if found.key_end == found.key_start:
        raise Misplaced("has no key", where=edit.pointer)
    if any(member.key == edit.key for member in positions.members(parent)):
        raise Misplaced(f"already has {edit.key!r}", where=parent)
    return found.key_start, found.key_end, json.dumps(edit.key, ensure_ascii=False)


def _removed(positions: Positions, edit: Remove) -> Splice:
    found = _found(positions, edit.pointer)
    parent = edit.pointer.rpartition("/")[0]
    siblings = positions.members(parent)
    index = next((i for i, member in enumerate(siblings) if member == found), None)
    if index is None:
        raise Misplaced("the document itself cannot be removed")
    if index:
        return siblings[index - 1].end, found.end, ""
    if len(siblings) > 1:
        return found.key_start, siblings[1].key_start, ""
    outer = _found(positions, parent)
    return outer.start + 1, outer.end - 1, ""


def _inserted(text: str, positions: Positions, edit: Insert) -> Splice:
    parent = _found(positions, edit.parent)
    siblings = positions.members(edit.parent)
    if text[parent.start] != ("[" if edit.key is None else "{"):
        raise Misplaced("cannot hold what is to be added", where=edit.parent)
    if edit.key is not None and any(member.key == edit.key for member in siblings):
        raise Misplaced(f"already has {edit.key!r}", where=edit.parent)
    if not siblings:
        return parent.start, parent.end, _filled(text, parent, edit)
    index = edit.index_among([member.key for member in siblings])
    gap = _gap(text, siblings, index)
    near = siblings[max(0, index - 1)]
    new = _member(edit, text[near.key_end : near.start], gap, _line_indent(text, near.key_start))
    if index:
        return near.end, near.end, f",{gap}{new}"
    return near.key_start, near.key_start, f"{new},{gap}"


def _member(edit: Insert, colon: str, gap: str, line_indent: str) -> str:
    """The text of the inserted member; `gap` is the white space before it."""
    value = indented(edit.value, gap.rpartition("\n")[2] if "\n" in gap else line_indent)
    if edit.key is None:
        return value
    return f"{json.dumps(edit.key, ensure_ascii=False)}{colon}{value}"


def _filled(text: str, parent: Member, edit: Insert) -> str:
    """An empty object or list with its first member, on lines if it has a line of its own."""
    opening, closing = text[parent.start], text[parent.end - 1]
    indent = _line_indent(text, parent.key_start)
    before = text[: parent.key_start]
    if before and not before.endswith("\n" + indent):
        return f"{opening}{_member(edit, ': ', '', indent)}{closing}"
    end = line_end(text)
    gap = f"{end}{indent}{indent_unit(text)}"
    return f"{opening}{gap}{_member(edit, ': ', gap, indent)}{end}{indent}{closing}"


def _gap(text: str, siblings: Sequence[Member], index: int) -> str:
    """The white space between a comma and the member that is inserted at an index."""
    model = min(max(index, 1), len(siblings) - 1)
    before = text[: siblings[model].key_start]
    gap = before[len(before.rstrip(" \t\r\n")) :]
    if "\n" in gap:  # of blank lines, the last line only
        return line_end(text) + gap.rpartition("\n")[2]
    return gap if model else " "


def _found(positions: Positions, pointer: str) -> Member:
    found = positions.member(pointer)
    if found is None:
        raise Misplaced("is not there", where=pointer)
    return found


def _line_indent(text: str, offset: int) -> str:
    """The white space that the line of an offset begins with."""
    start = text.rfind("\n", 0, offset) + 1
    return _leading_space(text[start:offset])


def _leading_space(line: str) -> str:
    return line[: len(line) - len(line.lstrip(" \t"))]
