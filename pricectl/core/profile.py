"""How a customer is charged: the markup, the credits and their rounding, read from settings."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.errors import BadProfile
from pricectl.core.money import (
    ROUNDINGS,
    Rounding,
    is_bounded,
    number_text,
    plain_decimal,
    unknown_rounding,
)
from pricectl.core.near import meant
from pricectl.core.profile_rule_settings import read_rules
from pricectl.core.profile_rules import ProfileRule

MAX_AMOUNT = 10**15


class Profile(NamedTuple):
    """How a customer is charged; amounts are exact.

    `tokens_per_credit` is positive, every other number zero or more. `rules` replace the markup and
    change the cost, or add a fee, for some calls. With `prefer_stated_cost`, what a response says
    that it cost is what the team pays, where the seller's price varies by upstream.
    """

    name: str = "default"
    markup_percent: Fraction = Fraction(0)
    credits_per_dollar: Fraction = Fraction(10)
    tokens_per_credit: Fraction = Fraction(10_000)
    credits_per_job: int = 1
    minimum_credits: int = 1
    rounding: Rounding = "up"
    rules: tuple[ProfileRule, ...] = ()
    prefer_stated_cost: bool = False

    @property
    def numbers(self) -> dict[str, Fraction | int]:
        """The settings that are numbers, by name."""
        return {
            name: value
            for name, value in self._asdict().items()
            if isinstance(value, int | Fraction) and not isinstance(value, bool)
        }

    @property
    def is_dated(self) -> bool:
        """Whether a rule depends on the day of the call."""
        return any(rule.from_day or rule.until_day for rule in self.rules)

    @classmethod
    def read(cls, settings: Mapping[str, object], name: str = "default") -> "Profile":
        """A profile from settings: int, Decimal or decimal strings; never float. Raises BadProfile.

        >>> Profile.read({"markup_percent": "12.5"}).markup_percent
        Fraction(25, 2)
        """
        unknown = settings.keys() - set(cls._fields) | settings.keys() & {"name"}
        if unknown:
            raise BadProfile(
                f"unknown setting {', '.join(sorted(unknown))}",
                where=f"profile {name}",
                next_step=meant(min(unknown), cls._fields[1:]),
            )
        values = {
            key: _READERS[key](value, f"profile {name}: {key}") for key, value in settings.items()
        }
        return cls(name, **values)  # type: ignore[arg-type]


def _amount(value: object, where: str) -> Fraction:
    read = plain_decimal(value) if isinstance(value, str) else value
    if type(read) is int and 0 <= read <= MAX_AMOUNT:
        return Fraction(read)
    if isinstance(read, Decimal) and is_bounded(read) and 0 <= read <= MAX_AMOUNT:
        return Fraction(read)
    step = f"write a number from 0 to {MAX_AMOUNT:,}"
    if where.endswith("markup_percent"):
        step += "; only a rule may have a negative markup"
    raise BadProfile(f"{number_text(value)} is not an amount", where=where, next_step=step)


def _positive(value: object, where: str) -> Fraction:
    amount = _amount(value, where)
    if not amount:
        raise BadProfile("is zero", where=where, next_step="write a number above 0")
    return amount


def _whole(value: object, where: str) -> int:
    amount = _amount(value, where)
    if amount.denominator != 1:
        raise BadProfile(
            f"{value} is not a whole number", where=where, next_step="write whole credits"
        )
    return amount.numerator


def _rounding(value: object, where: str) -> Rounding:
    if not isinstance(value, str) or value not in ROUNDINGS:
        raise unknown_rounding(value, where)
    return value


def _switch(value: object, where: str) -> bool:
    if not isinstance(value, bool):
        what = f"{value!r:.60} is not true or false"
        raise BadProfile(what, where=where, next_step="write true or false")
    return value


_READERS = {
    "markup_percent": _amount,
    "credits_per_dollar": _amount,
    "tokens_per_credit": _positive,
    "credits_per_job": _whole,
    "minimum_credits": _whole,
    "rounding": _rounding,
    "rules": read_rules,
    "prefer_stated_cost": _switch,
}
