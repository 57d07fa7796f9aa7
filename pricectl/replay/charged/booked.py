"""The jobs of a ledger as they were booked: what they used and what they were charged."""

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.credits import Job, Mode, job_credits
from pricectl.core.labels import clean
from pricectl.core.money import ROUNDINGS, Rounding
from pricectl.core.profile import Profile
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.own import LEDGER_TABLES, RESERVATION_FLAGS, ledger_id
from pricectl.replay.logs.rows import open_sqlite
from pricectl.replay.logs.sources import LogFile

_JOBS_SQL = """
    SELECT account, name, mode, profile, pico_usd, tokens, used, calls, charged, refunded
    FROM job ORDER BY account, name
"""
_CALLS_SQL = "SELECT account, key, flags FROM call WHERE flags <> '' ORDER BY account, key"

_FRACTION = re.compile(r"[0-9]{1,40}(/[1-9][0-9]{0,39})?")


class BookedJob(NamedTuple):
    """A job in a ledger: the conditions it began with, its total, and the credits it was charged.

    `total` is what the credits were rounded from. `charged` and `refunded` are whole credits.
    """

    account: str
    name: str
    mode: Mode
    profile: Profile
    total: Job
    calls: int
    charged: int
    refunded: int

    @property
    def adds_up(self) -> bool:
        """Whether the charge is what the job's own total comes to."""
        return job_credits(self.total, self.mode, self.profile) == self.charged


class BookedLedger(NamedTuple):
    """The jobs of all ledgers, and the ids of the calls that were charged their reservation."""

    jobs: tuple[BookedJob, ...]
    at_reservation: frozenset[str]


def is_ledger(file: LogFile) -> bool:
    """Whether a file is the SQLite ledger that `examples/credits_app` writes."""
    if file.kind != "sqlite" or file.table:
        return False
    with closing(open_sqlite(file)) as database:
        found = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found} >= LEDGER_TABLES


def read_ledgers(files: Iterable[LogFile]) -> BookedLedger:
    """Read the jobs of ledgers, without changing them. Raises BadLog."""
    jobs: list[BookedJob] = []
    at_reservation: set[str] = set()
    ledger_of: dict[str, str] = {}
    for file in files:
        try:
            with closing(open_sqlite(file)) as database:
                database.row_factory = sqlite3.Row
                found = list(_jobs(database, file))
                for account in sorted({job.account for job in found}):
                    _check_once(account, file, ledger_of)
                jobs += found
                at_reservation |= {
                    ledger_id(row["account"], row["key"])
                    for row in database.execute(_CALLS_SQL)
                    if RESERVATION_FLAGS & set(row["flags"].split())
                }
        except sqlite3.Error as error:
            raise BadLog(f"cannot be read: {error}", where=file.path) from None
    return BookedLedger(tuple(jobs), frozenset(at_reservation))


def _check_once(account: str, file: LogFile, ledger_of: dict[str, str]) -> None:
    """Refuse an account of two ledgers: jobs may be called the same. Raises BadLog."""
    other = ledger_of.setdefault(account, file.path)
    if other != file.path:
        what = f"has the account {clean(account)[:60]}, as has {other}"
        raise BadLog(what, where=file.path, next_step="compare one ledger at once")


def _jobs(database: sqlite3.Connection, file: LogFile) -> Iterator[BookedJob]:
    for row in database.execute(_JOBS_SQL):
        yield BookedJob(
            row["account"],
            row["name"],
            row["mode"],
            _profile(row["profile"], file),
            Job(row["pico_usd"], row["tokens"], bool(row["used"])),
            row["calls"],
            row["charged"],
            row["refunded"],
        )


def _profile(text: str, file: LogFile) -> Profile:
    """The conditions of a job, as the ledger writes them; it knows no rules. Raises BadLog."""
    try:
        values = json.loads(text)
        return Profile(
            name=str(values.get("name", "default")),
            markup_percent=_amount(values["markup_percent"]),
            credits_per_dollar=_amount(values["credits_per_dollar"]),
            tokens_per_credit=_amount(values["tokens_per_credit"]),
            credits_per_job=int(_amount(str(values["credits_per_job"]))),
            minimum_credits=int(_amount(str(values["minimum_credits"]))),
            rounding=_rounding(values["rounding"]),
        )
    except (ValueError, TypeError, AttributeError, KeyError) as error:
        what = f"has a job whose profile cannot be read: {clean(str(error))[:120]}"
        raise BadLog(what, where=file.path) from None


def _amount(text: object) -> Fraction:
    """An amount such as "30" or "33333/1000". Raises ValueError."""
    if not isinstance(text, str) or not _FRACTION.fullmatch(text):
        raise ValueError(f"{text!r:.40} is not an amount")
    return Fraction(text)


def _rounding(word: object) -> Rounding:
    if not isinstance(word, str) or word not in ROUNDINGS:
        raise ValueError(f"{word!r:.40} is not a rounding")
    return word
