"""The example's ledger: what must hold of credits whatever happens, in whatever order."""

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from fractions import Fraction
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from examples.credits_app.calls import Call, InUse, Kept
from examples.credits_app.database import OutOfCredits, Refused
from examples.credits_app.jobs import UnknownJob, Use
from examples.credits_app.ledger import Ledger
from pricectl.core import MODES, Catalog, Job, Mode, Profile, Usage, job_credits, quote
from pricectl.policy import Policy
from pricectl.runtime import Answer
from pricectl.runtime.snapshot import EMERGENCY
from tests.conftest import CATALOG, ROOT

PROFILE = Profile(markup_percent=Fraction(30), credits_per_dollar=Fraction(100))
SNAPSHOT = EMERGENCY._replace(
    catalog=Catalog.load(CATALOG), policy=Policy(profiles={"default": PROFILE})
)
ACCOUNTS = count()
laws = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
# Up to $0.0075 a call: 0.975 credits, so that rounding matters.
usages = st.tuples(st.integers(1, 1_000), st.integers(0, 500)).map(lambda counts: Usage(*counts))
modes = st.sampled_from(MODES)


class Priced(NamedTuple):
    """A call and what it cost; its upper bound is twice that."""

    call: Call
    answer: Answer

    @property
    def bound(self) -> Use:
        return Use(2 * self.answer.pico_usd, 2 * self.answer.quote.usage.total_tokens)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ledger]:
    found = Ledger(str(tmp_path_factory.mktemp("ledger") / "credits.sqlite3"))
    with closing(sqlite3.connect(found.path)) as db:
        db.execute("SELECT * FROM account").fetchall()
        yield found  # while one connection is open, closing another one moves no log


@pytest.fixture
def account(ledger: Ledger) -> str:
    return funded(ledger)


def funded(ledger: Ledger, granted: int = 10_000) -> str:
    name = f"account {next(ACCOUNTS)}"
    ledger.open_account(name, MODES)
    ledger.grant(name, granted, "first")
    return name


def call(
    account: str, key: str, usage: Usage, job: str = "job", mode: Mode = "consumption_usd"
) -> Priced:
    priced = Answer(quote(SNAPSHOT.catalog, "gpt-4o", usage), SNAPSHOT)
    return Priced(Call(account, job, key, f"request {key}", mode), priced)


def told(owed: int, left: int, flags: tuple[str, ...]) -> Kept:
    del flags
    return Kept(200, f"{owed} {left}")


def answer_of(ledger: Ledger, made: Priced) -> str:
    """The answer of a call: made now, or kept."""
    held = ledger.reserve(made.call, made.bound, PROFILE)
    if isinstance(held, Kept):
        return held.text
    ledger.send(held)
    return ledger.settle(held, made.answer, told).text


def charge(ledger: Ledger, made: Priced) -> int:
    """The credits that were deducted."""
    return int(answer_of(ledger, made).split()[0])


def rows(ledger: Ledger, account: str) -> list[tuple[str, int, int]]:
    """What moved, holds and releases aside."""
    with closing(sqlite3.connect(ledger.path)) as db:
        words = """
            SELECT kind, CASE kind WHEN 'charge' THEN spent ELSE balance END, balance_after
            FROM entry WHERE account = ? AND kind IN ('grant', 'charge', 'refund') ORDER BY number
        """
        return list(db.execute(words, (account,)))


def balance(ledger: Ledger, account: str) -> int:
    return ledger.balance(account)[0]


def unbalanced(path: str) -> list[str]:
    """Accounts that are not the sum of their rows, or hold other credits than their jobs."""
    with closing(sqlite3.connect(path)) as db:
        words = """
            SELECT name FROM account WHERE
            balance <> (SELECT coalesce(sum(balance), 0) FROM entry WHERE account = account.name)
            OR held <> (SELECT coalesce(sum(held), 0) FROM entry WHERE account = account.name)
            OR held <> (SELECT coalesce(sum(held), 0) FROM job WHERE account = account.name)
            OR (SELECT coalesce(sum(spent), 0) FROM entry WHERE account = account.name) <>
               (SELECT coalesce(sum(charged - refunded), 0) FROM job WHERE account = account.name)
        """
        for table in ("entry", "job"):
            words = words.replace(
                f"FROM {table} WHERE account = account.name",
                f"FROM {table} WHERE {table}.account = account.name",
            )
        return [name for (name,) in db.execute(words)]


def totals(ledger: Ledger, account: str, kind: str) -> int:
    return sum(amount for found, amount, _ in rows(ledger, account) if found == kind)


@laws
@given(st.lists(usages, max_size=8), modes, st.randoms())
def test_the_deltas_of_a_job_add_up_to_its_rounded_total_in_any_order(
    ledger: Ledger, used: list[Usage], mode: Mode, random: object
) -> None:
    """Laws 10 and 11: no delta is negative, and their sum is the rounded sum."""
    total = Job()
    for usage in used:
        total = total.add(quote(SNAPSHOT.catalog, "gpt-4o", usage))
    expected = job_credits(total, mode, PROFILE)
    for _ in range(2):
        account = funded(ledger)
        deltas = [
            charge(ledger, call(account, str(number), usage, mode=mode))
            for number, usage in enumerate(used)
        ]
        assert all(delta >= 0 for delta in deltas)
        assert sum(deltas) == expected == 10_000 - balance(ledger, account)
        random.shuffle(used)  # type: ignore[attr-defined]


@laws
@given(usages, usages, modes)
def test_splitting(ledger: Ledger, one: Usage, other: Usage, mode: Mode) -> None:
    """Laws 12 and 13: two calls of a job cost what one does; two jobs never cost less than one."""
    together = Usage(one.input_tokens + other.input_tokens, one.output_tokens + other.output_tokens)
    account = funded(ledger)
    whole = charge(ledger, call(account, "whole", together, "whole", mode))
    split = [
        charge(ledger, call(account, str(number), usage, "split", mode))
        for number, usage in enumerate((one, other))
    ]
    jobs = [
        charge(ledger, call(account, f"job {number}", usage, f"job {number}", mode))
        for number, usage in enumerate((one, other))
    ]
    assert sum(split) == whole <= sum(jobs)


Step = tuple[str, int, int, int]
steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "charge", "refund", "complete"]),
        st.integers(0, 3),  # the job
        st.integers(0, 9),  # the key
        st.integers(1, 100_000),  # credits, or tokens
    ),
    max_size=25,
)


def take(ledger: Ledger, account: str, step: Step) -> object:
    kind, job, key, amount = step
    if kind == "grant":
        return ledger.grant(account, amount % 50 + 1, f"grant {key} {amount}")
    if kind == "charge":
        made = call(account, f"{key} {amount}", Usage(amount, amount // 9), f"job {job}")
        return answer_of(ledger, made)
    if kind == "refund":
        return ledger.refund(account, f"job {job}", amount % 5 + 1, f"refund {key} {job} {amount}")
    return ledger.complete(account, f"job {job}")


@settings(laws, max_examples=60)
@given(steps)
def test_credits_are_conserved_and_a_retry_charges_once(ledger: Ledger, taken: list[Step]) -> None:
    """Laws 14 and 15: balance + charged - refunded = granted, after each step and its retry."""
    account = funded(ledger, 1)
    for step in taken:
        before = rows(ledger, account)
        try:
            answered = take(ledger, account, step)
        except Refused:
            assert rows(ledger, account) == before
            continue
        after = rows(ledger, account)
        assert take(ledger, account, step) == answered
        assert rows(ledger, account) == after
        granted, charged, refunded = (
            totals(ledger, account, kind) for kind in ("grant", "charge", "refund")
        )
        assert balance(ledger, account) + charged - refunded == granted
        assert balance(ledger, account) == after[-1][2] >= 0
    assert unbalanced(ledger.path) == []


def test_concurrent_charges_neither_overdraw_nor_lose_a_row(ledger: Ledger) -> None:
    """8 threads make 200 calls of one credit each against a balance of 150."""
    account = funded(ledger, 150)
    outcomes: list[str] = []

    def work(thread: int) -> None:
        for number in range(25):
            name = f"{thread} {number}"
            try:
                charge(ledger, call(account, name, Usage(100), name, "job_based"))
            except OutOfCredits:
                outcomes.append("refused")
            else:
                outcomes.append("charged")

    in_threads(work)
    assert (outcomes.count("charged"), outcomes.count("refused")) == (150, 50)
    assert balance(ledger, account) == 0
    assert unbalanced(ledger.path) == []


def test_threads_of_one_job_and_one_key(ledger: Ledger) -> None:
    """8 threads make the same 5 calls: each is charged once, and the job is rounded once."""
    account = funded(ledger)
    answers: list[str] = []

    def work(_: int) -> None:
        for number in range(5):
            made = call(account, str(number), Usage(1_000, 500))
            while True:
                try:
                    answers.append(answer_of(ledger, made))
                    break
                except InUse:
                    time.sleep(0.01)

    in_threads(work)
    # $0.0075 x 1.3 x 100 = 0.975 credits a call, 4.875 for five.
    assert 10_000 - balance(ledger, account) == 5
    assert (len(answers), len(set(answers)), len(rows(ledger, account))) == (40, 5, 6)


def in_threads(work: object) -> None:
    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]  # type: ignore[arg-type]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_an_idempotency_key_belongs_to_one_request(ledger: Ledger, account: str) -> None:
    first = call(account, "key", Usage(1_000))
    charge(ledger, first)
    with pytest.raises(Refused, match="another request"):
        charge(ledger, first._replace(call=first.call._replace(request="something else")))
    with pytest.raises(Refused, match="another request"):
        ledger.grant(account, 1, "first")
    other = first._replace(call=first.call._replace(account=funded(ledger)))
    assert charge(ledger, other) == charge(ledger, first) == 1


def test_a_completed_job_takes_no_further_call_but_replays(ledger: Ledger, account: str) -> None:
    first = call(account, "1", Usage(1_000, 500))
    charge(ledger, first)
    done = ledger.complete(account, "job")
    assert (done.calls, done.charged, done.completed) == (1, 1, True)
    assert ledger.complete(account, "job") == done
    with pytest.raises(Refused, match="completed"):
        charge(ledger, call(account, "2", Usage(1)))
    assert charge(ledger, first) == 1
    with pytest.raises(UnknownJob):
        ledger.complete(account, "no such job")


def test_a_job_has_one_budget_mode(ledger: Ledger, account: str) -> None:
    charge(ledger, call(account, "1", Usage(1), mode="job_based"))
    with pytest.raises(Refused, match="job_based"):
        charge(ledger, call(account, "2", Usage(1), mode="consumption_usd"))


def test_at_most_what_a_job_was_charged_is_given_back(ledger: Ledger, account: str) -> None:
    # $0.075 x 1.3 x 100 = 9.75 credits
    charge(ledger, call(account, "1", Usage(10_000, 5_000)))
    assert ledger.refund(account, "job", 6, "some") == 9_996
    with pytest.raises(Refused, match="4 credits to refund"):
        ledger.refund(account, "job", 5, "more")
    assert ledger.refund(account, "job", 4, "rest") == 10_000
    assert ledger.job(account, "job").refunded == 10


def test_numbers_too_large_for_sqlite_are_refused(ledger: Ledger, account: str) -> None:
    """10^12 output tokens at $10 a million are $10 million; the ledger ends at $9.2 million."""
    before = rows(ledger, account)
    with pytest.raises(Refused, match="too large"):
        charge(ledger, call(account, "1", Usage(0, 10**12), mode="job_based"))
    assert rows(ledger, account) == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE entry SET balance = 0",
        "DELETE FROM entry",
        "INSERT OR REPLACE INTO entry SELECT * FROM entry LIMIT 1",
        "NEW account, 'grant', key, 'x', 0, 0, 0, 0, 0",
        "UPDATE account SET balance = -1",
        "UPDATE account SET balance = 0.5",
        "UPDATE account SET held = -1",
        "NEW account, 'gift', 'k', 'r', 1, 1, 0, 0, 1",
        # Credits out of nothing: balance + held + spent is not what was granted.
        "NEW account, 'charge', 'k', 'r', 0, 1, 0, 0, 1",
        "NEW account, 'charge', 'k', 'r', 0, 0.5, -0.5, 0, 1",
    ],
)
def test_the_database_itself_keeps_the_ledger(ledger: Ledger, account: str, statement: str) -> None:
    before = rows(ledger, account)
    columns = "account, kind, key, request, granted, balance, held, spent, balance_after"
    if statement.startswith("NEW "):
        values = statement.removeprefix("NEW ")
        statement = f"INSERT INTO entry ({columns}) SELECT {values} FROM entry LIMIT 1"  # noqa: S608
    with closing(sqlite3.connect(ledger.path)) as db, pytest.raises(sqlite3.IntegrityError), db:
        db.execute(statement)
    assert rows(ledger, account) == before


WORKER = """
import sys
from itertools import count
from examples.credits_app.ledger import Ledger
from pricectl.core import Usage
from tests.examples.test_ledger import answer_of, call
ledger = Ledger(sys.argv[1])
for number in count():
    made = call("killed", f"{sys.argv[2]} {number}", Usage(1_000, 500), f"job {number % 7}")
    print(made.call.key, answer_of(ledger, made), sep="|", flush=True)
"""


@pytest.fixture
def killed(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(str(tmp_path / "credits.sqlite3"))
    ledger.open_account("killed", MODES)
    ledger.grant("killed", 10**6, "first")
    yield ledger
    assert unbalanced(ledger.path) == []


@pytest.mark.long
def test_a_killed_process_leaves_only_whole_charges(killed: Ledger) -> None:
    """SIGKILL at any moment: what was answered is in the ledger, and the ledger adds up."""
    answered: dict[str, str] = {}
    for run in range(4):
        words = [sys.executable, "-c", WORKER, killed.path, str(run)]
        with Popen(words, cwd=ROOT, stdout=PIPE, text=True) as worker:
            assert worker.stdout
            lines = [worker.stdout.readline()]
            time.sleep(0.05 + 0.013 * run)
            os.kill(worker.pid, signal.SIGKILL)
            lines += worker.stdout.readlines()
        whole = [line for line in lines if line.endswith("\n")]
        answered |= dict(line.rstrip("\n").split("|") for line in whole)
        assert unbalanced(killed.path) == []
        assert sum(killed.balance("killed")) + totals(killed, "killed", "charge") == 10**6
    assert len(answered) > 4
    for key, text in answered.items():
        made = call("killed", key, Usage(1_000, 500), f"job {int(key.split()[1]) % 7}")
        assert answer_of(killed, made) == text
    with closing(sqlite3.connect(killed.path)) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
