"""Differences in notation only: another order of members, another spelling of a number."""

import json
import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from pricectl.core.document import Json
from pricectl.core.money import plain_decimal

_NUMBER = re.compile(rb"-?\d[\d.eE+-]*")


class _Literal(str):
    """A number as it was written."""

    __slots__ = ()


def reordered(old: Mapping[str, Json], new: Mapping[str, Json], depth: int = 3) -> int:
    """How many objects, down to the rows, have their common members in another order."""
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
    """How many numbers of both documents are equal but written differently.

    The parsed documents cannot tell: 2.5e-06 and 0.0000025 are the same Decimal. So the texts are
    parsed again, as literals, but only where the lines that differ hold such a number. A number
    that both sides write in both ways, in many rows alike, may go uncounted.
    """
    before, after = _differing_lines(old.split(b"\n"), new.split(b"\n"))
    mine, theirs = _spellings(before), _spellings(after)
    if all(theirs.get(value, spelled) == spelled for value, spelled in mine.items()):
        return 0
    documents = (json.loads(data, parse_float=_Literal, parse_int=_Literal) for data in (old, new))
    return _respelled(*documents)


def _differing_lines(old: list[bytes], new: list[bytes]) -> tuple[set[bytes], set[bytes]]:
    """The lines that one text has and the other has not; of equally many, those that differ."""
    if len(old) == len(new):  # an edit of values; this is faster than two sets
        pairs = [pair for pair in zip(old, new, strict=True) if pair[0] != pair[1]]
        return {before for before, _ in pairs}, {after for _, after in pairs}
    before, after = set(old), set(new)
    return before - after, after - before


def _spellings(lines: Iterable[bytes]) -> Mapping[Decimal, set[bytes]]:
    """How the lines write each number, keys and texts included, which is more than is needed."""
    literals = {literal for line in lines for literal in _NUMBER.findall(line)}
    spellings: dict[Decimal, set[bytes]] = {}
    for literal in literals:
        value = plain_decimal(literal.decode())
        if value is not None:
            spellings.setdefault(value, set()).add(literal)
    return spellings


def _respelled(old: object, new: object) -> int:
    if isinstance(old, dict) and isinstance(new, dict):
        return sum(_respelled(value, new[name]) for name, value in old.items() if name in new)
    if isinstance(old, list) and isinstance(new, list):
        return sum(map(_respelled, old, new))
    if not isinstance(old, _Literal) or not isinstance(new, _Literal) or old == new:
        return 0
    value = plain_decimal(old)
    return int(value is not None and value == plain_decimal(new))
