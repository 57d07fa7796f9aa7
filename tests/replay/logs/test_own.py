"""What pricectl itself wrote: records of charges, and the ledger of the example service."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pricectl.core import Catalog, Profile, Usage, quote
from pricectl.core.estimate import Estimate
from pricectl.records import record_of
from tests.conftest import CATALOG
from tests.replay.logs.conftest import Reader
from tests.replay.logs.test_ten_things import OPENAI_COUNTS, OPENAI_USAGE

AT = datetime(2026, 11, 1, 10, tzinfo=UTC)


def record(**options: Any) -> dict[str, Any]:
    """The record of a call of 1,000 and 500 tokens, 200 of them cached."""
    priced = quote(Catalog.load(CATALOG), "gpt-4o", Usage(1_000, 500, cache_read_tokens=200), at=AT)
    charge = Estimate(priced, 1, Profile(), None, "acme")
    return record_of(
        priced, written_at=AT, calculator="1", at=AT, charge=charge, modes=options.get("modes", ())
    )


def test_a_record_is_the_call_that_was_charged(json_log: Reader) -> None:
    found = json_log({"record": record(modes=["consumption_usd"]), "job": "j1", "key": "k1"})
    (call,) = found.calls
    assert found.counts == [{"input": 800, "cache_read": 200, "output": 500}]
    assert (call["name"], call["job"], call["account"]) == ("gpt-4o", "acme j1", "acme")
    # 800 x 2.50 + 200 x 1.25 + 500 x 10 = $0.00725, 0.0725 credits, up: 1.
    assert (call["stated_pico"], call["charged_credits"]) == (7_250_000_000, 1)
    assert call["at"] == AT.replace(tzinfo=None)


def test_accounts_may_use_the_same_keys_and_jobs(json_log: Reader) -> None:
    rows = [
        {"record": record(), "job": "j1", "key": "k1", "account": account}
        for account in ("acme", "globex", "acme")
    ]
    found = json_log(*rows)
    assert [call["job"] for call in found.calls] == ["globex j1", "acme j1"]
    assert found.log.repeated == 1


def test_a_record_that_was_changed_is_rejected(json_log: Reader) -> None:
    changed = record()
    changed["requests"][0]["usage"]["counts"]["output"] = 5
    found = json_log(changed, record())
    assert found.log.calls == 1
    assert sum(found.log.rejected.values()) == 1


def test_the_ledger_of_the_example_service(read: Reader, tmp_path: Path) -> None:
    """Its answers have the usage; what was charged as a reservation has none, and is rejected."""
    pytest.importorskip("fastapi")
    from examples.credits_app.database import Database

    path = tmp_path / "ledger.db"
    with Database(str(path)).transaction() as db:
        db.execute("INSERT INTO account (name, modes) VALUES ('acme', 'consumption_usd')")
        db.execute("INSERT INTO job (account, name, mode, profile) VALUES ('acme', 'j', 'm', '{}')")
        answers = {"k1": json.dumps({"usage": OPENAI_USAGE}), "k2": json.dumps({"detail": "lost"})}
        for key, answer in answers.items():
            db.execute(
                "INSERT INTO call (account, key, request, job, attempt, state, deadline, "
                "bound_pico_usd, bound_tokens, status, answer) "
                "VALUES ('acme', ?, 'r', 'j', 'a', 'settled', 1795754337.5, 0, 0, 200, ?)",
                (key, answer),
            )
            db.execute(
                "INSERT INTO entry (account, kind, key, request, job, granted, balance, held, "
                "spent, balance_after, pico_usd, model) "
                "VALUES ('acme', 'charge', ?, 'r', 'j', 0, 0, -3, 3, 7, 3347500000, 'gpt-5')",
                (key,),
            )
    found = read(path)
    (call,) = found.calls
    assert found.counts == [OPENAI_COUNTS]
    assert (call["name"], call["account"], call["job"]) == ("gpt-5", "acme", "j")
    assert (call["stated_pico"], call["charged_credits"]) == (3_347_500_000, 3)
    # Ten minutes before the call's deadline.
    assert call["at"] == datetime(2026, 11, 27, 4, 28, 57, 500_000)  # noqa: DTZ001 - the table's UTC
    assert found.log.rejected == {"charged its reservation: the answer states no usage": 1}


def test_an_id_that_looks_like_the_number_of_a_row_is_a_call_of_its_own(json_log: Reader) -> None:
    call = {"model": "gpt-4o", "usage": OPENAI_USAGE}
    found = json_log(call, call | {"id": "row 1"}, call | {"id": "row 4"}, call)
    assert (found.log.calls, found.log.repeated) == (4, 0)
