"""Locks a folder or a file against other processes; a lock ends with its process, killed or not."""

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from pricectl.files.attributes import NotWritten

if sys.platform != "win32":
    import fcntl

StrPath = str | os.PathLike[str]
LOCK_SECONDS = 5.0
_LOCK_RETRY_SECONDS = 0.01


class LockBusy(NotWritten):
    """Another process holds the lock, and the time to wait for it is over."""


class _FolderLock:
    """An open folder that may hold a lock; `handle` is None once it has been closed."""

    def __init__(self, folder: StrPath) -> None:
        self.handle: int | None = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)

    def close(self) -> None:
        handle, self.handle = self.handle, None
        if handle is not None:
            with suppress(OSError):
                os.close(handle)


# A forked child inherits the open folder and would hold its lock until it ends. So it closes every
# folder in this set; the guard keeps a fork from happening between opening a folder and adding it.
_open_locks: set[_FolderLock] = set()
_fork_guard = threading.RLock()


def _close_inherited_locks() -> None:
    global _fork_guard  # noqa: PLW0603 - another thread of the parent may have held it
    _fork_guard = threading.RLock()
    for lock in _open_locks:
        lock.close()
    _open_locks.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=lambda: _fork_guard.acquire(),  # noqa: PLW0108 - a child replaces the guard
        after_in_parent=lambda: _fork_guard.release(),  # noqa: PLW0108
        after_in_child=_close_inherited_locks,
    )


@contextmanager
def locked(folder: StrPath, seconds: float = LOCK_SECONDS) -> Iterator[None]:
    """Lock a folder against other processes of pricectl; a killed process frees it.

    A child forked meanwhile does not hold it. Without locks of the file system, only the comparison
    before the replace protects from other writers. Raises OSError, or LockBusy after `seconds`.
    """
    if sys.platform == "win32":
        yield
        return
    with _fork_guard:
        lock = _FolderLock(folder)
        _open_locks.add(lock)
    try:
        busy = LockBusy("somebody else is writing in this folder", where=os.fspath(folder))
        with suppress(OSError):  # a file system without locks
            _wait_for(lambda: lock.handle, seconds, busy)
        yield
    finally:
        with _fork_guard:
            _open_locks.discard(lock)
            lock.close()


@contextmanager
def locked_file(path: StrPath, seconds: float) -> Iterator[int]:
    """Open a small file for reading and writing, locked against other processes.

    Raises OSError, or LockBusy after `seconds`.
    """
    flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOFOLLOW", 0)
    handle = os.open(path, flags, 0o600)
    try:
        if sys.platform != "win32":
            _wait_for(lambda: handle, seconds, LockBusy("is in use", where=os.fspath(path)))
        yield handle
    finally:
        os.close(handle)


def _wait_for(opened: Callable[[], int | None], seconds: float, busy: LockBusy) -> None:
    """Lock what is open, unless it is closed meanwhile.

    Raises OSError, or `busy` after `seconds`.
    """
    deadline = time.monotonic() + seconds
    while (handle := opened()) is not None:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise busy from None
            time.sleep(_LOCK_RETRY_SECONDS)
        else:
            return
