"""Strict JSON: refuses text that two parsers could read differently.

Numbers become int or Decimal, never float. A number that must not be converted (NaN, an exponent
of a million, thousands of digits) stays in the document as `Unreadable`, so that one bad price is
one finding and not the end of the check.
"""

import json
from collections import Counter
from contextlib import suppress
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
    except RecursionError:
        raise _too_deep() from None
    _check_depth(value)
    # Lone surrogates parse, then crash whoever writes them out.
    if "\\u" in text or not text.isascii():
        try:
            json.dumps(value, default=str, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError as error:
            raise DocumentError(
                f"lone surrogate \\u{ord(error.object[error.start]):04x} in a string",
                rule="encoding",
                next_step="write the character itself",
            ) from None
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
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8")
        raise DocumentError(
            f"byte 0x{error.object[error.start]:02x} is not UTF-8",
            rule="encoding",
            line=before.count("\n") + 1,
            column=len(before) - before.rfind("\n"),
            next_step="save the file as UTF-8",
        ) from None
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


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    members = dict(pairs)
    if len(members) != len(pairs):
        counts = Counter(key for key, _ in pairs)
        twice = next(key for key, _ in pairs if counts[key] > 1)
        raise DocumentError(
            f"key {twice!r:.80} appears twice in one object",
            rule="duplicate-key",
            next_step="run 'pricectl validate' to see both places",
        )
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


def _check_depth(value: Json) -> None:
    # Level by level instead of by recursion, which a deep document would exhaust.
    level = [value] if isinstance(value, (dict, list)) else []
    for _ in range(MAX_DEPTH):
        level = [
            child
            for parent in level
            for child in (parent.values() if isinstance(parent, dict) else parent)
            if isinstance(child, (dict, list))
        ]
        if not level:
            return
    raise _too_deep()
