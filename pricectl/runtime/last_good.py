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

    def read(self, like: bytes | None = None, sha256: str = "") -> tuple[bytes, str]:
        """The content and its hash; `sha256` is the one of `like`, not to be reckoned again.

        Raises Refused where there is no copy, or a damaged one.
        """
        header, _, kept = read_bytes(self.path, self._max_bytes).partition(b"\n")
        kept_sha256 = sha256 if kept == like else atomic.sha256(kept)
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


def catalog_copy(path: str, state: Path) -> LastGoodCopy:
    """The copy of the catalog at `path`."""
    return LastGoodCopy(path, state, ".json", document.MAX_BYTES)


def load_copy(copy: LastGoodCopy, like: Loaded | None = None) -> Loaded:
    """The catalog of a copy; the one of `like` if it has the same bytes. Raises Refused."""
    data, sha256 = copy.read(like.data, like.catalog.sha256) if like else copy.read()
    same = like and sha256 == like.catalog.sha256
    catalog = like.catalog if like and same else build_catalog(data, sha256)
    return Loaded(catalog, data, "last-known-good", copy.path)
