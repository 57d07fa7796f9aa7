"""Every version of the catalog that a branch had, out of git: renames of the file are followed."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.core.labels import count
from pricectl.files import branches
from pricectl.files.blobs import UnreadBlob
from pricectl.files.clone import MissingObject
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileChange, FileLog
from pricectl.files.moved import moved_from

# More than five years of daily edits.
MAX_CHANGES = 2_000
MAX_MOVES = 20


class FileHistory(NamedTuple):
    """The changes of a file, the newest first, and why older ones are not among them.

    `lacks` is "" where the first change is the one that added the file.
    """

    changes: tuple[FileChange, ...]
    lacks: str = ""


def file_history(
    log: FileLog,
    since: datetime | None = None,
    at_most: int = MAX_CHANGES,
    commit: str = "",
    path: str = "",
) -> FileHistory:
    """The changes of a catalog up to a commit, by default the current one, along first parents.

    With `since`, the last change before that is the oldest one; `at_most` is how many are read.
    `path` is where the catalog is in `commit`. Raises BadRef.
    """
    found: list[FileChange] = []
    start, lacks = log.commit(commit or "HEAD"), ""
    if not commit:
        path = log.path_in(start) if start else ""
    for _ in range(MAX_MOVES):
        if start is None or lacks:
            break
        commit, start = start, None
        for change in log.changes(commit, path, at_most + 1):
            if len(found) == at_most:
                lacks = f"only the newest {count(at_most)} versions are read"
                break
            found.append(change)
            if since and change.at < since:
                lacks = f"older versions than {since.date()} are not asked for"
                break
            if change.added and change.blob:
                before, lacks = _moved(log, change)
                if before:
                    start, path = before
                if before or lacks:
                    break
    return FileHistory(tuple(found), lacks)


def _moved(log: FileLog, change: FileChange) -> tuple[tuple[str, str] | None, str]:
    """The commit and the path from which a file was moved, if it was; else why nobody knows."""
    parent = log.first_parent(change.commit)
    if parent is None:
        return None, ""
    try:
        if log.commit(parent) is None:
            step = branches.deepen(log)
            return None, f"older versions are missing from this shallow clone; {step}"
        data = log.content(change.blob, f"{change.path} in {change.commit[:7]}", MAX_BYTES)
        kept = log.files(change.commit)
        path = moved_from(log, parent, data, kept) if data is not None else None
    except BadRef as error:
        return None, str(error)
    return ((parent, path) if path else None), ""


def read_changes(log: FileLog, changes: tuple[FileChange, ...]) -> Iterator[bytes | str]:
    """The content of each change, or the reason why it cannot be read. Raises BadRef."""
    if not changes:  # perhaps because the file is outside of git
        return
    blobs = [change.blob for change in changes if change.blob]
    contents = log.contents(blobs, MAX_BYTES)
    reason = _how_to_fetch(log) if log.partial else f"{UnreadBlob.MISSING.value}; run 'git fsck'"
    for change in changes:
        content = next(contents) if change.blob else "the file was deleted"
        if content is UnreadBlob.MISSING:
            yield reason
        else:
            yield content.value if isinstance(content, UnreadBlob) else content


def _how_to_fetch(log: FileLog) -> str:
    """What a version says that a partial clone has not fetched: mostly all of them are missing."""
    try:
        log.fail_missing(log.location.path)
    except MissingObject as error:
        return f"{error.what}; {error.next_step}"
