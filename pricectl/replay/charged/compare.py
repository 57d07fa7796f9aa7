"""Compares the charges of a log: of a ledger's jobs, or of the jobs of any other log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pricectl.core.credits import Mode
from pricectl.core.profile import Profile
from pricectl.replay.charged.booked import BookedLedger, is_ledger, read_ledgers
from pricectl.replay.charged.jobs import (
    ChargedJobs,
    compare_ledger,
    compare_log,
    repriced_jobs,
)
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.sources import log_files
from pricectl.replay.ratebook import Side

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection


def booked_ledger(words: Sequence[str]) -> BookedLedger | None:
    """The jobs of ledgers; None for any other log. Raises BadLog for both at once."""
    files = log_files(list(words))
    ledgers = [file for file in files if is_ledger(file)]
    if len(ledgers) not in {0, len(files)}:
        raise BadLog("is not a ledger like the others", next_step="give one kind of log at once")
    return read_ledgers(ledgers) if ledgers else None


def charged_jobs(  # noqa: PLR0913, PLR0917 - a log, by which prices, and what was booked of it
    database: "DuckDBPyConnection",
    calls: str,
    side: Side,
    profile: Profile,
    modes: Sequence[Mode],
    booked: BookedLedger | None,
) -> ChargedJobs:
    """What the jobs of a relation of calls should have been charged.

    `profile` and the one mode of `modes` are for logs that are not ledgers. Raises BadLog: such a
    log charges in one of several modes, or states no charges.
    """
    if booked:
        # Each job has its own conditions, so that no rule may move its cost.
        return compare_ledger(
            booked, repriced_jobs(database, calls, side, Profile(), booked.at_reservation)
        )
    if len(modes) > 1:
        step = f"--mode MODE, one of {', '.join(modes)}"
        raise BadLog("does not say in which budget mode it charges", next_step=step)
    return compare_log(repriced_jobs(database, calls, side, profile), modes[0], profile)
