"""What only looks different: another order, another spelling of the same number."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal

from pricectl.core.document import Json
from pricectl.core.money import plain_decimal

_STRING = rb'"(?:[^"\\]|\\.)*"'
# A line that holds one member at most, and its number if it is one.
_LINE = re.compile(
    rb"\s*(?:(%(string)s)\s*:\s*)?"
    rb"(?:%(string)s|(-?\d[\d.eE+-]*)|true|false|null|[\[{])?[\]}]*,?\s*" % {b"string": _STRING}
)
# Smaller pairs of documents, in bytes, are parsed again without ado.
_LARGE = 1_000_000


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


def reordered(old: Mapping[str, Json], new: Mapping[str, Json], depth: int = 3) -> int:
    """How many objects, down to the rows, hold their common members in another order."""
    changed = 0
    if list(old) != list(new):
        before, after = [name for name in old if name in new], [name for name in new if name in old]
        changed = int(before != after)
    for name, value in old.items() if depth > 1 else ():
        other = new.get(name)
        if isinstance(value, dict) and isinstance(other, dict):
            changed += reordered(value, other, depth - 1)
    return changed


def respelled(old: bytes, new: bytes) -> int:
    """How many numbers that stand in both documents are the same but written otherwise."""
    if len(old) + len(new) > _LARGE and not _may_be_respelled(old, new):
        return 0
    before, after = (
        json.loads(data, parse_float=_Literal, parse_int=_Literal) for data in (old, new)
    )
    return _respelled(before, after)


def _may_be_respelled(old: bytes, new: bytes) -> bool:
    """Look at the lines that only one side has, which costs far less than another two parses.

    A number written in both ways before and after, in many rows alike, may go uncounted.
    """
    before, after = set(old.split(b"\n")), set(new.split(b"\n"))
    mine, theirs = _numbers(before - after), _numbers(after - before)
    if mine is None or theirs is None:
        return True
    return any(theirs.get(number, literals) != literals for number, literals in mine.items())


_Numbers = dict[tuple[bytes | None, Decimal], set[bytes]]


def _numbers(lines: set[bytes]) -> _Numbers | None:
    """The literals of each key and value; None if a line holds several members."""
    found: _Numbers = {}
    for line in lines:
        member = _LINE.fullmatch(line)
        if member is None:
            return None
        value = plain_decimal(member[2].decode()) if member[2] else None
        if value is not None:
            found.setdefault((member[1], value), set()).add(member[2])
    return found


def _respelled(old: object, new: object) -> int:
    if isinstance(old, dict) and isinstance(new, dict):
        return sum(_respelled(value, new[name]) for name, value in old.items() if name in new)
    if isinstance(old, list) and isinstance(new, list):
        return sum(map(_respelled, old, new))
    if not isinstance(old, _Literal) or not isinstance(new, _Literal) or old == new:
        return 0
    value = plain_decimal(old)
    return int(value is not None and value == plain_decimal(new))
