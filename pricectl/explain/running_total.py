"""A job call by call: its running total, rounded once, and what each call deducts of it.

`deducted = round(running total) - charged before`: rounding each call by itself would charge a
job of small calls many times too much, or nothing.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

from pricectl.core.credits import job_cost
from pricectl.core.estimate import Estimate
from pricectl.core.money import exact, exact_usd

# A long job shows its first calls and its last ones.
FIRST_CALLS, LAST_CALLS = 8, 3


class RunningTotal(NamedTuple):
    """A job after one of its calls, in one budget mode.

    `call` is the call's number, from 1 on; of a job that had begun, only the calls that are
    explained are counted. `charged_before` are the credits that the calls before were charged,
    `deducted` what this call adds: the rounded total less those.
    """

    call: int
    client_cost_usd: str
    tokens: int
    exact_credits: str
    rounded_total: int
    charged_before: int

    @property
    def deducted(self) -> int:
        """The credits that this call deducts."""
        return self.rounded_total - self.charged_before

    @property
    def facts(self) -> dict[str, Any]:
        """The row as JSON values."""
        return {**self._asdict(), "deducted": self.deducted}


def shown_calls(calls: int) -> tuple[int, ...]:
    """The numbers of the calls that are shown: all of a short job, the ends of a long one.

    >>> shown_calls(3), shown_calls(1000)
    ((1, 2, 3), (1, 2, 3, 4, 5, 6, 7, 8, 998, 999, 1000))
    """
    if calls <= FIRST_CALLS + LAST_CALLS + 1:
        return tuple(range(1, calls + 1))
    return (*range(1, FIRST_CALLS + 1), *range(calls - LAST_CALLS + 1, calls + 1))


def running_totals(estimate: Estimate, mode: str) -> Iterator[RunningTotal]:
    """The job after each call that is shown, in one budget mode."""
    for call in shown_calls(estimate.calls):
        before, after = (replace(estimate, calls=each).mode(mode) for each in (call - 1, call))
        yield RunningTotal(
            call,
            exact_usd(job_cost(after.job, estimate.profile)),
            after.job.tokens,
            exact(after.exact),
            after.charged,
            before.charged,
        )
