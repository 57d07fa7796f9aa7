"""What an edit does to real bills: the usage of a log, priced by both versions and settings."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from pricectl.changes.account_bill import AccountBill
from pricectl.changes.bill import BillChange
from pricectl.replay.bill_side import COST_MODE, BillSide
from pricectl.replay.duckdb_engine import session
from pricectl.replay.errors import BadLog
from pricectl.replay.later_days import with_later
from pricectl.replay.logs.log import ReadLog, days_of, read_log
from pricectl.replay.logs.plain import LogOptions
from pricectl.replay.logs.staging import Progress
from pricectl.replay.ratebook import Side
from pricectl.replay.rating import rate
from pricectl.replay.rating_result import Grouping, RatedGroup

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_BASE, _NEW = "base", "new"


def bill_of_log(  # noqa: PLR0913 - a log, how it is read, and by what it is priced
    words: Sequence[str],
    options: LogOptions,
    base: BillSide,
    new: BillSide,
    *,
    at: datetime,
    progress: Progress,
) -> BillChange:
    """Price a log by two versions, as if all of its calls were made at the prices of `at`.

    Raises BadLog or ReplayRefused: the log cannot be read, or not be rated exactly.
    """
    with TemporaryDirectory(prefix="pricectl-log-") as folder, session() as database:
        log = read_log(words, database, Path(folder), options, progress=progress)
        if not log.calls:
            raise BadLog("has no calls that can be read", where=", ".join(words)[:200])
        source = ", ".join(Path(word).name for word in words)[:200]

        def bill_at(instant: datetime) -> BillChange:
            return bill_of_calls(database, log, source, base, new, at=instant, progress=progress)

        return with_later(bill_at, base, new, at)


def bill_of_calls(  # noqa: PLR0913 - a log that was read, and by what it is priced
    database: "DuckDBPyConnection",
    log: ReadLog,
    source: str,
    base: BillSide,
    new: BillSide,
    *,
    at: datetime,
    progress: Progress,
) -> BillChange:
    """The same for a log that was read."""
    sides = {_BASE: base.as_of(at), _NEW: new.as_of(at)}
    # Where the edit changes how customers are charged, each version has its own profile.
    is_same = sides[_BASE].profile == sides[_NEW].profile
    together = [[_BASE, _NEW]] if is_same else [[_BASE], [_NEW]]
    found: dict[str, Mapping[Grouping, tuple[RatedGroup, ...]]] = {}
    for names in together:
        rated = rate(
            database,
            log.relation,
            [Side(name, sides[name].catalog, sides[name].fallback) for name in names],
            sides[names[0]].profile,
            modes=(COST_MODE,),
            groupings=((), ("account",)),
            credits_by=((),),
            progress=progress,
        )
        found |= dict.fromkeys(names, rated.groups)
    old, now = found[_BASE][()][0], found[_NEW][()][0]
    accounts = [
        AccountBill(before.values[0], _paid(before, _BASE), _paid(after, _NEW))
        for before, after in zip(found[_BASE]["account",], found[_NEW]["account",], strict=True)
    ]
    return BillChange(
        source,
        is_summary=False,
        days=days_of(log),
        calls=old.calls,
        old_pico_usd=_paid(old, _BASE),
        new_pico_usd=_paid(now, _NEW),
        old_credits=Fraction(old.sides[_BASE].credits[COST_MODE]),
        new_credits=Fraction(now.sides[_NEW].credits[COST_MODE]),
        accounts=tuple(account for account in accounts if account.account),
        left_out_rows=sum(log.rejected.values()),
    )


def _paid(group: RatedGroup, side: str) -> Fraction:
    return Fraction(group.sides[side].customer_pico_usd)
