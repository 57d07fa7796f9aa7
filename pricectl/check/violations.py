"""Turns violations of the schema into findings that speak of prices and keys."""

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.rules.prices import PRICE_NEGATIVE, PRICE_TYPE
from pricectl.check.rules.shape import UNKNOWN_PRICE_KEY, WRONG_SHAPE
from pricectl.check.spelling import Speller
from pricectl.check.typing_slips import price_advice
from pricectl.core.document import Json, Unreadable
from pricectl.core.entry_rates import price_problem
from pricectl.core.labels import did_you_mean, shortened
from pricectl.core.near import meant
from pricectl.core.near_keys import near_price_key
from pricectl.core.pointers import pointer_to
from pricectl.core.units import NESTED_KEYS, is_price_like, parse_key

# The metadata rules report these in their own words.
REPORTED_BY_RULES = {
    ("metadata", "currency"),
    ("metadata", "schema_version"),
    ("metadata", "acknowledged"),
}
NESTED = tuple((key,) for key in NESTED_KEYS)


class Violation(NamedTuple):
    """A value that breaks a keyword of the schema; `wanted` is what the keyword allows."""

    path: tuple[str, ...]
    keyword: str
    wanted: Any
    value: Any
    schema: Any

    @property
    def pointer(self) -> str:
        """The value's JSON Pointer."""
        return pointer_to(*self.path)

    @property
    def key(self) -> str:
        """The key that holds the value."""
        return self.path[-1] if self.path else ""


def findings(found: Violation, speller: Speller) -> Iterator[tuple[str, Finding]]:
    """A violation as findings, one for each unknown key, each with the first key of its path."""
    if found.path[:2] in REPORTED_BY_RULES:
        return
    if found.keyword == "additionalProperties":
        known = found.schema["properties"]
        patterns = [re.compile(one) for one in found.schema.get("patternProperties", ())]
        for key in found.value:
            if key not in known and not any(pattern.search(key) for pattern in patterns):
                yield (*found.path, key)[0], _unknown(found, key, speller)
    else:
        is_price = parse_key(found.key) or found.path[-2:-1] in NESTED
        yield found.path[0], _price(found) if is_price else _shape(found)


def _unknown(found: Violation, key: str, speller: Speller) -> Finding:
    """The finding for a key that the schema does not allow."""
    where = found.pointer + pointer_to(key)
    shown = repr(shorten(key, 80))
    if is_price_like(key) and "patternProperties" in found.schema:
        near = near_price_key(key, speller.near)
        hint = did_you_mean(near) or None
        return UNKNOWN_PRICE_KEY.finding(where, f"unknown price key {shown}", hint, on_key=True)
    known = list(found.schema["properties"])
    return WRONG_SHAPE.finding(where, f"unknown key {shown}", _one_of(key, known), on_key=True)


def _one_of(word: str, known: list[str]) -> str:
    return meant(word, known)


def _price(found: Violation) -> Finding:
    value = found.value
    if found.keyword == "minimum":
        message = f"the price {value} is below zero"
        return PRICE_NEGATIVE.finding(found.pointer, message)
    hint = PRICE_TYPE.hint
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        hint = f"write {value} without quotes"
    if isinstance(value, str) and value[:1] in "$€£":
        hint = f"{price_advice(value)}, without quotes"
    return PRICE_TYPE.finding(found.pointer, f"the {price_problem(value)}", hint)


_NUMBER = re.compile(r"\d{1,9}(\.\d{1,24})?([eE]-?\d{1,2})?", re.ASCII)


def _shape(found: Violation) -> Finding:
    name, value, wanted = _name(found.path), shorten(str(found.value)), found.wanted
    hint, on_key = "", False
    if found.keyword == "type":
        kinds = [wanted] if isinstance(wanted, str) else wanted
        message = f"{name} is {kind(found.value)}, not {' or '.join(map(KINDS.__getitem__, kinds))}"
    elif found.keyword == "required":
        missing = [key for key in wanted if key not in found.value]
        message, on_key = f"{', '.join(map(repr, missing))} is missing", True
    elif found.keyword == "enum":
        message = f"{value!r} is not a value of {name}"
        hint = _one_of(value, wanted)
    elif found.keyword in LIMITS:
        message = f"{name} is {value}, not {LIMITS[found.keyword].format(wanted)}"
    else:
        shown = repr(value) if isinstance(found.value, str) else value
        message = f"{shown} is not a valid {name}"
        hint = found.schema.get("description", "").rstrip(".")
    return WRONG_SHAPE.finding(found.pointer, message, hint, on_key=on_key)


def _name(path: tuple[str, ...]) -> str:
    """The key of a value; of a member of a list, the list's, since nobody knows the third by 2."""
    keys = [step for step in path if not step.isdigit()] or [""]
    return repr(keys[-1]) if path[-1:] == (keys[-1],) else f"member of {keys[-1]!r}"


KINDS = {
    "object": "an object",
    "array": "a list",
    "string": "a string",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "null": "null",
}
LIMITS = {
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "more than {}",
    "minItems": "a list of {} or more",
    "maxItems": "a list of {} or fewer",
    "minLength": "a text of {} or more characters",
}


def not_an_object(pointer: str, what: str, value: Json) -> Finding:
    """The finding for a provider or model that is not an object."""
    return WRONG_SHAPE.finding(pointer, f"{what} is {kind(value)}, not an object", "")


def kind(value: Json) -> str:
    """What a value is, in words.

    >>> kind("x"), kind(True), kind([])
    ('a string', 'a boolean', 'a list')
    """
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, (int, Decimal, Unreadable)):
        return "a number"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else "null"


def shorten(text: str, size: int = 40) -> str:
    """A text shortened to fit into a message."""
    return shortened(text, size)
