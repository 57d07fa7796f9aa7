"""The checklist before a deploy, as values: what is looked at, what each item saw."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Literal, NamedTuple

from pricectl.changes.gates import Limits
from pricectl.core.profile import Profile
from pricectl.policy import Policy

# "unknown": it could not be checked, so that nobody can say that it is safe.
State = Literal["ok", "note", "failed", "unknown"]
MAX_DETAILS = 10


class Check(NamedTuple):
    """One item of the checklist, what it saw, and the particulars one a line."""

    id: str
    state: State
    said: str
    details: tuple[str, ...] = ()


class Candidate(NamedTuple):
    """What is to be deployed, and how it is to be looked at.

    `fail_on_due`: it is not safe with findings that a date made due.
    """

    file: str
    data: bytes
    policy: Policy
    profile: Profile
    limits: Limits
    base: str
    at: datetime
    today: date
    fail_on_due: bool = False


class Readiness(NamedTuple):
    """The checklist of one file."""

    file: str
    sha256: str
    checks: tuple[Check, ...]

    def having(self, state: State) -> tuple[Check, ...]:
        """The items in a state."""
        return tuple(check for check in self.checks if check.state == state)

    @property
    def safe(self) -> bool:
        """Whether everything was checked and nothing failed."""
        return not self.having("failed") and not self.having("unknown")


def some(lines: Iterable[str]) -> tuple[str, ...]:
    """The first lines, and how many more there are."""
    every = list(lines)
    more = len(every) - MAX_DETAILS
    return (*every[:MAX_DETAILS], *([f"and {more:,} more"] if more > 0 else []))
