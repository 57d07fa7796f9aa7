"""Checks price files with what they are compared with: what `validate` does.

Apart from the command, so that a hook that has nothing to check loads none of it.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.check.findings import ERRORS, SEVERITIES, Threshold
from pricectl.check.loosening import policy_in_force
from pricectl.check.validation import validate
from pricectl.check.validation_report import Validation
from pricectl.files import catalog_file
from pricectl.files.base import EvidenceFinder
from pricectl.files.git import advised_option
from pricectl.files.settings import shown_path
from pricectl.policy import Policy

DUE = "due"


class ReviewOptions(NamedTuple):
    """How files are checked: the options of `validate`.

    `fail_on`: kinds of findings; without any those of the settings. `only_new`: leave out what the
    base has.
    """

    at: datetime
    base: str = catalog_file.AUTO
    reference: str | None = None
    fail_on: Collection[str] = ()
    only_new: bool = False


class OneBaseForSeveral(ValueError):
    """A single file is named as the base of several catalogs."""


def review(names: Sequence[str], policy: Policy, options: ReviewOptions) -> Validation:
    """Check files, each with its own base.

    Raises OneBaseForSeveral, and what reading a file, its base or the reference raises.
    """
    finder = EvidenceFinder(policy, options.base, options.reference)
    if len(names) > 1 and finder.names_one_file:
        raise OneBaseForSeveral
    own = catalog_file.working_file(None, policy.file)
    reports, threshold = [], ERRORS
    for name in names:
        source = catalog_file.read(name)
        about = catalog_file.is_same(name, own)
        with advised_option("--base"):
            evidence = finder.evidence(source, name, own=about or len(names) == 1)
        report = validate(
            source.data, source.name, policy, options.at, own=about, evidence=evidence
        )
        if not source.data.strip():
            hint = catalog_file.how_to_mend(source.data, name)
            findings = tuple(one._replace(hint=hint) for one in report.findings)
            report = report._replace(findings=findings)
        report = report._replace(settings=shown_path(report.settings))
        reports.append(report.only_new() if options.only_new else report)
        kinds = options.fail_on or policy_in_force(policy, evidence).policy.gates.fail_on
        levels = [severity for severity in SEVERITIES if severity in kinds]
        threshold = threshold.stricter(Threshold.of(levels, due=DUE in kinds))
    return Validation(tuple(reports), threshold)
