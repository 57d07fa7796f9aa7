"""Files that a run writes: whole or not at all, and never over what it reads."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from stat import S_ISREG

from pricectl.replay.errors import BadLog


@contextmanager
def written_whole(path: str | None) -> Iterator[Path | None]:
    """A temporary file beside `path` that takes its name if all went well, and else is removed.

    Of a symbolic link, what it points to is replaced. Raises BadLog: it cannot be written.
    """
    if path is None:
        yield None
        return
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():  # else a device would become a file
        raise BadLog("cannot be written: it is not a file", where=path)
    partial = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        partial.touch()
        yield partial
        partial.replace(target)
    except OSError as error:
        if error.filename not in {str(partial), str(target)}:
            raise
        raise BadLog(f"cannot be written: {error.strerror}", where=path) from None
    finally:
        with suppress(OSError):
            partial.unlink(missing_ok=True)


def check_outputs(outputs: Iterable[str], inputs: Iterable[str]) -> None:
    """Raises BadLog if a file would be written over one that is read, or over another output."""
    read = {os.path.realpath(path) for path in inputs}
    read_files = {(found.st_dev, found.st_ino) for found in map(_stat, read) if found}
    written = set()
    for path in outputs:
        real, found = os.path.realpath(path), _stat(path)
        is_read = real in read or (found and (found.st_dev, found.st_ino) in read_files)
        if is_read:
            raise BadLog("is read, so nothing is written there", where=path)
        if real in written and (found is None or S_ISREG(found.st_mode)):
            raise BadLog("is named for two outputs", where=path)
        written.add(real)


def _stat(path: str) -> os.stat_result | None:
    try:
        return Path(path).stat()
    except (OSError, ValueError):  # ValueError: a null character
        return None
