"""Requests a URL: https or loopback only, bounded in size and time, redirects within one host."""

import threading
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

from pricectl import __version__
from pricectl.core.errors import PricingError

MAX_BODY_BYTES = 1024 * 1024
SECONDS = 10.0
_GOOD = range(200, 300)
T = TypeVar("T")


class NotFetched(PricingError):
    """A request without a usable answer; `status` is the HTTP status, 0 if there was none."""

    def __init__(self, what: str, *, where: str, next_step: str = "", status: int = 0) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.status = status


class TooSlow(NotFetched):
    """A request whose answer was not complete in time."""


class HttpAnswer(NamedTuple):
    """An answer of any status: header names in lower case, a body within its bound.

    `oversized`: the body was longer than the bound. `cut`: it was shorter than announced.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    oversized: bool
    cut: bool


def is_url(word: str) -> bool:
    """Whether a word is written as a URL, allowed or not."""
    return "://" in word


def fetch(
    url: str, *, token: str | None = None, seconds: float = SECONDS, limit: int = MAX_BODY_BYTES
) -> bytes:
    """The body at a URL, of `limit` bytes at most, within `seconds` in all.

    `token` is a bearer token. Raises NotFetched.
    """
    parsed = allowed(url)
    return _within(seconds, url, lambda: _get(parsed, _request(url, token), seconds, limit))


def send(  # noqa: PLR0913 - one request with its bounds
    method: str,
    url: str,
    body: bytes | None,
    *,
    token: str | None,
    seconds: float,
    limit: int,
    direct: bool,
    headers: Mapping[str, str] = MappingProxyType({}),
) -> HttpAnswer:
    """Send a request, with JSON or without a body, and return the answer, within `seconds` in all.

    `limit` bounds the answer's body in bytes, `token` is a bearer token, `direct` uses no proxy. No
    redirect is followed. Raises NotFetched, TooSlow if it takes longer.
    """
    parsed = allowed(url)
    request = _request(url, token, method, body)
    for name, value in headers.items():
        request.add_header(name, value)

    def answered() -> HttpAnswer:
        opener = _opener(parsed, direct=direct)
        with _open(opener, request, seconds) as response:
            return _answer(response, limit)

    return _within(seconds, url, answered)


def is_bearer_token(word: str) -> bool:
    """Whether a word can be a bearer token: not empty, no blanks and no control characters.

    >>> [is_bearer_token(word) for word in ("secret", "", "two words", "line" + chr(10))]
    [True, False, False, False]
    """
    return bool(word) and all(character > " " and character != "\x7f" for character in word)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine; by its name only, without DNS.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("localhost.example.com")
    (True, True, False)
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def parse_url(url: str) -> SplitResult | None:
    """The parts of a URL; None if it is not a URL or names no host."""
    try:
        parsed = urlsplit(url)
        host, _ = parsed.hostname, parsed.port  # the port is checked when it is read
    except ValueError:
        return None
    return parsed if host and url.isascii() and url.isprintable() and " " not in url else None


def is_private(parsed: SplitResult) -> bool:
    """Whether a request is encrypted (https) or local (http to this machine)."""
    loopback = parsed.scheme == "http" and is_loopback(parsed.hostname or "")
    return loopback or parsed.scheme == "https"


def allowed(url: str) -> SplitResult:
    """The parts of a URL that may be requested. Raises NotFetched for any other."""
    parsed = parse_url(url)
    if parsed is None:
        raise NotFetched("is not a URL", where=repr(url)[1:-1][:200])
    if parsed.username is not None or parsed.password is not None:
        where = f"{parsed.scheme}://{parsed.hostname}"
        raise NotFetched("a URL must not carry a password", where=where)
    if not is_private(parsed):
        raise NotFetched(
            "only https is allowed, and http to this machine", where=url, next_step="write https://"
        )
    return parsed


def _within(seconds: float, url: str, request: Callable[[], T]) -> T:
    """Run a request in a thread, for a bound on its whole time. Raises NotFetched.

    A socket's timeout restarts with every byte, so a slow server could hold a command forever.
    """
    done: list[T] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(request())
        except Exception as error:  # noqa: BLE001 - raised again by the caller's thread
            failed.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    if done:
        return done[0]
    if not failed:
        raise TooSlow(f"gave no answer in {seconds:g} seconds", where=url)
    if isinstance(failed[0], NotFetched):
        raise failed[0]
    cause = getattr(failed[0], "reason", failed[0])  # a URLError wraps what really happened
    reason = str(getattr(cause, "strerror", None) or cause or type(failed[0]).__name__)
    raise NotFetched(f"cannot be reached: {reason}", where=url) from failed[0]


def _get(parsed: SplitResult, request: Any, seconds: float, limit: int) -> bytes:
    url = request.full_url
    with _open(_opener(parsed, _same_host(parsed)), request, seconds) as response:
        status = response.status
        if status not in _GOOD:
            hint = "check the token" if status in {401, 403} else "check the address"
            hint = "" if status >= 500 else hint  # noqa: PLR2004 - a fault of the server
            raise NotFetched(f"answers {status}", where=url, status=status, next_step=hint)
        answer = _answer(response, limit)
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched("sends a compressed answer, although none was asked for", where=url)
    if answer.oversized:
        raise NotFetched(f"answers with more than {limit:,} bytes", where=url)
    if answer.cut:
        raise NotFetched("closed the connection before the end", where=url)
    return answer.body


def _request(url: str, token: str | None, method: str = "GET", body: bytes | None = None) -> Any:
    from urllib.request import Request

    headers = {"User-Agent": f"pricectl/{__version__}", "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if token is not None:
        # The library writes headers as Latin-1: this keeps the token's bytes as they were given.
        value = f"Bearer {token}".encode("utf-8", "surrogateescape")
        headers["Authorization"] = value.decode("latin-1")
    return Request(url, body, headers, method=method)  # noqa: S310 - `allowed` has checked it


def _open(opener: Any, request: Any, seconds: float) -> Any:
    """The response of any status, with its body unread."""
    from urllib.error import HTTPError

    try:
        return opener.open(request, timeout=seconds)
    except HTTPError as error:
        return error


def _answer(response: Any, limit: int) -> HttpAnswer:
    from http.client import HTTPException

    try:
        body = response.read(limit + 1)
    except (OSError, HTTPException):
        # The status of a refusal says enough without its body.
        if response.status in _GOOD:
            raise
        body = b""
    headers = {name.lower(): value for name, value in response.headers.items()}
    oversized, cut = len(body) > limit, bool(response.length)
    return HttpAnswer(response.status, headers, body[:limit], oversized, cut)


def _opener(parsed: SplitResult, *more: Any, direct: bool = False) -> Any:
    """An opener of http and https only; urllib's own would also open file: and ftp: addresses."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({} if direct or is_loopback(parsed.hostname or "") else None),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        *more,
    ):
        opener.add_handler(handler)
    return opener


def _same_host(parsed: SplitResult) -> Any:
    """A handler that follows redirects within one host: the token must not reach another."""
    from urllib.request import HTTPRedirectHandler

    class SameHost(HTTPRedirectHandler):
        # A missing slash, a path that moved; more is a loop.
        max_redirections = 3

        def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's
            self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
        ) -> Any:
            there = urlsplit(newurl)
            if (there.scheme, there.netloc) != (parsed.scheme, parsed.netloc):
                fp.close()
                raise NotFetched("redirects to another host", where=parsed.geturl(), status=code)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return SameHost()
