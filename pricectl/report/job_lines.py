"""What sample jobs cost before and now, as lines that people read."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.changes import Impact
from pricectl.core.credits import BUDGET_MODES
from pricectl.report import changes as change_text
from pricectl.report.alike import LineGroup, alike_once


class JobLine(NamedTuple):
    """A job's cost in dollars before and now, and its credits in each budget mode.

    `name` is without the counts in parentheses, `full_name` with them. `credits` are by the name of
    a mode, in the order of the table; `fixed_credits` says those of modes that ignore the cost, and
    `further` how much the credits move where that is more than the cost.
    """

    name: str
    full_name: str
    old: str
    new: str
    credits: tuple[tuple[str, str], ...]
    percent: str
    arrow: str
    fixed_credits: str
    further: str = ""

    @property
    def by_cost(self) -> tuple[str, ...]:
        """The credits of the modes that depend on the cost."""
        return tuple(cell for mode, cell in self.credits if BUDGET_MODES[mode].basis == "cost")


class SplitJobs(NamedTuple):
    """The jobs that a reader looks at, and those that only show a further price of the same row."""

    typical: list[Impact]
    single_price: list[Impact]


def split_jobs(jobs: Sequence[Impact]) -> SplitJobs:
    """The sample jobs apart from those made for a single price.

    A job made for a single price counts as typical where no sample job of its row moved.
    """
    rows = {change_text.job_title(job) for job in jobs if not job.for_one_price}
    split = SplitJobs([], [])
    for job in jobs:
        is_single = job.for_one_price and change_text.job_title(job) in rows
        (split.single_price if is_single else split.typical).append(job)
    return split


def job_groups(
    jobs: Sequence[Impact], *, by_customer: bool = False, everything: bool = False
) -> list[LineGroup[JobLine]]:
    """The lines of each row that is charged; what many rows share is said once.

    `by_customer`: what the customer pays, not what the provider charges.
    """
    names = change_text.short_names(jobs)
    rows: dict[str, list[JobLine]] = {}
    for job in jobs:
        line = _line(job, names[job.workload.name], by_customer=by_customer)
        rows.setdefault(change_text.job_title(job), []).append(line)
    # Where a profile changed, critical models stand first, each with all of its jobs.
    if everything or by_customer:
        return [LineGroup((row,), tuple(lines)) for row, lines in rows.items()]
    return alike_once(rows, lambda line: line.old == change_text.NO_PRICE)


def _line(job: Impact, name: str, *, by_customer: bool) -> JobLine:
    move, further = job.move, ""
    costs = change_text.cost(job.move.old_pico_usd), change_text.cost(job.move.new_pico_usd)
    if by_customer:
        move, costs = job.customer_move, change_text.customer_costs(job)
        further = change_text.further_credits(job)
    cells = change_text.credit_cells(job)
    old, new = map(_dollars, costs)
    return JobLine(
        name,
        job.workload.name,
        old,
        new,
        tuple((mode.name, cell) for mode, cell in cells.items()),
        change_text.percent_text(move),
        change_text.arrow(move),
        change_text.fixed_credits(job, cells),
        further,
    )


def _dollars(amount: str) -> str:
    return amount if amount == change_text.NO_PRICE else f"${amount}"
