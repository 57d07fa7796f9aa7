"""Copies of files that were good, kept on disk so that they outlive the process.

The last catalog that priced calls and the last faultless settings are kept in the same way.
"""

import os
from contextlib import suppress
from pathlib import Path

from pricectl.core import document
from pricectl.files import atomic
from pricectl.runtime.loader import Loaded, Refused, build_catalog, read_bytes

# A copy begins with the content's hash in hexadecimal and a line break.
HEADER_BYTES = 65


def state_folder() -> Path:
    """The folder for copies and locks: PRICECTL_STATE, else the user's cache."""
    chosen = os.environ.get("PRICECTL_STATE")
    if chosen:
        return Path(os.path.abspath(chosen))  # noqa: PTH100 - the working folder may change
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.path.abspath(cache)) / "pricectl"  # noqa: PTH100


class LastGoodCopy:
    """The last good content of one file, with its hash, so that a damaged copy is never used."""

    def __init__(self, original: str | Path, state: Path, suffix: str, max_bytes: int) -> None:
        key = atomic.sha256(os.fsencode(original))[:16]
        self.path = str(state / "last-good" / f"{key}{suffix}")
        self._max_bytes = max_bytes + HEADER_BYTES

    def read(self, expected: bytes | None = None) -> bytes:
        """The content; the hash of `expected` content need not be checked.

        Raises Refused where there is no copy, or a damaged one.
        """
        header, _, data = read_bytes(self.path, self._max_bytes).partition(b"\n")
        if data != expected and header != atomic.sha256(data).encode():
            raise Refused("the last good copy is damaged")
        return data

    def save(self, data: bytes, sha256: str, wait_seconds: float) -> None:
        """Keep the content, unless it is kept already. Raises NotWritten, OSError."""
        copy = sha256.encode() + b"\n" + data
        with suppress(Refused):
            if read_bytes(self.path, self._max_bytes) == copy:
                return
        folder = Path(self.path).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.replace(self.path, copy, wait_seconds=wait_seconds)


def catalog_copy(path: str, state: Path) -> LastGoodCopy:
    """The copy of the catalog at `path`."""
    return LastGoodCopy(path, state, ".json", document.MAX_BYTES)


def load_copy(copy: LastGoodCopy, like: Loaded | None = None) -> Loaded:
    """The catalog of a copy; the one of `like` if it has the same bytes. Raises Refused."""
    data = copy.read(like.data if like else None)
    catalog = like.catalog if like and data == like.data else build_catalog(data)
    return Loaded(catalog, data, "last-known-good", copy.path)
