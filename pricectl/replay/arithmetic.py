"""Exact arithmetic as SQL text: what `core` does with whole numbers, written for an engine.

No expression here divides other than whole numbers by whole numbers, and every rounding is that of
`core.money.divide`.
"""

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import lcm
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.credits import BUDGET_MODES, Job, Mode
from pricectl.core.errors import BadProfile
from pricectl.core.profile import Profile
from pricectl.replay.engines import Engine

# What is added to the whole part of a quotient, in the words of `core.money.ROUNDINGS`: a function
# of the expressions of whole part and rest, and of the denominator. None is negative here.
ROUNDING_SQL: Mapping[str, Callable[[str, str, int], str]] = MappingProxyType(
    {
        "up": lambda _, rest, __: f"{rest} > 0",
        "down": lambda _, __, ___: "FALSE",
        "half-even": lambda whole, rest, denominator: f"{rest} * 2 + {whole} % 2 > {denominator}",
    }
)
# A rounding looks at twice the rest plus one.
ROUNDING_HEADROOM = 2


def rounded(
    engine: Engine, numerator: str, denominator: int, rounding: str, number: str | None = None
) -> str:
    """A quotient as a whole number; the numerator is an expression that is never negative.

    `number` is the type of the numerator, narrow by default.
    """
    if denominator == 1:
        return numerator
    whole = engine.divided(numerator, str(denominator), number)
    rest = f"(({numerator}) % {denominator})"
    is_more = ROUNDING_SQL[rounding](whole, rest, denominator)
    return f"({whole} + CASE WHEN {is_more} THEN 1 ELSE 0 END)"


class CreditFormula(NamedTuple):
    """The credits of a job as whole numbers: (cost x a + tokens x b + c) / denominator.

    `cost` is a whole number that is in proportion to what the job's calls cost the customer.
    """

    mode: Mode
    per_cost: int
    per_token: int
    per_job: int
    denominator: int

    @classmethod
    def of(cls, mode: Mode, profile: Profile, pico_usd_per_cost: Fraction) -> "CreditFormula":
        """The formula of a budget mode, read off its exact charge for jobs of one unit each.

        `pico_usd_per_cost` are the customer's picodollars for a `cost` of one.
        Raises BadProfile if the mode's charge is not linear in cost and tokens.
        """

        def charge(cost_pico_usd: int, tokens: int) -> Fraction:
            job = Job(0, tokens, used=True, rules_pico_usd=Fraction(cost_pico_usd))
            return Fraction(BUDGET_MODES[mode].charge(job, profile))

        per_job = charge(0, 0)
        per_cost, per_token = charge(1, 0) - per_job, charge(0, 1) - per_job
        for cost, tokens in ((7 * 10**12, 0), (0, 12_345), (3, 1_000_003)):
            if charge(cost, tokens) != per_job + cost * per_cost + tokens * per_token:
                raise BadProfile(
                    f"the mode {mode} does not charge in proportion to cost and tokens",
                    next_step="leave it out of the replay",
                )
        per_part = per_cost * pico_usd_per_cost
        numbers = (per_part, per_token, per_job)
        denominator = lcm(*(number.denominator for number in numbers))
        cost, token, job = (int(number * denominator) for number in numbers)
        return cls(mode, cost, token, job, denominator)

    def exact_parts(self, cost: int, tokens: int) -> int:
        """The numerator for a job, in Python: what the SQL must be able to hold."""
        return cost * self.per_cost + tokens * self.per_token + self.per_job

    def credits(self, engine: Engine, cost: str, tokens: str, profile: Profile, most: int) -> str:
        """The credits of a job whose calls used something, at least the minimum; as SQL.

        `most` is the bound of the numerator. Where it needs wide numbers, jobs that do not are
        still divided as narrow ones, which is faster.
        """
        wide = self._rounded(engine, engine.wide, cost, tokens, profile)
        headroom = ROUNDING_HEADROOM * self.denominator
        if most + headroom <= engine.narrow_limit:
            found = self._rounded(engine, engine.narrow, cost, tokens, profile)
        elif headroom >= engine.narrow_limit // 2:
            found = wide
        else:
            # Half of the room for each of cost and tokens.
            room = (engine.narrow_limit - headroom - self.per_job) // 2
            fits = [
                f"{number} <= {room // factor}"
                for number, factor in ((cost, self.per_cost), (tokens, self.per_token))
                if factor
            ]
            narrow = self._rounded(engine, engine.narrow, cost, tokens, profile)
            condition = " AND ".join(fits) or "TRUE"
            found = f"CASE WHEN {condition} THEN CAST({narrow} AS {engine.wide}) ELSE {wide} END"
        return f"greatest({found}, {profile.minimum_credits})"

    def _rounded(
        self, engine: Engine, number: str, cost: str, tokens: str, profile: Profile
    ) -> str:
        terms = [
            f"CAST({value} AS {number}) * {factor}"
            for value, factor in ((cost, self.per_cost), (tokens, self.per_token))
            if factor
        ]
        terms += [f"CAST({self.per_job} AS {number})"] if self.per_job or not terms else []
        return rounded(engine, " + ".join(terms), self.denominator, profile.rounding, number)
