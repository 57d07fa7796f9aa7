"""What a rollback would do: the old and the new content, and whether a process would accept it."""

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.validation_report import ValidationReport
from pricectl.core import sanity
from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import PricingError
from pricectl.core.labels import HASH_DIGITS
from pricectl.core.sanity.verdict import Verdict
from pricectl.core.windows import as_instant
from pricectl.files import atomic, catalog_file, versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import CommittedVersion, FileLog
from pricectl.files.versions import FileVersion
from pricectl.operate.rollback.target import RollbackTarget, last_good, name_another, named
from pricectl.policy import Policy

FORCED = "; restore it with --force if that is right"
# What the target was compared with, for whether a process would take it.
ComparedWith = Literal["last-good-copy", "file", "nothing"]
RollbackState = Literal[
    "restored", "would-restore", "unchanged", "refused", "unconfirmed", "declined"
]


class RollbackPlan(NamedTuple):
    """The old and the new content; nothing has been written yet.

    `current`: the file's content; None where there is no file.
    `committed`: git's version of it, if git has it.
    `report`: what validation found in the target.
    `skipped`: how many newer versions have errors.
    `sha256`, `current_sha256`: of the target, as charges record it, and of the file ("": no file).
    `before`, `after`: file and target as catalogs; None where one cannot be loaded.
    `not_loaded`: why one of them cannot be loaded.
    `refusal`: why a process would not take the target without force; "" if it would.
    `comparison_note`: why the target was not compared with the last good copy; "" if it was.
    """

    file: str
    current: bytes | None
    committed: CommittedVersion | None
    target: FileVersion
    report: ValidationReport
    skipped: int
    sha256: str
    current_sha256: str
    before: CatalogVersion | None
    after: CatalogVersion | None
    not_loaded: str = ""
    refusal: str = ""
    compared_with: ComparedWith = "nothing"
    comparison_note: str = ""

    @property
    def unchanged(self) -> bool:
        """Whether the file is the target already."""
        return self.current_sha256 == self.sha256

    @property
    def backup_path(self) -> str:
        """The file that the current content is kept in; empty where that is not needed."""
        if self.current is None or self.committed or self.unchanged:
            return ""
        return f"{self.file}.{self.current_sha256[:HASH_DIGITS]}.bak"

    def state(self, *, dry_run: bool, yes: bool, force: bool) -> RollbackState | None:
        """What is to be done; None if a person has to be asked."""
        if self.report.fails() or (self.refusal and not force):
            return "refused"
        if self.unchanged:
            return "unchanged"
        if dry_run:
            return "would-restore"
        return "restored" if yes else None


def writable(file: str | None, configured: str | None) -> str:
    """The team's own catalog file; never standard input or the snapshot in the package.

    Raises Unavailable.
    """
    name = catalog_file.locate_writable(file, configured)
    if name == catalog_file.STDIN:
        raise catalog_file.Unavailable(
            "cannot be restored", where="standard input", next_step="name a file with --file"
        )
    return name


def plan(name: str | None, file: str, policy: Policy, today: date) -> RollbackPlan:
    """What going back means: to a file, a ref or a hash; without one, to the last good version.

    Raises Unavailable or BadRef.
    """
    current: bytes | None = None
    if os.path.lexists(file) and Path(file).exists():
        current = catalog_file.read(file).data
        if len(current) > MAX_BYTES:
            what, step = f"is larger than {MAX_BYTES // 1024**2} MiB", "move it away first"
            raise catalog_file.Unavailable(what, where=file, next_step=step)
    log = FileLog(file, versions.settings_naming(file, policy))
    try:
        committed = None if current is None else log.committed(current)
    except BadRef as error:
        if name is None:
            raise name_another(error) from None
        committed = None  # a file outside git: its content is kept beside it
    if name is None:
        target = last_good(file, committed, log, policy, today)
    else:
        target = named(name, file, log, policy, today)
    data, report = target.version.data, target.report
    restored = _loaded(target)
    after = None if isinstance(restored, PricingError) else restored
    before, not_loaded = None, "" if after else f"cannot be compared: {restored}"
    if current is None:
        not_loaded = f"{file}: there is no file now"
    else:
        try:
            before = after if current == data and after else CatalogVersion.read(current)
        except PricingError as error:
            not_loaded = f"cannot be compared: {error}"
    planned = RollbackPlan(
        file,
        current,
        committed,
        target.version,
        report,
        target.skipped,
        atomic.sha256(data),
        atomic.ABSENT if current is None else atomic.sha256(current),
        before,
        after,
        not_loaded,
    )
    if report.fails() or planned.unchanged:
        return planned
    # A target whose errors are waived passes the review, but no process would load it.
    if isinstance(restored, PricingError):
        raise restored
    return _compared(planned, restored.catalog, policy, today)


def _loaded(target: RollbackTarget) -> CatalogVersion | PricingError:
    """The target as a catalog, or why it cannot be loaded."""
    built = CatalogVersion.validated(target.report, target.version.data)
    try:
        return built or target.version.version()
    except PricingError as error:
        return error


def _compared(planned: RollbackPlan, target: Catalog, policy: Policy, now: date) -> RollbackPlan:
    """Check the target against the last good copy, or else against the file."""
    from pricectl.runtime.shared_files import (
        Owner,
        catalog_copy,
        default_state_folder,
        load_copy,
    )

    def verdict(before: Catalog, after: Catalog) -> Verdict:
        bounds, at = policy.limits.bounds, as_instant(now)
        return sanity.check(before, after, critical=policy.critical, bounds=bounds, at=at)

    folder = default_state_folder()
    copy: Catalog | None = None
    with suppress(PricingError, OSError):  # no process of this user has left a copy
        owner = Owner.of(planned.file, policy.service or "")
        copy = load_copy(catalog_copy(owner, folder)).catalog
    in_use = copy or (planned.before and planned.before.catalog)
    no_copy = f"this user has no last good copy of it in {folder}"
    if not in_use:
        why = "there is no file" if planned.current is None else "the file cannot be loaded"
        return planned._replace(comparison_note=f"not compared: {why}, and {no_copy}")
    found = verdict(in_use, target)
    # An edit that every process refuses may be undone.
    if not copy and found.refused and verdict(target, in_use).refused:
        why = f"the file itself looks broken compared with {planned.target.name}"
        return planned._replace(comparison_note=f"not compared: {why}, and {no_copy}")
    return planned._replace(
        refusal=f"{found.refusal}{FORCED}" if found.refused else "",
        compared_with="last-good-copy" if copy else "file",
        comparison_note="" if copy else f"compared only with the file: {no_copy}",
    )
