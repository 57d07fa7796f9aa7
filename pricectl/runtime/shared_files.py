"""The files that processes of a host share: the announced version, the last good copies.

Copies outlive the process. The last catalog that priced calls and the last faultless settings are
kept in the same way.
"""

import json
import os
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.files import atomic
from pricectl.runtime.loader import LoadedCatalog, Refused, build_catalog, read_bytes

# A copy begins with the content's hash in hexadecimal and a line break.
HEADER_BYTES = 65


def default_state_folder() -> Path:
    """The folder for copies and locks: PRICECTL_STATE, else the user's cache."""
    chosen = os.environ.get("PRICECTL_STATE")
    if chosen:
        return Path(os.path.abspath(chosen))  # noqa: PTH100 - the working folder may change
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.path.abspath(cache)) / "pricectl"  # noqa: PTH100


class Announcement(NamedTuple):
    """A version of the catalog that all workers take.

    `forced` says that a person has accepted it although it looks broken.
    """

    generation: int
    sha256: str
    forced: bool = False


class AnnouncementFile:
    """The generation file of a catalog.

    It is replaced, never edited, and reading does not consume it, so that each worker sees each
    change. Its folder's lock makes the reloads of a host happen one after the other.
    """

    # Its three members take far less.
    MAX_ANNOUNCEMENT_BYTES = 1024

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def of_catalog(cls, path: str, state_folder: Path) -> "AnnouncementFile":
        """The file beside the catalog, or in the state folder where nothing can be written.

        Beside a mounted ConfigMap nothing can be written; the workers of one user share the folder.
        """
        catalog = Path(path)
        if os.access(catalog.parent, os.W_OK):
            return cls(str(catalog.with_name(f".{catalog.name}.generation")))
        # One file for each catalog path; its hash is a name that every file system takes.
        return cls(str(state_folder / "generation" / atomic.sha256(os.fsencode(path))[:16]))

    def stamp(self) -> tuple[int, int, int] | None:
        """A value that changes whenever the file is replaced; None while there is none."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - on the read path
        except Exception:  # noqa: BLE001 - on the way of a call: look again later
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self, *, strict: bool = False) -> Announcement | None:
        """The last announcement; None if there is none, or none that can be read.

        With `strict` a failure to read, which may be temporary, raises OSError.
        """
        try:
            values = document.parse(atomic.read(self.path, self.MAX_ANNOUNCEMENT_BYTES))
        except FileNotFoundError:
            return None
        except OSError:
            if strict:
                raise
            return None
        except (ValueError, PricingError):
            return None
        members = values if isinstance(values, dict) else {}
        generation, sha256 = members.get("generation"), members.get("sha256")
        # The type exactly: True is an int, too.
        if type(generation) is not int or generation < 1 or not isinstance(sha256, str):
            return None
        return Announcement(generation, sha256, members.get("forced") is True)

    def write(self, announcement: Announcement) -> None:
        """Announce a version; the caller holds the lock. Raises NotWritten."""
        text = json.dumps(announcement._asdict()) + "\n"
        atomic.replace(self.path, text.encode(), lock_held=True)

    def lock(self, stack: ExitStack, wait_seconds: float) -> bool:
        """Keep other workers from reloading until the stack is closed.

        Returns False if there is no lock; then this worker reloads alone.
        Raises LockBusy if another process holds the lock and there is no time to wait for it.
        """
        try:
            folder = Path(self.path).parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(atomic.locked(folder, wait_seconds))
        except atomic.LockBusy:
            if not wait_seconds:
                raise
            return False
        except Exception:  # noqa: BLE001 - no lock; this worker reloads alone
            return False
        return True


class LastGoodCopy:
    """The last good content of one file, with its hash, so that a damaged copy is never used."""

    def __init__(
        self, original: str | Path, state_folder: Path, suffix: str, max_bytes: int
    ) -> None:
        key = atomic.sha256(os.fsencode(original))[:16]
        self.path = str(state_folder / "last-good" / f"{key}{suffix}")
        self._max_bytes = max_bytes + HEADER_BYTES

    def read(self, reuse: bytes | None = None, sha256: str = "") -> tuple[bytes, str]:
        """The content and its hash: `sha256`, that of `reuse`, if the bytes are equal.

        Raises Refused where there is no copy, or a damaged one.
        """
        header, _, kept = read_bytes(self.path, self._max_bytes).partition(b"\n")
        kept_sha256 = sha256 if kept == reuse else atomic.sha256(kept)
        if header != kept_sha256.encode():
            raise Refused("the last good copy is damaged")
        return kept, kept_sha256

    def holds(self, data: bytes, sha256: str) -> bool:
        """Whether the copy has this content and is not damaged."""
        with suppress(Refused):
            return read_bytes(self.path, self._max_bytes) == _with_header(data, sha256)
        return False

    def save(self, data: bytes, sha256: str, wait_seconds: float) -> None:
        """Keep the content. Raises NotWritten, OSError."""
        folder = Path(self.path).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        atomic.replace(self.path, _with_header(data, sha256), wait_seconds=wait_seconds)


def _with_header(data: bytes, sha256: str) -> bytes:
    return sha256.encode() + b"\n" + data


def catalog_copy(path: str, state_folder: Path) -> LastGoodCopy:
    """The copy of the catalog at `path`."""
    return LastGoodCopy(path, state_folder, ".json", document.MAX_BYTES)


def load_copy(copy: LastGoodCopy, reuse: LoadedCatalog | None = None) -> LoadedCatalog:
    """The catalog of a copy, or the one of `reuse` if it has the same bytes. Raises Refused."""
    data, sha256 = copy.read(reuse.data, reuse.catalog.sha256) if reuse else copy.read()
    same = reuse and sha256 == reuse.catalog.sha256
    catalog = reuse.catalog if reuse and same else build_catalog(data, sha256)
    return LoadedCatalog(catalog, data, "last-known-good", copy.path)
