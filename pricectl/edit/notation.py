"""How prices are spelled in a catalog, so that a slip of an exponent is plain to see.

A token price has the exponent -06: what stands before it is the price per 1M tokens. Every other
price is a plain decimal. What is spelled so already stays as it is, `2.50e-06` and `0` too.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricectl.check.positions import Member, Positions
from pricectl.core import document
from pricectl.core.catalog import RESERVED
from pricectl.core.document import MAX_NUMBER_CHARACTERS
from pricectl.core.money import shifted
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.units import NESTED_KEYS, PriceKey, Unit, is_token, parse_key

MTOK_EXPONENT = 6
LISTS_OF_PRICES = ("previous", "upcoming", "tiered_pricing")
OFF_PEAK_KEY = "off_peak_pricing"
_PER_MTOK = re.compile(r"\d+(?:\.\d+)?e-06", re.ASCII)
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


class Respelled(NamedTuple):
    """A price in the same words as before and in the catalog's."""

    pointer: str
    old: str
    new: str


def spelled(literal: str, unit: Unit) -> str:
    """A price of a unit as the catalog spells it; exactly the same number.

    >>> from pricectl.core.units import UNITS
    >>> spelled("0.0000025", UNITS["input"]), spelled("1E-05", UNITS["output"])
    ('2.5e-06', '10e-06')
    >>> spelled("4e-2", UNITS["output_image_file"]), spelled("0.10", UNITS["page"])
    ('0.04', '0.10')
    """
    price = document.parse(literal)
    if isinstance(price, bool) or not isinstance(price, (int, Decimal)) or price < 0:
        return literal
    if price == 0:
        return literal if _PLAIN.fullmatch(literal) or _PER_MTOK.fullmatch(literal) else "0"
    per_mtok = is_token(unit.name) and unit.priced_by == 1
    if (_PER_MTOK if per_mtok else _PLAIN).fullmatch(literal):
        return literal
    new = f"{shifted(price, MTOK_EXPONENT)}e-06" if per_mtok else shifted(price, 0)
    return new if len(new) <= MAX_NUMBER_CHARACTERS else literal


def respellings(text: str) -> Iterator[Respelled]:
    """Every price of a catalog's text that is spelled otherwise than the catalog's style."""
    places = Positions(text)
    yield from _walk(places, text, DEFAULT_PRICING_POINTER)
    for section in places.members(""):
        if section.key not in RESERVED:
            where = pointer_to(section.key)
            for row in places.members(where):
                yield from _walk(places, text, where + pointer_to(row.key))


def _walk(places: Positions, text: str, pointer: str, prefix: str = "") -> Iterator[Respelled]:
    for member in places.members(pointer):
        where = pointer + pointer_to(member.key)
        yield from _member(text, member, where, prefix)
        if member.key in NESTED_KEYS:
            yield from _walk(places, text, where, f"{member.key}.")
        elif member.key == OFF_PEAK_KEY:
            yield from _walk(places, text, where)
        elif member.key in LISTS_OF_PRICES:
            for index in range(len(places.members(where))):
                yield from _walk(places, text, f"{where}/{index}")


def _member(text: str, member: Member, pointer: str, prefix: str) -> Iterator[Respelled]:
    literal = text[member.start : member.end]
    if literal[0] not in "-0123456789":
        return
    key = _parse(prefix + member.key)
    new = spelled(literal, key.unit) if key else literal
    if new != literal:
        yield Respelled(pointer, literal, new)


@lru_cache(maxsize=4096)
def _parse(key: str) -> PriceKey | None:
    return parse_key(key)
