"""What a job's cost is in credits: markup, budget modes, one rounding a job. Floor 0.

Rounding is done on a job's running total, never per call: rounding each call down makes small calls
free, rounding each up can charge fifteen times too much.
"""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Literal, NamedTuple, overload

from pricectl.core.calculator import Quote
from pricectl.core.errors import BadProfile
from pricectl.core.money import (
    PICO_PER_USD,
    ROUNDINGS,
    Rounding,
    divide,
    is_bounded,
    plain_decimal,
)

Mode = Literal["job_based", "consumption_usd", "consumption_tokens"]
MAX_AMOUNT = 10**15
MODES: tuple[Mode, ...] = ("job_based", "consumption_usd", "consumption_tokens")


class Profile(NamedTuple):
    """How a customer is charged; amounts are exact.

    `tokens_per_credit` is positive, everything else zero or more.
    """

    name: str = "default"
    markup_percent: Fraction = Fraction(0)
    credits_per_dollar: Fraction = Fraction(10)
    tokens_per_credit: Fraction = Fraction(10_000)
    credits_per_job: int = 1
    minimum_credits: int = 1
    rounding: Rounding = "up"

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
                next_step=f"one of {', '.join(cls._fields[1:])}",
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
    # An int may be too long to be written out.
    shown = "this number" if type(value) is int else f"{value!r:.60}"
    raise BadProfile(
        f"{shown} is no amount", where=where, next_step=f"write a number from 0 to {MAX_AMOUNT:,}"
    )


def _positive(value: object, where: str) -> Fraction:
    amount = _amount(value, where)
    if not amount:
        raise BadProfile("is zero", where=where, next_step="write a number above 0")
    return amount


def _whole(value: object, where: str) -> int:
    amount = _amount(value, where)
    if amount.denominator != 1:
        raise BadProfile(
            f"{value} is no whole number", where=where, next_step="write whole credits"
        )
    return amount.numerator


def _rounding(value: object, where: str) -> Rounding:
    if value not in ROUNDINGS:
        raise BadProfile(
            f"{value!r:.60} is no rounding", where=where, next_step=f"one of {', '.join(ROUNDINGS)}"
        )
    return value


_READERS = {
    "markup_percent": _amount,
    "credits_per_dollar": _amount,
    "tokens_per_credit": _positive,
    "credits_per_job": _whole,
    "minimum_credits": _whole,
    "rounding": _rounding,
}


class Job(NamedTuple):
    """What a job has used so far: the running total that is rounded once."""

    pico_usd: int = 0
    tokens: int = 0
    used: bool = False

    def add(self, call: Quote) -> "Job":
        """The job after one more call."""
        return Job(
            self.pico_usd + call.pico_usd,
            self.tokens + call.usage.total_tokens,
            self.used or bool(call.usage.counts),
        )


def client_cost(pico_usd: int, profile: Profile) -> Fraction:
    """The cost with markup, in picodollars, exact.

    >>> client_cost(1000, Profile(markup_percent=Fraction(30)))
    Fraction(1300, 1)
    """
    return pico_usd * (1 + profile.markup_percent / 100)


def exact_credits(job: Job, mode: Mode, profile: Profile) -> Fraction:
    """The credits of a job before rounding and the minimum. Raises BadProfile: unknown mode.

    >>> profile = Profile(credits_per_dollar=Fraction(100))
    >>> exact_credits(Job(290_000_000_000, 0, True), "consumption_usd", profile)
    Fraction(29, 1)
    """
    if mode == "job_based":
        return Fraction(profile.credits_per_job)
    if mode == "consumption_tokens":
        return job.tokens / profile.tokens_per_credit
    if mode != "consumption_usd":
        raise BadProfile(f"{mode!r:.60} is no budget mode", next_step=f"one of {', '.join(MODES)}")
    return client_cost(job.pico_usd, profile) * profile.credits_per_dollar / PICO_PER_USD


def job_credits(job: Job, mode: Mode, profile: Profile) -> int:
    """The credits a job is charged in all: its total rounded once, at least the minimum.

    No usage, no credits.

    >>> job_credits(Job(7_500_000_000, 1500, True), "consumption_usd", Profile())
    1
    """
    if not job.used:
        return 0
    exact = exact_credits(job, mode, profile)
    rounded = divide(exact.numerator, exact.denominator, profile.rounding)
    return max(rounded, profile.minimum_credits)


@overload
def charge(before: Job, call: Quote, mode: Mode, profile: Profile) -> tuple[Job, int]: ...


@overload
def charge(before: Job, call: Quote, mode: Mode, profile: None) -> tuple[Job, None]: ...


@overload
def charge(
    before: Job, call: Quote, mode: Mode, profile: Profile | None
) -> tuple[Job, int | None]: ...


def charge(before: Job, call: Quote, mode: Mode, profile: Profile | None) -> tuple[Job, int | None]:
    """The job after one more call, and the credits to deduct for it now: charged after - before.

    Without a profile the credits are None: what the customer is to be charged is not known.
    """
    after = before.add(call)
    if profile is None:
        return after, None
    return after, job_credits(after, mode, profile) - job_credits(before, mode, profile)
