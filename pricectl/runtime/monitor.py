"""Counts every event and logs what operators should see.

No method raises: reporting trouble must not make more of it.
"""

import logging
import threading
from contextlib import suppress
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, Protocol

from pricectl.flags import (
    FALLBACK,
    FALLBACKS,
    LOADED,
    LOGGED,
    NOT_ANNOUNCED,
    NOT_FOUND,
    OWN_LAYERS,
    PENDING,
    REFUSED,
    SETTINGS_NOT_USED,
    UNKNOWN_MODEL,
)
from pricectl.runtime import logs
from pricectl.runtime.loader import to_refusal
from pricectl.runtime.snapshot import STATUSES, Metrics, ReloadResult, Snapshot

Event = Literal["fallback", "reload", "prices"]
# Distinct names are counted up to here; names come from requests and must not fill the memory.
MAX_DISTINCT_NAMES = 10_000


class Listener(Protocol):
    """Is told of each event after it has been counted."""

    def __call__(self, event: Event, word: str) -> None:
        """`word` is the kind of a fallback or the result of a reload."""


class Monitor:
    """The log of one process's prices, and its counters, which threads share.

    `phrase` and `level` are those of a flagged answer's line. Calls and the quotes of an open
    endpoint have a monitor each, so that invented names cannot hide a missing model, nor alarm.
    """

    def __init__(self, phrase: str = FALLBACK, level: int = logging.WARNING) -> None:
        self._phrase, self._level = phrase, level
        self._log = logs.Log()
        self._unknown_names: set[int] = set()
        self._listeners: list[Listener] = []
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
            return Metrics(
                MappingProxyType(fallbacks),
                MappingProxyType(reloads),
                *self._last,
                len(self._unknown_names),
            )

    def listen(self, listener: Listener) -> None:
        """Tell a listener of each event from now on."""
        self._listeners.append(listener)

    def _tell(self, event: Event, word: str = "") -> None:
        for listener in self._listeners:
            with suppress(Exception):
                listener(event, word)

    def fallback(self, kind: str, model: str = "", reason: str = "", log_key: str = "") -> None:
        """Count and log an event of FALLBACKS.

        One line a minute is logged for each kind and model, or for each kind and `log_key`.
        """
        with suppress(Exception):
            with self._lock:
                self._fallbacks[kind] += 1
                if kind == UNKNOWN_MODEL and len(self._unknown_names) < MAX_DISTINCT_NAMES:
                    self._unknown_names.add(hash(model))
            self._tell("fallback", kind)
            if kind in LOGGED:
                fields = {"model": model, "reason": reason}
                given = {name: value for name, value in fields.items() if value}
                self._log.limited(self._level, self._phrase, kind, model or log_key, **given)

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
        self._tell("prices")
        with suppress(Exception):
            if snapshot.layer != "file":
                reason = f"the layer of the prices: {snapshot.layer}"
                if snapshot.fallback_reason:
                    reason += f", because of the file: {snapshot.fallback_reason}"
                self.fallback(snapshot.layer, reason=reason)
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

    def edit_pending(self, sha256: str, snapshot: Snapshot, *, log: bool = True) -> None:
        """The file has a content that is not in use, or ("") no longer has one."""
        self._tell("prices")
        if not (sha256 and log):
            return
        with suppress(Exception):
            in_use = {"in_use": snapshot.sha256, "generation": snapshot.generation}
            self._log.limited(logging.INFO, PENDING, "pending", sha256, sha256=sha256, **in_use)

    def reload(self, result: ReloadResult, *, announced: bool = True) -> None:
        """A reload is over; `announced` is False if the other workers could not be told."""
        with suppress(Exception):
            with self._lock:
                self._reloads[result.status] += 1
                self._last = (result.status != "refused", datetime.now(UTC))
            self._tell("reload", result.status)
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
                self.not_announced(result.reason)

    def not_announced(self, reason: str) -> None:
        """A start or a reload has prices that the other workers could not be told of."""
        self.fallback(NOT_ANNOUNCED, reason=reason)
