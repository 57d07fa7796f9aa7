"""Who may reload, how often, and with how large a request."""

import asyncio
import hashlib
import hmac
import math
import os
import threading
import time
import weakref
from collections.abc import Callable
from typing import NamedTuple

from fastapi import HTTPException, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from pricectl.files.fetch import is_bearer_token
from pricectl.policy import BadSettings

# No endpoint needs a body; some clients send `{}`.
MAX_BODY_BYTES = 1024
# A client that sends slowly must not keep a connection.
BODY_SECONDS = 5.0


class Bearer(SecurityBase):
    """Lets a request pass that carries the one token.

    A second Authorization header is always refused: a proxy in front may have read the other one.
    Hashes are compared, in constant time, so that not even the length can be measured.
    """

    def __init__(self, token: str) -> None:
        if not token:
            raise BadSettings("the token is empty", next_step="set one, or pass None")
        if not is_bearer_token(token):
            raise BadSettings(
                "the token has a space, a line break or a control character in it",
                next_step="remove that character; a header cannot contain it",
            )
        self.model = HTTPBearer()
        self.scheme_name = "pricing token"
        self._expected = _digest(token.encode("utf-8", "surrogateescape"))

    async def __call__(self, request: Request) -> None:
        """Raises HTTPException 401."""
        # From the scope, since `request.headers[...]` hides a second header of the name.
        headers = [value for name, value in request.scope["headers"] if name == b"authorization"]
        scheme, _, token = headers[0].partition(b" ") if len(headers) == 1 else (b"", b"", b"")
        fits = hmac.compare_digest(_digest(token.strip(b" ")), self._expected)
        if scheme.lower() != b"bearer" or not fits:
            raise HTTPException(
                401, "a valid bearer token is needed", {"WWW-Authenticate": "Bearer"}
            )


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


class Limit(NamedTuple):
    """How many requests may come at once, and how many a second from then on."""

    burst: int
    per_second: float


class Bucket:
    """A token bucket: full at first, refilled with time."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._left = float(limit.burst)
        self._at = clock()
        self.renew_lock()
        _buckets.add(self)

    def renew_lock(self) -> None:
        """Make a new lock; after a fork a thread that is not here may hold the old one."""
        self._lock = threading.Lock()

    def take(self) -> int:
        """Take one; otherwise the whole seconds until there is one, at least 1."""
        burst, per_second = self._limit
        with self._lock:
            now = self._clock()
            # Refilled when asked, so that no timer is needed.
            # The burst is the most it holds, however long nobody came.
            self._left = min(burst, self._left + (now - self._at) * per_second)
            self._at = now
            if self._left >= 1:
                self._left -= 1
                return 0
            return max(1, math.ceil((1 - self._left) / per_second))


_buckets: "weakref.WeakSet[Bucket]" = weakref.WeakSet()


def _renew_locks() -> None:
    for bucket in list(_buckets):
        bucket.renew_lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_locks)


async def drop_body(request: Request) -> None:
    """Read a small body and forget it. Raises HTTPException 413 or 408."""
    size = 0
    try:
        async with asyncio.timeout(BODY_SECONDS):
            async for block in request.stream():
                size += len(block)
                if size > MAX_BODY_BYTES:
                    raise HTTPException(413, f"a body has at most {MAX_BODY_BYTES} bytes")
    except TimeoutError:
        raise HTTPException(408, "the body did not arrive in time") from None
