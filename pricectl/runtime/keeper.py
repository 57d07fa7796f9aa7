"""Loads, reloads and swaps a process's snapshot; follows the host's other workers."""

import threading
from contextlib import suppress
from pathlib import Path
from time import monotonic

from pricectl.files import atomic
from pricectl.runtime import logs, watcher
from pricectl.runtime.answering import NOTHING
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
from pricectl.runtime.retry import Retry
from pricectl.runtime.settings_file import SettingsFile
from pricectl.runtime.snapshot import (
    EMERGENCY,
    INTERNAL_ERROR,
    Answer,
    Metrics,
    ReloadResult,
    Snapshot,
    Status,
)

NOW = float("-inf")


class Keeper:
    """One snapshot, swapped by one assignment; no method raises.

    A thread that takes both locks takes `_lock` first. A call takes only `_boot_lock`, and only
    before the first prices are there, so that it never waits for a reload.
    """

    def __init__(self) -> None:
        self._monitor = Monitor()
        self._lock = threading.RLock()
        self._boot_lock = threading.RLock()
        self._watcher: watcher.Watcher | None = None
        self._watch_seconds: float | None = None
        # The thread that is starting; it must not wait for a reload.
        self._booting: int | None = None
        self._use(EMERGENCY)
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
        """Count and log an answer that had to be made up; `about` says where."""
        self._monitor.fallback(INTERNAL_ERROR, about)

    def reload(self, *, force: bool = False) -> ReloadResult:
        """Read the file again and swap the prices, or keep the old ones and say why.

        Refused: a file that cannot be read, a catalog with a problem, or (unless `force`) one that
        looks broken beside the prices in use, see `core.sanity`. All workers of the host follow.
        """
        self._boot()
        if self._booting == threading.get_ident():  # a signal handler in the middle of the start
            return self._result("unchanged", "the process is starting")
        with self._lock:
            try:
                return self._swap(self._renew(force=force))
            except Exception as error:  # noqa: BLE001 - the old prices stay
                return self._refused(error)

    def poll(self) -> None:
        """Look now whether another worker, or a changed file that is watched, has new prices.

        Waits for nobody: while a reload is under way, here or in another process, it does nothing.
        """
        self._boot()
        if self._booting == threading.get_ident() or not self._lock.acquire(blocking=False):
            self._polling = False
            return
        try:
            self._follow()
            if self._watch_seconds is not None and self._origin.content() != self._content:
                self._reload_watched()
            elif self._retry_is_due():
                self._try_again()
        except Exception as error:  # noqa: BLE001 - the old prices stay
            self._monitor.failure("file", error)
        finally:
            self._polling = False
            self._lock.release()

    def watch(self, every_seconds: float = 1.0) -> None:
        """Reload automatically when the catalog or the settings change, here and in later forks."""
        self._boot()
        with self._lock:
            self.unwatch()
            self._content = self._origin.content()
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
        self._boot_lock = threading.RLock()
        self._monitor.after_fork()
        self._polling = False
        self._watcher = None
        self._start_watcher()

    def _start(self, options: Options) -> None:
        """Forget everything but the prices in use, which stay until the next are there."""
        self._options = options
        self._deny = options.deny
        self._origin = Origin(None, SettingsFile(fixed=options.policy))
        self._folder: Path | None = None
        self._last_reload: ReloadResult | None = None
        self._stamp: tuple[int, int, int] | None = None
        # The files' content that was judged last, while they are watched.
        self._content = ""
        # Whether a thread is on its way to look for new prices.
        self._polling = False
        self._retry = Retry()
        # The files' content that a retry has refused, which need not be judged again.
        self._refused_content = ""
        self._booted = False
        self._check_at = NOW

    def _use(self, snapshot: Snapshot) -> None:
        """Price calls by a snapshot, and have an answer ready for when none can be made."""
        flags = (*snapshot.flags, INTERNAL_ERROR)
        self._made_up = Answer(NOTHING, snapshot, flags)
        self._snapshot = snapshot

    def _boot(self) -> None:
        if self._booted:
            return
        with self._boot_lock:
            if self._booted:
                return
            if self._booting == threading.get_ident():
                return
            self._booting = threading.get_ident()
            try:
                self._begin()
            except Exception as error:  # noqa: BLE001 - the default price answers
                self._use(EMERGENCY)
                self._monitor.failure("file", error)
            self._retry.reset()
            self._check_at = monotonic() + self._options.check_seconds
            self._booted = True
            self._monitor.loaded(self._snapshot)
            if self._stamp:
                self._catch_up()
            self._booting = None

    def _begin(self) -> None:
        self._find_origin()
        self._stamp = self._origin.board.stamp() if self._origin.board else None
        start = first_snapshot(self._origin, self._monitor.failure)
        self._use(start.snapshot)
        if start.refused:
            self._refused(start.refused)

    def _find_origin(self) -> None:
        if self._folder is None:
            with suppress(OSError):  # the working folder may have been deleted
                self._folder = Path.cwd()
        self._origin = find_origin(self._options, self._folder, self._monitor.failure)

    def _catch_up(self) -> None:
        """At start, take an edit that no worker has announced yet; a call may be waiting."""
        try:
            self._swap(self._renew(wait_seconds=NO_WAIT))
        except atomic.Busy:
            watcher.start(self.reload)
        except Exception as error:  # noqa: BLE001 - the announced prices stay
            self._refused(error)

    def _renew(self, *, force: bool = False, wait_seconds: float = HOST_LOCK_SECONDS) -> Renewal:
        if self._origin.is_provisional:
            self._find_origin()
        report = self._monitor.failure
        return renew(self._origin, self._snapshot, report, force=force, wait_seconds=wait_seconds)

    def _look(self) -> None:
        """Now and then, on the way of a call: are there new prices?"""
        try:
            self._boot()
            self._check_at = monotonic() + self._options.check_seconds
            board = self._origin.board
            announced = board is not None and board.stamp() != self._stamp
            if not self._polling and (announced or self._retry_is_due()):
                self._polling = True
                if not watcher.start(self.poll):
                    self.poll()
        except Exception as error:  # noqa: BLE001 - the call is answered with what there is
            self._monitor.failure("file", error)

    def _follow(self) -> None:
        """Take the version that another worker has announced."""
        board = self._origin.board
        stamp = board.stamp() if board else None
        if stamp == self._stamp:
            return
        self._stamp = stamp
        try:
            renewal = adopt(self._origin, self._snapshot, self._monitor.failure)
        except Exception as error:  # noqa: BLE001 - the old prices stay
            if not _is_judgement(error):
                self._stamp = None  # what failed may pass: look again
            self._refused(error)
            return
        if renewal.snapshot is not self._snapshot:
            self._swap(renewal)

    def _reload_watched(self) -> None:
        """Reload once for each content; a failure that may pass is tried again at the next look."""
        content = self._origin.content()
        try:
            self._swap(self._renew(wait_seconds=NO_WAIT))
            self._content = content
        except atomic.Busy:
            return
        except Exception as error:  # noqa: BLE001 - the old prices stay
            if _is_judgement(error):
                self._content = content
            self._refused(error)

    def _retry_is_due(self) -> bool:
        return bool(self._snapshot.flags) and self._retry.is_due()

    def _try_again(self) -> None:
        """Read the files again; what failed at start may have passed, or have been mended."""
        self._retry.plan()
        content = self._origin.content()
        if content and content == self._refused_content:
            return
        try:
            self._swap(self._renew(wait_seconds=NO_WAIT))
        except (NoFile, atomic.Busy):
            pass
        except Exception as error:  # noqa: BLE001 - the prices in use stay
            if content and _is_judgement(error):
                self._refused_content = content
                self._refused(error)
            else:
                self._monitor.failure("file", error)

    def _start_watcher(self) -> None:
        try:
            if self._watch_seconds is not None:
                self._watcher = watcher.Watcher(self, self._watch_seconds)
        except Exception as error:  # noqa: BLE001 - no thread to be had: `poll` still works
            self._monitor.failure("watcher", error)

    def _swap(self, renewal: Renewal) -> ReloadResult:
        self._use(renewal.snapshot)
        now = renewal.snapshot
        if not now.flags:
            self._retry.reset()
        if renewal.changed:
            self._monitor.loaded(now)
        status: Status = "reloaded" if renewal.changed else "unchanged"
        return self._done(self._result(status, renewal.note))

    def _refused(self, error: Exception) -> ReloadResult:
        refused = as_refused(error)
        if refused.phrase != logs.REFUSED:
            self._monitor.failure("file", refused)
        result = self._result("refused", refused.what)
        return self._done(result._replace(findings=refused.findings))

    def _result(self, status: Status, reason: str) -> ReloadResult:
        now = self._snapshot
        return ReloadResult(status, now.models, now.sha256, now.generation, reason)

    def _done(self, result: ReloadResult) -> ReloadResult:
        self._last_reload = result
        self._monitor.reload(result)
        return result


def _is_judgement(error: Exception) -> bool:
    """Whether an error is about what the file says, and not about reading it."""
    return as_refused(error).phrase != logs.UNREADABLE
