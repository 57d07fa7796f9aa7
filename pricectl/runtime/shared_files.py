"""The last good copies: the catalog that priced calls, the settings that had no fault.

They outlive the process. Each belongs to one owner, and says so in its first line.
"""

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.core import document
from pricectl.files import atomic
from pricectl.runtime.loader import LoadedCatalog, Refused, build_catalog, read_bytes

# The first line of a copy says whose it is; a path may take 4096 bytes, escaped six times as many.
HEADER_BYTES = 32 * 1024
_FOREIGN = "the last good copy belongs to another user or service, or everybody may write to it"


def default_state_folder() -> Path:
    """The folder of copies and of worker groups: PRICECTL_STATE, else the user's cache."""
    chosen = os.environ.get("PRICECTL_STATE")
    if chosen:
        return Path(os.path.abspath(chosen))  # noqa: PTH100 - the working folder may change
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(os.path.abspath(cache)) / "pricectl"  # noqa: PTH100


def user_id() -> int:
    """The user that this process acts as; 0 where the system has no such numbers."""
    return os.geteuid() if hasattr(os, "geteuid") else 0


def stable_path(path: str | Path) -> str:
    """A path whose folder has no links left in it, so that two names of a folder are one.

    The last link is kept: a ConfigMap swaps it at each edit, and the file stays the same to people.
    """
    folder, name = os.path.split(os.path.abspath(path))  # noqa: PTH100
    return os.path.join(os.path.realpath(folder), name)  # noqa: PTH118


class Owner(NamedTuple):
    """Whose copies and announcements these are: a service's or, without its name, a file's.

    `service` is the setting of that name, `path` the file, `user` the number of the user.
    """

    service: str
    path: str
    user: int

    @classmethod
    def of(cls, path: str | Path, service: str = "") -> "Owner":
        """The owner for this user; with a service the path does not count."""
        return cls(service, "" if service else stable_path(path), user_id())

    @property
    def key(self) -> str:
        """A name for its files; a hash is a name that every file system takes."""
        return atomic.sha256(json.dumps(self).encode())[:16]


class LastGoodCopy:
    """The last good content of one file, with its hash, so that a damaged copy is never used."""

    def __init__(self, owner: Owner, state_folder: Path, suffix: str, max_bytes: int) -> None:
        self.path = str(state_folder / "last-good" / f"{owner.key}{suffix}")
        self._owner = owner
        self._max_bytes = max_bytes + HEADER_BYTES

    def read(self, reuse: bytes | None = None, sha256: str = "") -> tuple[bytes, str]:
        """The content and its hash: `sha256`, that of `reuse`, if the bytes are equal.

        Raises Refused where there is no copy, or one that is damaged or somebody else's.
        """
        header, _, kept = self._read().partition(b"\n")
        kept_sha256 = sha256 if kept == reuse else atomic.sha256(kept)
        if header == self._header(kept_sha256):
            return kept, kept_sha256
        with suppress(ValueError):
            stated = json.loads(header)
            if isinstance(stated, dict) and stated.get("sha256") == kept_sha256:
                raise Refused(_FOREIGN)
        raise Refused("the last good copy is damaged")

    def holds(self, data: bytes, sha256: str) -> bool:
        """Whether the copy has this content and is not damaged."""
        with suppress(Refused):
            whole = self._header(sha256) + b"\n" + data
            return self._read() == whole
        return False

    def save(self, data: bytes, sha256: str, wait_seconds: float) -> None:
        """Keep the content. Raises NotWritten, OSError."""
        folder = Path(self.path).parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        whole = self._header(sha256) + b"\n" + data
        atomic.replace(self.path, whole, wait_seconds=wait_seconds, private=True)

    def _header(self, sha256: str) -> bytes:
        return json.dumps({"sha256": sha256, **self._owner._asdict()}).encode()

    def _read(self) -> bytes:
        try:
            return read_bytes(self.path, self._max_bytes, own=True)
        except atomic.ForeignFile:
            raise Refused(_FOREIGN) from None


def catalog_copy(owner: Owner, state_folder: Path) -> LastGoodCopy:
    """The copy of an owner's catalog."""
    return LastGoodCopy(owner, state_folder, ".json", document.MAX_BYTES)


def load_copy(copy: LastGoodCopy, reuse: LoadedCatalog | None = None) -> LoadedCatalog:
    """The catalog of a copy, or the one of `reuse` if it has the same bytes. Raises Refused."""
    data, sha256 = copy.read(reuse.data, reuse.catalog.sha256) if reuse else copy.read()
    same = reuse and sha256 == reuse.catalog.sha256
    catalog = reuse.catalog if reuse and same else build_catalog(data, sha256)
    return LoadedCatalog(catalog, data, "last-known-good", copy.path)
