"""The usage that `diff` prices: a log, or the summary of one."""

from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.changes.bill import BillChange
from pricectl.commands.progress import RateLine
from pricectl.core.catalog import Catalog
from pricectl.core.fallback import Fallback
from pricectl.core.profile import Profile
from pricectl.files import settings
from pricectl.policy import Policy
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import read_column


def log_columns(policy: Policy, words: list[str]) -> dict[str, Any]:
    """The columns of the settings, and over them those of the command line. Raises BadLog."""
    kept = [f"{role}={name}" for role, name in policy.replay.columns.items()]
    try:
        found = dict(map(read_column, kept))
    except BadLog as error:
        where = f"{settings.shown_path(policy.source)}: replay.columns"
        raise BadLog(error.what, where=where, next_step=error.next_step) from None
    return found | dict(map(read_column, words))


class BilledVersions(NamedTuple):
    """Two versions by which usage is priced: their catalogs, profiles, and fallbacks."""

    base: Catalog
    new: Catalog
    profiles: tuple[Profile, Profile]
    fallbacks: tuple[Fallback, Fallback]


def bill_of(
    usage: str, versions: BilledVersions, policy: Policy, *, at: datetime, quiet: bool
) -> BillChange:
    """What an edit does to the bills of a team's usage, at the prices of `at`.

    Raises BadLog or ReplayRefused: the usage cannot be read, or not be priced exactly.
    """
    from pricectl.replay.bill_side import BillSide
    from pricectl.replay.usage_summary import is_summary, read_summary

    was, now = versions.profiles
    before, after = versions.fallbacks
    base = BillSide(versions.base, was, before)
    new = BillSide(versions.new, now, after)
    if is_summary(Path(usage)):
        from pricectl.replay.summary_bill import bill_of_summary

        return bill_of_summary(read_summary(Path(usage)), Path(usage).name, base, new, at=at)
    from pricectl.replay.bill import bill_of_log
    from pricectl.replay.logs.log import LogOptions

    options = LogOptions(log_columns(policy, []), policy.replay.cache or "")
    with RateLine(quiet=quiet) as progress:
        return bill_of_log((usage,), options, base, new, at=at, progress=progress)
