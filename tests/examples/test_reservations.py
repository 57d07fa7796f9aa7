"""The example API under attack: what is held, refused before it is paid, and flagged."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from examples.credits_app import app as credits_app
from examples.credits_app.calls import Call, Kept, Reservation
from examples.credits_app.database import OutOfCredits, Refused
from examples.credits_app.jobs import Use
from examples.credits_app.ledger import LEASE_SECONDS, Ledger
from examples.credits_app.upstream import NotCharged, complete
from pricectl.core import Profile
from pricectl.policy import NO_PROFILE
from tests.examples.shops import ADMIN_TOKEN, TOKEN, shop
from tests.examples.test_credits_app import admin, ask, balance


@pytest.fixture
def made(tmp_path: Path) -> credits_app.Shop:
    return shop(tmp_path)


def calling(made: credits_app.Shop, upstream: Any) -> TestClient:
    client = TestClient(credits_app.create_app(made._replace(upstream=upstream)))
    client.headers["Authorization"] = f"Bearer {TOKEN}"
    return client


# The most that a call with max_tokens=100 can cost. The prompt has 27 + 4 bytes, and 8 tokens are
# added for the message, 16 for the call: 55 x $2.50 + 100 x $10 = $1,137.50 a million; x 13,000
# = 14.79 credits.
MOST = 15
FREE = Profile(minimum_credits=0)


@pytest.mark.parametrize(
    "usage",
    [None, {}, "many", {"prompt_tokens": -5}, {"prompt_tokens": 0, "completion_tokens": 0}],
)
def test_an_answer_without_usage_is_charged_the_reservation(
    made: credits_app.Shop, usage: Any
) -> None:
    client = calling(made, lambda *given: {**complete(*given), "usage": usage})
    told = ask(client, max_tokens=100).json()
    assert (told["credits_deducted"], told["balance"]) == (MOST, 1000 - MOST)
    assert "reservation-charged" in told["pricing"]["flags"]
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    flagged = client.get("/api/calls/flagged", headers=headers).json()
    assert [(row["key"], row["flags"]) for row in flagged] == [("key", "reservation-charged")]


@pytest.mark.parametrize("body", [None, [], "text", {"choices": []}, {"choices": None}])
def test_an_answer_of_any_shape_is_charged_and_told(made: credits_app.Shop, body: Any) -> None:
    reply = ask(calling(made, lambda *_: body))
    assert (reply.status_code, reply.json()["response"]) == (200, "")
    assert reply.json()["credits_deducted"] > 0


def test_more_than_was_reserved_is_not_charged(made: credits_app.Shop) -> None:
    usage = {"prompt_tokens": 55, "completion_tokens": 10**6, "total_tokens": 10**6 + 55}
    told = ask(calling(made, lambda *given: {**complete(*given), "usage": usage}), max_tokens=100)
    assert told.json()["pricing"]["flags"] == ["over-reservation"]
    assert told.json()["credits_deducted"] == MOST


def test_a_refused_call_costs_nothing_and_may_be_tried_again(made: credits_app.Shop) -> None:
    outcomes: list[Any] = [NotCharged("overloaded"), None]

    def upstream(*given: Any) -> Any:
        error = outcomes.pop(0)
        if error:
            raise error
        return complete(*given)

    client = calling(made, upstream)
    assert (ask(client).status_code, balance(client)) == (502, 1000)
    assert (ask(client).status_code, balance(client)) == (200, 997)


def test_a_call_with_an_unknown_end_is_charged_and_not_made_again(made: credits_app.Shop) -> None:
    calls: list[Any] = []

    def upstream(*given: Any) -> Any:
        calls.append(given)
        raise TimeoutError

    client = calling(made, upstream)
    first, again = ask(client, max_tokens=100), ask(client, max_tokens=100)
    assert (first.status_code, first.content, len(calls)) == (502, again.content, 1)
    assert first.json()["flags"] == ["lost-answer"]
    assert balance(client) == 1000 - MOST
    refund = {"account": "demo", "job_id": "job", "credits": MOST, "idempotency_key": "back"}
    assert admin(client, "refund", refund).json()["balance"] == 1000


class Spy:
    """An upstream that counts its calls, each a little while under way."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.calls: list[Any] = []
        self._seconds = seconds

    def __call__(self, *given: Any) -> Any:
        self.calls.append(given)
        time.sleep(self._seconds)
        return complete(*given)


def test_what_is_refused_is_refused_before_the_upstream_is_called(made: credits_app.Shop) -> None:
    spy = Spy()
    client = calling(made, spy)
    made.ledger.open_account("demo", ["consumption_usd"])
    assert ask(client, budget_mode="job_based").status_code == 409
    assert ask(client, max_tokens=128_000).status_code == 402
    assert ask(client, idempotency_key="first", budget_mode=None).status_code == 200
    client.post("/api/jobs/job/complete")
    assert ask(client, idempotency_key="late").status_code == 409
    assert ask(client, idempotency_key="first", prompt="another").status_code == 409
    made.ledger.open_account("poor", ["job_based", "consumption_usd"])
    poor = calling(made._replace(tokens={"poor": TOKEN}), spy)
    for mode in ("job_based", "consumption_usd", None):
        assert ask(poor, budget_mode=mode, job_id=str(mode)).status_code == 402
    gone = calling(made._replace(tokens={"gone": TOKEN}), spy)
    assert ask(gone).status_code == 404
    assert len(spy.calls) == 1


def test_a_free_profile_lets_nobody_without_credits_call(made: credits_app.Shop) -> None:
    free = Profile(minimum_credits=0, rounding="down")
    made.ledger.open_account("poor", ["consumption_usd"])
    call = Call("poor", "job", "key", "request")
    with pytest.raises(OutOfCredits, match="no credits are left"):
        made.ledger.reserve(call, Use(1, 1), free)
    made.ledger.grant("poor", 1, "one")
    assert isinstance(made.ledger.reserve(call, Use(1, 1), free), Reservation)


def test_broken_credit_settings_stop_a_new_job_before_the_call(made: credits_app.Shop) -> None:
    spy = Spy()
    state = Path(made.ledger.path).parent / "other state"
    made.pricing.configure(made.pricing.snapshot.source, policy=NO_PROFILE, state=state)
    assert ask(calling(made, spy)).status_code == 503
    assert spy.calls == []


def test_100_parallel_requests_with_one_key_call_the_upstream_once(made: credits_app.Shop) -> None:
    spy = Spy(seconds=0.3)
    client = calling(made, spy)
    with ThreadPoolExecutor(100) as threads:
        replies = list(threads.map(lambda _: ask(client), range(100)))
    assert len(spy.calls) == 1
    assert {reply.status_code for reply in replies} <= {200, 409}
    assert len({reply.content for reply in replies if reply.status_code == 200}) == 1
    assert all(r.headers["retry-after"] == "1" for r in replies if r.status_code == 409)
    assert balance(client) == 997
    assert ask(client).json()["credits_deducted"] == 3


def test_parallel_calls_never_spend_more_than_there_is(made: credits_app.Shop) -> None:
    spy = Spy(seconds=0.1)
    client = calling(made, spy)

    def one(number: int) -> Any:
        names = {"job_id": f"job {number}", "idempotency_key": f"key {number}"}
        return ask(client, **names, max_tokens=900)

    # At most 55 x $2.50 + 900 x $10 = $9,137.50 a million: 118.8 credits a call, so 8 at a time.
    with ThreadPoolExecutor(40) as threads:
        replies = list(threads.map(one, range(40)))
    paid = [reply for reply in replies if reply.status_code == 200]
    assert len(spy.calls) == len(paid) >= 8
    assert {reply.status_code for reply in replies} <= {200, 402}
    assert balance(client) == 1000 - 3 * len(paid)


def test_a_model_without_token_prices_is_not_sold(tmp_path: Path) -> None:
    """It would cost the minimum, whatever the provider charges for its pages."""
    spy = Spy()
    made = shop(tmp_path, catalog='{"o": {"reader": {"ocr_cost_per_page": 4}}}')
    client = calling(made, spy)
    assert ask(client, model="reader").status_code == 409
    assert (spy.calls, balance(client)) == ([], 1000)


def test_a_search_that_a_model_makes_by_itself_is_held(tmp_path: Path) -> None:
    sizes = {"search_context_size_low": 0.01, "search_context_size_high": 0.02}
    prices = {"input_cost_per_token": 1e-6, "output_cost_per_token": 1e-6}
    row = {**prices, "search_context_cost_per_query": sizes}
    made = shop(tmp_path, catalog=json.dumps({"perplexity": {"sonar": row}}))
    usage = {"prompt_tokens": 10, "completion_tokens": 10, "search_context_size": "high"}
    client = calling(made, lambda *given: {**complete(*given), "usage": usage})
    told = ask(client, model="sonar").json()
    # $0.02 + 20 x $1 a million = $0.02002; x 13,000 = 260.26 credits.
    assert (told["credits_deducted"], told["pricing"]["flags"]) == (261, [])


def test_a_call_refused_after_its_lease_is_told_that_it_was_charged(tmp_path: Path) -> None:
    now = [1000.0]
    ledger = Ledger(shop(tmp_path).ledger.path, clock=lambda: now[0])

    def upstream(*_: Any) -> Any:
        now[0] += LEASE_SECONDS + 1
        ledger.recover("demo")
        raise NotCharged

    made = shop(tmp_path, "slow")._replace(ledger=ledger)
    client = calling(made, upstream)
    reply = ask(client, max_tokens=100)
    assert (reply.status_code, reply.json()["credits_deducted"]) == (502, MOST)
    assert balance(client) == 1000 - MOST


def test_an_answer_out_of_a_gateways_cache_is_not_charged_the_reservation(
    made: credits_app.Shop,
) -> None:
    usage = {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0}
    quoted = made.pricing.quote_response({"model": "gpt-4o", "usage": usage}, model="gpt-4o")
    answer = quoted._replace(flags=("gateway-cache",))
    held = made.ledger.reserve(Call("demo", "j", "k", "r", "consumption_usd"), Use(10**12, 9), FREE)
    assert isinstance(held, Reservation)
    made.ledger.send(held)
    made.ledger.settle(held, answer, lambda owed, *_: Kept(200, str(owed)))
    assert made.ledger.balance("demo") == (1000, 0)


@pytest.mark.parametrize("flag", ["unpriced-unit", "unexpressed-signal"])
def test_what_no_price_covers_is_flagged(made: credits_app.Shop, flag: str) -> None:
    for number in range(3):
        usage = {"prompt_tokens": 9, "completion_tokens": 9}
        answer = made.pricing.quote_response({"usage": usage}, model="gpt-4o")
        answer = answer._replace(flags=(flag,))
        made_call = Call("demo", "j", f"key {9 - number}", "r", "consumption_usd")
        held = made.ledger.reserve(made_call, Use(10**10, 99), FREE)
        assert isinstance(held, Reservation)
        made.ledger.send(held)
        made.ledger.settle(held, answer, lambda owed, *_: Kept(200, str(owed)))
    newest = [(row["key"], row["flags"]) for row in made.ledger.flagged(limit=2)]
    assert newest == [("key 7", flag), ("key 8", flag)]


@pytest.mark.parametrize("amount", [-5, 0, 0.5, 1.0, True, 10**30])
def test_the_ledger_moves_whole_credits_above_zero_only(
    made: credits_app.Shop, amount: Any
) -> None:
    with pytest.raises(Refused, match="whole number above zero"):
        made.ledger.grant("demo", amount, "odd")
    with pytest.raises(Refused, match="whole number above zero"):
        made.ledger.refund("demo", "job", amount, "odd")
    assert made.ledger.balance("demo") == (1000, 0)


BODY = '{"model": "gpt-4o", "prompt": %s, "job_id": "job", "idempotency_key": %s, "max_tokens": %s}'


@pytest.mark.parametrize(
    "members",
    [
        (r'"\ud800"', '"key"', "5"),
        ('"text"', r'"\ud800"', "5"),
        ('"text"', '"key"', "NaN"),
        ('"text"', '"key"', "1e999"),
        ('"text"', '"key"', '5, "other": -Infinity'),
    ],
)
def test_a_body_that_is_no_json_is_refused_and_nothing_fails(
    made: credits_app.Shop, members: tuple[str, ...]
) -> None:
    spy = Spy()
    headers = {"Content-Type": "application/json"}
    client = calling(made, spy)
    reply = client.post("/api/llm/create-and-call", content=BODY % members, headers=headers)
    assert (reply.status_code, spy.calls) == (422, [])
    assert set(reply.json()["detail"][0]) == {"type", "loc", "msg"}


def test_a_job_may_have_a_slash_in_its_name(made: credits_app.Shop) -> None:
    client = calling(made, complete)
    ask(client, job_id="team/job")
    assert client.get("/api/jobs/team/job").json()["calls"] == 1
    assert client.post("/api/jobs/team%2Fjob/complete").json()["status"] == "completed"


def test_an_answer_without_text_has_none(made: credits_app.Shop) -> None:
    choices: list[Any] = [{"message": {"content": None, "tool_calls": []}}]
    client = calling(made, lambda *given: {**complete(*given), "choices": choices})
    assert ask(client).json()["response"] == ""
