"""Counts every event and logs what operators should see.

No method raises: reporting trouble must not make more of it.
"""

import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType

from pricectl.flags import (
    FALLBACK,
    FALLBACKS,
    LOADED,
    LOGGED,
    NOT_ANNOUNCED,
    NOT_FOUND,
    OWN_LAYERS,
    REFUSED,
    SETTINGS_NOT_USED,
)
from pricectl.runtime import logs
from pricectl.runtime.loader import to_refusal
from pricectl.runtime.snapshot import STATUSES, Metrics, ReloadResult, Snapshot


class Monitor:
    """The log of one process's prices, and its counters, which threads share."""

    def __init__(self) -> None:
        self._log = logs.Log()
        self._fallbacks = dict.fromkeys(FALLBACKS, 0)
        self._reloads: dict[str, int] = dict.fromkeys(STATUSES, 0)
        self._last: tuple[bool, datetime | None] = (True, None)
        self._renew_lock()

    def after_fork(self) -> None:
        """Replace locks that a thread of the parent may hold."""
        self._log.renew_lock()
        self._renew_lock()

    def _renew_lock(self) -> None:
        self._lock = threading.RLock()  # a signal handler of the same thread may quote, too

    def metrics(self) -> Metrics:
        """All counters at one moment."""
        with self._lock:
            fallbacks, reloads = dict(self._fallbacks), dict(self._reloads)
            return Metrics(MappingProxyType(fallbacks), MappingProxyType(reloads), *self._last)

    def fallback(self, kind: str, model: str = "", reason: str = "", log_key: str = "") -> None:
        """Count and log an event of FALLBACKS.

        One line a minute is logged for each kind and model, or for each kind and `log_key`.
        """
        with suppress(Exception):
            with self._lock:
                self._fallbacks[kind] += 1
            if kind in LOGGED:
                fields = {"model": model, "reason": reason}
                given = {name: value for name, value in fields.items() if value}
                self._log.limited(logging.WARNING, FALLBACK, kind, model or log_key, **given)

    def settings_problem(self, problem: str) -> None:
        """The settings file has a fault."""
        self.fallback(SETTINGS_NOT_USED, reason=problem, log_key=problem)

    def failure(self, layer: str, error: Exception) -> None:
        """A layer cannot be used; trouble with the team's own file is an error."""
        with suppress(Exception):
            refused = to_refusal(error)
            # Every machine starts once without a copy; that is not worth a line.
            if layer == "last-known-good" and refused.phrase == NOT_FOUND:
                return
            reason = refused.what
            self._log.limited(logging.ERROR, refused.phrase, layer, reason, reason=reason)

    def loaded(self, snapshot: Snapshot) -> None:
        """New prices are in use."""
        with suppress(Exception):
            if snapshot.layer != "file":
                self.fallback(snapshot.layer, reason=f"the layer of the prices: {snapshot.layer}")
            if snapshot.layer in OWN_LAYERS:
                self._log.event(
                    logging.INFO,
                    LOADED,
                    models=snapshot.models,
                    sha256=snapshot.sha256,
                    generation=snapshot.generation,
                    layer=snapshot.layer,
                    source=snapshot.source,
                )

    def reload(self, result: ReloadResult, *, announced: bool = True) -> None:
        """A reload is over; `announced` is False if the other workers could not be told."""
        with suppress(Exception):
            with self._lock:
                self._reloads[result.status] += 1
                self._last = (result.status != "refused", datetime.now(UTC))
            if result.status == "refused":
                self._log.limited(
                    logging.ERROR,
                    REFUSED,
                    "refused",
                    result.reason,
                    reason=result.reason,
                    generation=result.generation,
                )
            elif not announced:
                self.fallback(NOT_ANNOUNCED, reason=result.reason)
