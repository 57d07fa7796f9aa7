"""What the workers of a host share: the last good catalog, the agreed version."""

import json
import os
from pathlib import Path
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.errors import PricingError
from pricectl.files import atomic
from pricectl.runtime.loader import Loaded, Refused, build_catalog, read_bytes

# The hash in hexadecimal and a line break.
HEADER_BYTES = 65


class LastGood:
    """The last catalog that priced calls, kept on disk with its hash; never raises OSError."""

    def __init__(self, path: str) -> None:
        self.path = path

    def load(self, like: Loaded | None = None) -> Loaded:
        """The copy, if its bytes are the ones that were written; `like` itself if it has them.

        Raises Refused.
        """
        header, _, data = self._read().partition(b"\n")
        if like and data == like.data:
            return like
        if header != atomic.sha256(data).encode():
            raise Refused("the last good copy is damaged")
        return Loaded(build_catalog(data), data)

    def save(self, loaded: Loaded, wait_seconds: float = atomic.LOCK_SECONDS) -> None:
        """Keep a copy unless it is there already. Raises NotWritten, Refused, OSError."""
        sha256 = loaded.catalog.sha256.encode()
        if self._is_kept(sha256):
            return
        folder = Path(self.path).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        copy = sha256 + b"\n" + loaded.data
        atomic.replace(self.path, copy, wait_seconds=wait_seconds)

    def _read(self) -> bytes:
        return read_bytes(self.path, document.MAX_BYTES + HEADER_BYTES)

    def _is_kept(self, sha256: bytes) -> bool:
        try:
            return self._read().partition(b"\n")[0] == sha256
        except Refused:
            return False


class Announced(NamedTuple):
    """The version that the workers of a host have agreed on.

    `forced` says that a person has accepted it although it looks broken.
    """

    generation: int
    sha256: str
    forced: bool = False


class Board:
    """The generation file: one worker announces a version, every other one sees it.

    It is replaced, never edited, and nobody consumes it, so that each worker sees each change.
    """

    MAX_BYTES = 1024

    def __init__(self, path: str) -> None:
        self.path = path

    def stamp(self) -> tuple[int, int, int] | None:
        """What changes whenever the file is replaced; None while there is none."""
        try:
            found = os.stat(self.path)  # noqa: PTH116 - on the read path
        except Exception:  # noqa: BLE001 - on the way of a call: look again later
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def read(self, *, strict: bool = False) -> Announced | None:
        """What was announced last; None if nothing was, or nothing readable.

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
        if type(generation) is not int or generation < 1 or not isinstance(sha256, str):
            return None
        return Announced(generation, sha256, members.get("forced") is True)

    def write(self, announced: Announced) -> None:
        """Announce a version; the caller holds the folder. Raises NotWritten."""
        text = json.dumps(announced._asdict()) + "\n"
        atomic.replace(self.path, text.encode(), held=True)


def state_folder() -> Path:
    """Where copies are kept that outlive the process: PRICECTL_STATE, else the user's cache."""
    chosen = os.environ.get("PRICECTL_STATE")
    if chosen:
        return Path(os.path.abspath(chosen))  # noqa: PTH100 - the working folder may change
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.path.abspath(cache)) / "pricectl"  # noqa: PTH100


def last_good_for(path: str, state: Path) -> LastGood:
    """The copy of the catalog at `path`."""
    return LastGood(str(state / "last-good" / f"{_key(path)}.json"))


def board_for(path: str, state: Path) -> Board:
    """The generation file of the catalog at `path`: beside it, or where that is read-only, apart.

    Beside a mounted ConfigMap nothing can be written; the workers of one user share `state`.
    """
    file = Path(path)
    if os.access(file.parent, os.W_OK):
        return Board(str(file.with_name(f".{file.name}.generation")))
    return Board(str(state / "generation" / _key(path)))


def _key(path: str) -> str:
    return atomic.sha256(os.fsencode(path))[:16]
