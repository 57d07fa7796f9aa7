"""Two versions of the catalog compared as the team's settings say: what `diff` shows.

`rollback` and `deploy-check` ask the same question, so that all three see the same changes.
"""

from datetime import datetime
from typing import NamedTuple

from pricectl.changes.bill import BillChange
from pricectl.changes.bill_gates import check_bill
from pricectl.changes.catalog_version import CatalogVersion
from pricectl.changes.compare import compare
from pricectl.changes.gates import GatedComparison, GateLimits, check_gates
from pricectl.changes.settings import SAME_SETTINGS, ComparedSettings
from pricectl.check.loosening import CatalogMark, catalog_marks
from pricectl.core.profile import Profile
from pricectl.core.sanity import SEED_MODELS
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.policy import Policy

NO_LIMITS = GateLimits()


class NamedVersion(NamedTuple):
    """A version with its name in words and its file, which is "-" for standard input."""

    version: CatalogVersion
    name: str
    path: str = "-"


class DiffResult(NamedTuple):
    """A comparison with its gates, its two versions, and the profile that credits are of.

    `loosened` is what the edit adds or loosens in its own gate, in sentences; its last ones are
    those of `marks` in the catalog. `bill` is what customers pay, where the team's usage is known.
    `has_settings`: a settings file is in force.
    """

    compared: GatedComparison
    base: NamedVersion
    head: NamedVersion
    profile: Profile
    loosened: tuple[str, ...] = ()
    has_settings: bool = False
    marks: tuple[CatalogMark, ...] = ()
    bill: BillChange | None = None

    @property
    def exit_code(self) -> int:
        """How `diff` ends."""
        return FINDINGS if self.compared.tripped else CLEAN


def diff_versions(  # noqa: PLR0913 - two versions, all else by keyword
    base: NamedVersion,
    head: NamedVersion,
    policy: Policy,
    *,
    profile: Profile,
    at: datetime,
    limits: GateLimits = NO_LIMITS,
    loosened: tuple[str, ...] = (),
    settings: ComparedSettings = SAME_SETTINGS,
    bill: BillChange | None = None,
    checks_bill: bool = False,
) -> DiffResult:
    """Compare two versions as of an instant, with the names and workloads of the settings.

    `loosened` is what the edit loosens in the settings; the marks of the catalog are added.
    `settings` are those of both versions, compared. `bill` is what customers pay; its gates count
    where `checks_bill` says so.
    """
    critical = tuple(policy.critical or SEED_MODELS)
    comparison = compare(
        base.version,
        head.version,
        names=(*policy.names, *critical),
        workloads=policy.workloads,
        profile=profile,
        at=at,
        settings=settings,
        critical=critical,
    )
    gates = check_gates(comparison, limits)
    gates += check_bill(bill, limits) if checks_bill else ()
    marks = tuple(catalog_marks(base.version.catalog, head.version.catalog))
    return DiffResult(
        GatedComparison(comparison, base.name, head.name, gates),
        base,
        head,
        profile,
        (*loosened, *(mark.message for mark in marks)),
        bool(policy.source),
        marks,
        bill,
    )
