"""Reads a whole file, and replaces one so that readers see either the old or the new content.

A write is: a temporary file in the same folder, fsync, read back and check, compare the old content
with what the caller started from, `os.replace`, fsync the folder.
"""

import errno
import hashlib
import os
import stat
from collections.abc import Callable
from contextlib import nullcontext, suppress
from pathlib import Path

from pricectl.core.document import MAX_BYTES
from pricectl.files import attributes
from pricectl.files.attributes import NotWritten as NotWritten  # noqa: PLC0414 - callers catch it here
from pricectl.files.locks import LOCK_SECONDS, StrPath
from pricectl.files.locks import LockBusy as LockBusy  # noqa: PLC0414 - callers catch it here
from pricectl.files.locks import locked as locked  # noqa: PLC0414 - for `lock_held`

ABSENT = ""
_BLOCK = 1024 * 1024


class ChangedMeanwhile(NotWritten):
    """Another process wrote the file since it was read."""


def sha256(data: bytes) -> str:
    """The hash that names a version of a file."""
    return hashlib.sha256(data).hexdigest()


class ForeignFile(OSError):
    """Another user owns the file, or may write to it."""


def is_own(found: os.stat_result) -> bool:
    """Whether a file is this user's, and not everybody may write to it.

    Whoever owns a file, or may write to it, can have put anything into it. A group may: Kubernetes
    gives a volume's files to the pod's own group (fsGroup) at each mount.
    """
    if not hasattr(os, "geteuid"):
        return True
    return found.st_uid == os.geteuid() and not found.st_mode & stat.S_IWOTH


def read(path: StrPath, limit: int = MAX_BYTES, *, own: bool = False) -> bytes:
    """A regular file's bytes, `limit` plus one at most. Raises OSError.

    With `own` a file that another user may have written raises ForeignFile. O_NONBLOCK, because
    opening a pipe would wait for its writer.
    """
    flags = os.O_RDONLY | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
    handle = os.open(path, flags | getattr(os, "O_BINARY", 0))
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(f"not a regular file: {path}")
        if own and not is_own(found):
            raise ForeignFile(errno.EPERM, "another user may have written it")
        blocks, left = [], limit + 1
        while left > 0 and (block := os.read(handle, min(left, _BLOCK))):
            blocks.append(block)
            left -= len(block)
        return b"".join(blocks)
    finally:
        os.close(handle)


def current_sha256(path: StrPath) -> str:
    """The hash of a file's content, ABSENT if there is none. Raises OSError."""
    try:
        return sha256(read(path))
    except FileNotFoundError:
        return ABSENT


def replace(  # noqa: PLR0913 - all but the content by keyword
    path: StrPath,
    data: bytes,
    *,
    base_sha256: str | None = None,
    check: Callable[[bytes], object] | None = None,
    lock_held: bool = False,
    wait_seconds: float = LOCK_SECONDS,
    private: bool = False,
    warn: Callable[[str], object] = lambda _: None,
) -> None:
    """Write the whole file or nothing.

    `base_sha256` is the content that the caller started from, ABSENT if there was no file.
    `check` gets the bytes as read back from the disk and refuses them by any exception.
    `private`: a new file is this user's alone, and takes the place of one that `is_own` denies.
    `lock_held`: the caller holds `locked` for the folder; otherwise other writers are waited for.
    A symlink stays, its target is replaced. Owner, group, mode, ACL and extended attributes are
    kept as far as they can be copied; `warn` is told of those that cannot.

    Raises NotWritten: also for what is not a regular file, a file with several hard links, and
    where somebody would lose access. ChangedMeanwhile if the file has another content than
    `base_sha256` by now.
    """
    try:
        target = Path(os.path.realpath(path))
        with nullcontext() if lock_held else locked(target.parent, wait_seconds):
            if private:
                _unlink_foreign(target)
            _replace(target, data, base_sha256, check, warn, 0o600 if private else 0o666)
    except OSError as error:
        raise NotWritten(
            f"cannot be written: {error.strerror or error}",
            where=os.fspath(path),
            next_step="nothing was changed",
        ) from error


def _unlink_foreign(path: Path) -> None:
    """Delete what another user may have written: a replacement would keep its owner and mode."""
    with suppress(FileNotFoundError):
        if not is_own(os.lstat(path)):
            os.unlink(path)  # noqa: PTH108


def _replace(  # noqa: PLR0913, PLR0917 - what `replace` was told
    target: Path,
    data: bytes,
    base_sha256: str | None,
    check: Callable[[bytes], object] | None,
    warn: Callable[[str], object],
    new_mode: int,
) -> None:
    attributes.check_replaceable(target)
    _remove_leftovers(target)
    temporary = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}.tmp")
    try:
        _write(temporary, target, data, warn, new_mode)
        written = read(temporary, len(data))
        _verify(written, data, target, base_sha256)
        if check:
            check(written)
        os.replace(temporary, target)  # noqa: PTH105 - one way to the disk for all steps
    except BaseException:
        with suppress(OSError):
            os.unlink(temporary)  # noqa: PTH108
        raise
    _sync_folder(target.parent)


def _write(
    temporary: Path, target: Path, data: bytes, warn: Callable[[str], object], new_mode: int
) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    # Until it has the permissions of the old file, nobody else may read what is written.
    mode = 0o600 if target.exists() else new_mode
    handle = os.open(temporary, flags | getattr(os, "O_BINARY", 0), mode)
    try:
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        attributes.keep(handle, target, warn)
        os.fsync(handle)
    finally:
        os.close(handle)


def _verify(written: bytes, data: bytes, target: Path, base_sha256: str | None) -> None:
    if written != data:
        raise OSError("the disk gave back other bytes than were written")
    if base_sha256 is not None and current_sha256(target) != base_sha256:
        what, step = "changed since it was read", "start again from it"
        raise ChangedMeanwhile(what, where=str(target), next_step=step)


def _remove_leftovers(target: Path) -> None:
    """Delete temporary files of writers that were killed; a running one would hold the lock."""
    with suppress(OSError):
        for name in os.listdir(target.parent):  # noqa: PTH208
            if name.startswith(f".{target.name}.") and name.endswith(".tmp"):
                with suppress(OSError):
                    os.unlink(target.parent / name)  # noqa: PTH108


def _sync_folder(folder: Path) -> None:
    """Fsync the directory so that the rename survives a crash, where the file system can do it."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
