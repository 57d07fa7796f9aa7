"""What pricectl itself wrote: records of charges, and the ledger of the example service."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.errors import BadUsage, PricingError
from pricectl.core.responses import read_response
from pricectl.records import RECORD_SCHEMA, read_record
from pricectl.replay.logs.items import (
    LogCall,
    LogItem,
    NotBilled,
    RejectedRow,
    Row,
    calls_of,
    first_word,
    rejected,
    time_at,
    value_at,
    whole_number,
)
from pricectl.replay.logs.times import stated_time

_PLACES = ("record", "pricing_record", "pricing")
# The ledger says until when a call may take, which is so long after its reservation.
_LEASE = timedelta(seconds=600)
# The settled calls of the example service's ledger: what `rows.sqlite_query` asks of it.
LEDGER_SQL = """
    SELECT call.account, call.job, call.key, call.deadline, call.answer, call.status,
        entry.pico_usd, entry.spent AS credits, entry.model
    FROM call JOIN entry ON entry.account = call.account AND entry.key = call.key
    WHERE entry.kind = 'charge' ORDER BY entry.number
"""
LEDGER_TABLES = frozenset(("call", "entry", "job", "account"))
# Flags of calls that the ledger charged what was held for them, and not what they used.
RESERVATION_FLAGS = frozenset(("reservation-charged", "over-reservation", "lost-answer"))


def _record_in(row: Row) -> Row | None:
    return next(
        (
            found
            for found in (row, *(row.get(name) for name in _PLACES))
            if isinstance(found, dict) and found.get("schema") == RECORD_SCHEMA
        ),
        None,
    )


def is_record(row: Row) -> bool:
    """Whether it is a record of a charge, or a row with one."""
    return _record_in(row) is not None


def read_charge_record(row: Row) -> Iterator[LogItem]:
    """The calls of a record: one for each of its requests."""
    found = _record_in(row)
    if found is None:
        yield NotBilled("rows without a record")
        return
    try:
        record = read_record(found)
    except PricingError as error:
        yield RejectedRow(f"{error.where}: {error.what}")
        return
    charged = value_at(found, "charge.credits") or {}
    mode = next((mode for mode in BUDGET_MODES if mode in charged), "") if len(charged) == 1 else ""
    account = first_word(row, "account") or first_word(found, "charge.account")
    key, job = (
        first_word(row, "key", "call_id", "id", "request_id"),
        first_word(row, "job", "job_id"),
    )
    facts: dict[str, Any] = {
        # Keys and jobs are an account's own: those of another may be called the same.
        "call_id": f"{account} {key}".strip() if key else "",
        "job": f"{account} {job}".strip() if job else "",
        "at": stated_time(record.at or record.written_at),
        "team": first_word(row, "team"),
        "account": account,
    }
    for number, quote in enumerate(record.quote.rounds or (record.quote,)):
        if not quote.usage.counts:
            yield NotBilled("records of calls that used nothing")
            continue
        yield LogCall(
            quote.match.asked,
            quote.usage,
            seller=record.reading.provider if record.reading else "",
            service=quote.service,
            region=quote.region,
            requests=quote.requests,
            stated_pico=quote.pico_usd or None,
            charged_credits=int(charged[mode]["deducted"]) if mode and not number else None,
            round_number=number,
            **facts,
        )


def ledger_id(account: str, name: str) -> str:
    """The id of a key or a job of an account: other accounts may use the same word.

    >>> ledger_id("a b", "c") == ledger_id("a", "b c")
    False
    """
    return json.dumps([account, name], ensure_ascii=False)


def is_ledger_row(row: Row) -> bool:
    """Whether it is a row of LEDGER_SQL."""
    return {"deadline", "answer", "credits", "pico_usd"} <= row.keys()


def read_ledger_row(row: Row) -> Iterator[LogItem]:
    """The call that a row charged: the answer that was kept has its usage."""
    try:
        answer = json.loads(row["answer"] or "{}")
    except ValueError:
        answer = {}
    charged = whole_number(row.get("credits"))
    booked = whole_number(row.get("pico_usd"))
    stated = booked or None
    usage = value_at(answer, "usage")
    if usage is None:
        yield RejectedRow("charged its reservation: the answer states no usage", stated)
        return
    at = time_at(row, "deadline")
    try:
        reading = read_response({"model": row.get("model") or answer.get("model"), "usage": usage})
    except BadUsage as error:
        yield rejected(error, stated)
        return
    # What the answer was priced as; the usage alone does not always say it.
    reading = reading._replace(
        service=first_word(answer, "pricing.service") or reading.service,
        region=first_word(answer, "pricing.region") or reading.region,
    )
    for item in calls_of(
        reading,
        says_lifetime="ephemeral_1h" in str(usage),
        call_id=ledger_id(row["account"], row["key"]),
        job=ledger_id(row["account"], row["job"]),
        at=at - _LEASE if isinstance(at, datetime) else at,
        account=first_word(row, "account"),
        stated_pico=stated,
    ):
        if not isinstance(item, LogCall) or item.round_number:
            yield item
        else:  # what was booked is of the whole answer, and a zero was booked, too
            yield item._replace(charged_credits=charged, stated_pico=booked)
