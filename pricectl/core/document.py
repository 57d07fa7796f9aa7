"""Strict JSON: refuses text that two parsers could read differently.

Numbers become int or Decimal, never float. A number that must not be converted (NaN, an exponent
of a million, thousands of digits) stays in the document as `Unreadable`, so that one bad price is
one finding and not the end of the check.
"""

import json
from contextlib import suppress
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

from pricectl.core.errors import DocumentError
from pricectl.core.json_offsets import line_and_column, lone_surrogate, repeated_key, too_deep

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 64
MAX_EXPONENT = 100
MEMO_SIZE = 8192
EMPTY = "the document is empty"

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | Unreadable | None"


class Unreadable(NamedTuple):
    """A number kept as it was written, because converting it is meaningless or unsafe."""

    literal: str


def parse(data: bytes | str, *, allow_duplicates: bool = False) -> Json:
    """Read one JSON document of at most 8 MiB and 32 levels.

    Raises DocumentError (with line and column) for anything else. With `allow_duplicates` the last
    of two equal keys wins, for a checker that reports every duplicate itself.

    >>> parse('{"price": 2.50e-06}')
    {'price': Decimal('0.00000250')}
    >>> parse('[NaN]')
    [Unreadable(literal='NaN')]
    """
    return parse_text(decode(data), allow_duplicates=allow_duplicates)


def parse_text(text: str, *, allow_duplicates: bool = False) -> Json:
    """Read a text that `decode` has returned; the rest is as in `parse`."""
    try:
        value: Json = json.loads(
            text,
            parse_float=_DECIMALS.__getitem__,
            # Converting a long literal takes quadratic time.
            parse_int=lambda it: Unreadable(it) if len(it) > MAX_NUMBER_CHARACTERS else int(it),
            parse_constant=Unreadable,
            object_pairs_hook=None if allow_duplicates else _unique,
        )
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except _RepeatedKeyError:
        raise _twice(text) from None
    except RecursionError:
        raise _too_deep(text) from None
    if _is_deeper(value):
        raise _too_deep(text)
    # Lone surrogates parse, then crash whoever writes them out.
    if "\\u" in text or not text.isascii():
        try:
            json.dumps(value, default=str, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            offset, _ = lone_surrogate(text) or (0, 0)
            raise _refusal(
                f"lone surrogate \\u{ord(error.object[error.start]):04x} in a string",
                "encoding",
                text,
                offset,
                next_step="write the character itself",
            ) from None
    return value


def decode(data: bytes | str) -> str:
    """Bytes to text: UTF-8 without a byte order mark, at most 8 MiB, not empty.

    Raises DocumentError.
    """
    size = len(data)
    if isinstance(data, str) and not data.isascii() and size <= MAX_BYTES:
        # The bytes that it takes in a file; half of a surrogate pair is refused further on.
        size = len(data.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _refusal(
            f"the document is larger than {MAX_BYTES // 1024 // 1024} MiB",
            "document-size",
            next_step="check that this is the catalog",
        )
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        raise _refusal(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            "encoding",
            before,
            len(before),
            next_step="save the file as UTF-8",
        ) from None
    if text.startswith("\ufeff"):
        raise _refusal(
            "the document starts with a byte order mark",
            "encoding",
            next_step="save it as UTF-8 without BOM",
        )
    if not text.strip():
        raise _refusal(
            EMPTY,
            "json-syntax",
            next_step="was it written or passed on completely?",
        )
    return text


def encode(text: str) -> bytes:
    """The bytes of a text that is to be written. Raises DocumentError for half a character.

    A shell that passes bytes of another encoding leaves such halves in its words.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise _refusal(
            f"{error.object[error.start]!a} is not Unicode",
            "encoding",
            text,
            error.start,
            next_step="write the word as UTF-8",
        ) from None


class _Decimals(dict[str, "Decimal | Unreadable"]):
    """Cache of parsed literals, which a catalog repeats; long ones are not cached."""

    def __missing__(self, literal: str) -> Decimal | Unreadable:
        value: Decimal | Unreadable = Unreadable(literal)
        if len(literal) > MAX_NUMBER_CHARACTERS:
            return value
        with suppress(ArithmeticError):  # an exponent that decimal itself cannot hold
            number = Decimal(literal)
            # The exponent is checked before anything converts the number to an integer.
            if not number or (number.is_finite() and abs(number.adjusted()) <= MAX_EXPONENT):
                value = number or Decimal(0)
        if len(self) >= MEMO_SIZE:
            self.clear()
        self[literal] = value
        return value


_DECIMALS = _Decimals()


class _RepeatedKeyError(Exception):
    """An object has a key twice; its place is found by a second look at the text."""


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _RepeatedKeyError
    return members


def _refusal(
    what: str, rule: str, text: str = "", offset: int = 0, *, next_step: str
) -> DocumentError:
    """The error for a document; without a text its place is the beginning."""
    line, column = line_and_column(text, offset)
    return DocumentError(what, rule=rule, line=line, column=column, next_step=next_step)


def _twice(text: str) -> DocumentError:
    key, offset = repeated_key(text) or ("", 0)
    return _refusal(
        f"key {key!r:.80} appears twice in one object",
        "duplicate-key",
        text,
        offset,
        next_step="run 'pricectl validate' to see both places",
    )


# How the messages of `json` begin, which end in "at" or differ by Python version -> what is wrong,
# and what it often is.
_SYNTAX_ERRORS = {
    "Expecting property name": (
        "a key in double quotes is missing here",
        "a trailing comma or a comment?",
    ),
    "Illegal trailing comma": ("a comma stands before a closing bracket", "remove the comma"),
    "Expecting ',' delimiter": (
        "a comma or a closing bracket is missing here",
        "a missing comma or bracket?",
    ),
    "Expecting ':' delimiter": ("a colon is missing after the key", ""),
    "Expecting value": ("a value is missing here", ""),
    "Extra data": ("more text follows the document", "one document only"),
    "Unterminated string": ("the string that starts here has no closing quote", ""),
    "Invalid control character": (
        "a string has a control character such as a line break or a tab",
        "write it as an escape, such as \\n",
    ),
    "Invalid \\uXXXX escape": ("\\u is not followed by four hexadecimal digits", ""),
    "Invalid \\escape": ("a string has a backslash that begins no escape", "double it"),
}


def _syntax_error(text: str, error: json.JSONDecodeError) -> DocumentError:
    if not text[error.pos :].strip():
        what, next_step = "the document ends too early", "is the file cut off?"
    else:
        messages = (row for start, row in _SYNTAX_ERRORS.items() if error.msg.startswith(start))
        what, next_step = next(messages, ("its syntax is wrong here", ""))
        what = f"not JSON: {what}"
    line, column = error.lineno, error.colno
    return DocumentError(what, rule="json-syntax", line=line, column=column, next_step=next_step)


def _too_deep(text: str) -> DocumentError:
    offset, _ = too_deep(text, MAX_DEPTH) or (0, 0)
    return _refusal(
        f"brackets nest deeper than {MAX_DEPTH} levels",
        "document-depth",
        text,
        offset,
        next_step="a catalog needs about five",
    )


_CONTAINERS = frozenset({dict, list})


def _is_deeper(value: Json) -> bool:
    # Level by level instead of by recursion, which a deep document would exhaust.
    level: list[Any] = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if type(parent) is dict else parent)
            # What json.loads makes is of these very types, which is faster to ask than isinstance.
            if type(child) in _CONTAINERS
        ]
        if not level:
            return False
    return True
