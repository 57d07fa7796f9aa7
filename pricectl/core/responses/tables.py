"""What a family of responses is: where its counts stand and what they count. Floor 0.

A line of a table says where a count stands and which counts of `Usage` it is part of. So a
convention is a line: where `input_tokens` leaves out cached tokens, the cached ones are added to
both; where it has them already, to one.
"""

from collections.abc import Callable
from typing import NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses.access import Path, Reader, at, member, whole
from pricectl.core.usage import Usage


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
    """One count: the places it may stand in (the first that is not zero holds), what it is."""

    paths: tuple[Path, ...]
    adds: tuple[str, ...]
    takes: tuple[str, ...]
    reader: Reader


def field(places: str, counts: str, reader: Reader = whole) -> Field:
    """A line of a table: `"a.b | c"` to `"input_tokens cache_read_tokens -input_video_tokens"`."""
    names = counts.split()
    return Field(
        paths=tuple(tuple(place.strip().split(".")) for place in places.split("|")),
        adds=tuple(name for name in names if name[0] != "-"),
        takes=tuple(name[1:] for name in names if name[0] == "-"),
        reader=reader,
    )


class Draft:
    """A reading in the making; `body` holds `usage`, `bodies` are all events of the stream."""

    __slots__ = ("bodies", "body", "counts", "model", "provider", "signals", "usage")

    def __init__(self, usage: object, body: object, bodies: tuple[object, ...]) -> None:
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

    def read(self, *path: str) -> int:
        """A whole number in the usage; 0 if it is not there. Raises BadUsage."""
        value = at(self.usage, path)
        return 0 if value is None else whole(value, _where(path))

    def fill(self, fields: tuple[Field, ...], node: object = None) -> None:
        """Count what the lines of a table find. Raises BadUsage."""
        usage = self.usage if node is None else node
        for line in fields:
            amount = amount_of(usage, line)
            if amount:
                for name in line.adds:
                    self.add(name, amount)
                for name in line.takes:
                    self.add(name, -amount)

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
    fields: tuple[Field, ...]
    required: str = ""
    provider: str = ""
    finish: Callable[[Draft], None] | None = None

    def fits(self, usage: object) -> bool:
        """Whether a usage object is of this family."""
        return any(member(usage, mark) is not None for mark in self.marks)


def amount_of(usage: object, line: Field) -> int:
    """The count of one line; 0 if none of its places has one. Raises BadUsage."""
    for path in line.paths:
        value = at(usage, path)
        if value is not None:
            amount = line.reader(value, _where(path))
            if amount:
                return amount
    return 0


def require(family: Family, usage: object) -> None:
    """Raises BadUsage if the count without which there is nothing to charge is missing."""
    if family.required and member(usage, family.required) is None:
        raise BadUsage(
            f"{family.required} is missing",
            where="usage",
            next_step="is the response, or its list of stream events, complete?",
        )


def _where(path: Path) -> str:
    return ".".join(("usage", *path))
