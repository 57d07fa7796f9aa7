"""The workers of a host that follow each other: what they agreed on, and whether others are alive.

Workers are one group if they have the same user, the same state folder, and the same setting
`service` (without it: the same catalog file). The group's folder is in the state folder.
"""

import json
import os
import secrets
import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.files import atomic
from pricectl.runtime.loader import Refused
from pricectl.runtime.shared_files import Owner

if sys.platform != "win32":
    import fcntl

# How many versions an announcement remembers, so that a copy of an older one is still trusted.
MAX_RECENT = 20
MAX_ANNOUNCEMENT_BYTES = 4096
FOREIGN_ANNOUNCEMENT = (
    "what the workers announced belongs to another user, or everybody may write to it"
)


class Announcement(NamedTuple):
    """A version of the catalog that all workers take.

    `forced` says that a person has accepted it although it looks broken. `recent` are
    the hashes announced so far and `files` stand for the paths they were read from, the newest
    first; `group` is a name of the group for people.
    """

    generation: int
    sha256: str
    forced: bool = False
    recent: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    group: str = ""

    def followed_by(
        self, generation: int, sha256: str, file_key: str, *, forced: bool
    ) -> "Announcement":
        """The next announcement of the same group."""
        hashes = dict.fromkeys(filter(None, (sha256, self.sha256, *self.recent)))
        files = dict.fromkeys((file_key, *self.files))
        return Announcement(
            generation,
            sha256,
            forced,
            tuple(hashes)[:MAX_RECENT],
            tuple(files)[:MAX_RECENT],
            self.group or secrets.token_hex(4),
        )


NOTHING_ANNOUNCED = Announcement(0, "")


class WorkerGroup:
    """The folder of a group; one object a process, which counts as alive while it exists.

    The announcement is replaced, never edited, and reading does not consume it, so that each worker
    sees each change. The folder's lock makes the reloads of a host happen one after the other.
    """

    # What counts as alive; set here, since an object that failed to be made is deleted, too.
    _alive: int | None = None

    def __init__(self, owner: Owner, state_folder: Path) -> None:
        self.folder = state_folder / "workers" / owner.key
        self.path = str(self.folder / "announced.json")
        # The group's name as last read or written; "" where nothing was announced.
        self.name = ""

    def __del__(self) -> None:
        if self._alive is not None:
            with suppress(Exception):
                os.close(self._alive)

    def stamp(self) -> tuple[int, int, int] | None:
        """A value that changes whenever the announcement does; None while there is none."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - on the read path
        except Exception:  # noqa: BLE001 - on the way of a call: look again later
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self, *, strict: bool = False) -> Announcement | None:
        """The last announcement; None if there is none, or none that can be read.

        With `strict` a failure to read, which may be temporary, raises OSError. What another user
        may have written raises Refused: nobody else decides which prices are charged.
        """
        try:
            values = document.parse(atomic.read(self.path, MAX_ANNOUNCEMENT_BYTES, own=True))
        except FileNotFoundError:
            return None
        except atomic.ForeignFile:
            raise Refused(FOREIGN_ANNOUNCEMENT) from None
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
        group = members.get("group")
        self.name = group if isinstance(group, str) else ""
        return Announcement(
            generation,
            sha256,
            members.get("forced") is True,
            _words(members.get("recent")),
            _words(members.get("files")),
            self.name,
        )

    def write(self, announcement: Announcement) -> None:
        """Announce a version; the caller holds the lock. Raises NotWritten."""
        text = json.dumps(announcement._asdict()) + "\n"
        atomic.replace(self.path, text.encode(), lock_held=True, private=True)
        self.name = announcement.group

    def lock(self, stack: ExitStack, wait_seconds: float) -> bool:
        """Keep other workers from reloading until the stack is closed.

        Returns False if there is no lock; then this worker reloads alone.
        Raises LockBusy if another process holds the lock for longer than `wait_seconds`.
        """
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            stack.enter_context(atomic.locked(self.folder, wait_seconds))
        except atomic.LockBusy:
            raise
        except Exception:  # noqa: BLE001 - no lock; this worker reloads alone
            return False
        return True

    def join(self) -> bool:
        """Count as alive from now on; whether no other worker was. The caller holds the lock.

        Each worker shares a lock on one file, and only the first can have it alone. A killed worker
        loses it, a forked child keeps it. Where there are no such locks, every worker counts as the
        first one: it announces what it loads, and the others follow.
        """
        if sys.platform == "win32" or self._alive is not None:
            return sys.platform == "win32"
        try:
            self._alive = os.open(
                self.folder / "alive", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600
            )
            try:
                fcntl.flock(self._alive, fcntl.LOCK_EX | fcntl.LOCK_NB)
                alone = True
            except BlockingIOError:
                alone = False
            fcntl.flock(self._alive, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return True
        return alone


def _words(value: document.Json) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else []
    return tuple(word for word in listed[:MAX_RECENT] if isinstance(word, str))
