"""A call and its row: one a key, from `held` to `settled` or `released`."""

import sqlite3
from typing import Any, NamedTuple

from pricectl.core import Mode

from .database import Refused
from .jobs import Use


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


def kept_answer(db: sqlite3.Connection, call: Call) -> Kept | None:
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


def open_row(db: sqlite3.Connection, held: Reservation) -> Any:
    """The row of this very attempt, while it is held or sent."""
    row = _call_row(db, held.call)
    is_open = row is not None and row["state"] in {"held", "sent"}
    return row if is_open and row["attempt"] == held.attempt else None


def set_state(db: sqlite3.Connection, call: Call, state: str) -> None:
    """Write how far a call has come."""
    words = "UPDATE call SET state = ? WHERE account = ? AND key = ?"
    db.execute(words, (state, call.account, call.key))


def _call_row(db: sqlite3.Connection, call: Call) -> Any:
    words = "SELECT * FROM call WHERE account = ? AND key = ?"
    return db.execute(words, (call.account, call.key)).fetchone()
