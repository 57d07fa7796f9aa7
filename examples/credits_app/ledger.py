"""Credits in SQLite: held before a call is paid, charged when its usage is known.

All amounts are whole numbers. At every moment, after a crash too: balance + held + spent = granted.
"""

import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import uuid4

from pricectl.core import Mode, Profile
from pricectl.runtime import Answer

from .calls import Call, InUse, Kept, Reservation, kept_answer, open_row, set_state
from .database import MAX_INTEGER, Database, Move, OutOfCredits, Refused, account_row, insert, move
from .jobs import RunningJob, Use, find_job, known_job, save_job
from .settling import Tell, lost_answer, moved, release_call, settle_call

# How long a call may take. Whoever finds an older one ends it: see `Ledger.recover`.
LEASE_SECONDS = 600.0
MAX_OPEN_CALLS = 100  # of one job
MAX_CALLS = 10_000  # of one job: one that is charged by the job would otherwise be endless


class NoProfile(Refused):
    """What a call is to be charged is not known: the credit settings are broken."""


class Ledger:
    """The accounts of one database file; safe to share between threads and processes."""

    def __init__(self, path: str, clock: Callable[[], float] = time.time) -> None:
        self._database = Database(path)
        self._clock = clock

    @property
    def path(self) -> str:
        """The database file."""
        return self._database.path

    def open_account(self, account: str, modes: Sequence[Mode]) -> None:
        """Make an account, or change the budget modes it may use."""
        with self._database.transaction() as db:
            db.execute(
                "INSERT INTO account (name, modes) VALUES (:name, :modes) "
                "ON CONFLICT (name) DO UPDATE SET modes = :modes",
                {"name": account, "modes": " ".join(modes)},
            )

    def balance(self, account: str) -> tuple[int, int]:
        """The credits that are left, and those that are held. Raises UnknownAccount."""
        with self._database.reading() as db:
            row = account_row(db, account)
            return row["balance"], row["held"]

    def job(self, account: str, job: str) -> RunningJob:
        """What a job has come to so far. Raises UnknownJob."""
        with self._database.reading() as db:
            return known_job(db, account, job)

    def reserve(self, call: Call, bound: Use, profile: Profile | None) -> Reservation | Kept:
        """Hold the most that a call can cost; or the answer that its key got already.

        Raises Refused, before anything is paid for: a key in use, another budget mode, a completed
        job, too few credits.
        """
        with self._database.transaction() as db:
            self._recover(db, call.account)
            kept = kept_answer(db, call)
            if kept is not None:
                return kept
            job = _job_for(db, call, profile)
            opened = job.with_open(bound)
            hold = opened.held - job.held
            # Where rounding holds nothing, somebody who has paid nothing makes no call either.
            if not hold and not job.charged and not account_row(db, call.account)["balance"]:
                raise OutOfCredits("no credits are left")
            save_job(db, opened)
            move(db, moved("hold", call, balance=-hold, held=hold))
            attempt = uuid4().hex
            db.execute("DELETE FROM call WHERE account = ? AND key = ?", (call.account, call.key))
            values = {
                "account": call.account,
                "key": call.key,
                "request": call.request,
                "job": call.job,
                "attempt": attempt,
                "state": "held",
                "deadline": self._clock() + LEASE_SECONDS,
                "bound_pico_usd": bound.pico_usd,
                "bound_tokens": bound.tokens,
            }
            insert(db, "call", values)
            return Reservation(call, attempt, bound)

    def send(self, held: Reservation) -> None:
        """Note that the upstream is called now. Raises Refused: the reservation has expired."""
        with self._database.transaction() as db:
            found = open_row(db, held)
            if found is None or found["state"] != "held":
                raise InUse("the reservation has expired")
            set_state(db, held.call, "sent")

    def settle(
        self,
        held: Reservation,
        answer: Answer | None,
        tell: Tell,
    ) -> Kept:
        """Charge what a call used, give back the rest, and keep the answer for a replay.

        Without an answer, or one without usage, the whole reservation is charged, and flagged.
        `tell` makes the answer from the credits, the balance and the flags.
        """
        with self._database.transaction() as db:
            if open_row(db, held) is None:  # it took longer than its lease
                kept = kept_answer(db, held.call)
                if kept is None:
                    raise InUse("the reservation has expired")
                return kept
            return settle_call(db, held, answer, tell)

    def release(self, held: Reservation) -> Kept | None:
        """Give the whole reservation back: the upstream did nothing. The key may try again.

        Where the call took longer than its lease, it was charged; that answer is returned.
        """
        with self._database.transaction() as db:
            if open_row(db, held) is None:
                return kept_answer(db, held.call)
            release_call(db, held)
            return None

    def recover(self, account: str) -> None:
        """End the calls of an account whose process has died: `reserve` does it by itself.

        One whose upstream was not called is released; one whose upstream may have been called is
        charged its reservation, and flagged.
        """
        with self._database.transaction() as db:
            self._recover(db, account)

    def flagged(self, limit: int = 100) -> list[dict[str, Any]]:
        """Calls to compare with the provider's bill, and to refund where it does not have them.

        The newest first.
        """
        with self._database.reading() as db:
            words = (
                "SELECT account, job, key, flags FROM call WHERE flags <> '' "
                "ORDER BY deadline DESC, rowid DESC LIMIT ?"
            )
            return [dict(row) for row in db.execute(words, (limit,))]

    def grant(self, account: str, amount: int, key: str) -> int:
        """Add bought credits; the balance after it. Raises Refused."""
        _check_amount(amount)
        with self._database.transaction() as db:
            made = Move("grant", account, key, str(amount), balance=amount)
            return _once(db, made)

    def refund(self, account: str, job: str, amount: int, key: str) -> int:
        """Give credits of a job back, at most what it was charged; the balance after it."""
        _check_amount(amount)
        with self._database.transaction() as db:
            made = Move(
                "refund", account, key, f"{amount} of {job}", job, balance=amount, spent=-amount
            )
            if _made(db, made) is None:
                found = known_job(db, account, job)
                left = found.charged - found.refunded
                if amount > left:
                    raise Refused(f"the job has {left} credits to refund")
                save_job(db, found._replace(refunded=found.refunded + amount))
            return _once(db, made)

    def complete(self, account: str, job: str) -> RunningJob:
        """Close a job to further calls; those under way are still settled. Raises UnknownJob."""
        with self._database.transaction() as db:
            done = known_job(db, account, job)._replace(completed=True)
            save_job(db, done)
            return done

    def _recover(self, db: sqlite3.Connection, account: str) -> None:
        late = db.execute(
            "SELECT * FROM call WHERE account = ? AND state IN ('held', 'sent') AND deadline < ?",
            (account, self._clock()),
        ).fetchall()
        for row in late:
            call = Call(account, row["job"], row["key"], row["request"])
            bound = Use(row["bound_pico_usd"], row["bound_tokens"])
            held = Reservation(call, row["attempt"], bound)
            if row["state"] == "held":
                release_call(db, held)
            else:
                settle_call(db, held, None, lost_answer)


def _job_for(db: sqlite3.Connection, call: Call, profile: Profile | None) -> RunningJob:
    """The job that a call may be made for, or a new one. Raises Refused."""
    modes = account_row(db, call.account)["modes"].split()
    mode = call.mode or modes[0]
    if mode not in modes:
        raise Refused(f"the account is charged by {modes[0]}")
    job = find_job(db, call.account, call.job)
    if job is None:
        if profile is None:
            raise NoProfile("the credit settings are broken; calls cannot be charged")
        if profile.rules or profile.prefer_stated_cost:
            raise NoProfile("this ledger keeps no sum by rules, so it cannot charge by them")
        return RunningJob(call.account, call.job, mode, profile)
    if job.completed:
        raise Refused("the job is completed")
    if job.mode != mode:
        raise Refused(f"the job is charged by {job.mode}")
    if job.open_calls >= MAX_OPEN_CALLS or job.calls + job.open_calls >= MAX_CALLS:
        raise Refused("the job has too many calls")
    return job


def _check_amount(amount: int) -> None:
    if type(amount) is not int or not 0 < amount <= MAX_INTEGER:
        raise Refused("credits are a whole number above zero")


def _made(db: sqlite3.Connection, made: Move) -> int | None:
    """The balance after the same move, if it was made. Raises Refused: the key was for another."""
    row = db.execute(
        "SELECT request, balance_after FROM entry WHERE account = ? AND kind = ? AND key = ? "
        "AND kind IN ('grant', 'charge', 'refund')",  # as the index says
        (made.account, made.kind, made.key),
    ).fetchone()
    if row is not None and row["request"] != made.request:
        raise Refused("the idempotency key was used for another request")
    return None if row is None else int(row["balance_after"])


def _once(db: sqlite3.Connection, made: Move) -> int:
    before = _made(db, made)
    return move(db, made) if before is None else before
