"""How a call ends: charged what it used, charged its reservation, or released."""

import json
import sqlite3
from collections.abc import Callable

from pricectl.runtime import Answer

from .calls import Call, Kept, Reservation, set_state
from .database import Move, move
from .jobs import Use, known_job, save_job

# Flags of a call, for whoever looks at the provider's bill.
NO_USAGE = "reservation-charged"
OVER_BOUND = "over-reservation"
LOST = "lost-answer"
# Flags of an answer whose usage or cost is not all of it.
_UNKNOWN = {"bad-usage", "internal-error", "ended-early"}
# Flags of an answer whose provider may charge more than the catalog can say.
_UNPRICED = {"unpriced-unit", "unexpressed-signal", "unread-pricing"}
_MARKS = {LOST, NO_USAGE, OVER_BOUND, *_UNPRICED}
# A gateway answered out of its cache, and no provider charges anything.
_NOT_CALLED = "gateway-cache"

# What an answer makes of its credits and flags, and of the balance that is left.
Tell = Callable[[int, int, tuple[str, ...]], Kept]


def lost_answer(owed: int, left: int, flags: tuple[str, ...]) -> Kept:
    """What a key is told whose answer nobody has."""
    detail = "the answer was lost; the reservation was charged until the provider's bill is known"
    body = {"detail": detail, "credits_deducted": owed, "balance": left, "flags": list(flags)}
    return Kept(502, json.dumps(body))


def settle_call(
    db: sqlite3.Connection, held: Reservation, answer: Answer | None, tell: Tell
) -> Kept:
    """Charge a call, keep its answer, and give back the rest of what was held."""
    call, bound, flags = held.call, held.bound, answer.flags if answer else (LOST,)
    used, details = bound, {}
    if answer is not None:
        quote, snapshot = answer.quote, answer.snapshot
        actual = Use(quote.pico_usd, quote.usage.total_tokens)
        is_unknown = not quote.usage.counts and _NOT_CALLED not in flags
        if is_unknown or _UNKNOWN & set(flags):
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
    charge = moved("charge", call, balance=freed - owed, held=-freed, spent=owed)
    left = move(db, charge, {"pico_usd": used.pico_usd, "tokens": used.tokens, **details})
    kept = tell(owed, left, flags)
    marks = _MARKS & set(flags)
    db.execute(
        "UPDATE call SET state = 'settled', status = ?, answer = ?, flags = ? "
        "WHERE account = ? AND key = ?",
        (kept.status, kept.text, " ".join(sorted(marks)), call.account, call.key),
    )
    return kept


def release_call(db: sqlite3.Connection, held: Reservation) -> None:
    """Give back all that was held for a call."""
    call = held.call
    before = known_job(db, call.account, call.job)
    after = before.without_open(held.bound)
    freed = before.held - after.held
    save_job(db, after)
    move(db, moved("release", call, balance=freed, held=-freed))
    set_state(db, call, "released")


def moved(kind: str, call: Call, balance: int, held: int, spent: int = 0) -> Move:
    """Credits that a call moves."""
    return Move(kind, call.account, call.key, call.request, call.job, balance, held, spent)
