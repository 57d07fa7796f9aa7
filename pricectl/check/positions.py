"""Where a JSON Pointer stands in the text: line, column, span.

Values are skipped by the C scanner of `json`; an object's members are indexed when first asked
for, so locating a few findings in a big file costs about two more parses.
"""

import json
import json.decoder
import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from pricectl.core.pointers import pointer_to

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class Span(NamedTuple):
    """A stretch of text on one line: 1-based line and column, and how many characters."""

    line: int
    column: int
    length: int


class Member(NamedTuple):
    """A value by offsets into the text, with the key that names it (of a list's item, no text)."""

    key: str
    key_start: int
    key_end: int
    start: int
    end: int


class Positions:
    """Finds the places of values and keys in the text of one valid JSON document."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line_starts = [0, *(found.end() for found in re.finditer("\n", text))]
        self._members: dict[int, list[Member]] = {}
        self._named: dict[int, dict[str, Member]] = {}
        self._starts: dict[str, int] = {}
        self._root = _skip_space(text, 0)

    def value(self, pointer: str) -> Span:
        """The place of the value (its opening line), else of the nearest parent."""
        found = self._find(pointer)
        if found is None:
            return self.span(self._root, self._root + 1)
        return self.span(found.start, found.end)

    def key(self, pointer: str) -> Span:
        """The place of the key that names the value; of a list's item, the item."""
        found = self._find(pointer)
        if found is None:
            return self.span(self._root, self._root + 1)
        if found.key_end == found.key_start:
            return self.span(found.start, found.end)
        return self.span(found.key_start, found.key_end)

    def line(self, number: int) -> str:
        """The text of a 1-based line, without its end."""
        start = self._line_starts[number - 1]
        end = self._text.find("\n", start)
        return self._text[start : end if end >= 0 else None].rstrip("\r")

    def duplicates(self) -> list[tuple[str, Span, Span]]:
        """Every repeated key: its pointer, the first place, the repeated place."""
        found: list[tuple[str, Span, Span]] = []
        pending = [("", self._root)]
        while pending:
            pointer, start = pending.pop()
            first: dict[str, Member] = {}
            for member in self._children(start):
                where = pointer + pointer_to(member.key)
                if member.key_end > member.key_start and member.key in first:
                    before = first[member.key]
                    found.append(
                        (
                            where,
                            self.span(before.key_start, before.key_end),
                            self.span(member.key_start, member.key_end),
                        )
                    )
                first.setdefault(member.key, member)
                if self._text[member.start] in "{[":
                    pending.append((where, member.start))
        return sorted(found, key=lambda duplicate: duplicate[2])

    def span(self, start: int, end: int) -> Span:
        """Two offsets into the text as a place, cut at the end of the first line."""
        index = bisect_right(self._line_starts, start)
        line_start = self._line_starts[index - 1]
        break_at = self._text.find("\n", start, end)
        stop = break_at if break_at >= 0 else end
        return Span(index, start - line_start + 1, max(1, stop - start))

    def member(self, pointer: str) -> Member | None:
        """The offsets of exactly that value, "" is the whole document; None if it is not there."""
        if not pointer:
            _, end = _DECODER.raw_decode(self._text, self._root)
            return Member("", self._root, self._root, self._root, end)
        path = self._path(pointer)
        return path[-1] if path and len(path) == pointer.count("/") else None

    def members(self, pointer: str) -> Sequence[Member]:
        """The members of an object or items of a list, in order; of anything else, none."""
        found = self.member(pointer) if pointer else None
        if pointer and not found:
            return ()
        return self._children(found.start if found else self._root)

    def _find(self, pointer: str) -> Member | None:
        """The value, else the nearest parent; of many in one parent that is looked for once."""
        parent, _, token = pointer.rpartition("/")
        start = self._starts.get(parent)
        found = None if start is None else self._by_name(start).get(_unescaped(token))
        if found is None:
            path = self._path(pointer)
            found = path[-1] if path else None
            if len(path) == pointer.count("/") > 1:
                self._starts[parent] = path[-2].start
        return found

    def _path(self, pointer: str) -> list[Member]:
        """As many steps of the pointer as lead somewhere."""
        path: list[Member] = []
        start = self._root
        for token in pointer.split("/")[1:]:
            found = self._by_name(start).get(_unescaped(token))
            if found is None:
                break
            path.append(found)
            start = found.start
        return path

    def _by_name(self, start: int) -> dict[str, Member]:
        """The members by key; the last of two equal keys is the one that readers see."""
        if start not in self._named:
            self._named[start] = {member.key: member for member in self._children(start)}
        return self._named[start]

    def _children(self, start: int) -> list[Member]:
        if start not in self._members:
            read = {"{": self._object, "[": self._array}.get(self._text[start : start + 1])
            self._members[start] = read(start) if read else []
        return self._members[start]

    def _object(self, start: int) -> list[Member]:
        members = []
        at = _skip_space(self._text, start + 1)
        while self._text[at] != "}":
            key, key_end = _scan_string(self._text, at + 1)
            colon = _skip_space(self._text, key_end)
            value_start = _skip_space(self._text, colon + 1)
            _, end = _DECODER.raw_decode(self._text, value_start)
            members.append(Member(key, at, key_end, value_start, end))
            at = self._next(end)
        return members

    def _array(self, start: int) -> list[Member]:
        members: list[Member] = []
        at = _skip_space(self._text, start + 1)
        while self._text[at] != "]":
            _, end = _DECODER.raw_decode(self._text, at)
            members.append(Member(str(len(members)), at, at, at, end))
            at = self._next(end)
        return members

    def _next(self, end: int) -> int:
        at = _skip_space(self._text, end)
        return _skip_space(self._text, at + 1) if self._text[at] == "," else at


# A string, whatever is in it, or a bracket.
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)|[\ud800-\udfff]", re.DOTALL)
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)


def too_deep(text: str, depth: int) -> tuple[int, int] | None:
    """The offsets of the first bracket that nests deeper than so many levels."""
    level = 0
    for found in _BRACKET.finditer(text):
        bracket = text[found.start()]
        level += (bracket in "[{") - (bracket in "]}")
        if level > depth:
            return found.span()
    return None


def lone_surrogate(text: str) -> tuple[int, int] | None:
    """The offsets of the first half of a character in the strings of a document."""
    high: re.Match[str] | None = None
    for found in _ESCAPE.finditer(text):
        code = int(found[1], 16) if found[1] else ord(found[0]) if len(found[0]) == 1 else 0
        if high and not (code in _LOW and found.start() == high.end()):
            return high.span()
        if code in _LOW and not high:
            return found.span()
        high = found if code in _HIGH else None
    return high.span() if high else None


def _unescaped(token: str) -> str:
    return token.replace("~1", "/").replace("~0", "~") if "~" in token else token


def _scan_string(text: str, start: int) -> tuple[str, int]:
    scanned: tuple[str, int] = json.decoder.scanstring(text, start)  # type: ignore[attr-defined]
    return scanned


def _skip_space(text: str, at: int) -> int:
    if text[at : at + 1] > " ":
        return at
    found = _SPACE.match(text, at)
    return found.end() if found else at
