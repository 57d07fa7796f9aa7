"""What a response format is: where its counts are in a usage object and what they count.

A field says where a count is and which arguments of `Usage` it is part of. So a provider's
convention is written as a field: if its `input_tokens` leaves out cached tokens, the field of the
cached ones adds them to input and to cache reads; if it includes them, to cache reads only.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from pricectl.core.errors import BadUsage
from pricectl.core.responses.unread import MAX_NODES, UnreadNumbers, has_value
from pricectl.core.responses.values import LEAVES, MAX_TEXT, Reader, member, members, whole
from pricectl.core.usage import MAX_COUNT, Usage

# What a reading can say about itself; the runtime flags its answers with the same words.
ENDED_EARLY = "ended-early"
GATEWAY_CACHE = "gateway-cache"
OTHER_SERVICE = "other-service"


class Round(NamedTuple):
    """One of several requests that a response is the sum of, each at its own context tier.

    `model` is empty if it is the response's own; `kind` is the provider's word for the round.
    """

    usage: Usage
    model: str = ""
    kind: str = ""


class Reading(NamedTuple):
    """What a response says about the call.

    `provider`, `service` and `region` are empty if the body does not say; `reported_pico_usd` is a
    cost that it states itself; `signals` are billable things that no unit of `usage` counts.
    `flags` say what a reader of the cost must know: "ended-early" (a lower bound), "gateway-cache"
    (a gateway answered out of its cache, so that nothing was charged). `rounds` are the requests
    that `usage` is the sum of, if the response lists several; `requests` is their number where the
    response states only the sum.
    """

    usage: Usage
    model: str = ""
    provider: str = ""
    service: str = ""
    region: str = ""
    reported_pico_usd: int | None = None
    signals: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    rounds: tuple[Round, ...] = ()
    requests: int = 1


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
                amount = int(value) if type(value) is float and 0 < value <= MAX_COUNT else 0
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


def _search(unread: list[UnreadMember], search: UnreadNumbers) -> None:
    """Look for numbers that speak of tokens among what no path leads to."""
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


class Stated(NamedTuple):
    """What an envelope says of a call in its own words, each empty if it does not say."""

    model: str = ""
    provider: str = ""
    service: str = ""
    asked_service: str = ""
    region: str = ""
    cost: tuple[str, object] | None = None
    flags: tuple[str, ...] = ()
    signals: tuple[str, ...] = ()


class UsageLocation(NamedTuple):
    """A usage object, its format, the body it stands in, the envelope around it, all events.

    `stated` is what a known envelope says beside the usage; it wins over the body. `kind` is what
    kind of round it is, where a response has several.
    """

    usage: object
    format: "ResponseFormat"
    body: object
    envelope: object
    bodies: tuple[object, ...]
    stated: Stated = Stated()
    kind: str = ""


class RoundCounts(NamedTuple):
    """The counts of one round of a response, by the arguments of `Usage`."""

    kind: str
    model: str
    counts: dict[str, int]


class ReadingBuilder:
    """A reading that is being put together from the usage at a location.

    `has_no_hints`: only the model's name and the id can tell who served the call, and how.
    """

    def __init__(self, location: UsageLocation, *, forgiving: bool = False) -> None:
        self.location = location
        self.usage, _, self.body, self.envelope, self.bodies, self.stated, _ = location
        self.forgiving = forgiving
        self.model = ""
        self.provider = ""
        self.has_no_hints = False
        self.counts: dict[str, int] = {}
        self.signals: dict[str, None] = dict.fromkeys(self.stated.signals)
        self.flags: dict[str, None] = dict.fromkeys(self.stated.flags)
        self.rounds: list[RoundCounts] = []
        self.requests = 1
        self._amounts: list[Amount] = []

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

        Numbers that speak of tokens and that the table does not know become signals. Raises
        BadUsage for an invalid count.
        """
        counts = self.counts
        unread: list[UnreadMember] = []
        usage = self.usage if node is None else node
        amounts = table.amounts(usage, unread, forgiving=self.forgiving)
        self._amounts += amounts
        for line, amount, _ in amounts:
            for name, sign in line.counts:
                counts[name] = counts.get(name, 0) + sign * amount
            for name in line.signals:
                self.signal(name, amount)
        if unread:
            self._report(unread)

    def source(self, name: str) -> str:
        """Where the usage states an argument of `Usage`, for messages."""
        for line, _, where in self._amounts:
            if (name, 1) in line.counts:
                return where
        return name

    def _report(self, unread: list[UnreadMember]) -> None:
        """Signal the numbers that speak of tokens among members that nothing reads."""
        search = UnreadNumbers()
        _search(unread, search)
        for path, number in search.numbers.items():
            # A foreign number may be too long to be written out.
            too_large = isinstance(number, int) and abs(number) > MAX_COUNT
            self.signal(path, "too large" if too_large else f"{number}"[:MAX_TEXT])

    def signal(self, name: str, amount: object) -> None:
        """Report something billable that there is no unit for."""
        self.signals[f"{name}={amount}"] = None

    def refuse(self, what: str, where: str) -> None:
        """Raise BadUsage for counts that contradict each other; if forgiving, do nothing."""
        if not self.forgiving:
            raise BadUsage(
                what, where=where, next_step="is the usage complete and of one response?"
            )


class ResponseFormat(NamedTuple):
    """How one API of a provider, or of several, states what a call used.

    A usage object with one of the `marks` is of this format, and it stands in one of the
    `usage_members` of a body (or is the body). Without the member `required` there is nothing to
    charge. `provider` is who serves all responses of the format; "" if several do. `finish` does
    what a table cannot express. `body_members` are the other members of a body that is a usage
    itself; None if it may have any. Marks of a `generic` format are in other formats, too, so its
    zeros choose nothing.
    """

    name: str
    marks: tuple[str, ...]
    table: CountTable
    required: str = ""
    provider: str = ""
    finish: Callable[[ReadingBuilder], None] | None = None
    usage_members: tuple[str, ...] = ("usage",)
    body_members: tuple[str, ...] | None = ()
    generic: bool = False
