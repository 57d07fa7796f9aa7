"""The database of the ledger: connections, whole transactions, and the one way credits move."""

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

MAX_INTEGER = 2**63 - 1  # what SQLite keeps exactly: $9.2 million as picodollars
WAIT_SECONDS = 10.0

_SCHEMA = Path(__file__).with_name("schema.sql")


class Refused(Exception):
    """Something that the ledger does not do; nothing was written."""


class OutOfCredits(Refused):
    """The balance does not cover it."""


class UnknownAccount(Refused):
    """Nobody opened an account of that name."""


class Move(NamedTuple):
    """Credits that move in one row; `granted` is what balance, held and spent change by in all."""

    kind: str
    account: str
    key: str
    request: str
    job: str | None = None
    balance: int = 0
    held: int = 0
    spent: int = 0

    @property
    def granted(self) -> int:
        """What comes in from outside: only a grant's is not zero."""
        return self.balance + self.held + self.spent


class Database:
    """One SQLite file; safe to share between threads and processes."""

    def __init__(self, path: str) -> None:
        self.path = path
        with closing(self._connect()) as db:
            db.execute("PRAGMA journal_mode = WAL")
            db.executescript(_SCHEMA.read_text(encoding="utf-8"))

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection to look something up with."""
        with closing(self._connect()) as db:
            yield db

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All of it or nothing; the lock is taken first, so that what is read here still holds."""
        with closing(self._connect()) as db:
            db.execute("BEGIN IMMEDIATE")
            with db:
                yield db

    def _connect(self) -> sqlite3.Connection:
        db = sqlite3.connect(self.path, timeout=WAIT_SECONDS, isolation_level=None)
        db.row_factory = sqlite3.Row
        db.execute("PRAGMA foreign_keys = ON")
        return db


def account_row(db: sqlite3.Connection, account: str) -> sqlite3.Row:
    """An account with its balance. Raises UnknownAccount."""
    found = db.execute("SELECT * FROM account WHERE name = ?", (account,)).fetchone()
    if found is None:
        raise UnknownAccount("there is no such account")
    row: sqlite3.Row = found
    return row


def move(db: sqlite3.Connection, made: Move, details: Mapping[str, Any] | None = None) -> int:
    """Move credits and write the row that says so; the balance after it. Raises OutOfCredits."""
    before = account_row(db, made.account)
    balance, held = before["balance"] + made.balance, before["held"] + made.held
    if balance < 0:
        short = f"{-made.balance} credits are needed, {before['balance']} are left"
        raise OutOfCredits(short)
    db.execute(
        "UPDATE account SET balance = ?, held = ? WHERE name = ?", (balance, held, made.account)
    )
    values = {
        **made._asdict(),
        "granted": made.granted,
        "balance_after": balance,
        **(details or {}),
    }
    insert(db, "entry", values)
    return int(balance)


def insert(db: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> None:
    """Add a row; the names of table and columns are ours."""
    names, marks = ", ".join(values), ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)  # noqa: S608
