"""What a rollback would do: which version in place of what, and whether a process would take it."""

import os
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Literal, NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.validation import ValidationReport
from pricectl.core import sanity
from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import PricingError
from pricectl.core.sanity.verdict import Verdict
from pricectl.core.windows import as_instant
from pricectl.files import atomic, catalog_file, versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import Committed, FileLog
from pricectl.files.versions import FileVersion
from pricectl.operate.rollback.target import last_good, named, without_base_option
from pricectl.policy import Policy

SHORT = 12
# What the target was compared with, for whether a process would take it.
ComparedWith = Literal["last-good-copy", "file", "nothing"]
RollbackState = Literal[
    "restored", "would-restore", "unchanged", "refused", "unconfirmed", "declined"
]


class RollbackPlan(NamedTuple):
    """What is to be put in place of what; nothing has been written yet.

    `current` is None where there is no file; `committed` is git's version of it, if git has it.
    `report` is about the target; `skipped` newer versions have errors. `refusal` says why a process
    would not take the target without force; empty if it would. `comparison_note` says why that was
    not asked of the last good copy; empty if it was, or need not be.
    """

    file: str
    current: bytes | None
    committed: Committed | None
    target: FileVersion
    report: ValidationReport
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
    current, log = _content(file), FileLog(file, versions.settings_naming(file, policy))
    try:
        committed = None if current is None else log.committed(current)
    except BadRef as error:
        if name is None:
            raise without_base_option(error) from None
        committed = None  # a file outside git: its content is kept beside it
    if name is None:
        target = last_good(file, committed, log, policy, today)
    else:
        target = named(name, file, log, policy, today)
    planned = RollbackPlan(file, current, committed, target.version, target.report, target.skipped)
    if planned.report.fails() or planned.unchanged:
        return planned
    return _compared(planned, policy, today)


def _content(file: str) -> bytes | None:
    if not os.path.lexists(file) or not Path(file).exists():
        return None
    data = catalog_file.read(file).data
    if len(data) > MAX_BYTES:
        raise catalog_file.Unavailable(
            f"is larger than {MAX_BYTES // 1024**2} MiB", where=file, next_step="move it away first"
        )
    return data


def _compared(planned: RollbackPlan, policy: Policy, now: date) -> RollbackPlan:
    """Ask whether the target looks broken beside the last good copy, or else beside the file."""
    target = planned.target.version().catalog
    if copy := _last_good_copy(planned.file):
        return _with_refusal(planned, _verdict(copy, target, policy, now), "last-good-copy")
    no_copy = f"this user has no last good copy of it in {_state_folder()}"
    if planned.current is None:
        return planned._replace(comparison_note=f"not compared: there is no file, and {no_copy}")
    try:
        in_use = CatalogVersion.read(planned.current).catalog
    except PricingError:  # no process uses a file that cannot be loaded
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


def _with_refusal(
    planned: RollbackPlan, verdict: Verdict, compared_with: ComparedWith
) -> RollbackPlan:
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
