"""Where a format's counts are in a usage object, and what they count.

A field says where a count is and which arguments of `Usage` it is part of. So a provider's
convention is written as a field: if its `input_tokens` leaves out cached tokens, the field of the
cached ones adds them to input and to cache reads; if it includes them, to cache reads only.
"""

from decimal import Decimal
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.money import is_bounded
from pricectl.core.responses.unread import MAX_NODES, UnreadNumbers, has_value
from pricectl.core.responses.values import LEAVES, Reader, member, members, whole
from pricectl.core.usage import MAX_COUNT


class Field(NamedTuple):
    """One count: its possible paths, and what it adds to.

    The first path that is not zero counts. It is added to `counts` (with -1: subtracted);
    `signals` are reported. `is_one_count` says that all paths state the same count, so that two
    different numbers contradict each other.
    """

    paths: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    signals: tuple[str, ...]
    reader: Reader
    is_one_count: bool = True


def field(paths: str, counts: str, reader: Reader = whole, *, is_one_count: bool = True) -> Field:
    """A field of a table: `"a.b | c"` to `"input_tokens cache_read_tokens -input_video_tokens"`.

    `!name` is billable, but there is no unit for it.
    """
    names = counts.split()
    return Field(
        paths=tuple(path.strip() for path in paths.split("|")),
        counts=tuple(
            (name.lstrip("-"), -1 if name[0] == "-" else 1) for name in names if name[0] != "!"
        ),
        signals=tuple(name[1:] for name in names if name[0] == "!"),
        reader=reader,
        is_one_count=is_one_count,
    )


# What is known of a field's path: the field's number, the path's rank in it, its name in messages.
FieldAtPath = tuple[int, int, str, Field]
# Member -> what ends there, if a path does, and the tree of its own members.
PathTree = dict[str, tuple[FieldAtPath | None, Any]]
ALL = "*"  # in a tree: all of its other members are known
# How much a field counts in a usage, and the path it was found at. A plain tuple, since a body has
# ten of them.
Amount = tuple[Field, int, str]
# A member that no path leads to: its name and value, the path to it, how deep it is; of a list the
# tree of its entries' members.
UnreadMember = tuple[object, object, str, int, PathTree | None]


class CountTable:
    """Fields by the members that lead to them, so that one walk of a usage finds them all.

    `known` are further paths, whose numbers are parts or repetitions of what the fields count; `*`
    at the end of one stands for everything below it. A number that speaks of tokens anywhere else
    is unread, and so reported. If `flat`, a path is one member's name, dots and all.
    """

    __slots__ = ("_flat", "_tree", "fields")

    def __init__(self, *fields: Field, known: str = "", flat: bool = False) -> None:
        self.fields = fields
        self._tree: PathTree = {}
        self._flat = flat
        for number, line in enumerate(fields):
            for rank, path in enumerate(line.paths):
                self._insert(path, (number, rank, path if flat else f"usage.{path}", line))
        for path in known.split():
            self._insert(path, None)

    def _insert(self, path: str, end: FieldAtPath | None) -> None:
        tree, names = self._tree, [path] if self._flat else path.split(".")
        for name in names[:-1]:
            tree = tree.setdefault(name, (None, {}))[1]
        if names[-1] == "*":
            tree[ALL] = (None, {})
            return
        old_end, below = tree.get(names[-1], (None, {}))
        tree[names[-1]] = (end or old_end, below)

    @property
    def members(self) -> tuple[str, ...]:
        """The members of a usage that contain the fields."""
        return tuple(self._tree)

    def finds_any(self, usage: object) -> bool:
        """Whether a field finds a number other than zero in a usage."""
        found: list[tuple[FieldAtPath, object]] = []
        _walk(usage, self._tree, found, [])
        return any(has_value(value) for _, value in found)

    def amounts(
        self, usage: object, unread: list[UnreadMember], *, forgiving: bool = False
    ) -> list[Amount]:
        """The fields that count something in a usage, in the order of the table.

        Members at other paths are added to `unread`. Raises BadUsage for an
        invalid count, and where two paths of a field contradict each other; if `forgiving`, the
        nearest valid count is taken, of two the first.
        """
        found: list[tuple[FieldAtPath, object]] = []
        _walk(usage, self._tree, found, unread)
        # No two have the same numbers, so neither fields nor values are ever compared.
        found.sort()
        amounts: list[Amount] = []
        counted = -1
        for (number, _, where, line), value in found:
            try:
                amount = line.reader(value, where)
            except BadUsage:
                if not forgiving:
                    raise
                amount = _cut(value)
            if number != counted:
                if amount:
                    amounts.append((line, amount, where))
                    counted = number
            elif not forgiving and amount and line.is_one_count and amount != amounts[-1][1]:
                _, first, first_where = amounts[-1]
                raise BadUsage(
                    f"({amount}) contradicts {first_where} ({first})",
                    where=where,
                    next_step="is the usage complete and of one response?",
                )
        return amounts


def _walk(  # noqa: PLR0913, PLR0917 - a place in two trees, and what was found so far
    node: object,
    tree: PathTree,
    found: list[tuple[FieldAtPath, object]],
    unread: list[UnreadMember],
    path: str = "",
    depth: int = 0,
) -> None:
    """Collect the values of a node that stand at the paths of a tree, except for None and 0.

    What stands elsewhere is unread, and so is a list, unless its entries have only members that the
    format's own code reads: which of several entries counts, no path can say.
    """
    if isinstance(node, (list, tuple)):
        if not all(_is_known_entry(item, tree) for item in node[:MAX_NODES]):
            unread.append(("", node, path, depth, tree))
        return
    pairs = node.items() if type(node) is dict else _pairs(node, tree)
    for name, value in pairs:
        if value is None or (type(value) is int and not value):
            continue
        known = tree.get(name)
        if known:
            end, below = known
            if end:
                found.append((end, value))
            if type(value) is not int:
                _walk(value, below, found, unread, f"{path}{name}.", depth + 1)
            elif not end and below:  # a number where its parts are expected
                unread.append((name, value, path, depth, None))
        elif ALL not in tree and (type(value) is not str or value.isdecimal()):
            unread.append((name, value, path, depth, None))


def _is_known_entry(entry: object, tree: PathTree) -> bool:
    """Whether an entry of a list has only text and counts that the format's own code reads."""
    if type(entry) is not dict:
        return type(entry) is str
    for name, value in entry.items():
        if type(value) is str:
            continue
        known = tree.get(name)
        if known is None or known[0] or type(value) is not int:
            return False
    return True


def _cut(value: object) -> int:
    """The whole part of a number that is not a valid count; 0 for anything that is not a number."""
    if type(value) is Decimal and not is_bounded(value):
        return 0
    return int(value) if type(value) in (float, Decimal) and 0 < value <= MAX_COUNT else 0  # type: ignore[operator, call-overload]


def unread_numbers(unread: list[UnreadMember]) -> dict[str, object]:
    """The numbers that speak of tokens among members that no path leads to, by their paths."""
    search = UnreadNumbers()
    _search(unread, search)
    return search.numbers


def _search(unread: list[UnreadMember], search: UnreadNumbers) -> None:
    for name, value, path, depth, tree in unread:
        if tree is None:
            search.look(name, value, path, depth, about="token" in path)
            continue
        for index, entry in enumerate(
            value[:MAX_NODES] if isinstance(value, (list, tuple)) else ()
        ):
            if isinstance(entry, LEAVES):
                search.look(f"{index}", entry, path, depth, about="token" in path)
            elif search.enters(entry, depth):
                found: list[tuple[FieldAtPath, object]] = []
                below: list[UnreadMember] = []
                _walk(entry, tree, found, below, path, depth + 1)
                for end, count in found:
                    search.look(end[2].rpartition(".")[2], count, path, depth, about=True)
                _search(below, search)


def _pairs(node: object, tree: PathTree) -> list[tuple[str, object]]:
    """The members of a client's object: those that the tree names, then the others it shows."""
    if isinstance(node, LEAVES):
        return []
    named = [(name, member(node, name)) for name in tree]
    return named + [(name, value) for name, value in members(node) if name not in tree]
