"""Keeps a process's snapshot: boots it, renews it, follows the other workers. Floor 2."""

import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

from pricectl import atomic
from pricectl.runtime import logs, watcher
from pricectl.runtime.monitor import Monitor, as_refused
from pricectl.runtime.origin import (
    HOST_LOCK_SECONDS,
    NO_WAIT,
    Options,
    Origin,
    find_origin,
    first_snapshot,
)
from pricectl.runtime.renewal import NoFile, Renewal, adopt, renew
from pricectl.runtime.settings_file import SettingsFile
from pricectl.runtime.snapshot import EMERGENCY, Metrics, ReloadResult, Snapshot, Status

NEVER = float("-inf")
# How long to wait before the files are tried again: at first, and at most.
FIRST_RETRY_SECONDS, LAST_RETRY_SECONDS = 0.5, 60.0


class Keeper:
    """One snapshot, swapped by one assignment; every method answers whatever happens."""

    def __init__(self) -> None:
        self._monitor = Monitor()
        self._lock = threading.RLock()
        self._watcher: watcher.Watcher | None = None
        self._watch_seconds: float | None = None
        self._start(Options())
        watcher.remember(self)

    @property
    def snapshot(self) -> Snapshot:
        """What calls are priced by now."""
        if monotonic() >= self._check_at:
            self._look()
        return self._snapshot

    @property
    def last_reload(self) -> ReloadResult | None:
        """What the last reload did; None before the first."""
        return self._last_reload

    def metrics(self) -> Metrics:
        """Counters since the process began."""
        return self._monitor.read()

    def count_internal_error(self, about: str) -> None:
        """Count and log an answer that had to be made up; `about` says by what."""
        self._monitor.fallback("internal-error", about)

    def reload(self, *, force: bool = False) -> ReloadResult:
        """Read the file again and swap the prices, or keep the old ones and say why.

        Refused: a file that cannot be read, a catalog with a problem, or (unless `force`) one that
        looks broken beside the prices in use, see `core.sanity`. All workers of the host follow.
        """
        with self._lock:
            self._boot()
            try:
                renewal = self._renew(force=force)
            except Exception as error:  # noqa: BLE001 - the old prices stay
                return self._refused(error)
            return self._swap(renewal)

    def poll(self) -> None:
        """Look at once whether another worker, or a changed file that is watched, has news.

        Does nothing while a reload is under way, which brings the news: a call may be waiting.
        """
        if not self._lock.acquire(blocking=False):
            self._polling = False
            return
        try:
            self._poll()
        except Exception as error:  # noqa: BLE001 - the old prices stay
            self._monitor.failure("file", error)
        finally:
            self._polling = False
            self._lock.release()

    def watch(self, every_seconds: float = 1.0) -> None:
        """Reload by itself when the file's content changes, in this process and in its forks."""
        with self._lock:
            self._boot()
            self.unwatch()
            self._content = self._snapshot.sha256
            self._watch_seconds = every_seconds
            self._start_watcher()

    def unwatch(self) -> None:
        """Stop watching."""
        self._watch_seconds = None
        if self._watcher:
            self._watcher.stop()
        self._watcher = None

    def after_fork(self) -> None:
        """Go on in a forked child: locks may be held by threads that are not here."""
        self._lock = threading.RLock()
        self._monitor.after_fork()
        self._polling = False
        self._watcher = None
        self._start_watcher()

    def _start(self, options: Options) -> None:
        self._options = options
        self._deny = options.deny
        self._origin = Origin(None, SettingsFile(fixed=options.policy))
        self._folder: Path | None = None
        self._snapshot = EMERGENCY
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._retry_at = NEVER
        self._last_reload: ReloadResult | None = None
        self._stamp: tuple[int, int, int] | None = None
        self._content = ""
        # Whether a thread is on its way to fetch the news.
        self._polling = False
        self._check_at = NEVER

    def _boot(self) -> None:
        if self._check_at != NEVER:
            return
        try:
            self._begin()
        except Exception as error:  # noqa: BLE001 - the default price is there already
            self._monitor.failure("file", error)
        self._check_at = monotonic() + self._options.check_seconds
        self._plan_retry()
        self._monitor.loaded(self._snapshot)
        if self._stamp:
            self._catch_up()

    def _catch_up(self) -> None:
        """At start, take an edit that no worker has announced yet; a call may be waiting."""
        try:
            renewal = self._renew(wait_seconds=NO_WAIT)
        except atomic.Busy:
            watcher.start(self.reload)
        except Exception as error:  # noqa: BLE001 - the announced prices stay
            self._refused(error)
        else:
            self._swap(renewal)

    def _renew(self, *, force: bool = False, wait_seconds: float = HOST_LOCK_SECONDS) -> Renewal:
        report = self._monitor.failure
        if self._origin.path is None:  # it may be there by now
            self._find_origin()
        return renew(self._origin, self._snapshot, report, force=force, wait_seconds=wait_seconds)

    def _begin(self) -> None:
        self._find_origin()
        self._stamp = self._origin.board.stamp() if self._origin.board else None
        start = first_snapshot(self._origin, self._monitor.failure)
        self._snapshot = start.snapshot
        if start.refused:
            self._refused(start.refused)

    def _find_origin(self) -> None:
        if self._folder is None:
            with suppress(OSError):  # the working folder may have been deleted
                self._folder = Path.cwd()
        self._origin = find_origin(self._options, self._folder, self._monitor.failure)

    def _look(self) -> None:
        """Now and then, on the way of a call: is there news?"""
        try:
            if self._check_at == NEVER:
                with self._lock:
                    self._boot()
                return
            self._check_at = monotonic() + self._options.check_seconds
            board = self._origin.board
            news = board is not None and board.stamp() != self._stamp
            if not self._polling and (news or self._retry_is_due()):
                self._polling = True
                if not watcher.start(self.poll):
                    self.poll()
        except Exception as error:  # noqa: BLE001 - the call is answered with what there is
            self._monitor.failure("file", error)

    def _poll(self) -> None:
        self._boot()
        board = self._origin.board
        stamp = board.stamp() if board else None
        if stamp != self._stamp:
            self._stamp = stamp
            self._follow()
        if self._watch_seconds is not None and self._content_changed():
            self.reload()
        elif self._retry_is_due():
            self._retry()

    def _retry_is_due(self) -> bool:
        return bool(self._snapshot.flags) and monotonic() >= self._retry_at

    def _plan_retry(self) -> None:
        """While prices or settings are not those of the files, they are tried again by and by."""
        self._retry_at = monotonic() + self._retry_seconds
        self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)

    def _retry(self) -> None:
        """Try the files again; what failed at start may have passed, or have been mended."""
        self._plan_retry()
        try:
            self._swap(self._renew())
        except NoFile:
            pass  # what the package carries is all there is
        except Exception as error:  # noqa: BLE001 - the prices in use stay
            self._monitor.failure("file", error)

    def _follow(self) -> None:
        try:
            renewal = adopt(self._origin, self._snapshot, self._monitor.failure)
        except Exception as error:  # noqa: BLE001 - the old prices stay
            self._refused(error)
            return
        if renewal.snapshot is not self._snapshot:
            self._swap(renewal)

    def _content_changed(self) -> bool:
        path = self._origin.path
        if path is None:
            return False
        try:
            content = atomic.sha256(atomic.read(path))
        except (OSError, ValueError):
            content = ""
        before, self._content = self._content, content
        return content != before

    def _start_watcher(self) -> None:
        try:
            if self._watch_seconds is not None:
                self._watcher = watcher.Watcher(self, self._watch_seconds)
        except Exception as error:  # noqa: BLE001 - no thread to be had: `poll` still works
            self._monitor.failure("watcher", error)

    def _swap(self, renewal: Renewal) -> ReloadResult:
        self._snapshot = now = renewal.snapshot
        if not now.flags:
            self._retry_seconds = FIRST_RETRY_SECONDS
        status: Status = "reloaded" if renewal.changed else "unchanged"
        if renewal.changed:
            self._monitor.loaded(now)
        result = ReloadResult(status, now.models, now.sha256, now.generation, renewal.note)
        return self._done(result)

    def _refused(self, error: Exception) -> ReloadResult:
        now, refused = self._snapshot, as_refused(error)
        if refused.phrase != logs.REFUSED:
            self._monitor.failure("file", refused)
        return self._done(
            ReloadResult(
                "refused", now.models, now.sha256, now.generation, refused.what, refused.findings
            )
        )

    def _done(self, result: ReloadResult) -> ReloadResult:
        self._last_reload = result
        self._monitor.reload(result)
        return result
