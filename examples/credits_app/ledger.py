"""Credits in SQLite: a balance an account, and a ledger that is only ever added to.

All amounts are whole numbers: credits, and picodollars (1e-12 USD) for what a call cost. A balance
and the ledger row that changed it are written in one transaction, or neither is.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from pricectl.core import Job, Mode, charge
from pricectl.runtime import Answer

# How a kind of row moves the balance.
SIGNS = {"grant": 1, "charge": -1, "refund": 1, "completion": 0}
MAX_INTEGER = 2**63 - 1  # what SQLite keeps exactly: $9.2 million as picodollars
WAIT_SECONDS = 10.0

_SCHEMA = Path(__file__).with_name("schema.sql")
_JOB = """
SELECT coalesce(sum(pico_usd), 0), coalesce(sum(tokens), 0), coalesce(max(used), 0), min(mode),
       count(CASE kind WHEN 'charge' THEN 1 END),
       coalesce(sum(CASE kind WHEN 'charge' THEN credits END), 0),
       coalesce(sum(CASE kind WHEN 'refund' THEN credits END), 0),
       count(CASE kind WHEN 'completion' THEN 1 END)
FROM entry WHERE account = ? AND job = ?
"""
_UNBALANCED = """
SELECT name FROM account LEFT JOIN entry ON account = name GROUP BY name
HAVING balance <> coalesce(
    sum(CASE kind WHEN 'charge' THEN -credits WHEN 'completion' THEN 0 ELSE credits END), 0)
"""


class Refused(Exception):
    """A movement of credits that the ledger does not make; nothing was written."""


class NoProfile(Refused):
    """What a call is to be charged is not known: the credit settings are broken."""


class OutOfCredits(Refused):
    """The balance does not cover the charge."""


class UnknownJob(Refused):
    """The account has no such job."""


class Call(NamedTuple):
    """One call to charge: whose, for which job, under which key, and what it cost.

    `request` tells one request from another, so that a key stands for one of them only.
    """

    account: str
    job: str
    key: str
    request: str
    mode: Mode
    priced: Answer


class JobTotals(NamedTuple):
    """What a job has come to: its running total, and the credits that moved for it."""

    total: Job
    mode: str | None
    calls: int
    charged: int
    refunded: int
    completed: bool


class Ledger:
    """The accounts of one database file; safe to share between threads and processes."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def balance(self, account: str) -> int:
        """The credits an account has left."""
        with closing(self._connect()) as db:
            return _balance(db, account)

    def job(self, account: str, job: str) -> JobTotals:
        """What a job has come to so far. Raises UnknownJob."""
        with closing(self._connect()) as db:
            return _known_job(db, account, job)

    def replayed(self, account: str, key: str, request: str) -> str | None:
        """The answer that a call under this key got, if there was one. Raises Refused."""
        with closing(self._connect()) as db:
            return _answer(db, account, "charge", key, request)

    def charge(self, call: Call, answer: Callable[[int, int], str]) -> str:
        """Deduct what one more call adds to its job, and keep the answer for a replay.

        The job's running total is rounded, never the call. `answer` makes the text from the credits
        and the new balance. Raises Refused; OutOfCredits charges nothing.
        """
        with self._transaction() as db:
            kept = _answer(db, call.account, "charge", call.key, call.request)
            if kept is not None:
                return kept
            job = _job(db, call.account, call.job)
            _check_open(job, call)
            owed = _owed(job, call)
            quote, snapshot = call.priced.quote, call.priced.snapshot
            details = {
                "job": call.job,
                "mode": call.mode,
                "model": quote.match.asked,
                "pico_usd": quote.pico_usd,
                "tokens": quote.usage.total_tokens,
                "used": int(bool(quote.usage.counts)),
                "match": quote.match.how,
                "catalog_sha256": snapshot.sha256,
                "generation": snapshot.generation,
                "calculator": snapshot.calculator_version,
            }
            row = Row(call.account, "charge", call.key, call.request, owed)
            return _append(db, row, answer, details)

    def grant(self, account: str, amount: int, key: str) -> int:
        """Add bought credits; the balance after it. Raises Refused."""
        return self._add(Row(account, "grant", key, str(amount), amount))

    def refund(self, account: str, job: str, amount: int, key: str) -> int:
        """Give credits of a job back, at most what it was charged; the balance after it.

        Raises Refused.
        """
        return self._add(Row(account, "refund", key, f"{amount} of {job}", amount), job)

    def complete(self, account: str, job: str) -> JobTotals:
        """Close a job to further calls; once or again, the same. Raises UnknownJob."""
        with self._transaction() as db:
            if not _known_job(db, account, job).completed:
                row = Row(account, "completion", job, job, 0)
                _append(db, row, lambda _amount, _balance: "", {"job": job})
            return _job(db, account, job)

    def unbalanced(self) -> list[str]:
        """Accounts whose balance is not the sum of their rows: always none."""
        with closing(self._connect()) as db:
            return [name for (name,) in db.execute(_UNBALANCED)]

    def _add(self, row: "Row", job: str | None = None) -> int:
        with self._transaction() as db:
            kept = _answer(db, row.account, row.kind, row.key, row.request)
            if kept is None:
                if job is not None:
                    _check_refund(_known_job(db, row.account, job), row.credits)
                kept = _append(db, row, lambda _amount, balance: str(balance), {"job": job})
            return int(kept)

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        db.execute("PRAGMA foreign_keys = ON")
        return db

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; the lock is taken first, so that what is read here still holds."""
        with closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                yield db


class Row(NamedTuple):
    """What every row of the ledger says."""

    account: str
    kind: str
    key: str
    request: str
    credits: int


def _answer(db: sqlite3.Connection, account: str, kind: str, key: str, request: str) -> str | None:
    found = db.execute(
        "SELECT request, answer FROM entry WHERE account = ? AND kind = ? AND key = ?",
        (account, kind, key),
    ).fetchone()
    if found is None:
        return None
    if found[0] != request:
        raise Refused("the idempotency key was used for another request")
    return str(found[1])


def _append(
    db: sqlite3.Connection,
    row: Row,
    answer: Callable[[int, int], str],
    details: Mapping[str, Any],
) -> str:
    """Move the balance and write the row that says so."""
    balance = _balance(db, row.account) + SIGNS[row.kind] * row.credits
    if balance < 0:
        short = f"{row.credits} credits are needed, {balance + row.credits} are left"
        raise OutOfCredits(short)
    text = answer(row.credits, balance)
    db.execute(
        "INSERT INTO account VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET balance = ?",
        (row.account, balance, balance),
    )
    values = {**row._asdict(), "balance_after": balance, "answer": text, **details}
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT INTO entry ({names}) VALUES ({marks})", values)  # noqa: S608 - our names
    return text


def _balance(db: sqlite3.Connection, account: str) -> int:
    found = db.execute("SELECT balance FROM account WHERE name = ?", (account,)).fetchone()
    return int(found[0]) if found else 0


def _job(db: sqlite3.Connection, account: str, job: str) -> JobTotals:
    pico_usd, tokens, used, mode, calls, charged, refunded, completed = db.execute(
        _JOB, (account, job)
    ).fetchone()
    total = Job(pico_usd, tokens, bool(used))
    return JobTotals(total, mode, calls, charged, refunded, bool(completed))


def _known_job(db: sqlite3.Connection, account: str, job: str) -> JobTotals:
    found = _job(db, account, job)
    if not found.calls:
        raise UnknownJob("no call was made for this job")
    return found


def _check_open(job: JobTotals, call: Call) -> None:
    if job.completed:
        raise Refused("the job is completed")
    if job.mode not in {None, call.mode}:
        raise Refused(f"the job is charged by {job.mode}")


def _owed(job: JobTotals, call: Call) -> int:
    """What the call adds to the job's charge, by the settings of the version that priced it."""
    profile = call.priced.snapshot.profile
    if profile is None:
        raise NoProfile("the settings choose no credit profile that exists")
    after, owed = charge(job.total, call.priced.quote, call.mode, profile)
    if max(after.pico_usd, after.tokens, owed) > MAX_INTEGER:
        raise Refused("the job is too large for the ledger")
    return owed


def _check_refund(job: JobTotals, amount: int) -> None:
    left = job.charged - job.refunded
    if amount > left:
        raise Refused(f"the job has {left} credits to refund")
