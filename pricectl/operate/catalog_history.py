"""The versions of a catalog with their contents, out of git: what `history` and `diff` read."""

from collections.abc import Iterator
from datetime import datetime

from pricectl.files import catalog_file, versions
from pricectl.files.file_history import MAX_CHANGES, FileHistory, file_history, read_changes
from pricectl.files.git import NoGit
from pricectl.files.gitlog import FileLog
from pricectl.files.versions import FileVersion
from pricectl.history.versions import VersionSource
from pricectl.policy import Policy


def catalog_history(  # noqa: PLR0913 - the file, and how much of its history, by keyword
    newest: FileVersion,
    policy: Policy,
    *,
    now: datetime,
    since: datetime | None = None,
    at_most: int = MAX_CHANGES,
    lone_file: bool = True,
) -> tuple[FileHistory, Iterator[VersionSource]]:
    """The versions in git that lead to `newest`, and their contents, the newest first.

    `newest` comes first itself, known since `now`, where it is not committed. With `lone_file` a
    file outside of git is its only version.

    Raises NoGit, Unavailable or BadRef.
    """
    if newest.path == catalog_file.STDIN:
        found = FileHistory((), "standard input has no history: only the dates in it are shown")
        return found, iter([VersionSource("", now, newest.name, newest.data)])
    log = _log_of(newest, policy)
    try:
        found = file_history(log, since, at_most, newest.commit, newest.path)
    except NoGit as error:
        if not lone_file:
            raise
        lacks = f"{error.where}: {error.what}: only the dates in the file are shown"
        found = FileHistory((), lacks)
    return found, _contents(log, found, newest, now)


def _log_of(newest: FileVersion, policy: Policy) -> FileLog:
    if newest.commit:  # its path is the repository's own
        return versions.log_of(catalog_file.working_file(None, policy.file), policy)
    return versions.log_of(newest.path, policy)


def _contents(
    log: FileLog, found: FileHistory, newest: FileVersion, now: datetime
) -> Iterator[VersionSource]:
    change = found.changes[0] if found.changes else None
    if change is None or not (change.blob and log.is_content(change.blob, newest.data)):
        name = change.path if change else newest.name
        yield VersionSource("", now, name, newest.data)
    for each, content in zip(found.changes, read_changes(log, found.changes), strict=True):
        yield VersionSource(each.commit, each.at, each.path, content)
