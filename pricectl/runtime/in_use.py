"""The prices that a process uses now: swapped by one assignment, counted, logged, compared.

Apart from the updater, which decides when and from where the next ones come.
"""

from pricectl.files import atomic
from pricectl.flags import INTERNAL_ERROR, REFUSED
from pricectl.runtime.loader import to_refusal
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.next_snapshot import NextSnapshot, reload_result
from pricectl.runtime.polling import RetryPause
from pricectl.runtime.quoting import NO_QUOTE
from pricectl.runtime.snapshot import EMERGENCY, Answer, ReloadResult, Snapshot, Status
from pricectl.runtime.sources import Sources


class PricesInUse:
    """One snapshot, what the last reload did to it, and whether the file has another content.

    Calls read `snapshot` and `no_price`; no other code writes to them.
    """

    _sources: Sources

    def __init__(self, monitor: Monitor) -> None:
        self._monitor = monitor
        self._use(EMERGENCY)
        self._forget()

    def _forget(self) -> None:
        """Forget everything but the snapshot."""
        self.last_reload: ReloadResult | None = None
        self._retry_pause = RetryPause()
        # The stamp of the file that was read last to see whether an edit waits, and its hash.
        self._seen_file: tuple[tuple[int, ...] | None, str] = (None, "")
        self.pending_edit: str = ""

    def _use(self, snapshot: Snapshot) -> None:
        """Price calls by a snapshot, and prepare the answer for when no price can be made."""
        self.no_price = Answer(NO_QUOTE, snapshot, (*snapshot.flags, INTERNAL_ERROR))
        self.snapshot = snapshot

    def _swap(self, new: NextSnapshot) -> ReloadResult:
        self._use(new.snapshot)
        if not new.snapshot.flags:
            self._retry_pause.reset()
        if new.changed:
            self._monitor.loaded(new.snapshot)
        status: Status = "reloaded" if new.changed else "unchanged"
        result = reload_result(new.snapshot, status, new.reason)
        return self._done(result, announced=new.announced)

    def _refused(self, error: Exception) -> ReloadResult:
        refused = to_refusal(error)
        if refused.phrase != REFUSED:
            self._monitor.failure("file", refused)
        return self._done(reload_result(self.snapshot, "refused", refused.what, refused.findings))

    def _done(self, result: ReloadResult, *, announced: bool = True) -> ReloadResult:
        self.last_reload = result
        self._look_for_edit(log=False)
        self._monitor.reload(result, announced=announced)
        return result

    def _look_for_edit(self, *, log: bool = True) -> None:
        """See whether the file has another content than the prices in use.

        It is logged once; not at all where a refusal has just said more.
        """
        try:
            stamp, path = self._sources.file_stamp(), self._sources.path
            if stamp is None or path is None:
                self._set_pending("")
                return
            if stamp != self._seen_file[0]:
                self._seen_file = (stamp, atomic.current_sha256(path))
            content = self._seen_file[1]
            pending = "" if content in {self.snapshot.sha256, atomic.ABSENT} else content
            self._set_pending(pending, log=log)
        except Exception:  # noqa: BLE001 - a file that cannot be read is reported elsewhere
            self._set_pending("")

    def _set_pending(self, pending: str, *, log: bool = False) -> None:
        """Set it first: who is told of the change reads it."""
        before, self.pending_edit = self.pending_edit, pending
        if pending != before:
            self._monitor.edit_pending(pending, self.snapshot, log=log)
