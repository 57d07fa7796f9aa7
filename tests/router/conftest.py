"""What the router's tests share: a catalog of their own, an app, a token."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from pricectl.policy import Policy
from pricectl.router import Limit, make_router
from pricectl.runtime import Pricing

TOKEN = "long-and-secret"  # noqa: S105 - the tests' own
BEARER = {"Authorization": f"Bearer {TOKEN}"}
LARGE = Limit(1000, 1000)
RELOAD, STATUS = "/admin/pricing/reload", "/admin/pricing/status"


@pytest.fixture
def file(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PRICECTL_STATE", str(home / "state"))
    return home / "llm_pricing_current.json"


@pytest.fixture
def pricing(file: Path) -> Pricing:
    return Pricing.load(file, policy=Policy())


def client_of(pricing: Pricing, token: str | None = TOKEN, limit: Limit = LARGE) -> TestClient:
    app = FastAPI()
    router = make_router(pricing, token=token, quotes=True, metrics=True, reload_limit=limit)
    app.include_router(router)
    return TestClient(app)


@pytest.fixture
def client(pricing: Pricing) -> Iterator[TestClient]:
    with client_of(pricing) as found:
        yield found


class Raw(NamedTuple):
    """What came back from `send_raw`."""

    status: int
    headers: dict[bytes, bytes]
    body: bytes


async def no_body() -> dict[str, Any]:
    return {"type": "http.request", "body": b"", "more_body": False}


def send_raw(
    client: TestClient,
    method: str,
    path: str,
    headers: list[tuple[bytes, bytes]],
    receive: Callable[[], Awaitable[dict[str, Any]]] = no_body,
) -> Raw:
    """A request with exactly these header bytes, which a client library would write anew."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        await asyncio.sleep(0)
        sent.append(message)

    async def call() -> None:
        lowered = [(name.lower(), value) for name, value in headers]
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": b"",
            "headers": lowered,
        }
        await client.app(scope, receive, send)

    asyncio.run(call())
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return Raw(sent[0]["status"], dict(sent[0]["headers"]), body)
