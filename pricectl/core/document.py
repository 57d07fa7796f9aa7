"""Text to JSON values, strictly: what two readers could read differently is refused.

Numbers become int or Decimal, never float. A number that must not be converted (NaN, an exponent
of a million, thousands of digits) stays in the document as `Unreadable`, so that one bad price is
one finding and not the end of the check.
"""

import json
from collections import Counter
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from pricectl.core.errors import DocumentError

MAX_BYTES = 8 * 1024 * 1024
MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 64
MAX_EXPONENT = 100
MEMO_SIZE = 8192

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | Decimal | bool | Unreadable | None"


class Unreadable(NamedTuple):
    """A number as it was written, left alone because converting it is meaningless or unsafe."""

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
    text = decode(data)
    try:
        value: Json = json.loads(
            text,
            parse_float=_DECIMALS.__getitem__,
            parse_int=_integer,
            parse_constant=Unreadable,
            object_pairs_hook=None if allow_duplicates else _unique,
        )
    except json.JSONDecodeError as error:
        raise _syntax_error(text, error) from None
    except RecursionError:
        raise _too_deep() from None
    except _DuplicateKey as duplicate:
        raise DocumentError(
            f"key {duplicate.key!r:.80} appears twice in one object",
            rule="duplicate-key",
            next_step="run 'pricectl validate' to see both places",
        ) from None
    _check_depth(value)
    _check_characters(text, value)
    return value


def decode(data: bytes | str) -> str:
    """Bytes to text: UTF-8 without a byte order mark, at most 8 MiB, not empty.

    Raises DocumentError.
    """
    if len(data) > MAX_BYTES:
        raise DocumentError(
            f"the document is larger than {MAX_BYTES // 1024 // 1024} MiB",
            rule="document-size",
            next_step="check that this is the catalog",
        )
    text = data if isinstance(data, str) else _decode_utf8(data)
    if text.startswith("\ufeff"):
        raise DocumentError(
            "the document starts with a byte order mark",
            rule="encoding",
            next_step="save it as UTF-8 without BOM",
        )
    if not text.strip():
        raise DocumentError(
            "the document is empty",
            rule="json-syntax",
            next_step="restore it, for example with 'git checkout -- FILE'",
        )
    return text


def _decode_utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start].decode("utf-8")
        raise DocumentError(
            f"byte 0x{data[error.start]:02x} is not UTF-8",
            rule="encoding",
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            next_step="save the file as UTF-8",
        ) from None


class _Decimals(dict[str, "Decimal | Unreadable"]):
    """Numbers by how they are written, which a catalog repeats; what is too long is not kept."""

    def __missing__(self, literal: str) -> Decimal | Unreadable:
        if len(literal) > MAX_NUMBER_CHARACTERS:
            return Unreadable(literal)
        if len(self) >= MEMO_SIZE:
            self.clear()
        value = self[literal] = _decimal(literal)
        return value


def _decimal(literal: str) -> Decimal | Unreadable:
    try:
        value = Decimal(literal)
    except ArithmeticError:  # an exponent that decimal itself cannot hold
        return Unreadable(literal)
    if value and not (value.is_finite() and abs(value.adjusted()) <= MAX_EXPONENT):
        return Unreadable(literal)
    return value or Decimal(0)


_DECIMALS = _Decimals()


def _integer(literal: str) -> int | Unreadable:
    return Unreadable(literal) if len(literal) > MAX_NUMBER_CHARACTERS else int(literal)


class _DuplicateKey(Exception):
    def __init__(self, key: str) -> None:
        self.key = key


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        raise _DuplicateKey(next(key for key, _ in pairs if counts[key] > 1))
    return members


def _syntax_error(text: str, error: json.JSONDecodeError) -> DocumentError:
    hints = {
        "Expecting property name enclosed in double quotes": "a trailing comma or a comment?",
        "Illegal trailing comma before end of object": "remove the comma",
        "Illegal trailing comma before end of array": "remove the comma",
        "Expecting ',' delimiter": "a missing comma or bracket?",
        "Extra data": "one document only",
    }
    at_end = not text[error.pos :].strip()
    return DocumentError(
        "the document ends too early" if at_end else f"not JSON: {error.msg}",
        rule="json-syntax",
        line=error.lineno,
        column=error.colno,
        next_step="is the file cut off?" if at_end else hints.get(error.msg, ""),
    )


def _too_deep() -> DocumentError:
    return DocumentError(
        f"brackets nest deeper than {MAX_DEPTH} levels",
        rule="document-depth",
        next_step="a catalog needs about five",
    )


def _children(value: Json) -> list[Json]:
    if type(value) is dict:
        return list(value.values())
    return value if type(value) is list else []


def _check_depth(value: Json) -> None:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for parent in level for child in _children(parent)]
        level = [child for child in level if type(child) is dict or type(child) is list]
        if not level:
            return
    raise _too_deep()


def _check_characters(text: str, value: Json) -> None:
    """Refuse lone surrogates: they parse, then crash whoever writes them out."""
    if "\\u" not in text and text.isascii():
        return
    try:
        json.dumps(value, default=str, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError as error:
        raise DocumentError(
            f"lone surrogate \\u{ord(error.object[error.start]):04x} in a string",
            rule="encoding",
            next_step="write the character itself",
        ) from None
