"""The example API: what a customer sees, and what nobody may do."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from examples.credits_app import app as credits_app
from tests.examples.shops import ADMIN_TOKEN, TOKEN, shop

ORDER = {
    "model": "gpt-4o",
    "prompt": "one two three four five six",
    "budget_mode": "consumption_usd",
    "job_id": "job",
    "idempotency_key": "key",
}
Ask = dict[str, Any]


@pytest.fixture
def made(tmp_path: Path) -> credits_app.Shop:
    return shop(tmp_path)


@pytest.fixture
def client(made: credits_app.Shop) -> Iterator[TestClient]:
    with TestClient(credits_app.create_app(made)) as found:
        found.headers["Authorization"] = f"Bearer {TOKEN}"
        yield found


def ask(client: TestClient, **members: Any) -> Any:
    order = {name: value for name, value in {**ORDER, **members}.items() if value is not None}
    return client.post("/api/llm/create-and-call", json=order)


def admin(client: TestClient, path: str, body: Ask) -> Any:
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    return client.post(f"/api/credits/{path}", json=body, headers=headers)


def balance(client: TestClient) -> int:
    return int(client.get("/api/credits/balance").json()["balance"])


def test_a_call_says_what_it_cost_and_why(client: TestClient, made: credits_app.Shop) -> None:
    reply = ask(client)
    snapshot = made.pricing.snapshot
    # 6 words: 14 x $2.50 + 15 x $10 = $185 a million; x 1.3 x 10,000 = 2.405 credits.
    assert reply.json() == {
        "status": "completed",
        "job_id": "job",
        "response": "6 words, understood.",
        "usage": {"prompt_tokens": 14, "completion_tokens": 15, "total_tokens": 29},
        "model": "gpt-4o",
        "budget_mode": "consumption_usd",
        "provider_cost_usd": "0.000185",
        "client_cost_usd": "0.0002405",
        "credits_deducted": 3,
        "balance": 997,
        "pricing": {
            "sha256": snapshot.sha256,
            "generation": 1,
            "match": "exact",
            "service": "",
            "region": "",
            "calculator": snapshot.calculator_version,
            "flags": [],
        },
    }
    # Two calls are 4.81 credits, three 7.215: 5 and 8 in all.
    assert [ask(client, idempotency_key=key).json()["credits_deducted"] for key in "ab"] == [2, 3]
    assert balance(client) == 992


def test_a_call_may_send_messages_instead_of_a_prompt(client: TestClient) -> None:
    messages = [{"role": "system", "content": "one two"}, {"content": "three four five six"}]
    assert ask(client, prompt=None, messages=messages).json()["usage"]["prompt_tokens"] == 14


def test_an_unknown_model_falls_back(client: TestClient) -> None:
    told = ask(client, model="nobody-knows\x1b[31m").json()
    # 14 x $1 + 15 x $2 = $44 a million.
    assert (told["provider_cost_usd"], told["pricing"]["match"]) == ("0.000044", "default")
    assert told["pricing"]["flags"] == ["unknown-model"]


def test_a_retry_is_answered_alike_and_charged_once(client: TestClient) -> None:
    first, again = ask(client), ask(client)
    assert first.content == again.content
    assert balance(client) == 997
    assert ask(client, prompt="something else").status_code == 409


def test_without_enough_credits_nothing_is_charged(client: TestClient) -> None:
    long = {"prompt": "word " * 16_000, "model": "gpt-4o", "max_tokens": 9_000}
    # At most 80,000 + 4 bytes, 8 for the message, 16 for the call = 80,028 tokens:
    # 80,028 x $2.50 + 9,000 x $10 = $0.29007; x 13,000 = 3,770.91 credits.
    reply = ask(client, **long)
    assert reply.status_code == 402
    assert reply.json() == {"detail": "3771 credits are needed, 1000 are left"}
    assert balance(client) == 1000
    admin(client, "grant", {"account": "demo", "credits": 2771, "idempotency_key": "more"})
    # 16,008 x $2.50 + 8,012 x $10 = $0.12014; x 13,000 = 1,561.82 credits.
    assert ask(client, **long).json()["balance"] == 3771 - 1562


def test_a_job_from_call_to_refund(client: TestClient) -> None:
    ask(client)
    assert client.get("/api/jobs/job").json()["status"] == "open"
    done = client.post("/api/jobs/job/complete").json()
    assert (done["status"], done["calls"], done["credits_charged"]) == ("completed", 1, 3)
    assert ask(client, idempotency_key="late").status_code == 409
    refund = {"account": "demo", "job_id": "job", "credits": 3, "idempotency_key": "back"}
    for _ in range(2):
        assert admin(client, "refund", refund).json()["balance"] == 1000
    assert admin(client, "refund", {**refund, "idempotency_key": "again"}).status_code == 409
    assert client.get("/api/jobs/none").status_code == 404


@pytest.mark.parametrize(
    "token", ["", "Bearer", "Bearer ", "Bearer wrong", f"Basic {TOKEN}", "Bearer \xe9\xff"]
)
def test_a_call_without_a_token_is_refused(client: TestClient, token: str) -> None:
    headers = [(b"authorization", token.encode("latin-1"))]
    client.headers.pop("Authorization")
    reply = client.post("/api/llm/create-and-call", json=ORDER, headers=headers)
    assert reply.status_code == 401


def test_an_empty_configured_token_opens_nothing(made: credits_app.Shop) -> None:
    with TestClient(credits_app.create_app(made._replace(tokens={"demo": ""}))) as client:
        for headers in ({}, {"Authorization": "Bearer "}):
            assert client.get("/api/credits/balance", headers=headers).status_code == 401


def test_customer_and_administrator_tokens_open_only_their_endpoints(client: TestClient) -> None:
    body = {"account": "demo", "credits": 5, "idempotency_key": "k"}
    assert client.post("/api/credits/grant", json=body).status_code == 403
    headers = {"Authorization": f"Bearer {ADMIN_TOKEN}"}
    assert client.get("/api/credits/balance", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "members",
    [
        {"prompt": None},
        {"messages": [{"content": "both"}]},
        {"budget_mode": "free"},
        {"idempotency_key": None},
        {"idempotency_key": ""},
        {"job_id": "x" * 201},
        {"model": ""},
        {"model": "x" * 257},
        {"max_tokens": 0},
        {"max_tokens": 10**6},
        {"max_tokens": True},
        {"credits": 0},
    ],
)
def test_an_invalid_order_is_refused(client: TestClient, members: Ask) -> None:
    assert ask(client, **members).status_code == 422
    assert balance(client) == 1000


@pytest.mark.parametrize("amount", [0, -1, 1.5, True, "5", 10**13])
def test_credits_are_whole_numbers_above_zero(client: TestClient, amount: Any) -> None:
    body = {"account": "demo", "credits": amount, "idempotency_key": "k"}
    assert admin(client, "grant", body).status_code == 422


def test_the_environment_describes_the_app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDITS_DATABASE", str(tmp_path / "credits.sqlite3"))
    monkeypatch.setenv("CREDITS_TOKEN", "sk-from-the-environment")
    monkeypatch.setenv("PRICECTL_TOKEN", "of-the-operator")
    for grant in ("50", "60"):  # a later start grants nothing more
        monkeypatch.setenv("CREDITS_GRANT", grant)
        with TestClient(credits_app.from_environment()) as client:
            headers = {"Authorization": "Bearer sk-from-the-environment"}
            assert client.get("/api/credits/balance", headers=headers).json()["balance"] == 50
            assert client.post("/admin/pricing/reload", headers=headers).status_code == 401
            headers = {"Authorization": "Bearer of-the-operator"}
            assert client.post("/admin/pricing/reload", headers=headers).status_code == 200
