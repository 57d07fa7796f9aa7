"""What a response format is: where its counts are in a usage object and what they count.

A field says where a count is and which arguments of `Usage` it is part of. So a provider's
convention is a field: where `input_tokens` leaves out cached tokens, the cached ones are added to
both; where it includes them, to one.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses.values import Reader, member, whole
from pricectl.core.usage import MAX_COUNT, Usage


class Reading(NamedTuple):
    """What a response says about the call.

    `provider`, `service` and `region` are empty if the body does not say; `reported_pico_usd` is a
    cost that it states itself; `signals` are billable things that no unit of `usage` counts.
    """

    usage: Usage
    model: str = ""
    provider: str = ""
    service: str = ""
    region: str = ""
    reported_pico_usd: int | None = None
    signals: tuple[str, ...] = ()


class Field(NamedTuple):
    """One count: its possible paths, and what it adds to.

    The first path that is not zero counts. It is added to `counts` (with -1: subtracted);
    `signals` are reported.
    """

    paths: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    signals: tuple[str, ...]
    reader: Reader


def field(paths: str, counts: str, reader: Reader = whole) -> Field:
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
    )


# What is known of a field's path: the field's number, the path's rank in it, its name in messages.
FieldAtPath = tuple[int, int, str, Field]
# Member -> what ends there, if a path does, and the tree of its own members.
PathTree = dict[str, tuple[FieldAtPath | None, Any]]


class CountTable:
    """Fields by the members that lead to them, so that one walk of a usage finds them all."""

    __slots__ = ("_tree", "fields")

    def __init__(self, *fields: Field) -> None:
        self.fields = fields
        self._tree: PathTree = {}
        for number, line in enumerate(fields):
            for rank, path in enumerate(line.paths):
                tree, names = self._tree, path.split(".")
                for name in names[:-1]:
                    tree = tree.setdefault(name, (None, {}))[1]
                below = tree.get(names[-1], (None, {}))[1]
                tree[names[-1]] = ((number, rank, f"usage.{path}", line), below)

    @property
    def members(self) -> tuple[str, ...]:
        """The members of a usage that contain the fields."""
        return tuple(self._tree)

    def amounts(self, usage: object, *, forgiving: bool = False) -> list[tuple[Field, int]]:
        """The fields that count something in a usage, in the order of the table.

        Raises BadUsage for an invalid count; if `forgiving`, the nearest valid one is taken.
        """
        found: list[tuple[FieldAtPath, object]] = []
        _walk(usage, self._tree, found)
        # No two have the same numbers, so neither fields nor values are ever compared.
        found.sort()
        amounts, counted = [], -1
        for (number, _, where, line), value in found:
            if number == counted:
                continue
            try:
                amount = line.reader(value, where)
            except BadUsage:
                if not forgiving:
                    raise
                amount = int(value) if type(value) is float and 0 < value <= MAX_COUNT else 0
            if amount:
                amounts.append((line, amount))
                counted = number
        return amounts


def _walk(node: object, tree: PathTree, found: list[tuple[FieldAtPath, object]]) -> None:
    """Collect the values of a node that stand at the paths of a tree, except for None and 0."""
    pairs = node.items() if type(node) is dict else [(name, member(node, name)) for name in tree]
    for name, value in pairs:
        known = tree.get(name)
        if not known or value is None or (type(value) is int and not value):
            continue
        end, below = known
        if end:
            found.append((end, value))
        if below:
            _walk(value, below, found)


class UsageLocation(NamedTuple):
    """A usage object, its format, the body it stands in, the envelope around it, all events."""

    usage: object
    format: "ResponseFormat"
    body: object
    envelope: object
    bodies: tuple[object, ...]


class ReadingBuilder:
    """A reading that is being put together from the usage at a location.

    `has_no_hints`: only the model's name and the id can tell who served the call, and how.
    """

    def __init__(self, location: UsageLocation, *, forgiving: bool = False) -> None:
        self.usage, _, self.body, self.envelope, self.bodies = location
        self.forgiving = forgiving
        self.model = ""
        self.provider = ""
        self.has_no_hints = False
        self.counts: dict[str, int] = {}
        self.signals: dict[str, None] = {}

    def add(self, name: str, amount: int) -> None:
        """Count more of something (or less, where a part is taken out of its whole)."""
        self.counts[name] = self.counts.get(name, 0) + amount

    def count(self, name: str) -> int:
        """How much of something was counted so far."""
        return self.counts.get(name, 0)

    def take(self, name: str) -> int:
        """Remove and return a count that is not an argument of `Usage`."""
        return self.counts.pop(name, 0)

    def fill(self, table: CountTable, node: object = None) -> None:
        """Count what the fields of a table find in the usage, or in a node of it.

        Raises BadUsage for an invalid count.
        """
        counts = self.counts
        usage = self.usage if node is None else node
        for line, amount in table.amounts(usage, forgiving=self.forgiving):
            for name, sign in line.counts:
                counts[name] = counts.get(name, 0) + sign * amount
            for name in line.signals:
                self.signal(name, amount)

    def signal(self, name: str, amount: object) -> None:
        """Report something billable that there is no unit for."""
        self.signals[f"{name}={amount}"] = None


class ResponseFormat(NamedTuple):
    """How one API of a provider, or of several, states what a call used.

    A usage object with one of the `marks` is of this format, and it stands in one of the
    `usage_members` of a body (or is the body). Without the member `required` there is nothing to
    charge. `provider` is who serves all responses of the format; "" if several do. `finish` does
    what a table cannot express.
    """

    name: str
    marks: tuple[str, ...]
    table: CountTable
    required: str = ""
    provider: str = ""
    finish: Callable[[ReadingBuilder], None] | None = None
    usage_members: tuple[str, ...] = ("usage",)
