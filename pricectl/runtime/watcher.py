"""Threads that look for news, and what a fork leaves of them."""

import os
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

POLL_THREAD = "pricectl-poll"
WATCH_THREAD = "pricectl-watch"


class Watched(Protocol):
    """What a watcher and a fork need of a process's prices."""

    def poll(self) -> None:
        """Look for news now."""

    def after_fork(self) -> None:
        """Go on in the child, where only the forking thread lives."""


class Watcher:
    """Polls until stopped, or until nobody holds the prices any more."""

    def __init__(self, watched: Watched, every_seconds: float) -> None:
        self.every_seconds = every_seconds
        self._watched = weakref.ref(watched)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=WATCH_THREAD, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Let the thread end; it may poll once more."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.wait(self.every_seconds):
            watched = self._watched()
            if watched is None:
                return
            watched.poll()
            del watched


def start(task: Callable[[], object]) -> bool:
    """Run a task in a thread of its own, so that the caller can answer its call.

    Returns False where no thread can be started: at shutdown, or at the limit of threads.
    """
    try:
        threading.Thread(target=task, name=POLL_THREAD, daemon=True).start()
    except Exception:  # noqa: BLE001 - the caller goes on without
        return False
    return True


_ALL: "weakref.WeakSet[Watched]" = weakref.WeakSet()


def remember(watched: Watched) -> None:
    """Have it told after a fork."""
    _ALL.add(watched)


def _after_fork() -> None:
    for watched in list(_ALL):
        with suppress(Exception):
            watched.after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
