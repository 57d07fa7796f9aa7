"""When a process looks for new prices: the watching thread, the pauses of retries, forks."""

import os
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from time import monotonic
from typing import Protocol

from pricectl.runtime.monitor import Monitor

POLL_THREAD = "pricectl-poll"
WATCH_THREAD = "pricectl-watch"
# Each look reads the files; a shorter interval would keep a processor busy.
MIN_WATCH_SECONDS = 0.05
FIRST_RETRY_SECONDS, LONGEST_RETRY_SECONDS = 0.5, 60.0


class Forked(Protocol):
    """What has to be mended in a forked child."""

    def after_fork(self) -> None:
        """Go on in the child, where only the forking thread lives."""


class Polled(Forked, Protocol):
    """What the watcher calls, and a fork."""

    def poll(self) -> None:
        """Look for new prices now."""


class Watcher:
    """Polls in a thread until it is stopped, or until the prices are no longer referenced."""

    def __init__(self, polled: Polled, monitor: Monitor) -> None:
        self._polled = weakref.ref(polled)
        self._monitor = monitor
        self._every_seconds: float | None = None
        self._stop = threading.Event()

    @property
    def is_on(self) -> bool:
        """Whether it was started and not stopped, even if no thread could be had."""
        return self._every_seconds is not None

    def start(self, every_seconds: float) -> None:
        """Poll every so many seconds, and go on in later forks."""
        self.stop()
        # The minimum first: a comparison with NaN is false, so that NaN means the minimum.
        self._every_seconds = min(max(MIN_WATCH_SECONDS, every_seconds), threading.TIMEOUT_MAX)
        self.after_fork()

    def stop(self) -> None:
        """Let the thread end; it may poll once more."""
        self._every_seconds = None
        self._stop.set()

    def after_fork(self) -> None:
        """Start the thread: a forked child starts its own, with an event of its own."""
        self._stop = threading.Event()
        if self._every_seconds is None:
            return
        try:
            polling = (self._stop, self._every_seconds)
            threading.Thread(target=self._run, args=polling, name=WATCH_THREAD, daemon=True).start()
        except Exception as error:  # noqa: BLE001 - no thread to be had: `poll` still works
            self._monitor.failure("watcher", error)

    def _run(self, stop: threading.Event, every_seconds: float) -> None:
        while not stop.wait(every_seconds):
            polled = self._polled()
            if polled is None:
                return
            polled.poll()
            del polled


class RetryPause:
    """The time until the next retry; each pause is twice as long as the one before."""

    def __init__(self) -> None:
        # The files' content that a retry has refused, which need not be checked again.
        self.refused_content = ""
        self.reset()

    def reset(self) -> None:
        """Start again with the shortest pause."""
        self._pause_seconds = FIRST_RETRY_SECONDS
        self._due_at = monotonic() + FIRST_RETRY_SECONDS

    def is_over(self) -> bool:
        """Whether the next retry is due."""
        return monotonic() >= self._due_at

    def double(self) -> None:
        """Begin the next pause."""
        self._pause_seconds = min(2 * self._pause_seconds, LONGEST_RETRY_SECONDS)
        self._due_at = monotonic() + self._pause_seconds


def run_in_thread(task: Callable[[], object]) -> bool:
    """Run a task in a thread of its own, so that the caller can answer its call.

    Returns False where no thread can be started: at shutdown, or at the limit of threads.
    """
    try:
        threading.Thread(target=task, name=POLL_THREAD, daemon=True).start()
    except Exception:  # noqa: BLE001 - the caller goes on without
        return False
    return True


_ALL: "weakref.WeakSet[Forked]" = weakref.WeakSet()


def call_after_fork(forked: Forked) -> None:
    """Call its `after_fork` in every child, for as long as it lives."""
    _ALL.add(forked)


def _after_fork() -> None:
    for forked in list(_ALL):
        with suppress(Exception):
            forked.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
