"""Does a rollback: shows what it changes, replaces the file, keeps what was there.

The old content is kept beside the file as NAME.HASH.bak, unless git has it in the history of the
current commit.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

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

    `unreachable` says why the service did not answer; `was_asked`: a person has seen the changes.
    """

    plan: RollbackPlan
    changes: RollbackChanges
    state: RollbackState
    reloaded: ReloadReply | None = None
    unreachable: str = ""
    was_asked: bool = False

    @property
    def has_restored_version(self) -> bool:
        """Whether the service charges by the restored version now."""
        reply = self.reloaded
        return (
            reply is not None and reply.outcome != "refused" and reply.version == self.plan.sha256
        )

    @property
    def exit_code(self) -> int:
        """How `rollback` ends."""
        if self.unreachable:
            return FAILED
        if self.reloaded and not self.has_restored_version:
            return FINDINGS
        return _EXIT_CODES.get(self.state, CLEAN)


def roll_back(  # noqa: PLR0913 - what is restored, who is asked, who is told
    planned: RollbackPlan,
    changes: RollbackChanges,
    *,
    ask: Callable[[], RollbackState],
    dry_run: bool,
    yes: bool,
    force: bool,
    reload: Callable[[], ReloadReply] | None,
    warn: Callable[[str], object] = lambda _: None,
) -> RollbackResult:
    """Do what a plan says, then have the service read its catalog again.

    Args:
        planned: the old and the new content.
        changes: what that changes.
        ask: asks a person, where that is needed.
        dry_run: write nothing.
        yes: do not ask.
        force: restore a version that looks broken.
        reload: asks the service; None where there is none to ask.
        warn: is told of what the new file does not have from the old one.

    Raises:
        NotWritten: the file cannot be replaced, or is another one by now.
    """
    state, was_asked = planned.state(dry_run=dry_run, yes=yes, force=force), False
    if state is None:
        state = ask()
        was_asked = state in {"restored", "declined"}
    if state == "restored":
        restore(planned, force=force, warn=warn)
    result = RollbackResult(planned, changes, state, was_asked=was_asked)
    # Also where nothing was to be done: the service may still charge by what was there before.
    if reload and state in {"restored", "unchanged"}:
        try:
            result = result._replace(reloaded=reload())
        except PricingError as error:
            # The file is in place by now, so this is part of the result and ends nothing.
            result = result._replace(unreachable=str(error))
    return result


def changes(
    planned: RollbackPlan, policy: Policy, profile: Profile, at: datetime
) -> RollbackChanges:
    """What restoring changes, or why that is not known: one of the versions is not a catalog."""
    if planned.before is None or planned.after is None:
        return RollbackChanges(None, planned.not_loaded)
    base = NamedVersion(planned.before, planned.file, planned.file)
    head = NamedVersion(planned.after, planned.target.name, planned.target.path)
    return RollbackChanges(diff_versions(base, head, policy, profile=profile, at=at))


def restore(
    planned: RollbackPlan,
    *,
    force: bool = False,
    warn: Callable[[str], object] = lambda _: None,
) -> None:
    """Back up the file, then replace it if it has not changed since the plan. Raises NotWritten."""
    target = planned.target
    why = "has errors" if planned.report.fails() else "" if force else planned.refusal
    if why:
        raise atomic.NotWritten(why, where=target.name, next_step="nothing was changed")
    kept = planned.backup_path
    # A backup of the same name is the same content, unless somebody wrote into it: then stop.
    if (
        kept
        and planned.current is not None
        and atomic.current_sha256(kept) != planned.current_sha256
    ):
        atomic.replace(kept, planned.current, base_sha256=atomic.ABSENT)
    atomic.replace(
        planned.file,
        target.data,
        base_sha256=planned.current_sha256,
        # Check the bytes on the disk, not those in memory.
        check=lambda written: target._replace(data=written).version(),
        warn=warn,
    )
