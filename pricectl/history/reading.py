"""Reads many versions of a catalog fast: what is written as in the version before is taken over.

Parsing 500 versions of a large catalog takes four seconds; most of their text is the same.
"""

import json
import json.decoder
import re
from collections.abc import Mapping
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.catalog import RESERVED
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError

_DECODER = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str)
_SPACE = re.compile(r"[ \t\n\r]*")
# Sections, then their rows: below that, a value is parsed as a whole.
_LEVELS = 2
# How the text of a value begins whose end cannot be taken for another one: 1 is also how 12 begins.
_CLOSED = ("{", "[", '"')


class ParsedObject(NamedTuple):
    """The members of an object by key: their values, their text, and the objects below them.

    `lines` has for each member but the last its text from its key up to the next one.
    """

    values: dict[str, Json]
    texts: dict[str, str]
    inner: "dict[str, ParsedObject]"
    lines: dict[str, str]


_NOTHING = ParsedObject({}, {}, {}, {})


class VersionReader:
    """Parses the versions of one file one after another, with the result of `document.parse`.

    Rows whose text is that of the version read before are the same objects, so that comparing two
    versions is fast.
    """

    def __init__(self) -> None:
        self._before = _NOTHING

    def read(self, data: bytes) -> Mapping[str, Json]:
        """The members of a version. Raises DocumentError, also if it is not an object."""
        text = document.decode(data)
        try:
            found, end = _object(text, _after_space(text, 0), self._before, _LEVELS)
            is_whole = _after_space(text, end) == len(text)
        except (DocumentError, ValueError, LookupError, RecursionError):
            is_whole = False
        if is_whole:
            self._before = found
            return found.values
        # The strict reader says what is wrong, with its line.
        values = document.parse_text(text)
        if not isinstance(values, dict):
            raise DocumentError("the catalog is not a JSON object", rule="json-syntax")
        return values


def _object(text: str, start: int, before: ParsedObject, levels: int) -> tuple[ParsedObject, int]:
    """The object at an offset and the offset of its end. Raises ValueError or LookupError."""
    if text[start] != "{":
        raise ValueError
    found = ParsedObject({}, {}, {}, {})
    offset = _after_space(text, start + 1)
    if text[offset] == "}":
        return found, offset + 1
    known = iter(before.lines.items())
    while True:
        # Most members stand where they stood, and are taken over without a look inside.
        for key, line in known:
            if key in found.values or not text.startswith(line, offset):
                break
            found.lines[key] = line
            _take_over(key, before, found)
            offset += len(line)
        key, end = _member(text, offset, found, before, levels)
        sign = text[end]
        after = _after_space(text, end + 1)
        if sign == "}":
            return found, end + 1
        if sign != ",":
            raise ValueError
        found.lines[key] = text[offset:after]
        offset = after


def _take_over(key: str, before: ParsedObject, found: ParsedObject) -> None:
    found.texts[key], found.values[key] = before.texts[key], before.values[key]
    if key in before.inner:
        found.inner[key] = before.inner[key]


def _member(
    text: str, offset: int, found: ParsedObject, before: ParsedObject, levels: int
) -> tuple[str, int]:
    """Add the member at an offset to the object; its key and the offset of what follows it."""
    if text[offset] != '"':
        raise ValueError
    # Public in all but the type stubs.
    key, offset = json.decoder.scanstring(text, offset + 1)  # type: ignore[attr-defined]
    if key in found.values:
        raise ValueError
    if not key.isascii():
        key.encode()  # a lone surrogate raises
    offset = _after_space(text, offset)
    if text[offset] != ":":
        raise ValueError
    offset = _after_space(text, offset + 1)
    known = before.texts.get(key)
    if known and known.startswith(_CLOSED) and text.startswith(known, offset):
        end = offset + len(known)
        _take_over(key, before, found)
    elif levels > 1 and text[offset] == "{" and key not in RESERVED:
        inner, end = _object(text, offset, before.inner.get(key, _NOTHING), levels - 1)
        found.texts[key], found.values[key] = text[offset:end], inner.values
        found.inner[key] = inner
    else:
        _, end = _DECODER.raw_decode(text, offset)
        found.texts[key] = text[offset:end]
        # As deep as it stands in the document, since the strict reader bounds the depth.
        depth = 1 + _LEVELS - levels
        value = document.parse_text("[" * depth + text[offset:end] + "]" * depth)
        for _ in range(depth):
            value = value[0]  # type: ignore[index]
        found.values[key] = value
    return key, _after_space(text, end)


def _after_space(text: str, offset: int) -> int:
    if text[offset : offset + 1] > " ":  # mostly there is none, and the pattern is slower
        return offset
    found = _SPACE.match(text, offset)
    return found.end() if found else offset
