"""Finds the older versions of a file in git's log."""

import hashlib
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from typing import NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.files import git
from pricectl.files.clone import MissingObject
from pricectl.files.repository import Repository, git_hash

# How far back versions are looked for: more than a year of daily edits.
MAX_VERSIONS = 500
# How many missing versions a fetch names one by one; beyond that it fetches everything.
MAX_NAMED = 20
# These options make the log's form independent of the settings of the user and the repository.
_LOG = (
    *("-c", "log.showRoot=true", "log", "--format=%H %cI", "--encoding=UTF-8"),
    *("--raw", "--no-abbrev", "--no-renames", "--no-follow", f"-O{os.devnull}"),
    *("--full-history", "--diff-merges=first-parent", "--no-mailmap"),
)
_HEAD = re.compile(r"([0-9a-f]{40,64}) (\S+)")
# The file before and after the commit: 100 is a regular file, so neither a link nor a submodule.
_RAW = re.compile(r":(\d+) (\d+) [0-9a-f]+ ([0-9a-f]{40,64}) [A-Z]")
_REGULAR = "100"
# For a commit whose date no calendar has.
_NO_DATE = datetime(1970, 1, 1, tzinfo=UTC)


class CommittedVersion(NamedTuple):
    """One content of the file: its commit, the commit's day, git's hash of the content."""

    commit: str
    day: str
    blob: str


class FileChange(NamedTuple):
    """A commit that added, changed or deleted the file: when, at which path, its new content.

    `blob` is "" where the commit deleted the file, or made something else of it.
    """

    commit: str
    at: datetime
    path: str
    blob: str
    added: bool = False


class FileLog(Repository):
    """The versions of one file, the newest first; git runs when they are needed."""

    @cached_property
    def versions(self) -> tuple[CommittedVersion, ...]:
        """The versions in the history of the current commit. Raises BadRef outside git."""
        return tuple(self._log("HEAD"))

    @cached_property
    def all_versions(self) -> tuple[CommittedVersion, ...]:
        """Those of all branches and tags too: production may run one that was never merged."""
        return tuple(self._log("--all")) if self.commit("HEAD") else ()

    def versions_before(self, commit: str) -> Iterator[CommittedVersion]:
        """The versions in the history of a commit, the newest first, each content once."""
        seen: set[str] = set()
        for version in self._log(commit):
            if version.blob not in seen:
                seen.add(version.blob)
                yield version

    def bytes_of(self, version: CommittedVersion) -> bytes | None:
        """A version's bytes; None if they are too many for a catalog. Raises BadRef."""
        name = f"{self.location.path} of {version.day} ({version.commit[:7]})"
        return self.content(version.blob, name, MAX_BYTES)

    def committed(self, data: bytes) -> CommittedVersion | None:
        """The newest version with that content in the history of the current commit."""
        found = git_hash(data, self.versions[0].blob) if self.versions else ""
        return next((version for version in self.versions if version.blob == found), None)

    def by_sha256(self, digits: str) -> Iterator[tuple[CommittedVersion, bytes]]:
        """The versions whose SHA-256 begins with these digits, each content once.

        Raises BadRef if none is found and some versions are missing from this partial clone.
        """
        seen: set[str] = set()
        missing: list[str] = []
        found = False
        for version in self.all_versions:
            if version.blob in seen:
                continue
            seen.add(version.blob)
            try:
                data = self.bytes_of(version)
            except MissingObject:
                missing.append(version.blob)
                continue
            if data is not None and hashlib.sha256(data).hexdigest().startswith(digits):
                found = True
                yield version, data
        if missing and not found:
            name = f"{len(missing)} of {len(seen)} versions of {self.location.path}"
            self.fail_missing(name, *(missing if len(missing) <= MAX_NAMED else ()))

    def changes(self, commit: str, path: str, at_most: int) -> Iterator[FileChange]:
        """The changes of a file on the first-parent line that leads to a commit, the newest first.

        There a merge is one change: what it brought, when it did. Raises BadRef.
        """
        return self._changes(commit, path, f"--max-count={at_most}", "--first-parent")

    def _log(self, revisions: str) -> Iterator[CommittedVersion]:
        path = self.location.path
        for change in self._changes(revisions, path, f"--max-count={MAX_VERSIONS}"):
            if change.blob:
                # The day as the committer's calendar had it.
                yield CommittedVersion(change.commit, change.at.date().isoformat(), change.blob)

    def _changes(self, revisions: str, path: str, *options: str) -> Iterator[FileChange]:
        code, out, messages = self._run(*_LOG, *options, revisions, "--", path)
        if code != 0 and self.commit("HEAD") is None:  # nothing was committed yet
            return
        if code != 0 and self.partial:
            self.fail_missing(f"the history of {path}", objects="--filter=blob:none")
        if code != 0:
            git.fail(self.location.root, messages)
        commit, at = "", _NO_DATE
        for line in out.decode(errors="replace").splitlines():
            if found := _RAW.match(line):
                before, after, blob = found.groups()
                blob = blob if after.startswith(_REGULAR) else ""
                yield FileChange(commit, at, path, blob, not before.startswith(_REGULAR))
            elif head := _HEAD.fullmatch(line):
                commit, at = head[1], _instant(head[2])


def _instant(text: str) -> datetime:
    """A commit's date as git writes it, in the committer's time zone."""
    try:
        found = datetime.fromisoformat(text)
        found.astimezone(UTC)
    except (ValueError, OverflowError):
        return _NO_DATE
    return found
