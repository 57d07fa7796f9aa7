"""Numbers of a usage that no field counts: each whose name speaks of tokens is reported.

It stands apart from the formats because it holds for all of them: nothing is dropped in silence.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import Enum
from functools import lru_cache

from pricectl.core.labels import shortened
from pricectl.core.responses.values import MAX_DIGITS, MAX_TEXT, members

MAX_DEPTH = 32
# Of one usage; a client's object may be endless.
MAX_NODES = 10_000
MAX_REPORTED = 50
_PLAIN = frozenset((int, float, Decimal, bool, str, dict, list, tuple))
# Words in names that speak of tokens and do not count them: what they cost, what is allowed.
_NO_COUNTS = frozenset(
    ["cost", "costs", "price", "prices", "max", "maximum", "limit", "limits", "budget"]
)
_TIMES = frozenset(
    ["second", "seconds", "sec", "s", "minute", "minutes", "min", "hour", "day", "ms"]
)
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")
_MAX_NAME = 100  # the longest that is remembered


class Subject(Enum):
    """What a member's name says of the numbers in it."""

    OTHER = 0
    TOKENS = 1
    # Tokens, but not how many were used: neither the number nor what is below it.
    NO_COUNT = 2
    # An average; below it stand the counts of each of something.
    PER_EACH = 3


def _subject(name: str) -> Subject:
    lower = name.lower()
    if "cost" in lower or "price" in lower or "token_id" in lower or "tokenid" in lower:
        return Subject.NO_COUNT
    words = [word.lower() for word in _WORD.findall(name)]
    if not _NO_COUNTS.isdisjoint(words) or lower.startswith(("maxtoken", "tokenlimit")):
        return Subject.NO_COUNT
    if "per" in words:
        return Subject.PER_EACH if _TIMES.isdisjoint(words) else Subject.NO_COUNT
    return Subject.TOKENS if "token" in lower else Subject.OTHER


_remembered_subject = lru_cache(maxsize=1024)(_subject)


def speaks_of_tokens(name: str) -> bool:
    """Whether a member's name says that it counts tokens.

    >>> [speaks_of_tokens(name) for name in ("cachedTokens", "token_cost", "max_tokens", "seconds")]
    [True, False, False, False]
    >>> [speaks_of_tokens(name) for name in ("developer_tokens", "tokens_per_second")]
    [True, False]
    """
    return _subject(name) is Subject.TOKENS


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
        self._left -= 1
        self._seen.add(id(node))
        return True

    def look(self, name: object, value: object, path: str, depth: int, *, about: bool) -> None:
        """Look at a member that no path leads to, and at all that is in it.

        `about` says whether a name above it speaks of tokens.
        """
        self._left -= 1
        kind = type(value)
        if not isinstance(name, str) or self._left <= 0 or value is None or kind is bool:
            return
        subject = _remembered_subject(name) if len(name) <= _MAX_NAME else _subject(name)
        if subject is Subject.NO_COUNT:
            return
        if is_number(value) or (isinstance(value, str) and _is_written_number(value)):
            if subject is not Subject.PER_EACH and (about or subject is Subject.TOKENS):
                self.report(f"{path}{name}", value)
            return
        if kind is str or not self.enters(value, depth):
            return
        about = about or "token" in name.lower()
        if isinstance(value, (list, tuple)):
            self._entries(value, f"{path}{name}", depth, about=about)
        else:
            self._members(value, f"{path}{name}.", depth + 1, about=about)

    def report(self, path: str, number: object) -> None:
        """Report a number that nothing counts."""
        if len(self.numbers) < MAX_REPORTED:
            self.numbers[shortened(path, MAX_TEXT)] = number

    def _entries(self, entries: Sequence[object], path: str, depth: int, *, about: bool) -> None:
        for index, item in enumerate(entries[: max(self._left, 0)]):
            if is_number(item):
                self._left -= 1
                if about:
                    self.report(f"{path}.{index}", item)
            elif self.enters(item, depth):
                if isinstance(item, (list, tuple)):
                    self._entries(item, f"{path}.{index}", depth + 1, about=about)
                else:
                    self._members(item, f"{path}.", depth + 1, about=about)

    def _members(self, node: object, path: str, depth: int, *, about: bool) -> None:
        for name, value in members(node):
            self.look(name, value, path, depth, about=about)


def _is_written_number(value: str) -> bool:
    """Whether a text is a count, as traces write it; not zero."""
    return len(value) <= MAX_DIGITS and value.isascii() and value.isdigit() and bool(int(value))
