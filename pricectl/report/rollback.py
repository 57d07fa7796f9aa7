"""A rollback as every format tells it: what it changes, what came of it."""

from typing import Literal, NamedTuple

from pricectl.changes import Version
from pricectl.core.profile import Profile
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.operate.reload_client import Reloaded
from pricectl.report.changes import Compared

State = Literal["restored", "would-restore", "unchanged", "refused", "unconfirmed", "declined"]
_CODES: dict[State, int] = {"refused": FINDINGS, "declined": FINDINGS, "unconfirmed": FAILED}


class Differences(NamedTuple):
    """From the current file to the target; `trouble` says why there is no comparison."""

    compared: Compared | None
    trouble: str = ""
    before: Version | None = None
    after: Version | None = None
    profile: Profile = Profile()


class Outcome(NamedTuple):
    """What was done with the file, and what the service said; `sha256` is what it should have."""

    state: State
    reloaded: Reloaded | None = None
    unreachable: str = ""
    sha256: str = ""

    @property
    def follows(self) -> bool:
        """Whether the service charges by the restored version now."""
        found = self.reloaded
        return found is not None and found.said != "refused" and found.version == self.sha256

    @property
    def code(self) -> int:
        """The exit code."""
        if self.unreachable:
            return FAILED
        return FINDINGS if self.reloaded and not self.follows else _CODES.get(self.state, CLEAN)
