"""Money is an integer number of picodollars (1e-12 USD).

Only this module parses, rounds and renders it.
$1 per 1M tokens is 1,000,000 picodollars a token, so every price of up to six decimals per 1M
tokens is exact. Rounding happens at load (`pico_usd`), in a product whose price buys a thousand
counts (seconds in thousandths), when credits are charged, and for display.
"""

from collections.abc import Callable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal, TypeAlias

from pricectl.core.errors import BadProfile

PICO_PER_USD = 10**12
TOKENS_PER_MTOK = 10**6
MAX_CHARACTERS = 64
# A number of more digits is not written out in a message.
MAX_SHOWN_DIGITS = 20

# How many are added to the whole part of a division: a function of the whole part, the remainder
# and the denominator, all of the number without its sign. A new rounding is one row here and its
# test; then `make schema` writes it into the schemas.
ROUNDINGS: Mapping[str, Callable[[int, int, int], int]] = MappingProxyType(
    {
        "up": lambda _, rest, __: rest > 0,
        "down": lambda _, __, ___: 0,
        "half-even": lambda whole, rest, denominator: rest * 2 + whole % 2 > denominator,
    }
)
if TYPE_CHECKING:
    Rounding: TypeAlias = str
else:
    # A type checker cannot read the table, but validators such as pydantic's can.
    Rounding = Literal[tuple(ROUNDINGS)]

# Wide enough for every number `document` lets through; the ambient decimal context is never used.
_CONTEXT = Context(prec=400, rounding=ROUND_HALF_EVEN, Emin=-999999, Emax=999999)


@lru_cache(maxsize=8192)
def pico_usd(price_usd: Decimal | int) -> int:
    """A price in USD as picodollars; finer digits are rounded half-even.

    >>> pico_usd(Decimal("2.5e-06"))
    2500000
    >>> pico_usd(Decimal("0.0000029999900000000002"))
    2999990
    """
    return int(_CONTEXT.to_integral_value(_scaled(price_usd)))


def is_exact(price_usd: Decimal | int) -> bool:
    """Whether a price in USD is a whole number of picodollars, so that loading it rounds nothing.

    >>> is_exact(Decimal("7.5e-08")), is_exact(Decimal("0.0000029999900000000002"))
    (True, False)
    """
    scaled = _scaled(price_usd)
    return scaled == _CONTEXT.to_integral_value(scaled)


def _scaled(price_usd: Decimal | int) -> Decimal:
    return _CONTEXT.scaleb(Decimal(price_usd), 12)


def divide(numerator: int, denominator: int, rounding: Rounding) -> int:
    """The only rounding function: numerator / denominator as a whole number.

    "up" goes away from zero, "down" towards zero, "half-even" to the nearest, ties to even.
    The denominator is positive. Raises BadProfile for a rounding that is not in ROUNDINGS: only a
    profile may name one that the code does not spell out.

    >>> [divide(29, 10, rounding) for rounding in ("up", "down", "half-even")]
    [3, 2, 3]
    """
    whole, rest = divmod(abs(numerator), denominator)
    if rounding == "half-even":  # as in its row, without a call: this is in the calculator's loop
        whole += rest * 2 + whole % 2 > denominator
    else:
        try:
            added = ROUNDINGS[rounding]
        except (KeyError, TypeError):  # TypeError: a list or another value that no key can be
            raise unknown_rounding(rounding) from None
        whole += added(whole, rest, denominator)
    return whole if numerator >= 0 else -whole


def unknown_rounding(value: object, where: str = "") -> BadProfile:
    """The error for a rounding that is not in ROUNDINGS."""
    from pricectl.core.near import meant

    next_step = meant(str(value), ROUNDINGS)
    return BadProfile(f"{value!r:.60} is not a rounding", where=where, next_step=next_step)


def usd(amount_pico_usd: int, *, min_decimals: int = 2) -> str:
    """Picodollars as dollars, every digit shown, no exponent, no currency sign.

    >>> usd(7_500_000_000), usd(1), usd(3 * PICO_PER_USD)
    ('0.0075', '0.000000000001', '3.00')
    """
    return _fixed(amount_pico_usd, 12, min_decimals)


def usd_per_mtok(pico_usd_per_token: int) -> str:
    """A token price as dollars per 1M tokens, at full precision.

    >>> usd_per_mtok(2_500_000), usd_per_mtok(75_000), usd_per_mtok(1)
    ('2.50', '0.075', '0.000001')
    """
    return _fixed(pico_usd_per_token, 6, 2)


def exact_usd(amount_pico_usd: Fraction) -> str:
    """An exact amount in dollars, down to fractions of a picodollar.

    >>> exact_usd(Fraction(7_500_000_000)), exact_usd(Fraction(5, 2))
    ('0.0075', '0.0000000000025')
    """
    if amount_pico_usd.denominator == 1:
        return usd(amount_pico_usd.numerator)
    return exact(amount_pico_usd / PICO_PER_USD)


def exact(number: Fraction) -> str:
    """A number with every digit; as a fraction where no decimal is exact.

    >>> exact(Fraction(3, 20)), exact(Fraction(29)), exact(Fraction(-7, 3))
    ('0.15', '29', '-7/3')
    """
    twos = (number.denominator & -number.denominator).bit_length() - 1
    fives, rest = 0, number.denominator >> twos
    while rest % 5 == 0:
        fives, rest = fives + 1, rest // 5
    decimals = max(twos, fives)
    return _fixed(int(number * 10**decimals), decimals, 0) if rest == 1 else str(number)


def _fixed(amount: int, decimals: int, min_decimals: int) -> str:
    whole, rest = divmod(abs(amount), 10**decimals)
    digits = f"{rest:0{decimals}d}".rstrip("0").ljust(min_decimals, "0")
    sign = "-" if amount < 0 else ""
    return f"{sign}{whole}.{digits}" if digits else f"{sign}{whole}"


def shifted(number: Decimal | int, digits: int) -> str:
    """A number with its point moved to the right: every digit kept, no zero at the end.

    >>> shifted(Decimal("2.50e-06"), 6), shifted(Decimal("4E-2"), 0)
    ('2.5', '0.04')
    """
    sign, figures, exponent = Decimal(number).as_tuple()
    plain = format(Decimal((sign, figures, int(exponent) + digits)), "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def parse_usd(text: str) -> int:
    """The inverse of `usd`: plain decimal dollars to picodollars. Raises ValueError.

    >>> parse_usd("0.0075")
    7500000000
    """
    amount = plain_decimal(text)
    if amount is None:
        raise ValueError(f"not a plain decimal number: {text[:MAX_CHARACTERS]!r}")
    return pico_usd(amount)


def plain_decimal(text: str) -> Decimal | None:
    """A number as people type it; None for anything else, also full-width digits, underscores.

    >>> plain_decimal("12.5"), plain_decimal("1_000"), plain_decimal("1e1000000")
    (Decimal('12.5'), None, None)
    """
    if not text.isascii() or "_" in text or len(text) > MAX_CHARACTERS:
        return None
    try:
        amount = Decimal(text)
    except ArithmeticError:
        return None
    return amount if is_bounded(amount) else None


def number_text(value: object) -> str:
    """A number that a setting has as a message shows it; anything else as it is written.

    >>> number_text(-5), number_text(Decimal("1e3")), number_text("30%"), number_text(10**5000)
    ('-5', '1000', "'30%'", 'this number')
    """
    if type(value) is int:
        # It may be too long to be written out.
        return str(value) if abs(value) < 10**MAX_SHOWN_DIGITS else "this number"
    if isinstance(value, Decimal) and abs(value.adjusted()) < MAX_SHOWN_DIGITS:
        return f"{value:f}"[:MAX_CHARACTERS]
    return f"{value!r:.60}"


def is_bounded(amount: Decimal) -> bool:
    """Whether a number is finite, with few enough digits to convert it exactly at no great cost.

    >>> is_bounded(Decimal("12.5")), is_bounded(Decimal("1e-9999999")), is_bounded(Decimal("NaN"))
    (True, False, False)
    """
    return (
        amount.is_finite()
        and abs(amount.adjusted()) <= MAX_CHARACTERS
        and len(amount.as_tuple().digits) <= MAX_CHARACTERS
    )
