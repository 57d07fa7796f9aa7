"""What each job was charged, and what it should have been charged by the right prices.

A job of a ledger keeps its own conditions: its budget mode, its markup, its rounding. Only the cost
of its calls is replaced; a call that cannot be priced again keeps the cost that was booked for it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from pricectl.core.credits import Job, Mode, client_cost, job_credits
from pricectl.core.profile import Profile
from pricectl.replay.book_tables import customer_scale
from pricectl.replay.charged.booked import BookedJob, BookedLedger
from pricectl.replay.duckdb_engine import create_table, rows_of
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.own import ledger_id
from pricectl.replay.prepared_log import prepare
from pricectl.replay.ratebook import Side

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


class ChargedJob(NamedTuple):
    """A job's charge in whole credits, as it was and as it should have been.

    `booked_pico_usd` is the provider cost that was charged for, None where the log does not state
    it; `right_pico_usd` is that by the right prices. `kept_calls` are calls that could not be
    priced again. `refunded` credits are not taken off `charged`.
    """

    account: str
    job: str
    mode: Mode
    charged: int
    right: int
    refunded: int
    booked_pico_usd: int | None
    right_pico_usd: int
    repriced_calls: int
    kept_calls: int

    @property
    def difference(self) -> int:
        """The credits that were charged too little, or with a negative number too much."""
        return self.right - self.charged


class ChargedAccount(NamedTuple):
    """The sum of an account's jobs; `undercharged` and `overcharged` are jobs that differ."""

    account: str
    jobs: int
    charged: int
    right: int
    refunded: int
    undercharged: int
    overcharged: int

    @property
    def difference(self) -> int:
        """As of a job."""
        return self.right - self.charged


class ChargedJobs(NamedTuple):
    """All jobs in the order of account and name.

    `not_adding_up` counts those whose charge is not what their own booked total comes to.
    `of_ledger`: each job has its own conditions. Jobs of which no call states a charge are left
    out and counted in `jobs_without_charge`; `calls_without_charge` are calls of the other jobs
    that state none.
    """

    jobs: tuple[ChargedJob, ...]
    not_adding_up: int = 0
    of_ledger: bool = False
    jobs_without_charge: int = 0
    calls_without_charge: int = 0

    @property
    def accounts(self) -> tuple[ChargedAccount, ...]:
        """The sums of each account."""
        found: dict[str, list[ChargedJob]] = {}
        for job in self.jobs:
            found.setdefault(job.account, []).append(job)
        return tuple(_account(name, jobs) for name, jobs in sorted(found.items()))

    @property
    def total(self) -> ChargedAccount:
        """The sum of all accounts."""
        return _account("", self.jobs)


def _account(name: str, jobs: Sequence[ChargedJob]) -> ChargedAccount:
    return ChargedAccount(
        name,
        len(jobs),
        sum(job.charged for job in jobs),
        sum(job.right for job in jobs),
        sum(job.refunded for job in jobs),
        sum(job.difference > 0 for job in jobs),
        sum(job.difference < 0 for job in jobs),
    )


class RepricedJob(NamedTuple):
    """The calls of a job that could be priced again: their sums by the right prices.

    `rules_pico_usd` is what the rules of the profile add. `booked_pico_usd` is what the log states
    that they cost, for `stated_calls` of them, `charged` what it states that they were charged.
    """

    account: str
    job: str
    calls: int
    tokens: int
    used: bool
    pico_usd: int
    rules_pico_usd: Fraction
    booked_pico_usd: int
    stated_calls: int
    charged: int
    charged_calls: int


def repriced_jobs(
    database: "DuckDBPyConnection",
    calls: str,
    side: Side,
    profile: Profile,
    left_out: Iterable[str] = (),
) -> list[RepricedJob]:
    """The calls of a relation by the right prices, summed by account and job.

    `left_out` are ids of calls that are not to be priced again.
    """
    create_table(database, "kept_calls", {"call_id": "VARCHAR"}, [(one,) for one in left_out])
    kept = "SELECT call_id FROM kept_calls"
    calls = f"(SELECT * FROM {calls} WHERE call_id IS NULL OR call_id NOT IN ({kept}))"  # noqa: S608 - our own words
    if not database.execute(f"SELECT count(*) FROM {calls}").fetchall()[0][0]:  # noqa: S608
        return []
    log = prepare(database, calls, (side,), profile, modes=(), dimensions=("account", "job"))
    [rated] = log.rated.sides
    scale = customer_scale(rated, profile)
    customer = f"sum({scale.column})" if rated.terms else "0"
    rows = rows_of(database, log.statement("job_costs", customer=customer))
    return [
        _repriced(row, scale.pico_usd_per_unit if rated.terms else None, profile) for row in rows
    ]


def _repriced(
    row: Mapping[str, Any], pico_usd_per_unit: Fraction | None, profile: Profile
) -> RepricedJob:
    pico_usd = int(row["pico"])
    by_rules = Fraction(0)
    if pico_usd_per_unit is not None:
        by_rules = int(row["customer"]) * pico_usd_per_unit - client_cost(pico_usd, profile)
    return RepricedJob(
        row["account"],
        row["job"],
        int(row["calls"]),
        int(row["tokens"]),
        bool(row["used"]),
        pico_usd,
        by_rules,
        int(row["stated"] or 0),
        int(row["stated_calls"]),
        int(row["charged"] or 0),
        int(row["charged_calls"]),
    )


def compare_ledger(ledger: BookedLedger, repriced: Iterable[RepricedJob]) -> ChargedJobs:
    """The jobs of a ledger, each by its own conditions."""
    by_id = {one.job: one for one in repriced}
    jobs = tuple(
        _of_ledger(job, by_id.get(ledger_id(job.account, job.name))) for job in ledger.jobs
    )
    return ChargedJobs(jobs, sum(not job.adds_up for job in ledger.jobs), of_ledger=True)


def _of_ledger(job: BookedJob, repriced: RepricedJob | None) -> ChargedJob:
    moved = repriced.pico_usd - repriced.booked_pico_usd if repriced else 0
    right = job.total._replace(pico_usd=job.total.pico_usd + moved)
    repriced_calls = repriced.calls if repriced else 0
    return ChargedJob(
        job.account,
        job.name,
        job.mode,
        job.charged,
        job_credits(right, job.mode, job.profile),
        job.refunded,
        job.total.pico_usd,
        right.pico_usd,
        repriced_calls,
        job.calls - repriced_calls,
    )


def compare_log(repriced: Iterable[RepricedJob], mode: Mode, profile: Profile) -> ChargedJobs:
    """The jobs of any other log that states what its calls were charged, in one budget mode.

    Raises BadLog: no call states it.
    """
    found = list(repriced)
    if not any(one.charged_calls for one in found):
        raise BadLog(
            "no call states the credits that it was charged",
            next_step="--column charged_credits=COLUMN names the column",
        )
    # Nobody knows what the others were charged: taken as 0, they would all be undercharged.
    stating = [one for one in found if one.charged_calls]
    return ChargedJobs(
        tuple(_of_log(stating, mode, profile)),
        jobs_without_charge=len(found) - len(stating),
        calls_without_charge=sum(one.calls - one.charged_calls for one in stating),
    )


def _of_log(repriced: Iterable[RepricedJob], mode: Mode, profile: Profile) -> Iterator[ChargedJob]:
    for one in sorted(repriced, key=lambda job: (job.account, job.job)):
        total = Job(one.pico_usd, one.tokens, one.used, one.rules_pico_usd)
        is_stated = one.stated_calls == one.calls
        yield ChargedJob(
            one.account,
            one.job,
            mode,
            one.charged,
            job_credits(total, mode, profile),
            0,
            one.booked_pico_usd if is_stated else None,
            one.pico_usd,
            one.calls,
            0,
        )
