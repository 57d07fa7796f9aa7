"""What a person has typed where the text is not JSON: the message and the advice that fit it.

The parser only knows what it expected. People write a comma as the decimal point, a currency, a
comment, or leave the marks of a merge behind.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import NamedTuple

from pricectl.check.positions import Span
from pricectl.core.labels import catalog_number

# How far around the place of the error a line is looked at; a line may be a whole file.
NEAR = 60


# The message, the hint, and the number that alone can be meant, if there is one.
NumberAdvice = tuple[str, str, str | None]


class TypingSlip(NamedTuple):
    """What is wrong, what to do, and where.

    `start` and `end` are the offsets of what is wrong; `fixed` is the text in its place where only
    one can be meant, else None.
    """

    message: str
    hint: str
    span: Span
    start: int
    end: int
    fixed: str | None = None


class _Place(NamedTuple):
    """The text around the place where the parser stopped: before, and from there on."""

    text: str
    offset: int

    @property
    def before(self) -> str:
        return self.text[max(0, self.offset - NEAR) : self.offset].rpartition("\n")[2]

    @property
    def after(self) -> str:
        return self.text[self.offset : self.offset + NEAR].partition("\n")[0]


class _Found(NamedTuple):
    message: str
    hint: str
    start: int
    length: int
    fixed: str | None = None


_MARKER = re.compile(r"^(<{7}|={7}|>{7}|\|{7})(?: .*)?$", re.MULTILINE)
_GROUPED = re.compile(r"[1-9]\d{0,2}(?:,\d{3})+(?![\d.eE])")
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+(?:[eE][-+]?\d+)?")
_CURRENCY = re.compile(r"([$€£])\s*(\d[\d,]*(?:\.\d+)?)|(\d[\d,]*(?:\.\d+)?)\s*([$€£])")
_WITH_UNIT = re.compile(r"(-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?+)\s*([A-Za-z%/][^,\s}\]]*)")
_UNDERSCORE = re.compile(r"\d+(?:_\d+)+")
_BARE_POINT = re.compile(r"[+]?(?:\d+\.(?!\d)|\.\d+)(?:[eE][-+]?\d+)?")
_WORD = re.compile(r"True|False|None|TRUE|FALSE|NULL|undefined")
_WORDS = {"none": "null", "undefined": "null"}
_VALUE_START = re.compile(r":\s*([^:]*)$")


def explain(text: str, line: int, column: int) -> TypingSlip | None:
    """The slip at a 1-based place where the parser stopped; None if it is none of those known."""
    lines_before = text.split("\n", line - 1)[: line - 1]
    offset = sum(len(each) + 1 for each in lines_before) + column - 1
    for find in _SLIPS:
        found = find(_Place(text, offset))
        if found:
            start = found.start
            row = text.count("\n", 0, start) + 1
            span = Span(row, start - text.rfind("\n", 0, start), max(1, found.length))
            end = start + found.length
            return TypingSlip(found.message, found.hint, span, start, end, found.fixed)
    return None


def _merge_marker(place: _Place) -> _Found | None:
    marker = _MARKER.search(place.text)
    if marker is None:
        return None
    hint = "keep one of the two versions, and delete the lines with <<<<<<<, ======= and >>>>>>>"
    return _Found(f"a merge left the marker {marker[1]}", hint, marker.start(), len(marker[1]))


def _number(place: _Place) -> _Found | None:
    """A number that is written as people write it: 2,5e-06, $2.50, 128_000, .5, 2.5 USD."""
    value = _VALUE_START.search(place.before)
    start = place.offset - len(place.before) + value.start(1) if value else place.offset
    written = place.text[start : start + NEAR].partition("\n")[0]
    for pattern, describe in _NUMBERS:
        found = pattern.match(written)
        if found:
            message, hint, fixed = describe(found)
            return _Found(message, hint, start, found.end(), fixed)
    return None


def _grouped(found: re.Match[str]) -> NumberAdvice:
    return f"{found[0]} has commas inside a number", f"write {found[0].replace(',', '')}", None


def _decimal_comma(found: re.Match[str]) -> NumberAdvice:
    advice = f"write {found[0].replace(',', '.')}"
    return f"{found[0]} has a comma as its decimal point", advice, None


def _currency(found: re.Match[str]) -> NumberAdvice:
    return f"{found[0]} has a currency sign", price_advice(found[0]), None


def _with_unit(found: re.Match[str]) -> NumberAdvice:
    return f"{found[0]} is a number with a word behind it", f"write {found[1]} alone", None


def _underscore(found: re.Match[str]) -> NumberAdvice:
    digits = found[0].replace("_", "")
    return f"{found[0]} has underscores", f"write {digits}", digits


def _bare_point(found: re.Match[str]) -> NumberAdvice:
    number = found[0].lstrip("+")
    mantissa, e, exponent = number.lower().partition("e")
    mantissa = f"0{mantissa}" if mantissa.startswith(".") else mantissa.rstrip(".")
    fixed = f"{mantissa}{e}{exponent}"
    return f"{found[0]} is not a JSON number", f"write {fixed}", fixed


_NUMBERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], NumberAdvice]], ...] = (
    (_GROUPED, _grouped),
    (_DECIMAL_COMMA, _decimal_comma),
    (_CURRENCY, _currency),
    (_UNDERSCORE, _underscore),
    (_BARE_POINT, _bare_point),
    (_WITH_UNIT, _with_unit),
)


def price_advice(written: str) -> str:
    """How a price with a currency sign is written in a catalog.

    >>> price_advice("$2.50")
    'write the bare number in USD per token; $2.50 per 1M tokens is 2.5e-06'
    """
    digits = re.sub(r"[^\d.]", "", written)
    advice = "write the bare number in USD per token"
    if "$" not in written or not re.fullmatch(r"\d+(?:\.\d+)?", digits):
        return advice
    per_token = catalog_number(Decimal(digits) / 1_000_000)
    return f"{advice}; ${digits} per 1M tokens is {per_token}"


def _comma(place: _Place) -> _Found | None:
    """A comma too many before a bracket or another comma, or one that is missing."""
    before = place.text[: place.offset].rstrip()
    here = place.text[place.offset : place.offset + 1]
    if before.endswith(",") and here in ("}", "]", ","):
        at = len(before) - 1
        return _Found(f"a comma stands before {here!r}", "delete that comma", at, 1, "")
    if here == '"' and before.endswith(('"', "}", "]", "e", "l", *"0123456789")):
        line = place.text.count("\n", 0, len(before)) + 1
        hint = f"write a comma at the end of line {line}"
        return _Found("a comma is missing before this member", hint, place.offset, 1)
    return None


def _quotes(place: _Place) -> _Found | None:
    here = place.after[:1]
    if here in ("'", "“", "”", "„", "`"):
        hint = 'write straight double quotes: "gpt-4o"'
        return _Found(f"{here} is not a quote of JSON", hint, place.offset, 1)
    return None


def _comment(place: _Place) -> _Found | None:
    if place.after.startswith(("//", "/*", "#")):
        hint = "delete it; a remark can stand as text under pricing_notes"
        return _Found("JSON has no comments", hint, place.offset, len(place.after))
    return None


def _word(place: _Place) -> _Found | None:
    found = _WORD.match(place.after)
    if found is None:
        return None
    word = _WORDS.get(found[0].lower(), found[0].lower())
    message = f"{found[0]} is not a word of JSON"
    return _Found(message, f"write {word}", place.offset, len(found[0]), word)


def _other_file(place: _Place) -> _Found | None:
    if place.text[: place.offset].strip() or place.after.startswith(("{", "[")):
        return None
    hint = "is this another file? a catalog begins with { and has a section a provider"
    return _Found("the text does not begin as a catalog", hint, place.offset, 1)


# The first that fits counts: a merge explains all else, and a number is more telling than a comma.
_SLIPS = (_merge_marker, _comment, _word, _quotes, _number, _comma, _other_file)
