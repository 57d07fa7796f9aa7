"""Turns a job's cost into credits: markup, budget modes, one rounding per job.

Rounding is done on a job's running total, never per call: rounding each call down makes small calls
free, rounding each up can charge fifteen times too much.
"""

from collections.abc import Callable, Mapping
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Literal, NamedTuple, TypeAlias, overload

from pricectl.core.customer_price import CustomerPrice, customer_price, with_markup
from pricectl.core.errors import BadProfile
from pricectl.core.labels import grouped
from pricectl.core.money import PICO_PER_USD, divide
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile

# What a mode's charge depends on: the job's cost, its tokens, or only that there is a job.
Basis = Literal["cost", "tokens", "job"]

ZERO = Fraction(0)


class Job(NamedTuple):
    """What a job has used so far: the running total that is rounded once.

    `pico_usd` is the cost at list prices. `rules_pico_usd` is what the rules of the profile add to
    it for the customer, or with a negative number take off: the difference to the list price with
    the profile's own markup.
    """

    pico_usd: int = 0
    tokens: int = 0
    used: bool = False
    rules_pico_usd: Fraction = ZERO

    def add(self, call: Quote, rules_pico_usd: Fraction = ZERO) -> "Job":
        """The job after one more call."""
        added = self.rules_pico_usd
        if rules_pico_usd:  # adding zero to a Fraction takes as long as all else here
            added += rules_pico_usd
        return Job(
            self.pico_usd + call.pico_usd,
            self.tokens + call.usage.total_tokens,
            self.used or bool(call.usage.counts),
            added,
        )


# A job before its first call.
NO_JOB = Job()


def client_cost(pico_usd: int, profile: Profile) -> Fraction:
    """The cost with markup, in picodollars, exact.

    >>> client_cost(1000, Profile(markup_percent=Fraction(30)))
    Fraction(1300, 1)
    """
    return with_markup(pico_usd, profile.markup_percent)


def job_cost(job: Job, profile: Profile) -> Fraction:
    """What a job costs the customer before credits, in picodollars, exact."""
    cost = client_cost(job.pico_usd, profile)
    return cost + job.rules_pico_usd if job.rules_pico_usd else cost  # as in `Job.add`


def added_by_rules(price: CustomerPrice, profile: Profile) -> Fraction:
    """What the rules add to a call's list price with the profile's own markup."""
    return price.customer_pico_usd - client_cost(price.list_pico_usd, profile)


def before_call(job: Job, profile: Profile) -> Job:
    """A job as the next call is charged after it.

    Where the settings changed during the job, rules may have taken off more, by the markup of then,
    than its calls cost by that of now. A total below zero would take the next calls with it, so it
    is counted without what the rules took off.
    """
    if job.rules_pico_usd < 0 and job_cost(job, profile) < 0:
        return job._replace(rules_pico_usd=ZERO)
    return job


class BudgetMode(NamedTuple):
    """One way of charging a job in credits; reports, schemas and checks read these fields.

    `formula` may name {client_usd}, {tokens} and any number of the profile. A "job" formula has no
    placeholder and follows the number of credits, as in "1 credit per completed job".
    `label` is one word for the heads of tables and the names of smoke calls.
    """

    name: str
    label: str
    basis: Basis
    charge: Callable[[Job, Profile], Fraction]
    formula: str

    def figures(
        self, job: Job, profile: Profile, client_usd: str, write: Callable[[Fraction], str]
    ) -> str:
        """The formula with the figures of a job; `write` turns the profile's numbers into text."""
        numbers = {name: write(Fraction(value)) for name, value in profile.numbers.items()}
        return self.formula.format(
            client_usd=grouped(client_usd), tokens=f"{job.tokens:,}", **numbers
        )


# A new mode is one row here and its test; then `make schema` writes it into the schemas.
BUDGET_MODES: Mapping[str, BudgetMode] = {
    mode.name: mode
    for mode in (
        BudgetMode(
            "job_based",
            label="Job",
            basis="job",
            charge=lambda _, profile: Fraction(profile.credits_per_job),
            formula="per completed job",
        ),
        BudgetMode(
            "consumption_usd",
            label="USD",
            basis="cost",
            charge=lambda job, profile: (
                job_cost(job, profile) * profile.credits_per_dollar / PICO_PER_USD
            ),
            formula="${client_usd} x {credits_per_dollar} a dollar",
        ),
        BudgetMode(
            "consumption_tokens",
            label="Token",
            basis="tokens",
            charge=lambda job, profile: job.tokens / profile.tokens_per_credit,
            formula="{tokens} tokens / {tokens_per_credit}",
        ),
    )
}
if TYPE_CHECKING:
    Mode: TypeAlias = str
else:
    # A type checker cannot read the table, but validators such as pydantic's can.
    Mode = Literal[tuple(BUDGET_MODES)]
MODES: tuple[Mode, ...] = tuple(BUDGET_MODES)


def exact_credits(job: Job, mode: Mode, profile: Profile) -> Fraction:
    """The credits of a job before rounding and the minimum. Raises BadProfile: unknown mode.

    >>> profile = Profile(credits_per_dollar=Fraction(100))
    >>> exact_credits(Job(290_000_000_000, 0, True), "consumption_usd", profile)
    Fraction(29, 1)
    """
    try:
        budget_mode = BUDGET_MODES[mode]
    except (KeyError, TypeError):  # TypeError: an unhashable value
        from pricectl.core.near import meant

        next_step = meant(str(mode), BUDGET_MODES)
        raise BadProfile(f"{mode!r:.60} is not a budget mode", next_step=next_step) from None
    return budget_mode.charge(job, profile)


def rounded_credits(exact: Fraction, profile: Profile) -> int:
    """Exact credits as a whole number, before the minimum.

    >>> rounded_credits(Fraction(29, 10), Profile()), rounded_credits(Fraction(0), Profile())
    (3, 0)
    """
    return divide(exact.numerator, exact.denominator, profile.rounding)


def job_credits(job: Job, mode: Mode, profile: Profile) -> int:
    """The credits a job is charged in all: its total rounded once, at least the minimum.

    No usage, no credits.

    >>> job_credits(Job(7_500_000_000, 1500, True), "consumption_usd", Profile())
    1
    """
    if not job.used:
        return 0
    rounded = rounded_credits(exact_credits(job, mode, profile), profile)
    return max(rounded, profile.minimum_credits)


Call: TypeAlias = Quote | CustomerPrice


@overload
def charge(
    before: Job,
    call: Call,
    mode: Mode,
    profile: Profile,
    *,
    account: str = ...,
    at: date | None = ...,
) -> tuple[Job, int]: ...


@overload
def charge(
    before: Job,
    call: Call,
    mode: Mode,
    profile: None,
    *,
    account: str = ...,
    at: date | None = ...,
) -> tuple[Job, None]: ...


@overload
def charge(
    before: Job,
    call: Call,
    mode: Mode,
    profile: Profile | None,
    *,
    account: str = ...,
    at: date | None = ...,
) -> tuple[Job, int | None]: ...


def charge(  # noqa: PLR0913 - a call, and how it is charged; all but four by keyword
    before: Job,
    call: Call,
    mode: Mode,
    profile: Profile | None,
    *,
    account: str = "",
    at: date | None = None,
) -> tuple[Job, int | None]:
    """The job after one more call, and the credits to deduct for that call.

    These are the job's credits after the call, less those before it. Without a profile they are
    None, because the customer's price is unknown.

    `account` and `at`, the day or UTC instant of the call, are for the profile's rules; a
    CustomerPrice, such as that of an answer of the runtime, was already priced by them.
    """
    quote = call.quote if isinstance(call, CustomerPrice) else call
    if profile is None:
        return before.add(quote), None
    if before.rules_pico_usd:
        before = before_call(before, profile)
    if isinstance(call, CustomerPrice):
        after = before.add(quote, added_by_rules(call, profile))
    elif profile.rules:
        price = customer_price(quote, profile, account=account, at=at)
        after = before.add(quote, added_by_rules(price, profile))
    else:
        after = before.add(quote)
    return after, job_credits(after, mode, profile) - job_credits(before, mode, profile)
