"""The version that the workers of a host agree on: one announces it, every other one sees it."""

import json
import os
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.files import atomic


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

    MAX_BYTES = 1024

    def __init__(self, path: str) -> None:
        self.path = path

    @classmethod
    def of_catalog(cls, path: str, state: Path) -> "AnnouncementFile":
        """The file beside the catalog, or in the state folder where nothing can be written.

        Beside a mounted ConfigMap nothing can be written; the workers of one user share `state`.
        """
        catalog = Path(path)
        if os.access(catalog.parent, os.W_OK):
            return cls(str(catalog.with_name(f".{catalog.name}.generation")))
        # One file for each catalog path; its hash is a name that every file system takes.
        return cls(str(state / "generation" / atomic.sha256(os.fsencode(path))[:16]))

    def stamp(self) -> tuple[int, int, int] | None:
        """A value that changes whenever the file is replaced; None while there is none."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - on the read path
        except Exception:  # noqa: BLE001 - on the way of a call: look again later
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self, *, strict: bool = False) -> Announcement | None:
        """The last announcement; None if there is none, or none that can be read.

        With `strict` a failure to read that may pass raises OSError.
        """
        try:
            values = document.parse(atomic.read(self.path, self.MAX_BYTES))
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
        atomic.replace(self.path, text.encode(), held=True)

    def lock(self, stack: ExitStack, wait_seconds: float) -> bool:
        """Keep other workers from reloading until the stack is closed.

        Returns False where nothing could be locked: then the reload is this worker's alone.
        Raises Busy if another process holds the lock and there is no time to wait for it.
        """
        try:
            folder = Path(self.path).parent
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(atomic.locked(folder, wait_seconds))
        except atomic.Busy:
            if not wait_seconds:
                raise
            return False
        except Exception:  # noqa: BLE001 - this worker reloads alone
            return False
        return True
