"""Older versions of a file, out of git's log. Floor 2."""

import hashlib
import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.git import Repository

# How far back versions are looked for.
MAX_VERSIONS = 500
SHA1_DIGITS = 40
# Settings of the user's that would change what the log looks like.
_PLAIN = ("-c", "log.showRoot=true", "-c", "log.showSignature=false", "--literal-pathspecs")
_HEAD = re.compile(r"([0-9a-f]{40,64}) (\d{4}-\d\d-\d\d)")
_RAW = re.compile(r":\d+ \d+ [0-9a-f]+ ([0-9a-f]{40,64}) [A-Z]")


class Committed(NamedTuple):
    """One content of the file: the commit that brought it, its day, git's own hash of it."""

    commit: str
    day: str
    blob: str


class FileLog(Repository):
    """The versions of one file, the newest first; nothing is asked of git before it is needed."""

    def __init__(self, file: str) -> None:
        path = Path(file).resolve()
        super().__init__(next(folder for folder in path.parents if folder.is_dir()))
        self.path = f"./{path.name}"

    @cached_property
    def versions(self) -> tuple[Committed, ...]:
        """Those that the current commit builds on. Raises BadRef outside git."""
        return tuple(self._log("HEAD")) if self.commit("HEAD") else ()

    @cached_property
    def all_versions(self) -> tuple[Committed, ...]:
        """Those of every branch and tag too: what production ran may never have been merged."""
        return tuple(self._log("--all")) if self.commit("HEAD") else ()

    def bytes_of(self, version: Committed) -> bytes | None:
        """A version's bytes; None if they are too many for a catalog. Raises BadRef."""
        place = (version.commit, self.path)
        size = self.size(*place)
        return None if size is None or size > MAX_BYTES else self.content(*place)

    def committed(self, data: bytes) -> Committed | None:
        """The newest version with that content, among those that the current commit builds on."""
        return next((each for each in self.versions if each.blob == self._blob(data, each)), None)

    def by_sha256(self, digits: str) -> Iterator[tuple[Committed, bytes]]:
        """The versions whose content has a SHA-256 that begins so, each content once."""
        seen: set[str] = set()
        for version in self.all_versions:
            if version.blob in seen:
                continue
            seen.add(version.blob)
            data = self.bytes_of(version)
            if data is not None and hashlib.sha256(data).hexdigest().startswith(digits):
                yield version, data

    def _log(self, start: str) -> Iterator[Committed]:
        words = ("log", start, f"--max-count={MAX_VERSIONS}", "--diff-merges=first-parent")
        form = ("--format=%H %cs", "--raw", "--no-abbrev", "--no-renames", "--full-history")
        code, out, problem = self._run(*_PLAIN, *words, *form, "--", self.path)
        if code != 0:
            self._refuse(problem)
        commit = day = ""
        for line in out.decode(errors="replace").splitlines():
            found = _RAW.match(line)
            if found and set(found[1]) != {"0"}:  # zeros: deleted
                yield Committed(commit, day, found[1])
            elif head := _HEAD.fullmatch(line):
                commit, day = head.groups()

    @staticmethod
    def _blob(data: bytes, like: Committed) -> str:
        """Git's hash of a content, by the algorithm of its repository."""
        algorithm = "sha1" if len(like.blob) == SHA1_DIGITS else "sha256"
        named = b"blob %d\0" % len(data) + data
        return hashlib.new(algorithm, named, usedforsecurity=False).hexdigest()
