"""The tables of what jobs were charged, for every format, and the same as a document."""

from collections.abc import Iterator
from typing import Any

from pricectl.core.labels import count, plural
from pricectl.core.money import usd
from pricectl.replay.charged.jobs import ChargedAccount, ChargedJob, ChargedJobs
from pricectl.report.report_table import ReportTable

SHOWN_ACCOUNTS, SHOWN_JOBS = 20, 20
_CREDITS = ("charged", "right", "difference", "refunded")


def charged_tables(found: ChargedJobs, *, verbose: bool = False) -> list[ReportTable]:
    """The sum, each account, and the jobs whose charge differs, the largest difference first."""
    total = found.total
    in_all = ReportTable(
        "",
        ("credits", "jobs", *_CREDITS),
        (("in all", count(total.jobs), *_credits(total)),),
        "lrrrrr",
    )
    accounts = sorted(found.accounts, key=lambda one: (-abs(one.difference), one.account))
    shown = accounts if verbose else accounts[:SHOWN_ACCOUNTS]
    by_account = ReportTable(
        "credits by account",
        ("account", "jobs", *_CREDITS),
        tuple((one.account or "(none)", count(one.jobs), *_credits(one)) for one in shown),
        "lrrrrr",
        len(accounts) - len(shown),
    )
    differing = sorted(
        (job for job in found.jobs if job.difference),
        key=lambda job: (-abs(job.difference), job.account, job.job),
    )
    jobs = differing if verbose else differing[:SHOWN_JOBS]
    by_job = ReportTable(
        f"{plural(len(differing), 'job')} with another charge",
        ("account", "job", "mode", *_CREDITS),
        tuple((one.account or "(none)", one.job, one.mode, *_credits(one)) for one in jobs),
        "lllrrrr",
        len(differing) - len(jobs),
    )
    return [in_all, by_account, by_job]


def _credits(one: ChargedJob | ChargedAccount) -> tuple[str, ...]:
    difference = f"{one.difference:+,}" if one.difference else "0"
    return (count(one.charged), count(one.right), difference, count(one.refunded))


def charged_notes(found: ChargedJobs, *, has_period: bool) -> Iterator[str]:
    """What a reader of the charges must know; `has_period`: calls outside of it are left out."""
    yield (
        "difference: what the jobs should have been charged, less what they were charged; "
        "credits that were refunded are not taken off, and nothing is booked"
    )
    kept = sum(job.kept_calls for job in found.jobs)
    if kept:
        outside = "outside of --from and --until, " if has_period else ""
        yield (
            f"{plural(kept, 'call')} cannot be priced again ({outside}charged the reservation, or "
            "without usage that can be read); the cost that was booked stays in its job"
        )
    if jobs := found.jobs_without_charge:
        state, are = ("states", "is") if jobs == 1 else ("state", "are")
        yield f"{plural(jobs, 'job')} {state} no charge at all and {are} left out"
    if calls := found.calls_without_charge:
        words = "states no charge, and counts" if calls == 1 else "state no charge, and count"
        yield f"{plural(calls, 'call')} of the other jobs {words} as charged nothing"
    if found.not_adding_up:
        yield f"{plural(found.not_adding_up, 'job')} charged something else than the booked total"


def charged_document(found: ChargedJobs) -> dict[str, Any]:
    """All jobs and accounts for programs; credits are whole numbers, money exact USD."""
    return {
        "total": _sums(found.total),
        "accounts": [{"account": one.account, **_sums(one)} for one in found.accounts],
        "jobs": [_job(one) for one in found.jobs],
        "not_adding_up": found.not_adding_up,
        "jobs_without_charge": found.jobs_without_charge,
        "calls_without_charge": found.calls_without_charge,
    }


def _sums(one: ChargedAccount) -> dict[str, Any]:
    return {
        "jobs": one.jobs,
        **_document_credits(one),
        "undercharged_jobs": one.undercharged,
        "overcharged_jobs": one.overcharged,
    }


def _job(one: ChargedJob) -> dict[str, Any]:
    return {
        "account": one.account,
        "job": one.job,
        "mode": one.mode,
        **_document_credits(one),
        "booked_usd": None if one.booked_pico_usd is None else usd(one.booked_pico_usd),
        "right_usd": usd(one.right_pico_usd),
        "repriced_calls": one.repriced_calls,
        "kept_calls": one.kept_calls,
    }


def _document_credits(one: ChargedJob | ChargedAccount) -> dict[str, int]:
    return {
        "charged_credits": one.charged,
        "right_credits": one.right,
        "difference_credits": one.difference,
        "refunded_credits": one.refunded,
    }
