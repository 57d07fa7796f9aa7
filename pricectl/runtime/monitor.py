"""Tells operators what happened: counts every event, logs what they should see.

No method raises: telling of trouble must not be trouble.
"""

import logging
from contextlib import suppress
from datetime import UTC, datetime
from itertools import chain

from pricectl.runtime import logs
from pricectl.runtime.counters import Counters
from pricectl.runtime.loader import Refused
from pricectl.runtime.snapshot import (
    LAYER_FLAGS,
    NOT_TOLD,
    OWN_LAYERS,
    SETTINGS_ERROR,
    Metrics,
    ReloadResult,
    Snapshot,
)

# Counted, not logged: usual for some models, or logged when the prices were loaded.
QUIET = (
    "assumed-rate",
    "missing-region",
    "partial-match",
    SETTINGS_ERROR,
    *chain.from_iterable(LAYER_FLAGS.values()),
)


class Monitor:
    """The counters and the log of one process's prices."""

    def __init__(self) -> None:
        self._log = logs.Log()
        self._counters = Counters()

    def after_fork(self) -> None:
        """Forget locks that a thread of the parent may hold."""
        self._log.renew_lock()
        self._counters.renew_lock()

    def read(self) -> Metrics:
        """The counters at one moment."""
        return self._counters.read()

    def fallback(self, kind: str, model: str = "", reason: str = "", about: str = "") -> None:
        """An answer, or a table, that is not what was asked for.

        One line a minute is logged for each kind and model, or for each kind and `about`.
        """
        with suppress(Exception):
            self._counters.fallback(kind)
            if kind not in QUIET:
                named = {"model": model, "reason": reason}
                shown = {name: value for name, value in named.items() if value}
                self._log.limited(logging.WARNING, logs.FALLBACK, kind, model or about, **shown)

    def failure(self, layer: str, error: Exception) -> None:
        """A layer that cannot be used; trouble with the team's own file is an error."""
        with suppress(Exception):
            if layer == "settings":
                self.fallback("settings", reason=str(error), about=str(error))
                return
            refused = as_refused(error)
            if layer == "last-known-good" and refused.phrase == logs.NOT_FOUND:
                return  # the first start of all
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
                    logs.LOADED,
                    models=snapshot.models,
                    sha256=snapshot.sha256,
                    generation=snapshot.generation,
                    layer=snapshot.layer,
                    source=snapshot.source,
                )

    def reload(self, result: ReloadResult) -> None:
        """A reload is over."""
        with suppress(Exception):
            self._counters.reload(result.status, datetime.now(UTC))
            if result.status == "refused":
                self._log.limited(
                    logging.ERROR,
                    logs.REFUSED,
                    "refused",
                    result.reason,
                    reason=result.reason,
                    generation=result.generation,
                )
            elif result.reason.startswith(NOT_TOLD):
                self.fallback("this-worker-only", reason=result.reason)


def as_refused(error: Exception) -> Refused:
    """Any error as a refusal; one nobody foresaw says its kind alone."""
    if isinstance(error, Refused):
        return error
    return Refused(f"internal error: {type(error).__name__}", phrase=logs.UNREADABLE)
