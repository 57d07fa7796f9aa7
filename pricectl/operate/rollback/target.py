"""Which version a rollback goes back to: the one named, else the last good one in git."""

import re
from datetime import date
from pathlib import Path
from typing import NamedTuple

from pricectl.check.validation import validate
from pricectl.check.validation_report import ValidationReport
from pricectl.core.labels import COMMIT_DIGITS
from pricectl.files import atomic, branches, versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import MAX_VERSIONS, CommittedVersion, FileLog
from pricectl.files.versions import FileVersion
from pricectl.policy import Policy

_SHA256 = re.compile(r"[0-9a-f]{7,64}")
_SHA256_PREFIX = "sha256:"
DEEPEN = "run 'git fetch --unshallow'"


class NoVersion(BadRef):
    """Git has no version to restore."""


class RollbackTarget(NamedTuple):
    """The version to restore, its findings, and how many newer versions have errors."""

    version: FileVersion
    report: ValidationReport
    skipped: int = 0


def last_good(
    file: str, committed: CommittedVersion | None, log: FileLog, policy: Policy, today: date
) -> RollbackTarget:
    """The newest version without errors before `committed`, the one that is in the file now.

    Raises BadRef or NoVersion.
    """
    try:
        history = log.versions
    except BadRef as error:
        raise name_another(error) from None
    older = history[history.index(committed) + 1 :] if committed else history
    # A content that was committed twice is checked once; the one in the file is never a target.
    seen = {committed.blob} if committed else set()
    skipped = 0
    for commit in older:
        if commit.blob in seen:
            continue
        seen.add(commit.blob)
        data = log.bytes_of(commit)
        if data is None:  # larger than any catalog
            skipped += 1
            continue
        version = _file_version(commit, data, log)
        report = validate(data, version.name, policy, today)
        if not report.fails():
            return RollbackTarget(version, report, skipped)
        skipped += 1
    if not history and not Path(file).exists():
        raise NoVersion(
            "neither a file nor one that git has",
            where=file,
            next_step="--file names the price file, and the version comes before it: "
            "pricectl rollback VERSION",
        )
    what = f"all {skipped} older versions have errors" if skipped else "git has no older version"
    shallow = f"{DEEPEN}, or " if log.shallow else ""
    raise NoVersion(
        f"{what} in this shallow clone" if shallow else what,
        where=file,
        next_step=f"{shallow}name a file, a ref or a hash"
        + (f"; only the last {MAX_VERSIONS} were read" if len(history) >= MAX_VERSIONS else ""),
    )


def named(name: str, file: str, log: FileLog, policy: Policy, today: date) -> RollbackTarget:
    """The version that a file, a ref or the start of a SHA-256 names.

    Raises Unavailable, BadRef or NoVersion.
    """
    digits = name.lower().removeprefix(_SHA256_PREFIX)
    prefixed, has_digits = digits != name.lower(), _SHA256.fullmatch(digits)
    # Hexadecimal digits may be a file or a commit as well; both win over a hash.
    is_hash = bool(prefixed or has_digits) and not Path(name).exists()
    if is_hash and not has_digits:
        what, step = "is not the start of a SHA-256", "write 7 to 64 digits of it"
        raise NoVersion(what, where=name, next_step=step)
    try:
        if is_hash and (prefixed or log.commit(name) is None):
            version = _by_sha256(digits, log)
        else:
            version = versions.read(name, file, policy)
    except NoVersion:
        raise
    except BadRef as error:
        raise name_another(error) from None
    return RollbackTarget(version, validate(version.data, version.name, policy, today))


def _by_sha256(digits: str, log: FileLog) -> FileVersion:
    found = [_file_version(version, data, log) for version, data in log.by_sha256(digits)]
    if len(found) == 1:
        return found[0]
    if found:
        hashes = ", ".join(atomic.sha256(version.data) for version in found)
        raise NoVersion("is not one version", where=digits, next_step=f"write one of {hashes}")
    count = len(log.all_versions)
    bound = f" (the last {count} were read)" if count >= MAX_VERSIONS else ""
    raise NoVersion(
        f"neither a commit nor the hash of one of the {count} versions in git{bound}",
        where=digits,
        next_step=DEEPEN if log.shallow else branches.how_to_get(log, digits),
    )


def _file_version(commit: CommittedVersion, data: bytes, log: FileLog) -> FileVersion:
    return FileVersion(
        data, f"{commit.commit[:COMMIT_DIGITS]} of {commit.day}", log.location.path, commit.commit
    )


def name_another(error: BadRef) -> BadRef:
    """The error with what `rollback` can be given instead."""
    step = "name a file or a ref, such as HEAD~1" if error.instead else error.next_step
    return BadRef(error.what, where=error.where, next_step=step)
