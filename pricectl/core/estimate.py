"""A quote taken to a customer's bill: a job of equal calls, markup and credits.

Rounding happens once, on the job's total: `calls` times a rounded call would charge too much.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Context, Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.credits import (
    BUDGET_MODES,
    NO_JOB,
    BudgetMode,
    Job,
    added_by_rules,
    job_credits,
    rounded_credits,
)
from pricectl.core.customer_price import CustomerPrice, customer_price, stated_cost
from pricectl.core.money import divide
from pricectl.core.priced_call import Line, Quote
from pricectl.core.profile import Profile

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

# Enough digits that a quantity of seconds times any number of calls is never rounded.
_EXACT = Context(prec=60)


class ModeCredits(NamedTuple):
    """What one budget mode charges for the job: before rounding, and in whole credits."""

    budget_mode: BudgetMode
    exact: Fraction
    charged: int
    job: Job
    profile: Profile

    @property
    def mode(self) -> str:
        """The mode's name."""
        return self.budget_mode.name

    def reason(self, client_usd: str, write: Callable[[Fraction], str]) -> str:
        """Why this many credits: the formula with its figures, the rounding, the minimum.

        `client_usd` is the cost with markup as text; `write` turns numbers into text.
        """
        if not self.job.used:
            return "nothing was used"
        formula = self.budget_mode.figures(self.job, self.profile, client_usd, write)
        if self.budget_mode.basis == "job":
            text = f"{write(self.exact)} {'credit' if self.exact == 1 else 'credits'} {formula}"
        else:
            text = f"{formula} = {write(self.exact)}, rounded {self.profile.rounding}"
        # Only where it decided: rounding up alone may give the minimum, too.
        if self.charged > rounded_credits(self.exact, self.profile):
            text += f", at least {self.profile.minimum_credits}"
        return text


def _whole(amount: Fraction) -> int:
    return divide(amount.numerator, amount.denominator, "half-even")


@dataclass(frozen=True)
class Estimate:
    """A job of `calls` equal calls under one profile; it may have none, as before its first call.

    `reading` is what the response of the call states, if the usage is from one. `account`, the
    customer, and `at`, the day or UTC instant of the call, are for the profile's rules. `before` is
    what the job had used before these calls; it counts in `job` and `credits` alone.
    `recorded_price` is what a call was charged, where that is known from its record; the rules are
    not asked then.
    """

    quote: Quote
    calls: int
    profile: Profile
    reading: "Reading | None" = None
    account: str = ""
    at: date | None = None
    before: Job = NO_JOB
    recorded_price: CustomerPrice | None = None

    @cached_property
    def price(self) -> CustomerPrice:
        """The list, contract and customer price of one of the calls."""
        return self.recorded_price or customer_price(
            self.quote,
            self.profile,
            account=self.account,
            at=self.at,
            stated=stated_cost(self.reading),
        )

    @property
    def signals(self) -> tuple[str, ...]:
        """Billable things that the response states and no unit can express."""
        return self.reading.signals if self.reading else ()

    @property
    def response_flags(self) -> tuple[str, ...]:
        """What the response says of itself, such as that it ended early; see `Reading.flags`."""
        return self.reading.flags if self.reading else ()

    @cached_property
    def job(self) -> Job:
        """The job's running total after its last call."""
        before, call = self.before, NO_JOB.add(self.quote, added_by_rules(self.price, self.profile))
        return Job(
            before.pico_usd + call.pico_usd * self.calls,
            before.tokens + call.tokens * self.calls,
            before.used or (call.used and self.calls > 0),
            before.rules_pico_usd + call.rules_pico_usd * self.calls,
        )

    @cached_property
    def lines(self) -> tuple[Line, ...]:
        """The quote's lines for the whole job; they add up to `pico_usd`."""
        return tuple(
            line._replace(
                quantity=_EXACT.multiply(line.quantity, self.calls)
                if isinstance(line.quantity, Decimal)
                else line.quantity * self.calls,
                pico_usd=line.pico_usd * self.calls,
            )
            for line in self.quote.lines
        )

    @property
    def pico_usd(self) -> int:
        """What the provider charges for the calls at list prices, in picodollars."""
        return self.quote.pico_usd * self.calls

    @property
    def exact_contract_pico_usd(self) -> Fraction:
        """What the team pays for the job, in picodollars, exact."""
        return self.price.contract_pico_usd * self.calls

    @property
    def exact_client_pico_usd(self) -> Fraction:
        """What the job costs the customer, with markup and fees, in picodollars, exact."""
        return self.price.customer_pico_usd * self.calls

    @property
    def fees_pico_usd(self) -> int:
        """The fees of the job, in picodollars: calls x the fee a call."""
        return self.price.fee_pico_usd * self.calls

    @property
    def contract_pico_usd(self) -> int:
        """What the team pays for the job in picodollars, rounded half-even for display only."""
        return _whole(self.exact_contract_pico_usd)

    @property
    def client_pico_usd(self) -> int:
        """The job with markup and fees in picodollars, rounded half-even for display only."""
        return _whole(self.exact_client_pico_usd)

    @cached_property
    def credits(self) -> tuple[ModeCredits, ...]:
        """The job's credits in each budget mode."""
        return tuple(map(self.mode, BUDGET_MODES))

    def mode(self, name: str) -> ModeCredits:
        """The job's credits in one budget mode."""
        mode, job, profile = BUDGET_MODES[name], self.job, self.profile
        exact, charged = mode.charge(job, profile), job_credits(job, name, profile)
        return ModeCredits(mode, exact, charged, job, profile)
