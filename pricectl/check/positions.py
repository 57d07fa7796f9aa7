"""Finds the line, column and span of a JSON Pointer in the text of a document.

The C scanner of `json` does not report positions, so a document with findings is scanned a second
time: sections and rows at once, the members of a row when first needed.
"""

import json
import json.decoder
import re
from bisect import bisect_right
from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

from pricectl.core.pointers import pointer_to, unescape

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)


class Span(NamedTuple):
    """A stretch of text on one line: 1-based line and column, and how many characters."""

    line: int
    column: int
    length: int


class Member(NamedTuple):
    """A value and its key by their offsets into the text; a list's item has a key of length 0."""

    key: str
    key_start: int
    key_end: int
    start: int
    end: int


class Positions:
    """The spans of values and keys in the text of one valid JSON document."""

    def __init__(self, text: str) -> None:
        self._text = text
        # Objects and lists by the offset of their bracket: their members, also by key.
        self._members: dict[int, list[Member]] = {}
        self._named: dict[int, dict[str, Member]] = {}
        # The bracket of each pointer whose members were looked for.
        self._brackets: dict[str, int] = {}
        self._root = _skip_space(text, 0)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self._text))]

    def value(self, pointer: str) -> Span:
        """The span of the value (on its first line), else of the nearest parent."""
        found = self._find(pointer)
        if found is None:
            return self.span(self._root, self._root + 1)
        return self.span(found.start, found.end)

    def key(self, pointer: str) -> Span:
        """The span of the key that names the value; for a list's item, of the item."""
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
        """Every repeated key: its pointer, the span of the first and of the repeated one."""
        found: list[tuple[str, Span, Span]] = []
        pending = [("", self._root)]
        while pending:
            pointer, start = pending.pop()
            first: dict[str, Member] = {}
            for member in self._children(start):
                where = pointer + pointer_to(member.key)
                if member.key_end > member.key_start and member.key in first:
                    once = first[member.key]
                    before = self.span(once.key_start, once.key_end)
                    found.append((where, before, self.span(member.key_start, member.key_end)))
                first.setdefault(member.key, member)
                if self._text[member.start] in "{[":
                    pending.append((where, member.start))
        return sorted(found, key=lambda duplicate: duplicate[2])

    def span(self, start: int, end: int) -> Span:
        """Two offsets into the text as a span, cut at the end of the first line."""
        line = bisect_right(self._line_starts, start)
        line_end = self._text.find("\n", start, end)
        stop = line_end if line_end >= 0 else end
        return Span(line, start - self._line_starts[line - 1] + 1, max(1, stop - start))

    def member(self, pointer: str) -> Member | None:
        """The offsets of exactly that value, "" is the whole document; None if it is not there."""
        if not pointer:
            end = len(self._text.rstrip(" \t\n\r"))
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
        """The value at a pointer, else its nearest existing parent."""
        parent, _, token = pointer.rpartition("/")
        # Findings come row by row, so the row of the last one is mostly that of the next.
        start = self._brackets.get(parent)
        found = None if start is None else self._by_name(start).get(unescape(token))
        if found is None:
            path = self._path(pointer)
            found = path[-1] if path else None
            if len(path) == pointer.count("/") > 1:
                self._brackets[parent] = path[-2].start
        return found

    def _path(self, pointer: str) -> list[Member]:
        """The members on the way to the value, as far as they exist."""
        path: list[Member] = []
        start = self._root
        for token in pointer.split("/")[1:]:
            found = self._by_name(start).get(unescape(token))
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
            self._scan(start, 2 if start == self._root else 1)
        return self._members[start]

    def _scan(self, start: int, levels: int) -> int:
        """Index the object or list at an offset, and its members on more levels; returns its end.

        Two levels from the root are the sections and their rows: a section that was skipped as a
        whole first would be scanned a second time for its rows.
        """
        text, bracket = self._text, self._text[start : start + 1]
        self._members[start] = members = list[Member]()
        if bracket not in {"{", "["}:
            return start
        offset = _skip_space(text, start + 1)
        while text[offset] not in "}]":
            key, key_start, key_end = str(len(members)), offset, offset
            if bracket == "{":
                # Public in all but the type stubs.
                key, key_end = json.decoder.scanstring(text, offset + 1)  # type: ignore[attr-defined]
                offset = _skip_space(text, _skip_space(text, key_end) + 1)
            if levels > 1 and text[offset] == "{":
                end = self._scan(offset, levels - 1)
            else:
                _, end = _DECODER.raw_decode(text, offset)
            members.append(Member(key, key_start, key_end, offset, end))
            offset = _skip_space(text, end)
            if text[offset] == ",":
                offset = _skip_space(text, offset + 1)
        return offset + 1


def _skip_space(text: str, offset: int) -> int:
    if text[offset : offset + 1] > " ":  # mostly there is none, and the pattern is slower
        return offset
    found = _SPACE.match(text, offset)
    return found.end() if found else offset
