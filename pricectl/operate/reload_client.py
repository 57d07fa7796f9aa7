"""Asks a running service to read its catalog again.

One POST, over https or to this machine, bounded in time and size; a redirect is a refusal, because
the token is for the host that was named.
"""

import json
from typing import NamedTuple
from urllib.parse import SplitResult

from pricectl.files.fetch import NotFetched, allowed, send
from pricectl.files.health import NO_ADMIN_ENDPOINT, NOT_FOUND

ENDPOINT = "/admin/pricing/reload"
SECONDS = 30.0
MAX_BYTES = 256 * 1024
OK = 200


class ReloadReply(NamedTuple):
    """The service's reply: whether it took the catalog, and which version it charges by."""

    url: str
    status: int
    outcome: str
    version: str = ""
    models: int = 0
    generation: int = 0
    reason: str = ""


def address(url: str) -> SplitResult:
    """The endpoint at an address, or the endpoint itself. Raises NotFetched."""
    parts = allowed(url)
    path = parts.path.rstrip("/")
    return parts._replace(path=path if path.endswith(ENDPOINT) else path + ENDPOINT, fragment="")


def reload(url: str, token: str, seconds: float = SECONDS, *, force: bool = False) -> ReloadReply:
    """Ask once. Raises NotFetched: no answer, or one that is neither yes nor a refusal."""
    endpoint = address(url)
    called_url = (endpoint._replace(query="force=true") if force else endpoint).geturl()
    answer = send(
        "POST", called_url, None, token=token, seconds=seconds, limit=MAX_BYTES, direct=True
    )
    status = answer.status
    if status not in {OK, 409}:
        hints = {
            401: "check the token",
            NOT_FOUND: NO_ADMIN_ENDPOINT,
            429: "wait, then ask again",
        }
        hint = hints.get(status, "check the address")
        raise NotFetched(f"answers {status}", where=called_url, status=status, next_step=hint)
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict) or "status" not in found:
        raise NotFetched(
            "is not a pricing endpoint", where=called_url, next_step="check the address"
        )
    # What is of another type than ours is left out, and a text cut: the answer is not trusted.
    texts = {name: value[:500] for name, value in found.items() if isinstance(value, str)}
    numbers = {name: value for name, value in found.items() if type(value) is int}
    return ReloadReply(
        called_url,
        status,
        texts.get("status", ""),
        texts.get("version", ""),
        numbers.get("models", 0),
        numbers.get("generation", 0),
        texts.get("reason", ""),
    )
