"""The values of a record: exact decimal strings, quantities, its checksum.

A record is plain JSON. Money and factors are decimal strings in USD, since a JSON number loses
digits in many readers.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NoReturn

from pricectl.core.errors import PricingError
from pricectl.core.money import PICO_PER_USD, exact, usd
from pricectl.core.units import UNITS

RECORD_SCHEMA = "pricectl.record/1"
CHECKSUM = "checksum"
# Longer than any exact number of a record; a longer one is not converted.
MAX_DIGITS = 1000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+|/0*[1-9][0-9]*)?")


class BadRecord(PricingError):
    """A record that is damaged, or was altered, so that it explains nothing."""


def refuse(where: str, what: str, next_step: str = "") -> NoReturn:
    """Raise BadRecord for a member of a record."""
    step = next_step or "use the record as the service wrote it"
    raise BadRecord(what, where=f"record: {where}" if where else "record", next_step=step)


def usd_text(pico_usd: int) -> str:
    """Picodollars as exact dollars, without zeros at the end.

    >>> usd_text(2_500_000), usd_text(0)
    ('0.0000025', '0')
    """
    return usd(pico_usd, min_decimals=0)


def read_pico_usd(value: object, where: str) -> int:
    """Exact dollars as picodollars. Raises BadRecord."""
    amount = read_number(value, where) * PICO_PER_USD
    if amount.denominator != 1:
        refuse(where, f"{value!r:.60} is finer than a picodollar")
    return amount.numerator


def number_text(number: Fraction) -> str:
    """An exact number; a fraction where no decimal is exact."""
    return exact(number)


def read_number(value: object, where: str) -> Fraction:
    """A number as `number_text` writes it. Raises BadRecord.

    >>> read_number("0.15", ""), read_number("-7/3", "")
    (Fraction(3, 20), Fraction(-7, 3))
    """
    if isinstance(value, str) and len(value) <= MAX_DIGITS and _NUMBER.fullmatch(value):
        return Fraction(value)
    refuse(where, f"{value!r:.60} is not an exact number")


def quantity_text(unit: str, count: int) -> int | str:
    """A count as people count it; an amount such as seconds as a decimal string.

    >>> quantity_text("input", 10), quantity_text("second", 12_500)
    (10, '12.5')
    """
    return number_text(Fraction(count, 1000)) if UNITS[unit].divisible else count


def read_count(unit: str, value: object, where: str) -> int:
    """A quantity as a count; seconds in thousandths. Raises BadRecord."""
    if unit not in UNITS:
        refuse(where, f"{unit!r:.60} is a unit that this release does not know", "update pricectl")
    if not UNITS[unit].divisible:
        return read_whole(value, where)
    count = read_number(value, where) * 1000
    if count.denominator != 1 or count < 0:
        refuse(where, f"{value!r:.60} is not an amount")
    return count.numerator


def read_whole(value: object, where: str) -> int:
    """A whole number from 0 on. Raises BadRecord."""
    if type(value) is not int or value < 0:
        refuse(where, f"{value!r:.60} is not a count")
    return value


def with_checksum(record: Mapping[str, Any]) -> dict[str, Any]:
    """The record with the hash of its members, and which these are.

    Members that a store or a later release adds at the top do not change it.
    """
    members = list(record)
    return {**record, CHECKSUM: {"sha256": _hash(record, members), "members": members}}


def check_checksum(record: Mapping[str, Any]) -> None:
    """Check that the members are those that were written. Raises BadRecord."""
    checksum = record.get(CHECKSUM)
    if not isinstance(checksum, dict) or not isinstance(checksum.get("members"), list):
        refuse(CHECKSUM, "is missing")
    members = checksum["members"]
    missing = [name for name in members if not isinstance(name, str) or name not in record]
    if missing:
        refuse(CHECKSUM, f"the member {missing[0]!r:.60} is missing")
    if _hash(record, members) != checksum.get("sha256"):
        refuse(CHECKSUM, "the record is not as it was written: its checksum differs")


def _hash(record: Mapping[str, Any], members: list[str]) -> str:
    """The SHA-256 of some members as JSON whose keys are in order."""
    covered = {name: record[name] for name in members}
    text = json.dumps(covered, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()
