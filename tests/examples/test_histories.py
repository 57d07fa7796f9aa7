"""Random histories of the example with a crash at any statement or during the paid call.

At every moment balance + held + spent = granted, and the upstream is never called without a hold.
"""

import os
import random
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from fastapi import HTTPException

from examples.credits_app import routes, settling
from examples.credits_app.database import Database, Refused
from examples.credits_app.jobs import known_job
from examples.credits_app.ledger import LEASE_SECONDS, Ledger
from examples.credits_app.orders import CreateAndCall
from examples.credits_app.upstream import NotCharged, complete
from pricectl.core import MODES, job_credits
from tests.examples.shops import shop

# `make proof` runs 10,000.
HISTORIES = int(os.environ.get("PRICECTL_TEST_HISTORIES", "60"))
# Parts that fit a test's time limit on a busy machine: at most 200 histories each.
SEEDS = max(2, HISTORIES // 200)


class Crash(BaseException):
    """The process dies here: nothing catches it, and what was not committed is gone."""


class DyingConnection(sqlite3.Connection):
    """Dies at the statement that `left` counts down to."""

    left = -1

    def execute(self, *given: Any) -> sqlite3.Cursor:
        kind = type(self)
        kind.left -= 1
        if kind.left == 0:
            raise Crash
        return super().execute(*given)


@contextmanager
def crash_at(statement: int) -> Iterator[None]:
    DyingConnection.left = statement
    try:
        yield
    finally:
        DyingConnection.left = -1


class World:
    """One account, its clock, and what the upstream was asked."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
        self.now = 1000.0
        self.shop = shop(folder)
        connect = sqlite3.connect
        monkeypatch.setattr(
            "examples.credits_app.database.sqlite3.connect",
            lambda *given, **named: connect(*given, **named, factory=DyingConnection),
        )
        ledger = Ledger(self.shop.ledger.path, clock=lambda: self.now)
        self.shop = self.shop._replace(ledger=ledger, upstream=self.answer)
        self.database = Database(ledger.path)
        self.paid: Counter[tuple[str, str]] = Counter()
        self.rng = random.Random(f"histories {seed}")  # noqa: S311 - test data
        self.account = self.key = ""

    def answer(self, *given: Any) -> Any:
        """Check that credits are held; then answer, fail or die."""
        with closing(sqlite3.connect(self.shop.ledger.path)) as db:
            words = "SELECT state, job FROM call WHERE account = ? AND key = ?"
            state, job = db.execute(words, (self.account, self.key)).fetchone()
            holds = "SELECT count(*) FROM entry WHERE account = ? AND key = ? AND kind = 'hold'"
            (held,) = db.execute(holds, (self.account, self.key)).fetchone()
        running = self.shop.ledger.job(self.account, job)
        assert state == "sent"
        assert held >= 1
        assert running.open_calls >= 1
        assert running.charged + running.held >= 1
        end = self.rng.randrange(8)
        if end == 0:
            raise NotCharged
        self.paid[self.account, self.key] += 1
        if end == 1:
            raise TimeoutError
        if end == 2:
            raise Crash
        usage = (
            None
            if end == 3
            else {"prompt_tokens": 9, "completion_tokens": 10 ** self.rng.randrange(5)}
        )
        return {**complete(*given), "usage": usage}

    def check(self) -> None:
        """Balance + held + spent = granted, from the rows and from the account itself."""
        with self.database.reading() as db:
            granted, balance, held, spent = db.execute(
                "SELECT sum(granted), sum(balance), sum(held), sum(spent) FROM entry "
                "WHERE account = ?",
                (self.account,),
            ).fetchone()
            assert balance + held + spent == granted
            assert (balance, held) == self.shop.ledger.balance(self.account)
            charged, refunded, job_holds = db.execute(
                "SELECT coalesce(sum(charged), 0), coalesce(sum(refunded), 0), "
                "coalesce(sum(held), 0) FROM job WHERE account = ?",
                (self.account,),
            ).fetchone()
            assert (spent, held) == (charged - refunded, job_holds)
            jobs = db.execute("SELECT name FROM job WHERE account = ?", (self.account,)).fetchall()
            for (name,) in jobs:
                job = known_job(db, self.account, name)
                assert job.charged == job_credits(job.total, job.mode, job.profile)

    def step(self, number: int) -> None:
        """One thing that a customer, the administrator or time does."""
        rng, ledger, account = self.rng, self.shop.ledger, self.account
        chosen = rng.randrange(10)
        if chosen == 0:
            ledger.grant(account, rng.randrange(1, 200), f"grant {rng.randrange(4)}")
        elif chosen == 1:
            ledger.refund(account, f"job {rng.randrange(2)}", rng.randrange(1, 20), f"r{number}")
        elif chosen == 2:
            ledger.complete(account, f"job {rng.randrange(2)}")
        elif chosen == 3:
            self.now += rng.choice((1, LEASE_SECONDS / 2, LEASE_SECONDS + 1))
        else:
            self.key = f"key {rng.randrange(6)}"
            order = CreateAndCall(
                model="gpt-4o",
                prompt="hello " * rng.choice((1, 50)),
                max_tokens=rng.choice((10, 1000)),
                budget_mode=rng.choice((None, None, *MODES)),
                job_id=f"job {rng.randrange(2)}",
                idempotency_key=self.key,
            )
            routes.create_and_call(order, account, self.shop)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_histories_with_crashes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    world = World(tmp_path, monkeypatch, seed)
    ledger, rng = world.shop.ledger, world.rng
    crashes = refusals = 0
    for number in range(HISTORIES // SEEDS):
        world.account = f"account {number}"
        ledger.open_account(world.account, rng.choice((MODES, MODES[1:], MODES[:1])))
        ledger.grant(world.account, rng.choice((1, 100, 2000)), "first")
        for step in range(rng.randrange(3, 9)):
            # A paid call is about 40 statements; 0 means that nothing crashes.
            statement = rng.choice((0, rng.randrange(1, 60)))
            try:
                with crash_at(statement):
                    world.step(step)
            except Crash:
                crashes += 1
            except (Refused, HTTPException):
                refusals += 1
            world.check()
        world.now += LEASE_SECONDS + 1
        ledger.recover(world.account)
        world.check()
        assert ledger.balance(world.account)[1] == 0
    # A key is paid again only after its first call was certainly not charged, which is not counted.
    assert max(world.paid.values()) == 1
    assert crashes > HISTORIES // SEEDS // 2
    assert refusals


def test_the_crashes_would_be_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A ledger that gives back too much on release is found by the same histories."""
    honest = settling.moved

    def generous(kind: str, *given: Any, **named: Any) -> Any:
        made = honest(kind, *given, **named)
        return made._replace(held=made.held - 1) if kind == "release" else made

    monkeypatch.setattr(settling, "moved", generous)
    with pytest.raises((AssertionError, sqlite3.IntegrityError)), suppress(Refused):
        test_histories_with_crashes(tmp_path, monkeypatch, seed=0)
