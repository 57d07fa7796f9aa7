"""Credits in SQLite: held before a call is paid, charged when its usage is known.

All amounts are whole numbers. At every moment, after a crash too: balance + held + spent = granted.
"""

import json
import sqlite3
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple
from uuid import uuid4

from pricectl.core import Mode, Profile
from pricectl.runtime import Answer

from .database import Database, Move, OutOfCredits, Refused, account_row, insert, move
from .jobs import RunningJob, UnknownJob, Use, find_job, known_job, save_job

__all__ = ["Ledger", "OutOfCredits", "Refused", "UnknownJob", "Use"]

# How long a call may take. Whoever finds an older one ends it: see `Ledger.recover`.
LEASE_SECONDS = 600.0
MAX_OPEN_CALLS = 100  # of one job
MAX_CALLS = 10_000  # of one job: one that is charged by the job would otherwise be endless

# Flags of a call, for whoever looks at the provider's bill.
NO_USAGE = "reservation-charged"
OVER_BOUND = "over-reservation"
LOST = "lost-answer"


class NoProfile(Refused):
    """What a call is to be charged is not known: the credit settings are broken."""


class InUse(Refused):
    """A call under this key is under way."""


class Call(NamedTuple):
    """A call to make: whose, for which job, under which key.

    `request` tells one request from another, so that a key stands for one of them only.
    """

    account: str
    job: str
    key: str
    request: str
    mode: Mode | None = None


class Kept(NamedTuple):
    """The answer that a key got: an HTTP status and a body."""

    status: int
    text: str


class Reservation(NamedTuple):
    """A call for which credits are held, and the most that it can use.

    `attempt` tells it from a later try under the same key.
    """

    call: Call
    attempt: str
    bound: Use


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
            kept = _kept(db, call)
            if kept is not None:
                return kept
            job = _job_for(db, call, profile)
            opened = job.with_open(bound)
            hold = opened.held - job.held
            # Where rounding holds nothing, somebody who has paid nothing makes no call either.
            if not hold and not job.charged and not account_row(db, call.account)["balance"]:
                raise OutOfCredits("no credits are left")
            save_job(db, opened)
            move(db, _move("hold", call, balance=-hold, held=hold))
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
            found = _open_row(db, held)
            if found is None or found["state"] != "held":
                raise InUse("the reservation has expired")
            _set_state(db, held.call, "sent")

    def settle(
        self,
        held: Reservation,
        answer: Answer | None,
        tell: Callable[[int, int, tuple[str, ...]], Kept],
    ) -> Kept:
        """Charge what a call used, give back the rest, and keep the answer for a replay.

        Without an answer, or one without usage, the whole reservation is charged, and flagged.
        `tell` makes the answer from the credits, the balance and the flags.
        """
        with self._database.transaction() as db:
            if _open_row(db, held) is None:  # it took longer than its lease
                kept = _kept(db, held.call)
                if kept is None:
                    raise InUse("the reservation has expired")
                return kept
            return _settle(db, held, answer, tell)

    def release(self, held: Reservation) -> None:
        """Give the whole reservation back: the upstream did nothing. The key may try again."""
        with self._database.transaction() as db:
            if _open_row(db, held) is not None:
                _release(db, held)

    def recover(self, account: str) -> None:
        """End the calls of an account whose process has died: `reserve` does it by itself.

        One whose upstream was not called is released; one whose upstream may have been called is
        charged its reservation, and flagged.
        """
        with self._database.transaction() as db:
            self._recover(db, account)

    def flagged(self, limit: int = 100) -> list[dict[str, Any]]:
        """Calls to compare with the provider's bill, and to refund where it does not have them."""
        with self._database.reading() as db:
            words = "SELECT account, job, key, flags FROM call WHERE flags <> '' LIMIT ?"
            return [dict(row) for row in db.execute(words, (limit,))]

    def grant(self, account: str, amount: int, key: str) -> int:
        """Add bought credits; the balance after it. Raises Refused."""
        with self._database.transaction() as db:
            made = Move("grant", account, key, str(amount), balance=amount)
            return _once(db, made)

    def refund(self, account: str, job: str, amount: int, key: str) -> int:
        """Give credits of a job back, at most what it was charged; the balance after it."""
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
                _release(db, held)
            else:
                _settle(db, held, None, lost_answer)


def lost_answer(owed: int, left: int, flags: tuple[str, ...]) -> Kept:
    """What a key is told whose answer nobody has."""
    detail = "the answer was lost; the reservation was charged until the provider's bill is known"
    body = {"detail": detail, "credits_deducted": owed, "balance": left, "flags": list(flags)}
    return Kept(502, json.dumps(body))


def _kept(db: sqlite3.Connection, call: Call) -> Kept | None:
    """The answer of a key; None if it may be used. Raises Refused, InUse."""
    row = _call_row(db, call)
    if row is None:
        return None
    if row["request"] != call.request:
        raise Refused("the idempotency key was used for another request")
    if row["state"] == "settled":
        return Kept(row["status"], row["answer"])
    if row["state"] in {"held", "sent"}:
        raise InUse("a call under this key is under way")
    return None


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
        return RunningJob(call.account, call.job, mode, profile)
    if job.completed:
        raise Refused("the job is completed")
    if job.mode != mode:
        raise Refused(f"the job is charged by {job.mode}")
    if job.open_calls >= MAX_OPEN_CALLS or job.calls + job.open_calls >= MAX_CALLS:
        raise Refused("the job has too many calls")
    return job


def _settle(
    db: sqlite3.Connection,
    held: Reservation,
    answer: Answer | None,
    tell: Callable[[int, int, tuple[str, ...]], Kept],
) -> Kept:
    call, bound, flags = held.call, held.bound, answer.flags if answer else (LOST,)
    used, details = bound, {}
    if answer is not None:
        quote, snapshot = answer.quote, answer.snapshot
        actual = Use(quote.pico_usd, quote.usage.total_tokens)
        if not quote.usage.counts or {"bad-usage", "internal-error"} & set(flags):
            flags += (NO_USAGE,)  # zero is what is not known here, and not what was used
        else:
            used = actual.within(bound)
            flags += () if used == actual else (OVER_BOUND,)
        details = {
            "model": quote.match.asked,
            "match": quote.match.how,
            "catalog_sha256": snapshot.sha256,
            "generation": snapshot.generation,
            "calculator": snapshot.calculator_version,
        }
    before = known_job(db, call.account, call.job)
    after = before.settled(bound, used)
    owed, freed = after.charged - before.charged, before.held - after.held
    save_job(db, after)
    charge = _move("charge", call, balance=freed - owed, held=-freed, spent=owed)
    left = move(db, charge, {"pico_usd": used.pico_usd, "tokens": used.tokens, **details})
    kept = tell(owed, left, flags)
    marks = {LOST, NO_USAGE, OVER_BOUND} & set(flags)
    db.execute(
        "UPDATE call SET state = 'settled', status = ?, answer = ?, flags = ? "
        "WHERE account = ? AND key = ?",
        (kept.status, kept.text, " ".join(sorted(marks)), call.account, call.key),
    )
    return kept


def _release(db: sqlite3.Connection, held: Reservation) -> None:
    call = held.call
    before = known_job(db, call.account, call.job)
    after = before.without_open(held.bound)
    freed = before.held - after.held
    save_job(db, after)
    move(db, _move("release", call, balance=freed, held=-freed))
    _set_state(db, call, "released")


def _move(kind: str, call: Call, balance: int, held: int, spent: int = 0) -> Move:
    return Move(kind, call.account, call.key, call.request, call.job, balance, held, spent)


def _call_row(db: sqlite3.Connection, call: Call) -> Any:
    words = "SELECT * FROM call WHERE account = ? AND key = ?"
    return db.execute(words, (call.account, call.key)).fetchone()


def _open_row(db: sqlite3.Connection, held: Reservation) -> Any:
    """The row of this very attempt, while it is held or sent."""
    row = _call_row(db, held.call)
    is_open = row is not None and row["state"] in {"held", "sent"}
    return row if is_open and row["attempt"] == held.attempt else None


def _set_state(db: sqlite3.Connection, call: Call, state: str) -> None:
    words = "UPDATE call SET state = ? WHERE account = ? AND key = ?"
    db.execute(words, (state, call.account, call.key))


def _made(db: sqlite3.Connection, made: Move) -> int | None:
    """The balance after the same move, if it was made. Raises Refused: the key was for another."""
    row = db.execute(
        "SELECT request, balance_after FROM entry WHERE account = ? AND kind = ? AND key = ?",
        (made.account, made.kind, made.key),
    ).fetchone()
    if row is not None and row["request"] != made.request:
        raise Refused("the idempotency key was used for another request")
    return None if row is None else int(row["balance_after"])


def _once(db: sqlite3.Connection, made: Move) -> int:
    before = _made(db, made)
    return move(db, made) if before is None else before
