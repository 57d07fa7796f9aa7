"""The one request that has a service read its catalog again."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from pricectl.files.fetch import NotFetched
from pricectl.operate import reload_client

SHA = "ab" * 32


class Service(ThreadingHTTPServer):
    """Answers every POST alike and remembers what it was asked."""

    status = 200
    body: Any = None
    location = ""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, int]] = []
        self.release = threading.Event()
        self.release.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up is what some tests are about."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        self.server.asked.append((self.path, self.headers["Authorization"], length))
        self.server.release.wait(5)
        body = self.server.body
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as found:
        found.body = {"status": "reloaded", "models": 4, "version": SHA, "generation": 3}
        thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield found
        found.release.set()
        found.shutdown()
        thread.join()


def test_the_endpoint_is_asked_once_with_the_token(service: Service) -> None:
    found = reload_client.reload(f"{service.url}/", "secret")
    assert (found.outcome, found.models, found.version, found.generation) == ("reloaded", 4, SHA, 3)
    assert service.asked == [("/admin/pricing/reload", "Bearer secret", 0)]


def test_the_address_may_be_the_endpoint_or_where_it_is_mounted(service: Service) -> None:
    reload_client.reload(f"{service.url}/admin/pricing/reload", "x")
    reload_client.reload(f"{service.url}/api?force=true", "x")
    assert [path for path, _, _ in service.asked] == [
        "/admin/pricing/reload",
        "/api/admin/pricing/reload?force=true",
    ]


def test_a_refusal_is_an_answer(service: Service) -> None:
    service.status = 409
    service.body = {"status": "refused", "models": 4, "version": SHA, "reason": "gone"}
    found = reload_client.reload(service.url, "x")
    assert (found.outcome, found.reason, found.generation) == ("refused", "gone", 0)


@pytest.mark.parametrize(
    ("status", "body", "said"),
    [
        (401, {}, "answers 401; check the token"),
        (404, {}, "answers 404; check the address, or the server has no token"),
        (500, {}, "answers 500"),
        (200, b"<html>", "is not a pricing endpoint"),
        (200, [1], "is not a pricing endpoint"),
        (200, b"[" * 10_000, "is not a pricing endpoint"),
        (200, b"x" * 1_000_000, "is not a pricing endpoint"),
    ],
)
def test_an_answer_that_is_not_the_routers_is_refused(
    service: Service, status: int, body: Any, said: str
) -> None:
    service.status, service.body = status, body
    with pytest.raises(NotFetched) as caught:
        reload_client.reload(service.url, "secret")
    assert said in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_redirect_is_never_followed(service: Service) -> None:
    service.status, service.location = 307, f"{service.url}/elsewhere"
    with pytest.raises(NotFetched, match="answers 307"):
        reload_client.reload(service.url, "x")
    assert len(service.asked) == 1


def test_a_service_that_does_not_answer_is_not_waited_for(service: Service) -> None:
    service.release.clear()
    with pytest.raises(NotFetched, match=r"no answer in 0\.1 seconds|timed out"):
        reload_client.reload(service.url, "x", seconds=0.1)


def test_members_of_an_unexpected_type_are_left_out(service: Service) -> None:
    service.body = {"status": "reloaded", "models": True, "version": 5, "generation": "1"}
    assert reload_client.reload(service.url, "x")[2:] == ("reloaded", "", 0, 0, "")


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "ftp://127.0.0.1",
        "file:///etc/passwd",
        "https://user:secret@example.com",
        "https://",
        "http://[::1",
        "https://example.com/\n",
        "localhost:8000",
        "",
    ],
)
def test_an_address_that_is_not_allowed_is_refused_before_anything(url: str) -> None:
    with pytest.raises(NotFetched) as caught:
        reload_client.address(url)
    assert "secret" not in str(caught.value)
