"""What a smoke test found: the checks of each call, and the whole."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from pricectl.core import Catalog, Profile
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.operate.smoke.probes import Probe

CheckOutcome = Literal["ok", "failed", "skipped"]


class SmokeCheck(NamedTuple):
    """One thing that an answer must show; `note` explains it."""

    name: str
    outcome: CheckOutcome
    expected: str = ""
    actual: str = ""
    note: str = ""


class CallResult(NamedTuple):
    """What one call showed: its checks, our cost in picodollars, the credits it deducted."""

    probe: Probe
    status: int = 0
    checks: tuple[SmokeCheck, ...] = ()
    pico_usd: int | None = None
    credits: int | None = None

    @property
    def outcome(self) -> CheckOutcome:
        """Failed if a check is; skipped if the call was not made."""
        if self.probe.skipped:
            return "skipped"
        return "failed" if any(check.outcome == "failed" for check in self.checks) else "ok"


class SmokeResult(NamedTuple):
    """A smoke test's results, with what they were compared to."""

    url: str
    api: str
    calls: Sequence[CallResult]
    catalog: Catalog
    profile: Profile

    @property
    def failed(self) -> bool:
        """Whether any call failed."""
        return any(call.outcome == "failed" for call in self.calls)

    @property
    def exit_code(self) -> int:
        """How `smoke` ends."""
        return FINDINGS if self.failed else CLEAN

    @property
    def pico_usd(self) -> int:
        """What the calls cost the API's owner, in picodollars, as far as they were answered."""
        return sum(call.pico_usd or 0 for call in self.calls)

    @property
    def credits(self) -> int | None:
        """What the calls took from the account; None where the API charges no credits."""
        deducted = [call.credits for call in self.calls if call.credits is not None]
        return sum(deducted) if deducted else None
