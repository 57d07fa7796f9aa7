"""A job's running total: what its calls used, what its open calls can still use, and the credits.

A job is rounded as a whole, so credits are held for a job and not for a call: holding and charging
are both differences of one function, the job's credits at a total.
"""

import json
import sqlite3
from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.core import Job, Mode, Profile, job_credits

from .database import MAX_INTEGER, Refused, insert


class UnknownJob(Refused):
    """The account has no such job."""


class Use(NamedTuple):
    """What one call used, or can use at most."""

    pico_usd: int
    tokens: int

    def within(self, bound: "Use") -> "Use":
        """At most the bound: a customer is never charged more than was held."""
        return Use(min(self.pico_usd, bound.pico_usd), min(self.tokens, bound.tokens))


class RunningJob(NamedTuple):
    """A row of `job`. `total` is settled, `open` is the most that the open calls can add."""

    account: str
    name: str
    mode: Mode
    profile: Profile
    total: Job = Job()
    open: Use = Use(0, 0)
    open_calls: int = 0
    calls: int = 0
    charged: int = 0
    refunded: int = 0
    held: int = 0
    completed: bool = False

    def with_open(self, bound: Use) -> "RunningJob":
        """One more call that may use so much. Raises Refused: more than the database can hold."""
        most = Use(self.open.pico_usd + bound.pico_usd, self.open.tokens + bound.tokens)
        job = _with_hold(self._replace(open=most, open_calls=self.open_calls + 1))
        pico_usd, tokens = self.total.pico_usd + most.pico_usd, self.total.tokens + most.tokens
        if max(pico_usd, tokens, job.held) > MAX_INTEGER:
            raise Refused("the job is too large for the ledger")
        return job

    def without_open(self, bound: Use) -> "RunningJob":
        """One open call less, which used nothing."""
        most = Use(self.open.pico_usd - bound.pico_usd, self.open.tokens - bound.tokens)
        return _with_hold(self._replace(open=most, open_calls=self.open_calls - 1))

    def settled(self, bound: Use, used: Use) -> "RunningJob":
        """One open call has used this, at most its bound."""
        total = Job(self.total.pico_usd + used.pico_usd, self.total.tokens + used.tokens, used=True)
        charged = job_credits(total, self.mode, self.profile)
        job = self._replace(total=total, charged=charged, calls=self.calls + 1)
        return job.without_open(bound)


def _with_hold(job: RunningJob) -> RunningJob:
    """The job with the credits that its open calls can add: if less is open, less is held."""
    most = Job(
        job.total.pico_usd + job.open.pico_usd,
        job.total.tokens + job.open.tokens,
        job.total.used or bool(job.open_calls),
    )
    return job._replace(held=job_credits(most, job.mode, job.profile) - job.charged)


def find_job(db: sqlite3.Connection, account: str, name: str) -> RunningJob | None:
    """A job as it stands; None if no call was made for it."""
    row = db.execute("SELECT * FROM job WHERE account = ? AND name = ?", (account, name)).fetchone()
    return row and RunningJob(
        account,
        name,
        row["mode"],
        _read_profile(row["profile"]),
        Job(row["pico_usd"], row["tokens"], bool(row["used"])),
        Use(row["open_pico_usd"], row["open_tokens"]),
        row["open_calls"],
        row["calls"],
        row["charged"],
        row["refunded"],
        row["held"],
        bool(row["completed"]),
    )


def known_job(db: sqlite3.Connection, account: str, name: str) -> RunningJob:
    """A job as it stands. Raises UnknownJob."""
    found = find_job(db, account, name)
    if found is None:
        raise UnknownJob("no call was made for this job")
    return found


def save_job(db: sqlite3.Connection, job: RunningJob) -> None:
    """Write a job as it is now."""
    values = {
        "account": job.account,
        "name": job.name,
        "mode": job.mode,
        "profile": _profile_text(job.profile),
        "pico_usd": job.total.pico_usd,
        "tokens": job.total.tokens,
        "used": int(job.total.used),
        "open_pico_usd": job.open.pico_usd,
        "open_tokens": job.open.tokens,
        "open_calls": job.open_calls,
        "calls": job.calls,
        "charged": job.charged,
        "refunded": job.refunded,
        "held": job.held,
        "completed": int(job.completed),
    }
    if find_job(db, job.account, job.name) is None:
        insert(db, "job", values)
        return
    changes = ", ".join(f"{name} = :{name}" for name in values if name not in {"account", "name"})
    db.execute(f"UPDATE job SET {changes} WHERE account = :account AND name = :name", values)  # noqa: S608


def _profile_text(profile: Profile) -> str:
    values = profile._asdict().items()
    return json.dumps({k: str(v) if isinstance(v, Fraction) else v for k, v in values})


def _read_profile(text: str) -> Profile:
    values: dict[str, Any] = json.loads(text)
    for name in ("markup_percent", "credits_per_dollar", "tokens_per_credit"):
        values[name] = Fraction(values[name])
    return Profile(**values)
