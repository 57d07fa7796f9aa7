"""Follows a catalog that was moved: the file of an older commit that is gone and has its rows."""

import os
from collections.abc import Collection, Iterator
from pathlib import PurePosixPath

from pricectl.core import document
from pricectl.core.catalog import RESERVED
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import DocumentError
from pricectl.files.repository import Repository

# More files that are gone are not looked into; those of the same name come first.
MAX_CANDIDATES = 50
Rows = frozenset[tuple[str, str]]


def moved_from(
    repository: Repository, commit: str, data: bytes, kept: Collection[str] | None = None
) -> str | None:
    """The path that a catalog with these bytes had in a commit; None if it is a new one.

    It is one of the files that are gone: not among the paths `kept`, else not in the work tree.

    Git's own detection is not used: it compares lines, so that a file that was moved and formatted
    would be new, and compared with nothing. Raises BadRef.
    """
    rows = _rows(data)
    best, most = None, 0
    for path, blob in _gone(repository, commit, kept):
        before = repository.content(blob, f"{path} in {commit[:7]}", MAX_BYTES)
        old = _rows(before) if before is not None else frozenset()
        shared = len(rows & old)
        # At least half of what was there: a smaller part is another catalog with the same models.
        if shared > most and 2 * shared >= len(old):
            best, most = path, shared
    return best


def _gone(
    repository: Repository, commit: str, kept: Collection[str] | None
) -> Iterator[tuple[str, str]]:
    """The JSON files of a commit that are not there any more, each with git's hash of it."""
    root, here = repository.location
    gone = [
        (path, blob)
        for path, blob in repository.files(commit).items()
        if path.endswith(".json")
        and not (os.path.lexists(root / path) if kept is None else path in kept)
    ]
    name = PurePosixPath(here).name
    yield from sorted(gone, key=lambda each: PurePosixPath(each[0]).name != name)[:MAX_CANDIDATES]


def _rows(data: bytes) -> Rows:
    """The rows of a catalog by provider and name; none if the bytes are not a catalog."""
    try:
        values = document.parse(data)
    except DocumentError:
        return frozenset()
    sections = values.items() if isinstance(values, dict) else ()
    return frozenset(
        (provider, name)
        for provider, section in sections
        if provider not in RESERVED and isinstance(section, dict)
        for name, entry in section.items()
        if isinstance(entry, dict)
    )
