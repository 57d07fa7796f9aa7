"""A URL to bytes: what is refused before, while and after asking."""

import os
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pricectl.files.fetch import NotFetched, fetch


class Handler(BaseHTTPRequestHandler):
    seen: list[str | None]

    def do_GET(self) -> None:
        type(self).seen.append(self.headers.get("Authorization"))
        path, _, word = self.path.lstrip("/").partition("?")
        getattr(self, f"answer_{path}")(word)

    def answer_plain(self, word: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(word.encode())

    def answer_status(self, word: str) -> None:
        self.send_response(int(word))
        self.end_headers()

    def answer_to(self, word: str) -> None:
        self.send_response(302)
        self.send_header("Location", word)
        self.end_headers()

    def answer_big(self, word: str) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"x" * int(word))

    def answer_slow(self, word: str) -> None:
        self.send_response(200)
        self.end_headers()
        for _ in range(20):
            self.wfile.write(word.encode())
            self.wfile.flush()
            time.sleep(0.05)

    def answer_gzip(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Encoding", "gzip")
        self.end_headers()

    def answer_cut(self, _: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100")
        self.end_headers()
        self.wfile.write(b"x")

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def url() -> Iterator[str]:
    Handler.seen = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.handle_error = lambda *_: None  # type: ignore[method-assign] # readers may hang up
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_body_comes_back(url: str) -> None:
    assert fetch(f"{url}/plain?hello") == b"hello"
    assert Handler.seen == [None]


def test_a_token_goes_with_it(url: str) -> None:
    fetch(f"{url}/plain?x", token="secret")  # noqa: S106 - the test's own
    assert Handler.seen == ["Bearer secret"]


@pytest.mark.parametrize("token", ["schlüssel-钥匙".encode(), b"se\xffcret"])
def test_a_token_is_the_bytes_of_the_environment(url: str, token: bytes) -> None:
    fetch(f"{url}/plain?x", token=os.fsdecode(token))
    # The server library reads headers as Latin-1.
    assert Handler.seen == [f"Bearer {token.decode('latin-1')}"]


def test_requests_to_this_machine_ignore_the_proxy(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert fetch(f"{url}/plain?hello") == b"hello"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("http://example.com/", "only https"),
        ("http://localhost.example.com/", "only https"),
        ("http://127.0.0.1.nip.io/", "only https"),
        ("http://10.0.0.1/", "only https"),
        ("http://169.254.169.254/", "only https"),
        ("http://0.0.0.0/", "only https"),
        ("file:///etc/passwd", "is not a URL"),
        ("ftp://127.0.0.1/", "only https"),
        ("data://x/,a", "only https"),
        ("https://user:secret@example.com/", "must not carry a password"),
        ("http://127.0.0.1@example.com/", "must not carry a password"),
        ("https://", "is not a URL"),
        ("https://exa mple.com/", "is not a URL"),
        ("https://example.com/\r\nX: y", "is not a URL"),
        ("https://\x1b[31m/", "is not a URL"),
        ("https://[::1/", "is not a URL"),
        ("https://example.com:99999/", "is not a URL"),
        ("https://exämple.com/", "is not a URL"),
    ],
)
def test_unsafe_urls_are_refused(wrong: str, words: str) -> None:
    with pytest.raises(NotFetched, match=words) as caught:
        fetch(wrong)
    assert "secret" not in str(caught.value)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("code", [400, 401, 404, 500, 503])
def test_an_error_status_is_reported(url: str, code: int) -> None:
    with pytest.raises(NotFetched, match=f"answers {code}") as caught:
        fetch(f"{url}/status?{code}")
    assert caught.value.status == code


def test_a_redirect_stays_at_its_host(url: str) -> None:
    assert fetch(f"{url}/to?/plain?here") == b"here"
    port = url.rpartition(":")[2]
    for other in (
        f"http://localhost:{port}/plain",
        "http://127.0.0.1:1/",
        f"https://127.0.0.1:{port}/plain",
        "https://example.com/",
        "//example.com/",
    ):
        with pytest.raises(NotFetched, match="redirects to another host"):
            fetch(f"{url}/to?{other}", token="secret")  # noqa: S106 - the test's own
    with pytest.raises(NotFetched, match="answers 302"):
        fetch(f"{url}/to?file:///etc/passwd")
    with pytest.raises(NotFetched, match="answers 302"):
        fetch(f"{url}/to?/to?/to?/to?/to?/plain")


def test_size_is_bounded(url: str) -> None:
    assert len(fetch(f"{url}/big?1000", limit=1000)) == 1000
    with pytest.raises(NotFetched, match="more than 1,000 bytes"):
        fetch(f"{url}/big?1001", limit=1000)


def test_the_time_limit_holds_for_slow_bodies(url: str) -> None:
    start = time.monotonic()
    with pytest.raises(NotFetched, match=r"gave no answer in 0\.2 seconds"):
        fetch(f"{url}/slow?x", seconds=0.2)
    assert time.monotonic() - start < 0.8


def test_a_compressed_answer_is_refused(url: str) -> None:
    with pytest.raises(NotFetched, match="sends a compressed answer"):
        fetch(f"{url}/gzip")


def test_a_truncated_body_is_refused(url: str) -> None:
    with pytest.raises(NotFetched, match="closed the connection before the end"):
        fetch(f"{url}/cut")


def test_a_closed_port_is_reported() -> None:
    with pytest.raises(NotFetched, match="cannot be reached: Connection refused"):
        fetch("http://127.0.0.1:1/")
