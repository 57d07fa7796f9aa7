"""The checklist before a deploy, as values: what is checked, what each item saw."""

from datetime import datetime
from typing import Literal, NamedTuple

from pricectl.changes.gates import GatedComparison, GateLimits
from pricectl.check.findings import Finding
from pricectl.check.validation_report import ValidationReport
from pricectl.core.profile import Profile
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.policy import Policy

# "unknown": it could not be checked, so nobody can say that it is safe.
ItemState = Literal["ok", "note", "failed", "unknown"]


class FoundErrors(NamedTuple):
    """What validation found: the report, and the findings that fail the checklist."""

    report: ValidationReport
    failing: tuple[Finding, ...]


class DeployCheckItem(NamedTuple):
    """One item of the checklist and what it found.

    Either `facts`, which a report puts into words, or `sentence` with `particulars`.
    """

    id: str
    state: ItemState
    sentence: str = ""
    particulars: tuple[str, ...] = ()
    facts: FoundErrors | GatedComparison | None = None


class Candidate(NamedTuple):
    """What is to be deployed, and how it is to be checked.

    `fail_on_due`: it is not safe with findings that a date made due. `names` is a file of names, or
    a log, and `fail_on_answers` are the kinds of answers that none of them may get.
    """

    file: str
    data: bytes
    policy: Policy
    profile: Profile
    limits: GateLimits
    base: str
    at: datetime
    fail_on_due: bool = False
    names: str | None = None
    fail_on_answers: tuple[str, ...] = ()

    def judged_by(self, policy: Policy) -> "Candidate":
        """The candidate with other settings, and with their gates where no option sets one."""
        return self._replace(
            policy=policy,
            limits=self.limits.or_settings(policy.gates),
            fail_on_due=self.fail_on_due or "due" in policy.gates.fail_on,
        )


class DeployCheck(NamedTuple):
    """The checklist of one file."""

    file: str
    sha256: str
    items: tuple[DeployCheckItem, ...]

    def items_in(self, state: ItemState) -> tuple[DeployCheckItem, ...]:
        """The items in a state."""
        return tuple(item for item in self.items if item.state == state)

    @property
    def safe(self) -> bool:
        """Whether everything was checked and nothing failed."""
        return not self.items_in("failed") and not self.items_in("unknown")

    @property
    def exit_code(self) -> int:
        """How `deploy-check` ends: what failed weighs more than what could not be checked."""
        if self.items_in("failed"):
            return FINDINGS
        return CLEAN if self.safe else FAILED
