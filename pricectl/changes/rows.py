"""Which rows differ, and in which members: the structural difference of two documents."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from json import JSONEncoder, dumps
from typing import Any, NamedTuple

from pricectl.changes.limits import Allowance
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json, Unreadable

MemberPath = tuple[str, ...]
# Provider and model: a row's place in the document.
RowKey = tuple[str, str]
# Steps that deepdiff takes for each value in a member, its memory counted in.
MEMBER_STEPS = 250


class DifferingRows(NamedTuple):
    """The rows of two documents that only one has, and those that both have and that differ."""

    added: tuple[RowKey, ...]
    removed: tuple[RowKey, ...]
    edited: tuple[RowKey, ...]


class MemberDifference(NamedTuple):
    """One value that differs; its path goes down to a member of an object, lists stay whole."""

    path: MemberPath
    old: Json
    new: Json
    in_old: bool = True
    in_new: bool = True


def differing_rows(old: Mapping[str, Json], new: Mapping[str, Json]) -> DifferingRows:
    """Compare row by row: most rows of two versions are equal, and equality is fast."""
    added: list[RowKey] = []
    removed: list[RowKey] = []
    edited: list[RowKey] = []
    for provider in dict.fromkeys((*old, *new)):
        before, after = _section(old, provider), _section(new, provider)
        if before == after:
            continue
        added += [(provider, name) for name in after if name not in before]
        removed += [(provider, name) for name in before if name not in after]
        edited += [
            (provider, name)
            for name, entry in before.items()
            if name in after and after[name] != entry
        ]
    return DifferingRows(tuple(added), tuple(removed), tuple(edited))


def _section(document: Mapping[str, Json], provider: str) -> Mapping[str, Json]:
    section = document.get(provider)
    return section if provider not in RESERVED and isinstance(section, dict) else {}


def member_differences(
    old: Mapping[str, Json],
    new: Mapping[str, Json],
    rows: Sequence[tuple[RowKey, RowKey]],
    allowance: Allowance,
) -> list[MemberDifference]:
    """The values that differ in some rows and in the other top-level members, by path.

    `rows` are given with their old and new key; the path of a renamed row has its new one.
    """
    before = _members(old, {moved: row for row, moved in rows})
    after = _members(new, {moved: moved for _, moved in rows})
    differences: dict[MemberPath, MemberDifference] = {}
    nested = []
    for path in dict.fromkeys((*before, *after)):
        one, other = before.get(path), after.get(path)
        if path in before and path in after and one == other:
            continue
        # Loading deepdiff costs more than a whole catalog, so it compares only what is an object
        # on both sides.
        is_nested = isinstance(one, dict) and isinstance(other, dict)
        if is_nested and allowance.take("large member", MEMBER_STEPS * (_size(one) + _size(other))):
            nested.append(path)
        else:
            differences[path] = _difference(before, after, path)
    if nested:
        differences |= _nested_differences(before, after, nested)
    return [differences[path] for path in sorted(differences)]


def _members(document: Mapping[str, Json], rows: Mapping[RowKey, RowKey]) -> dict[MemberPath, Json]:
    """The members of some rows and the other top-level members, by the path in the new document."""
    members: dict[MemberPath, Json] = {
        (*path, member): value
        for path, (provider, name) in rows.items()
        for member, value in _object(_section(document, provider)[name]).items()
    }
    for name in RESERVED:
        value = document.get(name)
        if isinstance(value, dict) and value:
            members |= {(name, member): inner for member, inner in value.items()}
        elif name in document:
            members[name,] = value
    return members


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _size(value: Json) -> int:
    """How many values an object holds at every depth; a list is one."""
    return 1 + sum(map(_size, value.values())) if isinstance(value, dict) else 1


def _nested_differences(
    before: Mapping[MemberPath, Json], after: Mapping[MemberPath, Json], paths: Sequence[MemberPath]
) -> dict[MemberPath, MemberDifference]:
    from deepdiff.diff import DeepDiff

    old, new = ({path: _comparable(side[path]) for path in paths} for side in (before, after))
    tree = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0)
    differences = {}
    for level in (level for levels in tree.values() for level in levels):
        path, *below = level.path(output_format="list")
        members = takewhile(lambda name: isinstance(name, str), below)
        inner = _difference(before, after, path, *members)
        if inner.old != inner.new or inner.in_old != inner.in_new:
            differences[inner.path] = inner
    return differences


def _difference(
    before: Mapping[MemberPath, Json],
    after: Mapping[MemberPath, Json],
    path: MemberPath,
    *members: str,
) -> MemberDifference:
    old, in_old = _get(before, path, members)
    new, in_new = _get(after, path, members)
    return MemberDifference((*path, *members), old, new, in_old, in_new)


def _get(
    side: Mapping[MemberPath, Json], path: MemberPath, members: Sequence[str]
) -> tuple[Json, bool]:
    value, is_there = side.get(path), path in side
    for name in members:
        is_there = name in _object(value)
        value = _object(value).get(name)
    return value, is_there


def _comparable(value: Any) -> Any:
    """The value for deepdiff: lists, which stay whole, and unreadable numbers become texts."""
    if isinstance(value, Mapping):
        return {name: _comparable(member) for name, member in value.items()}
    return text_of(value) if isinstance(value, (list, Unreadable)) else value


def text_of(value: Json) -> str:
    """A value as people read it: texts as they are, everything else as JSON on one line."""
    return value if isinstance(value, str) else _json(value)


_ENCODED = JSONEncoder(ensure_ascii=False).encode


def _json(value: Json) -> str:
    if isinstance(value, dict):
        return f"{{{', '.join(f'{dumps(name)}: {_json(item)}' for name, item in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(map(_json, value))}]"
    if isinstance(value, Unreadable):
        return value.literal
    return str(value) if type(value) in {int, Decimal} else _ENCODED(value)
