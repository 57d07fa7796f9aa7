"""What a family of responses is: where its counts stand and what they count.

A line of a table says where a count stands and which counts of `Usage` it is part of. So a
convention is a line: where `input_tokens` leaves out cached tokens, the cached ones are added to
both; where it has them already, to one.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses.access import Reader, member, whole
from pricectl.core.usage import MAX_COUNT, Usage


class Reading(NamedTuple):
    """What a response says about the call.

    `provider`, `service` and `region` are empty if it is silent; `reported_pico_usd` is a cost
    that the body itself states; `signals` are billable things that no unit of `usage` counts.
    """

    usage: Usage
    model: str = ""
    provider: str = ""
    service: str = ""
    region: str = ""
    reported_pico_usd: int | None = None
    signals: tuple[str, ...] = ()


class Field(NamedTuple):
    """One count: the places it may stand in (the first that is not zero holds), what it is.

    It is part of `counts` (with -1: no longer part of); `signals` are reported.
    """

    places: tuple[str, ...]
    counts: tuple[tuple[str, int], ...]
    signals: tuple[str, ...]
    reader: Reader


def field(places: str, counts: str, reader: Reader = whole) -> Field:
    """A line of a table: `"a.b | c"` to `"input_tokens cache_read_tokens -input_video_tokens"`.

    What begins with `!` is billable and counted by no unit.
    """
    names = counts.split()
    return Field(
        places=tuple(place.strip() for place in places.split("|")),
        counts=tuple(
            (name.lstrip("-"), -1 if name[0] == "-" else 1) for name in names if name[0] != "!"
        ),
        signals=tuple(name[1:] for name in names if name[0] == "!"),
        reader=reader,
    )


# The line, which of its places, and that place's name.
Spot = tuple[int, int, str]
# Member -> its spot, if a count stands there, and its own members.
Tree = dict[str, tuple[Spot | None, Any]]


class Table:
    """Lines by the names that lead to their counts, so that one walk of a usage finds them all."""

    __slots__ = ("_lines", "_tree")

    def __init__(self, *lines: Field) -> None:
        self._lines = lines
        self._tree: Tree = {}
        for number, line in enumerate(lines):
            for rank, place in enumerate(line.places):
                _plant(self._tree, place.split("."), (number, rank, f"usage.{place}"))

    def amounts(self, usage: object, *, forgiving: bool = False) -> list[tuple[Field, int]]:
        """The lines that count something in a usage, in the order of the table.

        Raises BadUsage for a count that cannot be, unless it is forgiven: then it is the nearest.
        """
        found: list[tuple[Spot, object]] = []
        _walk(usage, self._tree, found)
        found.sort(key=_SPOT)
        amounts, counted = [], -1
        for (number, _, where), value in found:
            line = self._lines[number]
            if number == counted:
                continue
            amount = _nearest(line.reader, value) if forgiving else line.reader(value, where)
            if amount:
                amounts.append((line, amount))
                counted = number
        return amounts


def _nearest(reader: Reader, value: object) -> int:
    try:
        return reader(value, "")
    except BadUsage:
        return int(value) if type(value) is float and 0 < value <= MAX_COUNT else 0


_SPOT: Callable[[tuple[Spot, object]], Spot] = itemgetter(0)


def _plant(tree: Tree, path: list[str], spot: Spot) -> None:
    name, *rest = path
    own, below = tree.get(name, (None, {}))
    if rest:
        _plant(below, rest, spot)
    tree[name] = (own if rest else spot, below)


def _walk(node: object, tree: Tree, found: list[tuple[Spot, object]]) -> None:
    """Collect what stands in a node at the places of a tree, but for None and zeros."""
    plain = type(node) is dict
    for name in node if plain else tree:  # type: ignore[attr-defined]
        if name in tree:
            value = node[name] if plain else member(node, name)  # type: ignore[index]
            if value is None or (type(value) is int and not value):
                continue
            spot, below = tree[name]
            if spot:
                found.append((spot, value))
            if below:
                _walk(value, below, found)


class Draft:
    """A reading in the making; `body` holds `usage`, `bodies` are all events of the stream."""

    __slots__ = ("bodies", "body", "counts", "forgiving", "model", "provider", "signals", "usage")

    def __init__(
        self, usage: object, body: object, bodies: tuple[object, ...], *, forgiving: bool = False
    ) -> None:
        self.forgiving = forgiving
        self.usage = usage
        self.body = body
        self.bodies = bodies
        self.model = ""
        self.provider = ""
        self.counts: dict[str, int] = {}
        self.signals: dict[str, None] = {}

    def add(self, name: str, amount: int) -> None:
        """Count more (or, where a part is told apart from its whole, less) of something."""
        self.counts[name] = self.counts.get(name, 0) + amount

    def count(self, name: str) -> int:
        """How much of something was counted so far."""
        return self.counts.get(name, 0)

    def take(self, name: str) -> int:
        """What was counted of something that is not itself a count of `Usage`."""
        return self.counts.pop(name, 0)

    def fill(self, table: Table, node: object = None) -> None:
        """Count what the lines of a table find. Raises BadUsage."""
        counts = self.counts
        usage = self.usage if node is None else node
        for line, amount in table.amounts(usage, forgiving=self.forgiving):
            for name, sign in line.counts:
                counts[name] = counts.get(name, 0) + sign * amount
            for name in line.signals:
                self.signal(name, amount)

    def signal(self, name: str, amount: object) -> None:
        """Report something billable that no unit counts."""
        self.signals[f"{name}={amount}"] = None


class Family(NamedTuple):
    """Responses of one convention.

    A usage that has one of the `marks` is of this family; `required` must be there; `finish` does
    what no table can say.
    """

    name: str
    marks: tuple[str, ...]
    table: Table
    required: str = ""
    provider: str = ""
    finish: Callable[[Draft], None] | None = None


def require(family: Family, usage: object) -> None:
    """Raises BadUsage if the count without which there is nothing to charge is missing."""
    if family.required and member(usage, family.required) is None:
        raise BadUsage(
            f"{family.required} is missing",
            where="usage",
            next_step="is the response, or its list of stream events, complete?",
        )
