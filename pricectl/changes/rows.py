"""Which rows differ, and where: the structural difference."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import takewhile
from json import JSONEncoder, dumps
from typing import Any, NamedTuple

from pricectl.changes.effort import Effort
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json, Unreadable

Path = tuple[str, ...]
Row = tuple[str, str]


class Rows(NamedTuple):
    """The rows of two documents, as (provider, model), that are new, gone or different."""

    added: tuple[Row, ...]
    removed: tuple[Row, ...]
    kept: tuple[Row, ...]


class Leaf(NamedTuple):
    """One value that differs; its path goes down to a member of an object, lists stay whole."""

    path: Path
    old: Json
    new: Json
    in_old: bool = True
    in_new: bool = True


def differing(old: Mapping[str, Json], new: Mapping[str, Json]) -> Rows:
    """Compare row by row: most rows of two versions are equal, and equality is fast."""
    added: list[Row] = []
    removed: list[Row] = []
    kept: list[Row] = []
    for provider in dict.fromkeys((*old, *new)):
        before, after = _section(old, provider), _section(new, provider)
        if before == after:
            continue
        added += [(provider, name) for name in after if name not in before]
        removed += [(provider, name) for name in before if name not in after]
        kept += [
            (provider, name)
            for name, entry in before.items()
            if name in after and after[name] != entry
        ]
    return Rows(tuple(added), tuple(removed), tuple(kept))


def _section(document: Mapping[str, Json], provider: str) -> Mapping[str, Json]:
    section = document.get(provider)
    return section if provider not in RESERVED and isinstance(section, dict) else {}


def leaves(
    old: Mapping[str, Json],
    new: Mapping[str, Json],
    rows: Sequence[tuple[Row, Row]],
    effort: Effort,
) -> list[Leaf]:
    """Where rows differ, given with their old and new place, and what stands beside the rows.

    By path; a row that moved goes by its new place. Plain members are compared here, and only what
    is an object on both sides goes through a structural comparison, which costs more to load than a
    whole catalog.
    """
    before = _members(old, {moved: row for row, moved in rows})
    after = _members(new, {moved: moved for _, moved in rows})
    paths = [
        path
        for path in dict.fromkeys((*before, *after))
        if path not in before or path not in after or before[path] != after[path]
    ]
    both = ((path, before.get(path), after.get(path)) for path in paths)
    nested = [
        path
        for path, one, other in both
        if isinstance(one, dict)
        and isinstance(other, dict)
        and effort.allows(_size(one) + _size(other))
    ]
    found = _deep(before, after, nested) if nested else {}
    for path in set(paths).difference(nested):
        found[path] = _leaf(before, after, path)
    return [found[path] for path in sorted(found)]


def _members(document: Mapping[str, Json], rows: Mapping[Row, Row]) -> dict[Path, Json]:
    """The members of some rows, by the path they go by, and those beside the sections."""
    found: dict[Path, Json] = {}
    for path, (provider, name) in rows.items():
        entry = _section(document, provider)[name]
        found |= {(*path, member): value for member, value in _object(entry).items()}
    for name in RESERVED:
        if name in document:
            value = document[name]
            members = _object(value)
            found |= {(name, member): one for member, one in members.items()}
            if not members:
                found[name,] = value
    return found


def _object(value: Json) -> Mapping[str, Json]:
    return value if isinstance(value, dict) else {}


def _size(value: Json) -> int:
    """How many values an object holds at every depth; a list is one."""
    return 1 + sum(map(_size, value.values())) if isinstance(value, dict) else 1


def _deep(
    before: Mapping[Path, Json], after: Mapping[Path, Json], paths: Sequence[Path]
) -> dict[Path, Leaf]:
    from deepdiff.diff import DeepDiff

    old, new = ({path: _plain(side[path]) for path in paths} for side in (before, after))
    tree = DeepDiff(old, new, view="tree", threshold_to_diff_deeper=0)
    found = {}
    for level in (level for levels in tree.values() for level in levels):
        path, *below = level.path(output_format="list")
        members = takewhile(lambda name: isinstance(name, str), below)
        leaf = _leaf(before, after, path, *members)
        if leaf.old != leaf.new or leaf.in_old != leaf.in_new:
            found[leaf.path] = leaf
    return found


def _leaf(
    before: Mapping[Path, Json], after: Mapping[Path, Json], path: Path, *members: str
) -> Leaf:
    old, in_old = _get(before, path, members)
    new, in_new = _get(after, path, members)
    return Leaf((*path, *members), old, new, in_old, in_new)


def _get(side: Mapping[Path, Json], path: Path, members: Sequence[str]) -> tuple[Json, bool]:
    value, found = side.get(path), path in side
    for name in members:
        found = name in _object(value)
        value = _object(value).get(name)
    return value, found


def _plain(value: Any) -> Any:
    """The value with nothing in it that a structural comparison must not go into."""
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
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
