"""Finds a version of the catalog by the start of its SHA-256: in git, in the file, in the package.

A service names the version that it charges by so, in its answers, its log and its health.
"""

import re
from contextlib import suppress
from typing import NamedTuple

from pricectl.core.labels import COMMIT_DIGITS
from pricectl.files import atomic, branches, catalog_file
from pricectl.files.git import BadRef
from pricectl.files.gitlog import MAX_VERSIONS, FileLog
from pricectl.packaged import packaged_catalog

SHA256_PREFIX = "sha256:"
_DIGITS = re.compile(r"[0-9a-f]{7,64}")
_ALL_DIGITS = 64


class NoSuchHash(BadRef):
    """No version has that hash."""


class FoundContent(NamedTuple):
    """The bytes with that hash, their name for people, their file and commit ("" outside git)."""

    data: bytes
    name: str
    path: str
    commit: str = ""


def read_digits(word: str) -> str | None:
    """The digits of `sha256:PREFIX`; None for another word. Raises BadRef: not 7 to 64 digits.

    >>> read_digits("sha256:0FA8C2F"), read_digits("HEAD")
    ('0fa8c2f', None)
    """
    digits = word.lower().removeprefix(SHA256_PREFIX)
    if digits == word.lower():
        return None
    if not _DIGITS.fullmatch(digits):
        raise BadRef(
            "is not the start of a SHA-256", where=word, next_step="write 7 to 64 digits of it"
        )
    return digits


def find(digits: str, log: FileLog) -> FoundContent:
    """The one version whose SHA-256 begins with these digits.

    Looked for in the catalog inside pricectl, in git's log of the file, and in the file as it is.
    Raises NoSuchHash, or BadRef if there are several or git cannot be asked.
    """
    found: dict[str, FoundContent] = {}
    _add(found, digits, str(packaged_catalog()), catalog_file.PACKAGED)
    outside: BadRef | None = None
    # All digits name one content, so nothing else needs to be read.
    if not (found and len(digits) == _ALL_DIGITS):
        try:
            _find_in_git(digits, log, found)
        except BadRef as error:
            outside = error
        _add(found, digits, str(log.file), str(log.file))
    if len(found) > 1:
        raise BadRef(
            "is the start of several versions' SHA-256",
            where=f"{SHA256_PREFIX}{digits}",
            next_step=f"write one of {', '.join(found)}",
        )
    if found:
        return next(iter(found.values()))
    if outside:
        raise outside
    count = len(log.all_versions)
    bound = f" (the last {count} were read)" if count >= MAX_VERSIONS else ""
    which = "the only version" if count == 1 else f"one of the {count} versions"
    clone = "this shallow clone" if log.shallow else "git"
    fetch = branches.deepen(log) if log.shallow else "check the digits, or run 'git fetch'"
    raise NoSuchHash(
        f"not the hash of {which} of {log.location.path} in {clone}{bound}",
        where=f"{SHA256_PREFIX}{digits}",
        next_step=fetch,
    )


def _add(found: dict[str, FoundContent], digits: str, file: str, name: str) -> None:
    """Add a file's content to what was found, if it has that hash."""
    with suppress(catalog_file.Unavailable):
        data = catalog_file.read(file).data
        sha256 = atomic.sha256(data)
        if sha256.startswith(digits):
            found.setdefault(sha256, FoundContent(data, name, file))


def _find_in_git(digits: str, log: FileLog, found: dict[str, FoundContent]) -> None:
    """Add the committed versions with that hash to those found by it."""
    for version, data in log.by_sha256(digits):
        name = f"{version.commit[:COMMIT_DIGITS]} of {version.day}"
        content = FoundContent(data, name, log.location.path, version.commit)
        found.setdefault(atomic.sha256(data), content)
        if len(digits) == _ALL_DIGITS:
            return
