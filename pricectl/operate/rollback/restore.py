"""Does a rollback: shows what it changes, replaces the file, keeps what was there.

Nothing is lost: what stood in the file is kept beside it as NAME.HASH.bak, unless it is a version
that the current commit builds on, so that git has it for good.
"""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.changes.diff import DiffResult, NamedVersion, diff_versions
from pricectl.core.errors import PricingError
from pricectl.core.profile import Profile
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.files import atomic
from pricectl.operate.reload_client import ReloadReply
from pricectl.operate.rollback.plan import RollbackPlan, RollbackState
from pricectl.policy import Policy

_EXIT_CODES: dict[RollbackState, int] = {
    "refused": FINDINGS,
    "declined": FINDINGS,
    "unconfirmed": FAILED,
}


class RollbackChanges(NamedTuple):
    """What the restored version changes against the file; `problem` says why it is not known."""

    diff: DiffResult | None
    problem: str = ""


class RollbackResult(NamedTuple):
    """What was done with the file and what the service answered.

    `unreachable` says why the service did not answer.
    """

    plan: RollbackPlan
    changes: RollbackChanges
    state: RollbackState
    reloaded: ReloadReply | None = None
    unreachable: str = ""

    @property
    def follows(self) -> bool:
        """Whether the service charges by the restored version now."""
        reply = self.reloaded
        return reply is not None and reply.said != "refused" and reply.version == self.plan.sha256

    @property
    def exit_code(self) -> int:
        """How `rollback` ends."""
        if self.unreachable:
            return FAILED
        if self.reloaded and not self.follows:
            return FINDINGS
        return _EXIT_CODES.get(self.state, CLEAN)


def changes(
    planned: RollbackPlan, policy: Policy, profile: Profile, at: datetime
) -> RollbackChanges:
    """What restoring changes; where one of the versions is not a catalog, why that is not known."""
    if planned.current is None:
        return RollbackChanges(None, f"{planned.file}: there is no file now")
    try:
        before = CatalogVersion.read(planned.current)
        after = planned.target.version(like=before)
    except PricingError as error:
        return RollbackChanges(None, f"cannot be compared: {error}")
    base = NamedVersion(before, planned.file, planned.file)
    head = NamedVersion(after, planned.target.name, planned.target.path)
    return RollbackChanges(diff_versions(base, head, policy, profile=profile, at=at))


def restore(planned: RollbackPlan, *, force: bool = False) -> None:
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


def _keep(path: str, data: bytes) -> None:
    if not Path(path).exists() or atomic.current_sha256(path) != atomic.sha256(data):
        atomic.replace(path, data, base_sha256=atomic.ABSENT)
