"""Keeps the prices of a process up to date: start, reload, other workers, retries, watching."""

import threading
from pathlib import Path
from time import monotonic

from pricectl.files import atomic
from pricectl.files.settings import working_folder
from pricectl.runtime import polling
from pricectl.runtime.in_use import PricesInUse
from pricectl.runtime.loader import to_refusal
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.next_snapshot import (
    NextSnapshot,
    NoFile,
    reload_from_file,
    reload_result,
    take_announced,
)
from pricectl.runtime.settings_file import SettingsFile, SettingsInForce
from pricectl.runtime.snapshot import EMERGENCY, ReloadResult
from pricectl.runtime.sources import HOST_LOCK_SECONDS, NO_WAIT, Options, Sources, find_sources
from pricectl.runtime.start import first_snapshot


class Updater(PricesInUse):
    """Holds one snapshot and swaps it by one assignment; no method raises.

    A thread that takes both locks takes `_lock` first. A call takes only `_start_lock`, and only
    before the first prices are there, so that it never waits for a reload. It reads `check_at`
    and `deny`, too; no other code writes to them.
    """

    def __init__(self, monitor: Monitor) -> None:
        super().__init__(monitor)
        self._lock, self._start_lock = threading.RLock(), threading.RLock()
        self.watcher = polling.Watcher(self, monitor)
        # The thread that is starting; it must not wait for a reload.
        self._starting: int | None = None
        # Whether a thread is on its way to look for new prices.
        self._polling = False
        self._reset(Options())
        polling.call_after_fork(self)

    @property
    def group_name(self) -> str:
        """The name of the worker group; "" where workers do not follow each other."""
        group = self._sources.group
        return group.name if group else ""

    @property
    def group_folder(self) -> Path | None:
        """The folder that the workers of the group share; None where they share none."""
        group = self._sources.group
        return group.folder if group and group.name else None

    def configure(self, options: Options) -> None:
        """Restart with new options; the prices in use stay until the next are there."""
        with self._lock, self._start_lock:
            self.watcher.stop()
            self._reset(options)
            self._ensure_started()

    def check_for_news(self) -> None:
        """While pricing, check every `check_seconds` whether there may be new prices."""
        try:
            self._ensure_started()
            # First of all, so that the calls of other threads do not look, too.
            self.check_at = monotonic() + self._options.check_seconds
            announced = self._sources.announcement_stamp() != self._stamp
            # Loading takes longer than a call may: a thread does it, this call has the old price.
            wanted = announced or not self._joined or self._retry_is_due()
            if not self._polling and wanted:
                self._polling = True
                if not polling.run_in_thread(self.poll):
                    self.poll()
        except Exception as error:  # noqa: BLE001 - the call is answered with what there is
            self._monitor.failure("file", error)

    def reload(self, *, force: bool = False) -> ReloadResult:
        """See `Pricing.reload`."""
        self._ensure_started()
        if self._is_starting():  # a signal handler in the middle of the start
            return reload_result(self.snapshot, "unchanged", "the process is starting")
        with self._lock:
            try:
                return self._swap(self._reload_from_file(HOST_LOCK_SECONDS, force=force))
            except Exception as error:  # noqa: BLE001 - the old prices stay
                return self._refused(error)

    def poll(self) -> None:
        """See `Pricing.poll`."""
        self._ensure_started()
        if self._is_starting() or not self._lock.acquire(blocking=False):
            self._polling = False
            return
        try:
            if not self._joined:
                self._join()
            # Other workers first: what they announced may be the very edit that is watched.
            self._take_announced()
            # Read before the reload: the next poll takes an edit made meanwhile.
            content = self._sources.content_sha256() if self.watcher.is_on else self._content_sha256
            if content != self._content_sha256:
                self._reload_watched(content)
            elif self._retry_is_due():
                self._retry()
        except Exception as error:  # noqa: BLE001 - the old prices stay
            self._monitor.failure("file", error)
        finally:
            self._look_for_edit()
            self._polling = False
            self._lock.release()

    def watch(self, every_seconds: float) -> None:
        """See `Pricing.watch`."""
        self._ensure_started()
        with self._lock:
            # An edit that waits at the start of watching is taken by the first look.
            self._look_for_edit()
            self._content_sha256 = "" if self.pending_edit else self._sources.content_sha256()
            self.watcher.start(every_seconds)

    def after_fork(self) -> None:
        """Go on in a forked child: locks may be held by threads that do not exist here."""
        self._lock, self._start_lock = threading.RLock(), threading.RLock()
        self._monitor.after_fork()
        self._polling = False
        self.watcher.after_fork()

    def _reset(self, options: Options) -> None:
        """Forget everything but the prices in use."""
        self._forget()
        self._options = options
        self.deny = options.deny
        self._sources = Sources(None, SettingsFile(fixed=options.policy), provisional=True)
        self._folder: Path | None = None
        self._stamp: tuple[int, int, int] | None = None
        # The hash of the files' content that was checked last, while they are watched.
        self._content_sha256 = ""
        self._joined: bool = True
        self._polling = False
        self._started = False
        self.check_at = float("-inf")  # always over: the first call starts the process

    def _ensure_started(self) -> None:
        if self._started:
            return
        with self._start_lock:
            # Again, under the lock: another thread may have started meanwhile.
            if self._started:
                return
            if self._is_starting():
                return
            self._starting = threading.get_ident()
            try:
                settings = self._find_sources()
                file_stamp = self._sources.file_stamp()
                start = first_snapshot(self._sources, settings, self._monitor)
                self._use(start.snapshot)
                self._joined, self._stamp = start.joined, start.stamp
                if start.file_sha256:
                    self._seen_file = (file_stamp, start.file_sha256)
                if start.refused:
                    self._refused(start.refused)
            except Exception as error:  # noqa: BLE001 - the default price answers
                self._use(EMERGENCY)
                self._monitor.failure("file", error)
            self._retry_pause.reset()
            self.check_at = monotonic() + self._options.check_seconds
            # From here on no other call waits, not even while this one catches up.
            self._started = True
            self._monitor.loaded(self.snapshot)
            self._look_for_edit(log=not self.snapshot.fallback_reason)
            self._starting = None

    def _is_starting(self) -> bool:
        """Whether this thread is starting; another one waits for the lock."""
        return self._starting == threading.get_ident()

    def _join(self) -> None:
        """Agree with the other workers, one of which held the lock at the start."""
        settings = self._sources.settings.read(self.snapshot.policy)
        start = first_snapshot(self._sources, settings, self._monitor, current=self.snapshot)
        self._joined = start.joined
        if start.joined:
            self._stamp = start.stamp
        if start.joined and start.snapshot._replace(loaded_at=self.snapshot.loaded_at) != (
            self.snapshot
        ):
            self._use(start.snapshot)
            self._monitor.loaded(start.snapshot)

    def _take_announced(self) -> None:
        """Take the version that another worker has announced."""
        stamp = self._sources.announcement_stamp()
        if stamp == self._stamp:
            return
        # Before the file is read: an announcement made meanwhile has another stamp and is seen.
        self._stamp = stamp
        try:
            new = take_announced(self._sources, self.snapshot, self._monitor)
            if new.snapshot is not self.snapshot:
                self._swap(new)
        except atomic.LockBusy:
            self._stamp = None  # a newer version is on its way: look again
        except Exception as error:  # noqa: BLE001 - the old prices stay
            if to_refusal(error).is_temporary:
                self._stamp = None  # the failure may be temporary: look again
            self._refused(error)

    def _reload_watched(self, content: str) -> None:
        """Reload once per content; the next poll retries a temporary failure."""
        try:
            self._swap(self._reload_from_file(NO_WAIT))
            self._content_sha256 = content
        except atomic.LockBusy:
            return
        except Exception as error:  # noqa: BLE001 - the old prices stay
            if not to_refusal(error).is_temporary:
                self._content_sha256 = content
            self._refused(error)

    def _retry_is_due(self) -> bool:
        # Flags mean that a fallback is used; otherwise only a reload reads the files again.
        return bool(self.snapshot.flags) and self._retry_pause.is_over()

    def _retry(self) -> None:
        """Retry what failed at start: it may have been temporary, or have been repaired."""
        self._retry_pause.double()
        content = self._sources.content_sha256()
        if content and content == self._retry_pause.refused_content:
            return
        try:
            self._swap(self._reload_from_file(NO_WAIT))
        except (NoFile, atomic.LockBusy):
            pass
        except Exception as error:  # noqa: BLE001 - the prices in use stay
            if content and not to_refusal(error).is_temporary:
                self._retry_pause.refused_content = content
                self._refused(error)
            else:
                self._monitor.failure("file", error)

    def _find_sources(self) -> SettingsInForce:
        self._folder = working_folder(self._folder)
        self._sources, found = find_sources(self._options, self._folder, self._monitor)
        return found

    def _reload_from_file(self, wait_seconds: float, *, force: bool = False) -> NextSnapshot:
        if self._sources.provisional:
            self._find_sources()
            self._joined = True  # a reload joins the group of the file that was found
        current, monitor = self.snapshot, self._monitor
        return reload_from_file(
            self._sources, current, monitor, force=force, wait_seconds=wait_seconds
        )
