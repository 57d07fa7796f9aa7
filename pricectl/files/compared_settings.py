"""The settings of two versions that are compared, and those that an edit is judged by."""

from pathlib import Path
from typing import NamedTuple

from pricectl.changes.settings import ComparedSettings, changes_fallback, compare_settings
from pricectl.check.evidence import Evidence
from pricectl.check.loosening import policy_in_force
from pricectl.core.catalog import Catalog
from pricectl.files import catalog_file
from pricectl.files.committed_settings import SettingsAt, settings_at, settings_beside
from pricectl.files.reference import fallback_or_problem
from pricectl.files.versions import FileVersion
from pricectl.policy import Policy
from pricectl.policy.review import ReviewedPolicy


def settings_of(found: FileVersion, policy: Policy, file: str) -> SettingsAt | None:
    """The settings of a version of `file`: those of its commit, or beside the file that it is.

    None where they are those in force, `policy`. Raises BadRef if git fails.
    """
    if found.commit:
        return settings_at(found.commit, policy.source, file)
    return None if found.name == catalog_file.PACKAGED else settings_beside(found.path, policy)


class ReviewedSettings(NamedTuple):
    """The settings that an edit is judged by, and how they differ from those before it."""

    reviewed: ReviewedPolicy
    compared: ComparedSettings


def reviewed_settings(
    policy: Policy, base: SettingsAt | None, catalog: Catalog | None, problem: str = ""
) -> ReviewedSettings:
    """What holds for an edit, and what it changes in the settings.

    `policy` are the settings of the edit and `base` those before it; None where the same are in
    force for both. `catalog` is the version before it, `problem` what of the edit's own settings
    could not be read.
    """
    before = base.policy if base else None
    reviewed = policy_in_force(policy, Evidence(base=catalog, base_policy=before))
    problems = "; ".join(filter(None, (base.problem if base else "", problem)))
    if before is None:
        used = Path(policy.source).name or "the defaults"
        note = f"the settings in force ({used}) are used for both versions"
        return ReviewedSettings(reviewed, ComparedSettings(problem=problems, note=note))
    fallbacks = None
    if changes_fallback(before, policy):
        fallbacks = fallback_or_problem(before), fallback_or_problem(policy)
        unread = (each.problem for each in fallbacks)
        problems = "; ".join(filter(None, (problems, *unread)))
    compared = compare_settings(before, policy, reviewed, problem=problems)
    return ReviewedSettings(reviewed, compared._replace(fallbacks=fallbacks))
