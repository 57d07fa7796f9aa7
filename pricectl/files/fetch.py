"""Asks a URL: https or loopback only, bounded in size and time, one host only."""

import threading
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, NamedTuple, TypeVar
from urllib.parse import SplitResult, urlsplit

from pricectl import __version__
from pricectl.core.errors import PricingError

MAX_BYTES = 1024 * 1024
SECONDS = 10.0
_GOOD = range(200, 300)
Value = TypeVar("Value")


class NotFetched(PricingError):
    """An address that gives nothing that can be used; `status` is the HTTP status, 0 for none."""

    def __init__(self, what: str, *, where: str, next_step: str = "", status: int = 0) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.status = status


class TooSlow(NotFetched):
    """An address whose answer was not complete in time."""


class Answer(NamedTuple):
    """What came back, whatever the status: header names in lower case, a body within its bound.

    `oversized` says that there was more than the bound, `cut` that less came than was announced.
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
    url: str, *, token: str | None = None, seconds: float = SECONDS, limit: int = MAX_BYTES
) -> bytes:
    """The body at a URL, of `limit` bytes at most, within `seconds` in all; `token` is a bearer's.

    Raises NotFetched.
    """
    place = allowed(url)
    return _within(seconds, url, lambda: _get(place, _request(url, token), seconds, limit))


def post(  # noqa: PLR0913 - one request with its bounds
    url: str, body: bytes | None, *, token: str | None, seconds: float, limit: int, direct: bool
) -> Answer:
    """The answer to JSON sent to a URL, within `seconds` in all; no redirect is followed.

    `limit` bounds its body in bytes, `token` is a bearer's, `direct` passes by every proxy.
    Raises NotFetched, TooSlow if it takes longer.
    """
    place = allowed(url)

    def ask() -> Answer:
        opener = _opener(place, direct=direct)
        with _open(opener, _request(url, token, "POST", body), seconds) as response:
            return _answer(response, limit)

    return _within(seconds, url, ask)


def is_token(word: str) -> bool:
    """Whether a word can be a bearer token: something, and nothing that a header cannot carry.

    >>> is_token("secret"), is_token(""), is_token("two words"), is_token("line" + chr(10))
    (True, False, False, False)
    """
    return bool(word) and all(character > " " and character != "\x7f" for character in word)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine by its name alone.

    >>> is_loopback("localhost"), is_loopback("127.0.0.2"), is_loopback("localhost.example.com")
    (True, True, False)
    """
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def parts(url: str) -> SplitResult | None:
    """A URL taken apart; None for what is no URL or names no host."""
    try:
        place = urlsplit(url)
        host, _ = place.hostname, place.port
    except ValueError:
        return None
    return place if host and url.isascii() and url.isprintable() and " " not in url else None


def is_private(place: SplitResult) -> bool:
    """Whether nobody on the way can read along: https, or http that stays on this machine."""
    if place.scheme == "http":
        return is_loopback(place.hostname or "")
    return place.scheme == "https"


def allowed(url: str) -> SplitResult:
    """A URL that may be asked, taken apart. Raises NotFetched."""
    place = parts(url)
    if place is None:
        raise NotFetched("is no URL", where=repr(url)[1:-1][:200])
    if place.username is not None or place.password is not None:
        where = f"{place.scheme}://{place.hostname}"
        raise NotFetched("a URL must not carry a password", where=where)
    if not is_private(place):
        raise NotFetched(
            "only https is allowed, and http to this machine", where=url, next_step="write https://"
        )
    return place


def _within(seconds: float, url: str, ask: Callable[[], Value]) -> Value:
    """Ask beside us: the clock of a socket starts anew with every byte, this one does not.

    Raises NotFetched, whatever went wrong.
    """
    done: list[Value] = []
    failed: list[Exception] = []

    def run() -> None:
        try:
            done.append(ask())
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
    raise NotFetched(f"cannot be reached: {_reason(failed[0])}", where=url) from failed[0]


def _get(place: SplitResult, request: Any, seconds: float, limit: int) -> bytes:
    url = request.full_url
    with _open(_opener(place, _same_host(place)), request, seconds) as response:
        status = response.status
        if status not in _GOOD:
            raise NotFetched(f"answers {status}", where=url, status=status, next_step=_hint(status))
        answer = _answer(response, limit)
    if answer.headers.get("content-encoding", "identity").lower() != "identity":
        raise NotFetched("answers compressed, though nobody asked for it", where=url)
    if answer.oversized:
        raise NotFetched(f"answers with more than {limit:,} bytes", where=url)
    if answer.cut:
        raise NotFetched("hung up before the end", where=url)
    return answer.body


def _request(url: str, token: str | None, method: str = "GET", body: bytes | None = None) -> Any:
    from urllib.request import Request

    headers = {"User-Agent": f"pricectl/{__version__}", "Accept": "application/json"}
    if body is not None:
        headers["Content-Type"] = "application/json"
    if token is not None:
        # The library writes Latin-1, which keeps the bytes of the environment as they are.
        words = f"Bearer {token}".encode("utf-8", "surrogateescape")
        headers["Authorization"] = words.decode("latin-1")
    return Request(url, body, headers, method=method)  # noqa: S310 - `allowed` looked at it


def _open(opener: Any, request: Any, seconds: float) -> Any:
    """The response, of any status, not yet read."""
    from urllib.error import HTTPError

    try:
        return opener.open(request, timeout=seconds)
    except HTTPError as error:
        return error


def _answer(response: Any, limit: int) -> Answer:
    from http.client import HTTPException

    try:
        body = response.read(limit + 1)
    except (OSError, HTTPException):
        # A refusal counts without its words too.
        if response.status in _GOOD:
            raise
        body = b""
    headers = {name.lower(): value for name, value in response.headers.items()}
    sizes = len(body) > limit, bool(response.length)
    return Answer(response.status, headers, body[:limit], *sizes)


def _opener(place: SplitResult, *more: Any, direct: bool = False) -> Any:
    """Http and https alone; this machine needs no proxy."""
    from urllib import request

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({} if direct or is_loopback(place.hostname or "") else None),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        request.HTTPErrorProcessor(),
        *more,
    ):
        opener.add_handler(handler)
    return opener


def _same_host(place: SplitResult) -> Any:
    """Follows redirects as long as they stay at the host."""
    from urllib.request import HTTPRedirectHandler

    class SameHost(HTTPRedirectHandler):
        max_redirections = 3

        def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's
            self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
        ) -> Any:
            there = urlsplit(newurl)
            if (there.scheme, there.netloc) != (place.scheme, place.netloc):
                fp.close()
                raise NotFetched("redirects to another host", where=place.geturl(), status=code)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    return SameHost()


def _hint(status: int) -> str:
    if status in {401, 403}:
        return "check the token"
    return "" if status >= 500 else "check the address"  # noqa: PLR2004 - the server's own trouble


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__)
