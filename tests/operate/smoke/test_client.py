"""How a live API is asked: bounded, at one address, the token kept to itself."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pricectl.operate.smoke import client
from pricectl.operate.smoke.client import Endpoint

TOKEN = "sk-live-0123456789"  # noqa: S105 - of this test only


class Asked(BaseHTTPRequestHandler):
    """A request whose body was read, without which closing the connection is an error."""

    sent = b""


Answer = Callable[[Asked], None]


def send(handler: Asked, status: int, data: bytes, **headers: str) -> None:
    handler.send_response(status)
    for name, value in {"Content_Length": str(len(data)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(data)


def echo(handler: Asked) -> None:
    told = {
        "asked": json.loads(handler.sent),
        "authorization": handler.headers["Authorization"],
        "deep": [[TOKEN]],
    }
    send(handler, 200, json.dumps(told).encode(), X_Echo=str(handler.headers["Authorization"]))


def slow(handler: Asked) -> None:
    """A byte every tenth of a second, so that no single read takes long."""
    handler.send_response(200)
    handler.end_headers()
    for _ in range(30):
        time.sleep(0.1)
        handler.wfile.write(b" ")
        handler.wfile.flush()


ANSWERS: dict[str, Answer] = {
    "/echo": echo,
    "/slow": slow,
    "/large": lambda it: send(it, 200, b"[" + b" " * client.MAX_BYTES + b"]"),
    "/html": lambda it: send(it, 502, f"<h1>Bad gateway {TOKEN}</h1>".encode()),
    "/moved": lambda it: send(it, 307, b"{}", Location="http://127.0.0.1:1/elsewhere"),
    "/empty": lambda it: send(it, 200, b""),
    "/twice": lambda it: send(it, 200, b'{"a": 1, "a": 2}'),
    "/latin": lambda it: send(it, 200, b'"\xe9"'),
    "/cut": lambda it: send(it, 200, b"{}", Content_Length="100"),
    "/openai": lambda it: send(it, 400, b'{"error": {"message": "no such model"}}'),
    "/fastapi": lambda it: send(it, 422, b'{"detail": [{"msg": "field required"}]}'),
}


class Handler(Asked):
    def do_POST(self) -> None:
        self.sent = self.rfile.read(int(self.headers["Content-Length"]))
        answer = ANSWERS.get(self.path)
        if answer is None:
            send(self, 404, b"{}")
            return
        try:
            answer(self)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def endpoint(address: str) -> Endpoint:
    return Endpoint.read(address, TOKEN, 5)


def test_the_body_and_the_token_are_sent_and_the_token_never_comes_back(endpoint: Endpoint) -> None:
    reply = endpoint.post("/echo", {"model": "gpt-4o"})
    told = {"asked": {"model": "gpt-4o"}, "authorization": "Bearer ***", "deep": [["***"]]}
    assert (reply.status, reply.body, reply.headers["x-echo"]) == (200, told, "Bearer ***")


@pytest.mark.parametrize(
    ("path", "status", "error"),
    [
        ("/large", 200, "the body is larger than 4 MiB"),
        ("/html", 502, "<h1>Bad gateway ***</h1>"),
        ("/moved", 307, "{}"),
        ("/empty", 200, "the document is empty"),
        ("/twice", 200, '{"a": 1, "a": 2}'),
        ("/latin", 200, '"\ufffd"'),
        ("/cut", 200, "the body was cut off"),
        ("/openai", 400, "no such model"),
        ("/fastapi", 422, "field required"),
        ("/nowhere", 404, "{}"),
    ],
)
def test_every_failure_is_a_reply(endpoint: Endpoint, path: str, status: int, error: str) -> None:
    reply = endpoint.post(path, {})
    assert reply.status == status
    assert error in reply.error


def test_a_call_ends_in_time_however_the_bytes_come(address: str) -> None:
    began = time.monotonic()
    reply = Endpoint.read(address, "", 0.4).post("/slow", {})
    assert (reply.status, reply.error) == (0, "no complete answer within 0.4 s")
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("https://api.example.com", "https://api.example.com/v1/chat/completions"),
        ("https://api.example.com/v1/", "https://api.example.com/v1/chat/completions"),
        ("https://example.com/llm/v1", "https://example.com/llm/v1/chat/completions"),
        ("http://localhost:4000/v1/chat/completions", "http://localhost:4000/v1/chat/completions"),
        ("http://[::1]:4000", "http://[::1]:4000/v1/chat/completions"),
    ],
)
def test_the_path_is_added_once(base: str, expected: str) -> None:
    assert Endpoint.read(base, "", 1).url("/v1/chat/completions") == expected


def test_an_api_without_create_and_call_is_called_like_openai(endpoint: Endpoint) -> None:
    assert client.find_api(endpoint) == "openai"
