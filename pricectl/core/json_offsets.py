"""Where in a JSON text the cause of a refusal stands.

The C scanner of `json` gives an offset for its own errors only; these functions find the others by
a second look at a text that is refused anyway.
"""

import json.decoder
import re

# A string, whose brackets do not count, or a bracket.
_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{\]}]', re.DOTALL)
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|.)|[\ud800-\udfff]", re.DOTALL)
_HIGH, _LOW = range(0xD800, 0xDC00), range(0xDC00, 0xE000)
_COLON = re.compile(r"[ \t\n\r]*:")


def line_and_column(text: str, offset: int) -> tuple[int, int]:
    r"""The 1-based line and column of an offset; columns count characters.

    >>> line_and_column("[1,\n 2]", 5)
    (2, 2)
    """
    before = text.rfind("\n", 0, offset)
    return text.count("\n", 0, offset) + 1, offset - before


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
    """The offsets of the first surrogate without its other half in the strings of a document.

    Only two escapes make a pair: a surrogate that stands in the text itself is always lone.
    """
    high: re.Match[str] | None = None
    for found in _ESCAPE.finditer(text):
        code = int(found[1], 16) if found[1] else 0
        if high:
            if code not in _LOW or found.start() != high.end():
                return high.span()
            high = None
        elif code in _LOW or len(found[0]) == 1:
            return found.span()
        elif code in _HIGH:
            high = found
    return high.span() if high else None


def repeated_key(text: str) -> tuple[str, int] | None:
    """The first key that its object already has, with the offset of its second appearance.

    The text is valid JSON up to there. Escapes are resolved, since readers compare what they mean.
    """
    objects: list[set[str]] = []
    for found in _BRACKET.finditer(text):
        start, end = found.span()
        if text[start] in "[{":
            objects.append(set())
        elif text[start] in "]}":
            objects.pop()
        elif _COLON.match(text, end):
            # Public in all but the type stubs.
            key, _ = json.decoder.scanstring(text, start + 1)  # type: ignore[attr-defined]
            if key in objects[-1]:
                return key, start
            objects[-1].add(key)
    return None
