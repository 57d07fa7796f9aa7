"""Who may reload, how often, and with how large a request."""

import asyncio
import hashlib
import hmac
import json
import math
import os
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from fastapi import HTTPException, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase

from pricectl.files import locks
from pricectl.files.fetch import is_bearer_token
from pricectl.policy import BadSettings

# No endpoint needs a body; some clients send `{}`.
MAX_BODY_BYTES = 1024
# A client that sends slowly must not keep a connection.
BODY_SECONDS = 5.0
LIMIT_LOCK_SECONDS = 0.1
MAX_LEVEL_BYTES = 200
MAX_LIMIT = 1_000_000
# Where nothing refills the bucket, or hardly, a client is told to ask again after this time.
LONGEST_WAIT_SECONDS = 3600


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
        if not self.fits(request):
            raise HTTPException(
                401, "a valid bearer token is needed", {"WWW-Authenticate": "Bearer"}
            )

    def fits(self, request: Request) -> bool:
        """Whether a request carries the token."""
        # From the scope, since `request.headers[...]` hides a second header of the name.
        headers = [value for name, value in request.scope["headers"] if name == b"authorization"]
        scheme, _, token = headers[0].partition(b" ") if len(headers) == 1 else (b"", b"", b"")
        same = hmac.compare_digest(_digest(token.strip(b" ")), self._expected)
        return same and scheme.lower() == b"bearer"


def _digest(token: bytes) -> bytes:
    return hashlib.sha256(token).digest()


class Limit(NamedTuple):
    """How many requests may come at once, and how many a second from then on."""

    burst: int
    per_second: float

    def check(self) -> None:
        """Raises BadSettings for a negative limit or NaN, which would let every request pass."""
        for value in self:
            given: object = value
            if not (isinstance(given, (int, float)) and 0 <= given <= MAX_LIMIT):
                raise BadSettings(
                    f"a limit of reloads is not a number from 0 to {MAX_LIMIT:,}",
                    where="reload_limit",
                    next_step="write Limit(burst=5, per_second=1.0)",
                )


class BucketLevel(NamedTuple):
    """How many requests were left at a time."""

    left: float
    at: float

    def take(self, limit: Limit, now: float) -> tuple["BucketLevel", int]:
        """The level after one more request, and the whole seconds until one may come (0: now)."""
        # Refilled when asked, so that no timer is needed. A clock that went back refills nothing.
        # The burst is the most it holds, however long nobody came.
        refilled = self.left + max(0.0, now - self.at) * limit.per_second
        left = min(float(limit.burst), refilled)
        if left >= 1:
            return BucketLevel(left - 1, now), 0
        seconds = (1 - left) / limit.per_second if limit.per_second else math.inf
        return BucketLevel(left, now), max(1, math.ceil(min(seconds, LONGEST_WAIT_SECONDS)))


class Bucket:
    """A token bucket of one process: full at first, refilled with time."""

    def __init__(self, limit: Limit, clock: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._clock = clock
        self._level = BucketLevel(limit.burst, clock())
        self.renew_lock()
        _buckets.add(self)

    def renew_lock(self) -> None:
        """Make a new lock; after a fork a thread that is not here may hold the old one."""
        self._lock = threading.Lock()

    def take(self) -> int:
        """Take one; otherwise the whole seconds until there is one, at least 1."""
        with self._lock:
            self._level, wait_seconds = self._level.take(self._limit, self._clock())
            return wait_seconds


class HostBucket:
    """A token bucket that all workers of a group share, in a file of their folder.

    Otherwise four workers would allow four times as many reloads. Where the folder cannot be used,
    each worker counts for itself.
    """

    def __init__(
        self,
        limit: Limit,
        folder: Callable[[], Path | None],
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._limit = limit
        self._folder = folder
        self._clock = clock
        self._own = Bucket(limit)

    def take(self) -> int:
        """As `Bucket.take`, for the host; it waits for other workers for a moment at most."""
        folder = self._folder()
        if folder is None:
            return self._own.take()
        file = folder / "reload-limit"
        try:
            with locks.locked_file(file, LIMIT_LOCK_SECONDS) as handle:
                level, wait_seconds = self._read(handle).take(self._limit, self._clock())
                os.ftruncate(handle, 0)
                os.pwrite(handle, json.dumps(level).encode(), 0)
                return wait_seconds
        except (OSError, locks.LockBusy):
            return self._own.take()

    def _read(self, handle: int) -> BucketLevel:
        try:
            left, at = json.loads(os.pread(handle, MAX_LEVEL_BYTES, 0))
            # Below nothing would stop reloads until it is filled up.
            level = BucketLevel(max(0.0, float(left)), float(at))
        except (ValueError, TypeError, OverflowError):
            return BucketLevel(self._limit.burst, self._clock())
        # A clock that was set back would stop reloads until it has caught up.
        sane = math.isfinite(level.left) and -math.inf < level.at <= self._clock()
        return level if sane else BucketLevel(self._limit.burst, self._clock())


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
