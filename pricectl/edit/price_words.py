"""Prices as people write them, and as the catalog spells them; exact, never a float.

A price is a whole number of picodollars for what its key's price buys: one token, page or second,
a thousand calls.
"""

import re
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple

from pricectl.core.money import divide, is_exact, pico_usd, plain_decimal, shifted
from pricectl.core.units import Unit
from pricectl.edit.assignments import BadEdit

PICO_DIGITS = 12
MTOK_DIGITS = 6
# A number below this is not a price per 1M tokens; between them nobody can tell.
SURELY_PER_TOKEN = Decimal("0.0001")
MOST_PERCENT = 10_000
_PRICE = re.compile(r"\$?\s*(?P<number>[0-9.]+(?:[eE][+-]?[0-9]{1,3})?)(?:\s*/\s*(?P<per>\w+))?")
_PERCENT = re.compile(r"(?P<sign>[+-]?)(?P<number>[0-9.]+)\s*%")
_LITERAL = re.compile(
    r"(?P<whole>[0-9]+)(?:\.(?P<part>[0-9]+))?(?:(?P<e>[eE])(?P<sign>[+-]?)(?P<power>[0-9]{1,3}))?"
)
# What follows the slash: how many counts the price is for, as a power of ten.
_PER = {"m": 6, "1m": 6, "mtok": 6, "million": 6, "k": 3, "1k": 3, "1": 0, "token": 0}


class PriceWord(NamedTuple):
    """A price as it was written: an amount, a change by a share of itself, or a share of another.

    `value` is picodollars of an amount, else the factor: 1.1 for +10%, 0.1 for 10%.
    """

    kind: Literal["amount", "change", "share"]
    value: Fraction


def read_price(word: str, unit: Unit, field: str) -> PriceWord:
    """Read a price of a unit. Raises BadEdit with the spellings that can be meant.

    >>> from pricectl.core.units import UNITS
    >>> read_price("2.50/M", UNITS["input"], "input").value, read_price("+10%", UNITS["input"], "")
    (Fraction(2500000, 1), PriceWord(kind='change', value=Fraction(11, 10)))
    """
    percent = _PERCENT.fullmatch(word)
    if percent:
        return _share(percent["sign"], percent["number"], f"{field}={word}")
    found = _PRICE.fullmatch(word)
    number = plain_decimal(found["number"]) if found else None
    if found is None or number is None:
        step = f"write {field}=2.50/M, {field}=+10% or {field}=none"
        raise BadEdit("is not a price", where=f"{field}={word:.60}", next_step=step)
    if found["per"]:
        power = _power(found["per"].lower(), unit)
        if power is None:
            step = f"write {field}={found['number']}/M, /K or /{_counted(unit)}"
            what = f"is not a price per {found['per']:.20}"
            raise BadEdit(what, where=f"{field}={word:.60}", next_step=step)
        # A key such as that of a thousand calls has the price of so many.
        price = _scaled(number, -power) * (1 if unit.divisible else unit.priced_by)
    else:
        _check_unambiguous(found["number"], number, unit, field)
        price = number
    if not is_exact(price):
        raise BadEdit(
            "is finer than a picodollar (1e-12 USD)",
            where=f"{field}={word}",
            next_step="round it to what the seller charges",
        )
    return PriceWord("amount", Fraction(pico_usd(price)))


def _share(sign: str, digits: str, where: str) -> PriceWord:
    number = plain_decimal(digits)
    if number is None or number > MOST_PERCENT:
        raise BadEdit("is not a percentage", where=where, next_step="such as +10%, -5% or 50%")
    share = Fraction(number) / 100
    if not sign:
        return PriceWord("share", share)
    if sign == "-" and share > 1:
        raise BadEdit("would be below zero", where=where)
    return PriceWord("change", 1 + share if sign == "+" else 1 - share)


def _power(per: str, unit: Unit) -> int | None:
    singular = _counted(unit)
    return 0 if per in {singular, unit.name} else _PER.get(per)


def _counted(unit: Unit) -> str:
    """The last word of what a unit counts, such as "token" or "page"."""
    return unit.counts.rpartition(" ")[2].lower()


def _check_unambiguous(written: str, number: Decimal, unit: Unit, field: str) -> None:
    """Check that a number alone can only be a price for one of what the unit counts."""
    if unit.is_token and unit.priced_by == 1:
        clear = number < SURELY_PER_TOKEN or "e-" in written.lower()
        spellings = f"{field}={written}/M for ${written} per 1M tokens or {field}={written}/token"
    else:
        clear = unit.priced_by == 1 or unit.divisible or field == unit.key
        spellings = f"{field}={written}/K or {field}={written}/{_counted(unit)}"
    if not clear:
        where = f"{field}={written}"
        raise BadEdit("can be meant in two ways", where=where, next_step=f"write {spellings}")


def _scaled(number: Decimal, digits: int) -> Decimal:
    """The number with its point moved, every digit kept."""
    sign, figures, exponent = number.as_tuple()
    return Decimal((sign, figures, int(exponent) + digits))


def rounded(pico: Fraction) -> int:
    """A price as whole picodollars, half-even."""
    return divide(pico.numerator, pico.denominator, "half-even")


def price_literal(pico: int, like: str | None, unit: Unit) -> str:
    """A price as the catalog spells it, in the notation of another literal.

    Without one, token prices have the exponent -06, so that the number is dollars per 1M tokens.

    >>> from pricectl.core.units import UNITS
    >>> price_literal(2_000_000, "2.5e-06", UNITS["input"])
    '2e-06'
    >>> price_literal(12_000_000, "1e-05", UNITS["input"])
    '1.2e-05'
    >>> price_literal(2_000_000, "0.0000025", UNITS["input"])
    '0.000002'
    >>> price_literal(2_500_000, "2.00e-06", UNITS["input"]), price_literal(0, "1", UNITS["page"])
    ('2.50e-06', '0')
    """
    if pico == 0:
        return "0"
    per_mtok = unit.is_token and unit.priced_by == 1
    found = _LITERAL.fullmatch(like) if like else None
    if found is None or (found["e"] is None and Decimal(like or 0) == 0):
        found = _LITERAL.fullmatch("1e-06" if per_mtok else "0.1")
        assert found is not None  # noqa: S101 - two literals above
    part = found["part"] or ""
    # Zeros at the end show that the team writes so many decimals.
    decimals = len(part) if part.endswith("0") else 0
    if found["e"] is None:
        return _padded(shifted(Decimal(pico), -PICO_DIGITS), decimals)
    power = int(f"{found['sign']}{found['power']}")
    one_digit = len(found["whole"]) == 1 and found["whole"] != "0"
    if power != -MTOK_DIGITS and one_digit:
        power = len(str(pico)) - 1 - PICO_DIGITS
    sign = "-" if power < 0 else found["sign"].replace("-", "")
    digits = f"{abs(power):0{len(found['power'])}d}"
    mantissa = _padded(shifted(Decimal(pico), -PICO_DIGITS - power), decimals)
    return f"{mantissa}{found['e']}{sign}{digits}"


def _padded(number: str, decimals: int) -> str:
    whole, _, part = number.partition(".")
    part = part.ljust(decimals, "0")
    return f"{whole}.{part}" if part else whole
