"""Asks a running service to read its catalog again. Floor 2.

One POST, over https or to this machine, bounded in time and size; a redirect is a refusal, because
the token is for the host that was named.
"""

import http.client
import json
import threading
from collections.abc import Callable
from typing import Any, NamedTuple
from urllib.parse import SplitResult, urlsplit

from pricectl import __version__
from pricectl.fetch import NotFetched, is_loopback

ENDPOINT = "/admin/pricing/reload"
SECONDS = 30.0
MAX_BYTES = 256 * 1024
OK = 200


class Reloaded(NamedTuple):
    """What a service answered: whether it took the catalog, and what it charges by now."""

    url: str
    status: int
    said: str
    version: str = ""
    models: int = 0
    generation: int = 0
    reason: str = ""


def address(url: str) -> SplitResult:
    """The endpoint at an address, or the endpoint itself. Raises NotFetched."""
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
    path = place.path.rstrip("/")
    return place._replace(path=path if path.endswith(ENDPOINT) else path + ENDPOINT, fragment="")


def reload(url: str, token: str, seconds: float = SECONDS) -> Reloaded:
    """Ask once. Raises NotFetched: no answer, or one that is neither yes nor a refusal."""
    place = address(url)
    shown = place.geturl()
    status, body = _within(seconds, shown, lambda: _post(place, token, seconds))
    if status not in {OK, 409}:
        hint = {401: "check the token", 429: "wait, then ask again"}.get(
            status, "check the address"
        )
        raise NotFetched(f"answers {status}", where=shown, status=status, next_step=hint)
    return _read(shown, status, body)


def _within(seconds: float, shown: str, ask: Callable[[], tuple[int, bytes]]) -> tuple[int, bytes]:
    """Asked beside us: a socket's own clock starts anew with every byte."""
    done: list[tuple[int, bytes] | Exception] = []

    def run() -> None:
        try:
            done.append(ask())
        except Exception as error:  # noqa: BLE001 - told by the caller's thread
            done.append(error)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    answer = done[0] if done else TimeoutError(f"no answer in {seconds:g} seconds")
    if isinstance(answer, Exception):
        reason = getattr(answer, "strerror", None) or str(answer) or type(answer).__name__
        raise NotFetched(f"cannot be reached: {reason}", where=shown) from None
    return answer


def _post(place: SplitResult, token: str, seconds: float) -> tuple[int, bytes]:
    kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
    connection = kind(str(place.hostname), place.port, timeout=seconds)
    headers = {
        "Authorization": f"Bearer {token}",
        "Accept": "application/json",
        "User-Agent": f"pricectl/{__version__}",
    }
    try:
        query = f"?{place.query}" if place.query else ""
        connection.request("POST", place.path + query, b"", headers)
        answer = connection.getresponse()
        return answer.status, answer.read(MAX_BYTES)
    finally:
        connection.close()


def _read(url: str, status: int, body: bytes) -> Reloaded:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "status" not in found:
        raise NotFetched("is no pricing endpoint", where=url, next_step="check the address")

    def text(name: str) -> str:
        value: Any = found.get(name)
        return value[:500] if isinstance(value, str) else ""

    def number(name: str) -> int:
        value: Any = found.get(name)
        return value if type(value) is int else 0

    counts = number("models"), number("generation")
    return Reloaded(url, status, text("status"), text("version"), *counts, text("reason"))
