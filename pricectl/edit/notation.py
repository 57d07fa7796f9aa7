"""How prices are spelled in a catalog, so that a slip of an exponent is plain to see.

A token price has the exponent -06: the number before it is the price per 1M tokens. Every other
price is a plain decimal. Prices in this form stay unchanged, also `2.50e-06` and `0`.
"""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core.catalog import RESERVED
from pricectl.core.document import MAX_NUMBER_CHARACTERS, Json
from pricectl.core.money import shifted
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import DATED_LISTS
from pricectl.core.units import NESTED_KEYS, Unit, is_token_unit, parse_key

MTOK_EXPONENT = 6
LISTS_OF_PRICES = (*DATED_LISTS, "tiered_pricing")
OFF_PEAK_KEY = "off_peak_pricing"
_PER_MTOK = re.compile(r"\d+(?:\.\d+)?e-06", re.ASCII)
_PLAIN = re.compile(r"\d+(?:\.\d+)?", re.ASCII)


# Most rows of a catalog have the same few keys.
_parse_key = lru_cache(maxsize=4096)(parse_key)


class Respelled(NamedTuple):
    """A price's old spelling and the normalised one."""

    pointer: str
    old: str
    new: str


def spelled(literal: str, price: Json, unit: Unit) -> str:
    """A price of a unit as the catalog spells it; exactly the same number.

    `price` is what the strict reader made of the literal; unreadable numbers stay as they are.

    >>> from pricectl.core.units import UNITS
    >>> spelled("0.0000025", Decimal("0.0000025"), UNITS["input"])
    '2.5e-06'
    >>> spelled("4e-2", Decimal("0.04"), UNITS["output_image_file"])
    '0.04'
    >>> spelled("0.10", Decimal("0.10"), UNITS["page"])
    '0.10'
    """
    if isinstance(price, bool) or not isinstance(price, (int, Decimal)) or price < 0:
        return literal
    if price == 0:
        return literal if _PLAIN.fullmatch(literal) or _PER_MTOK.fullmatch(literal) else "0"
    per_mtok = is_token_unit(unit.name) and unit.priced_by == 1
    if (_PER_MTOK if per_mtok else _PLAIN).fullmatch(literal):
        return literal
    new = f"{shifted(price, MTOK_EXPONENT)}e-06" if per_mtok else shifted(price, 0)
    return new if len(new) <= MAX_NUMBER_CHARACTERS else literal


def respellings(text: str, positions: Positions, values: Json) -> Iterator[Respelled]:
    """Every price of a catalog that is spelled otherwise than the catalog's style.

    `values` is the parsed document, so that no number is read again.
    """
    root = values if isinstance(values, dict) else {}
    metadata = root.get("metadata")
    if isinstance(metadata, dict):
        default = metadata.get("default_pricing")
        yield from _of_object(text, positions, default, DEFAULT_PRICING_POINTER)
    for name, section in root.items():
        if name not in RESERVED and isinstance(section, dict):
            for model, row in section.items():
                yield from _of_object(text, positions, row, pointer_to(name, model))


def _of_object(
    text: str, positions: Positions, prices: Json, pointer: str, prefix: str = ""
) -> Iterator[Respelled]:
    """The respelled prices of an object and of the price lists in it, in the order of the text."""
    if not isinstance(prices, dict):
        return
    for member in positions.members(pointer):
        value, where = prices[member.key], pointer + pointer_to(member.key)
        if isinstance(value, (int, Decimal)) and (key := _parse_key(prefix + member.key)):
            literal = text[member.start : member.end]
            new = spelled(literal, value, key.unit)
            if new != literal:
                yield Respelled(where, literal, new)
        elif member.key in NESTED_KEYS:
            yield from _of_object(text, positions, value, where, f"{member.key}.")
        elif member.key == OFF_PEAK_KEY:
            yield from _of_object(text, positions, value, where)
        elif member.key in LISTS_OF_PRICES and isinstance(value, list):
            for index, item in enumerate(value):
                yield from _of_object(text, positions, item, f"{where}/{index}")
