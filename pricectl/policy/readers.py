"""Read one value of a setting, or raise BadSettings with where it is and what to write."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar

from pricectl.core.money import is_bounded, plain_decimal
from pricectl.core.near import meant
from pricectl.core.typed_counts import read_count
from pricectl.core.units import UNITS, is_token_unit
from pricectl.policy.values import BadSettings, SettingValue

# A reader gets a value as TOML has it and where it stands, such as "pricectl.toml: limits.highest".
SettingReader: TypeAlias = Callable[[Any, str], Any]
T = TypeVar("T")
PERCENT = 'write 20 or "20%" (0 or more)'
FALLBACK_WORDS = ("default", "reference")
# A hundred years: a longer age is a typing error, and dates end in the year 9999.
MAX_DAYS = 36_500
MAX_WORD = 60


def _instance_of(kind: type[T], described: str) -> Callable[[Any, str], T]:
    def read(value: Any, where: str) -> T:
        # True is an int, but nobody writes it for a number.
        if not isinstance(value, kind) or isinstance(value, bool):
            raise BadSettings(f"{value!r:.60} is not {described}", where=where)
        return value

    return read


text = _instance_of(str, "a text")
table = _instance_of(dict, "a table")


def array(value: Any, where: str) -> list[Any]:
    """A list, of whatever."""
    if not isinstance(value, list):
        # One word alone is the usual slip.
        step = f'write ["{value}"]' if isinstance(value, str) and len(value) < MAX_WORD else ""
        raise BadSettings(f"{value!r:.60} is not a list", where=where, next_step=step)
    return value


def fallback(value: Any, where: str) -> str:
    """Who answers for a name that the catalog does not have."""
    if value not in FALLBACK_WORDS:
        known = meant(f"{value!s:.60}", FALLBACK_WORDS)
        raise BadSettings(f"{value!r:.60} is not a fallback", where=where, next_step=known)
    return str(value)


def texts(value: Any, where: str) -> tuple[str, ...]:
    """A list of texts."""
    return tuple(text(item, where) for item in array(value, where))


def text_by_name(value: Any, where: str) -> Mapping[str, str]:
    """A table of texts."""
    return {name: text(item, f"{where}.{name}") for name, item in table(value, where).items()}


def days(value: Any, where: str) -> int:
    """A number of days, 0 to MAX_DAYS."""
    if type(value) is not int or not 0 <= value <= MAX_DAYS:
        # An int may be too long to show.
        value_text = "it" if type(value) is int else f"{value!r:.60}"
        allowed = f"a number of days, 0 to {MAX_DAYS}"
        raise BadSettings(
            f"{value_text} is not a whole number of days", where=where, next_step=allowed
        )
    return value


def day(value: Any, where: str) -> date:
    """A date of TOML, or a text in its form."""
    # A datetime is a date, too; its hour would be dropped in silence.
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, datetime):
        try:
            return date.fromisoformat(text(value, where))
        except ValueError:
            pass
    value_text = value if isinstance(value, datetime) else repr(value)
    raise BadSettings(f"{value_text} is not a valid date", where=where, next_step="2026-12-31")


def one_of(*words: str) -> SettingReader:
    """A reader of one of these words."""

    def read(value: Any, where: str) -> str:
        if value not in words:
            known = meant(f"{value!s:.60}", words)
            raise BadSettings(f"unknown word {value!r:.60}", where=where, next_step=known)
        return str(value)

    return read


def some_of(*words: str) -> SettingReader:
    """A reader of a list of these words."""

    def read(value: Any, where: str) -> tuple[str, ...]:
        return tuple(one_of(*words)(item, where) for item in array(value, where))

    return read


def count(value: Any) -> Any:
    """A count as an int where it is written as 1e6, "1.5M" or "100k"; else the value itself."""
    if isinstance(value, str):
        typed = read_count(value)
        return value if typed is None else typed
    # 1e6 has no decimals; 5.0 has one, and may be a price at the wrong place.
    if not isinstance(value, Decimal) or not is_bounded(value):
        return value
    return int(value) if int(value.as_tuple().exponent) >= 0 else value


def percent(value: Any, where: str) -> Decimal:
    """A percentage of zero or more: a number, or a text such as "20%"."""
    number = plain_decimal(value.strip().removesuffix("%")) if isinstance(value, str) else value
    if isinstance(number, bool) or not isinstance(number, (int, Decimal)) or number < 0:
        raise BadSettings(f"{value!r:.40} is not a percentage", where=where, next_step=PERCENT)
    return Decimal(number)


def scalar(value: Any, where: str) -> SettingValue:
    """A number, a text, true or false."""
    if not isinstance(value, (bool, int, Decimal, str)):
        raise BadSettings(f"{value!r:.60} is not a number or a text", where=where)
    return value


def price(value: Any, where: str, unit: str = "USD per 1M tokens") -> Decimal:
    """A price above zero; TOML numbers with a point arrive as Decimal."""
    # Zero too: as a highest price it would report every row.
    if isinstance(value, bool) or not isinstance(value, (int, Decimal)) or value <= 0:
        raise BadSettings(f"{value!r:.60} is not a price", where=where, next_step=unit)
    return Decimal(value)


def unit_prices(value: Any, where: str) -> Mapping[str, Decimal]:
    """A table of prices by unit, in USD per 1M tokens or per unit."""
    prices = {}
    for name, written in table(value, where).items():
        if name not in UNITS:
            known = meant(name, UNITS)
            raise BadSettings(f"unknown unit {name!r:.60}", where=where, next_step=known)
        per = "1M tokens" if is_token_unit(name) else UNITS[name].counts
        prices[name] = price(written, f"{where}.{name}", f"USD per {per}")
    return prices
