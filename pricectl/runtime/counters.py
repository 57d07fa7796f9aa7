"""Counts what went wrong, for a monitor to read."""

import threading
from datetime import datetime
from types import MappingProxyType

from pricectl.runtime.snapshot import FALLBACKS, STATUSES, Metrics, Status


class Counters:
    """Totals by kind; safe to share between threads."""

    def __init__(self) -> None:
        self._fallbacks = dict.fromkeys(FALLBACKS, 0)
        self._reloads: dict[str, int] = dict.fromkeys(STATUSES, 0)
        self._last: tuple[bool, datetime | None] = (True, None)
        self.renew_lock()

    def renew_lock(self) -> None:
        """After a fork: the thread that held the lock is not here to let go."""
        self._lock = threading.RLock()  # a signal handler of the same thread may quote, too

    def fallback(self, kind: str) -> None:
        """Count one answer that is not what was asked for."""
        with self._lock:
            self._fallbacks[kind] += 1

    def reload(self, status: Status, at: datetime) -> None:
        """Count one reload."""
        with self._lock:
            self._reloads[status] += 1
            self._last = (status != "refused", at)

    def read(self) -> Metrics:
        """All totals at one moment."""
        with self._lock:
            fallbacks, reloads = dict(self._fallbacks), dict(self._reloads)
            return Metrics(MappingProxyType(fallbacks), MappingProxyType(reloads), *self._last)
