"""A URL to bytes: https or loopback only, bounded in size and time, one host only. Floor 2."""

import threading
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any, TypeVar
from urllib.parse import SplitResult, urlsplit

from pricectl import __version__
from pricectl.core.errors import PricingError

MAX_BYTES = 1024 * 1024
SECONDS = 10.0
_BLOCK = 64 * 1024
Value = TypeVar("Value")


class NotFetched(PricingError):
    """An address that gives nothing that can be used; `status` is the HTTP status, 0 for none."""

    def __init__(self, what: str, *, where: str, next_step: str = "", status: int = 0) -> None:
        super().__init__(what, where=where, next_step=next_step)
        self.status = status


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
    return within(seconds, url, lambda: _fetch(place, url, token, seconds, limit))


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


def allowed(url: str) -> SplitResult:
    """A URL that may be asked, taken apart. Raises NotFetched."""
    try:
        place = urlsplit(url)
        host, _ = place.hostname, place.port
    except ValueError:
        host = None
    if not host or not url.isascii() or not url.isprintable() or " " in url:
        raise NotFetched("is no URL", where=repr(url)[1:-1][:200])
    if place.username is not None or place.password is not None:
        raise NotFetched("a URL must not carry a password", where=f"{place.scheme}://{host}")
    if place.scheme != "https" and not (place.scheme == "http" and is_loopback(host)):
        raise NotFetched(
            "only https is allowed, and http to this machine", where=url, next_step="write https://"
        )
    return place


def within(seconds: float, url: str, ask: Callable[[], Value]) -> Value:
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
        raise NotFetched(f"gave no answer in {seconds:g} seconds", where=url)
    if isinstance(failed[0], NotFetched):
        raise failed[0]
    raise NotFetched(f"cannot be reached: {_reason(failed[0])}", where=url) from failed[0]


def _fetch(place: SplitResult, url: str, token: str | None, seconds: float, limit: int) -> bytes:
    from urllib.error import HTTPError
    from urllib.request import Request

    headers = {"User-Agent": f"pricectl/{__version__}", "Accept": "application/json"}
    if token is not None:
        # The library writes Latin-1, which keeps the bytes of the environment as they are.
        words = f"Bearer {token}".encode("utf-8", "surrogateescape")
        headers["Authorization"] = words.decode("latin-1")
    try:
        # The scheme was checked above.
        with _opener(place).open(Request(url, headers=headers), timeout=seconds) as answer:  # noqa: S310
            return _body(answer, url, limit)
    except HTTPError as error:
        with error:
            raise NotFetched(
                f"answers {error.code}", where=url, status=error.code, next_step=_hint(error.code)
            ) from None


def _body(answer: Any, url: str, limit: int) -> bytes:
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise NotFetched("answers compressed, though nobody asked for it", where=url)
    body = b""
    while len(body) <= limit and (block := answer.read(_BLOCK)):
        body += block
    if len(body) > limit:
        raise NotFetched(f"answers with more than {limit:,} bytes", where=url)
    if answer.length:
        raise NotFetched("hung up before the end", where=url)
    return body


def _opener(place: SplitResult) -> Any:
    """Http and https alone, and a redirect stays at the host; this machine needs no proxy."""
    from urllib import request

    class SameHost(request.HTTPRedirectHandler):
        max_redirections = 3

        def redirect_request(  # noqa: PLR0913, PLR0917 - urllib's
            self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str
        ) -> Any:
            there = urlsplit(newurl)
            if (there.scheme, there.netloc) != (place.scheme, place.netloc):
                fp.close()
                raise NotFetched("redirects to another host", where=place.geturl(), status=code)
            return super().redirect_request(req, fp, code, msg, headers, newurl)

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler({} if is_loopback(place.hostname or "") else None),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        SameHost(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


def _hint(status: int) -> str:
    if status in {401, 403}:
        return "check the token"
    return "" if status >= 500 else "check the address"  # noqa: PLR2004 - the server's own trouble


def _reason(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(error).__name__)
