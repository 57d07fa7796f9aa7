"""Numbers of a usage that no field counts: each whose name speaks of tokens is reported.

It stands apart from the formats because it holds for all of them: nothing is dropped in silence.
"""

from decimal import Decimal

from pricectl.core.labels import shortened
from pricectl.core.responses.values import MAX_TEXT, members

MAX_DEPTH = 32
# Of one usage; a client's object may be endless.
MAX_NODES = 10_000
MAX_REPORTED = 50
_PLAIN = frozenset((int, float, Decimal, bool, str, dict, list, tuple))
# Names that speak of tokens and do not count them: what they cost, what is allowed, how fast.
_NO_COUNTS = (
    "cost",
    "price",
    "max_",
    "maxt",
    "maxo",
    "limit",
    "per_",
    "_per",
    "budget",
    "token_id",
)


def speaks_of_tokens(name: str) -> bool:
    """Whether a member's name says that it counts tokens.

    >>> [speaks_of_tokens(name) for name in ("cachedTokens", "token_cost", "max_tokens", "seconds")]
    [True, False, False, False]
    """
    lower = name.lower()
    return "token" in lower and not any(word in lower for word in _NO_COUNTS)


def is_number(value: object) -> bool:
    """Whether a value is a number other than zero; not the numbers of a foreign type."""
    return type(value) in {int, float, Decimal} and bool(value)


def has_value(value: object) -> bool:
    """Whether a value is there and neither zero nor empty; a foreign type's always is."""
    return bool(value) if type(value) in _PLAIN else value is not None


class UnreadNumbers:
    """The numbers of one usage that no field counted, by their paths."""

    __slots__ = ("_left", "_seen", "numbers")

    def __init__(self) -> None:
        self.numbers: dict[str, object] = {}
        self._left = MAX_NODES
        self._seen: set[int] = set()

    def enters(self, node: object, depth: int) -> bool:
        """Whether the members of a node are to be looked at: once each, and not without end."""
        if depth > MAX_DEPTH or self._left <= 0 or id(node) in self._seen:
            return False
        self._seen.add(id(node))
        return True

    def look(self, name: object, value: object, path: str, depth: int, *, about: bool) -> None:
        """Look at a member that no path leads to, and at all that is in it.

        `about` says whether a name above it speaks of tokens.
        """
        self._left -= 1
        if not isinstance(name, str) or self._left <= 0 or value is None or value is False:
            return
        kind = type(value)
        if kind is str or kind is bool:
            return
        lower = name.lower()
        if any(word in lower for word in _NO_COUNTS):
            return
        about = about or "token" in lower
        if is_number(value):
            if about and len(self.numbers) < MAX_REPORTED:
                self.numbers[shortened(f"{path}{name}", MAX_TEXT)] = value
            return
        if not self.enters(value, depth):
            return
        if isinstance(value, (list, tuple)):
            for item in value[: self._left]:
                if not is_number(item) and self.enters(item, depth):
                    self._members(item, f"{path}{name}.", depth + 1, about=about)
        else:
            self._members(value, f"{path}{name}.", depth + 1, about=about)

    def _members(self, node: object, path: str, depth: int, *, about: bool) -> None:
        for name, value in members(node):
            self.look(name, value, path, depth, about=about)
