"""Puts an older version of the catalog back: finds it, checks it, replaces the file.

Nothing is lost: what stood in the file is kept beside it as NAME.HASH.bak, unless it is a version
that the current commit builds on, so that git has it for good.
"""

import os
import re
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.changes import Version
from pricectl.check import validation
from pricectl.check.validation import Report
from pricectl.core import sanity
from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import PricingError
from pricectl.core.sanity.verdict import Verdict
from pricectl.core.windows import as_instant
from pricectl.files import atomic, catalog_file, versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import MAX_VERSIONS, Committed, FileLog
from pricectl.files.versions import Snapshot
from pricectl.policy import Policy

SHORT = 12
_SHA256 = re.compile(r"[0-9a-f]{7,64}")
_SPELT = "sha256:"
# What the target was compared with, for whether a process would take it.
ComparedWith = Literal["last-good-copy", "file", "nothing"]


class NoVersion(BadRef):
    """There is no version to go back to."""


class Plan(NamedTuple):
    """What is to be put in place of what; nothing has been written yet.

    `current` is None where there is no file; `committed` is git's version of it, if git has it.
    `report` is about the target; `skipped` newer versions have errors. `refusal` says why a process
    would not take the target without force; empty if it would. `comparison_note` says why that was
    not asked of the last good copy; empty if it was, or need not be.
    """

    file: str
    current: bytes | None
    committed: Committed | None
    target: Snapshot
    report: Report
    skipped: int = 0
    refusal: str = ""
    compared_with: ComparedWith = "nothing"
    comparison_note: str = ""

    @property
    def sha256(self) -> str:
        """The target's hash, as charges record it."""
        return atomic.sha256(self.target.data)

    @property
    def current_sha256(self) -> str:
        """The hash of what is in the file; empty where there is none."""
        return atomic.ABSENT if self.current is None else atomic.sha256(self.current)

    @property
    def unchanged(self) -> bool:
        """Whether the file is the target already."""
        return self.current == self.target.data

    @property
    def keeps(self) -> str:
        """The file that the current content is kept in; empty where that is not needed."""
        if self.current is None or self.committed or self.unchanged:
            return ""
        return f"{self.file}.{self.current_sha256[:SHORT]}.bak"


def writable(asked: str | None, configured: str | None) -> str:
    """The team's own catalog file; never standard input or the snapshot in the package.

    Raises Unavailable.
    """
    name = catalog_file.locate_writable(asked, configured)
    if name == catalog_file.STDIN:
        raise catalog_file.Unavailable(
            "cannot be restored", where="standard input", next_step="name a file with --file"
        )
    return name


def plan(asked: str | None, file: str, policy: Policy, today: date) -> Plan:
    """What going back means: to a file, a ref or a hash; without one, to the last good version.

    Raises Unavailable or BadRef.
    """
    current, log = _content(file), FileLog(file, versions.settings_naming(file, policy))
    if asked is None:
        planned = _last_good(file, current, log, policy, today)
    else:
        target = _named(asked, file, log, policy)
        report = validation.check(target.data, target.name, policy, today)
        planned = Plan(file, current, _committed(log, current), target, report)
    if planned.report.fails() or planned.unchanged:
        return planned
    return _compared(planned, policy, today)


def _compared(planned: Plan, policy: Policy, now: date) -> Plan:
    """Ask whether the target looks broken beside the last good copy, or else beside the file."""
    target = planned.target.version().catalog
    if copy := _last_good_copy(planned.file):
        return _with_refusal(planned, _verdict(copy, target, policy, now), "last-good-copy")
    no_copy = f"this user has no last good copy of it in {_state_folder()}"
    if planned.current is None:
        return planned._replace(comparison_note=f"not compared: there is no file, and {no_copy}")
    try:
        in_use = Version.read(planned.current).catalog
    except PricingError:  # no process uses it
        why = "the file cannot be loaded"
        return planned._replace(comparison_note=f"not compared: {why}, and {no_copy}")
    verdict = _verdict(in_use, target, policy, now)
    # An edit that every process refuses may be undone.
    if verdict.refused and _verdict(target, in_use, policy, now).refused:
        why = f"the file itself looks broken beside {planned.target.name}"
        return planned._replace(comparison_note=f"not compared: {why}, and {no_copy}")
    note = f"compared with the file alone: {no_copy}"
    return _with_refusal(planned, verdict, "file")._replace(comparison_note=note)


def _verdict(before: Catalog, after: Catalog, policy: Policy, now: date) -> Verdict:
    bounds, at = policy.limits.bounds, as_instant(now)
    return sanity.check(before, after, critical=policy.critical, bounds=bounds, at=at)


def _with_refusal(planned: Plan, verdict: Verdict, compared_with: ComparedWith) -> Plan:
    forced = "; restore it with --force if that is right"
    refusal = f"{verdict.refusal}{forced}" if verdict.refused else ""
    return planned._replace(refusal=refusal, compared_with=compared_with)


def _state_folder() -> Path:
    from pricectl.runtime.last_good import state_folder

    return state_folder()


def _last_good_copy(file: str) -> Catalog | None:
    """What the processes of this user charge by; None if none has left a copy."""
    from pricectl.runtime.last_good import catalog_copy, load_copy

    with suppress(PricingError, OSError):
        return load_copy(catalog_copy(os.path.abspath(file), _state_folder())).catalog  # noqa: PTH100
    return None


def restore(planned: Plan, *, force: bool = False) -> None:
    """Keep what is there, then replace it, if it is still what the plan saw. Raises NotWritten."""
    target = planned.target
    if planned.report.fails():
        raise atomic.NotWritten("has errors", where=target.name, next_step="nothing was changed")
    if planned.refusal and not force:
        raise atomic.NotWritten(planned.refusal, where=target.name, next_step="nothing was changed")
    if planned.keeps and planned.current is not None:
        _keep(planned.keeps, planned.current)
    atomic.replace(
        planned.file,
        target.data,
        base_sha256=planned.current_sha256,
        check=lambda _: target.version(),
    )


def _content(file: str) -> bytes | None:
    if not os.path.lexists(file) or not Path(file).exists():
        return None
    data = catalog_file.read(file).data
    if len(data) > MAX_BYTES:
        raise catalog_file.Unavailable(
            f"is larger than {MAX_BYTES // 1024**2} MiB", where=file, next_step="move it away first"
        )
    return data


def _keep(path: str, data: bytes) -> None:
    if not Path(path).exists() or atomic.current_sha256(path) != atomic.sha256(data):
        atomic.replace(path, data, base_sha256=atomic.ABSENT)


def _committed(log: FileLog, current: bytes | None) -> Committed | None:
    try:
        return None if current is None else log.committed(current)
    except BadRef:  # a file outside git: it is kept beside
        return None


def _last_good(file: str, current: bytes | None, log: FileLog, policy: Policy, today: date) -> Plan:
    """The newest version before the current content that has no errors."""
    try:
        committed = None if current is None else log.committed(current)
        versions = log.versions
    except BadRef as error:
        raise _advised(error) from None
    older = versions[versions.index(committed) + 1 :] if committed else versions
    seen = {committed.blob} if committed else set()
    skipped = 0
    for version in older:
        if version.blob in seen:
            continue
        seen.add(version.blob)
        data = log.bytes_of(version)
        if data is None:  # larger than any catalog
            skipped += 1
            continue
        target = _snapshot(version, data, log)
        report = validation.check(data, target.name, policy, today)
        if not report.fails():
            return Plan(file, current, committed, target, report, skipped)
        skipped += 1
    what = f"all {skipped} older versions have errors" if skipped else "git has no older version"
    raise NoVersion(
        what,
        where=file,
        next_step="name a file, a ref or a hash"
        + (f"; only the last {MAX_VERSIONS} were read" if len(versions) >= MAX_VERSIONS else ""),
    )


def _named(asked: str, file: str, log: FileLog, policy: Policy) -> Snapshot:
    digits = asked.lower()
    if digits.startswith(_SPELT) and not Path(asked).exists():
        digits = digits.removeprefix(_SPELT)
        if not _SHA256.fullmatch(digits):
            what, step = "is not the start of a SHA-256", "write 7 to 64 digits of it"
            raise NoVersion(what, where=asked, next_step=step)
        return _by_sha256(digits, log)
    try:
        if _SHA256.fullmatch(digits) and not Path(asked).exists() and log.commit(asked) is None:
            return _by_sha256(digits, log)
        return versions.read(asked, file, policy)
    except NoVersion:
        raise
    except BadRef as error:
        raise _advised(error) from None


def _by_sha256(digits: str, log: FileLog) -> Snapshot:
    found = [_snapshot(version, data, log) for version, data in log.by_sha256(digits)]
    if len(found) == 1:
        return found[0]
    if found:
        hashes = ", ".join(atomic.sha256(each.data) for each in found)
        raise NoVersion("is not one version", where=digits, next_step=f"write one of {hashes}")
    count = len(log.all_versions)
    bound = f" (the last {count} were read)" if count >= MAX_VERSIONS else ""
    raise NoVersion(
        f"neither a commit nor the hash of one of the {count} versions in git{bound}",
        where=digits,
        next_step=versions.how_to_get(log, digits),
    )


def _snapshot(version: Committed, data: bytes, log: FileLog) -> Snapshot:
    return Snapshot(data, f"{version.commit[:7]} of {version.day}", log.place.path, version.commit)


def _advised(error: BadRef) -> BadRef:
    """What went wrong, without another command's options."""
    step = (
        "name a file or a ref, such as HEAD~1" if "--base" in error.next_step else error.next_step
    )
    return BadRef(error.what, where=error.where, next_step=step)
