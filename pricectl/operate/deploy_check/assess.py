"""Runs the checks of a catalog that is to be deployed."""

import logging
import os
import stat
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path

from pricectl.changes import CatalogVersion
from pricectl.changes.diff import NamedVersion, diff_versions
from pricectl.changes.settings import ComparedSettings
from pricectl.check.findings import Threshold
from pricectl.check.validation import validate
from pricectl.core import sanity
from pricectl.core.calculator import quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import PricingError
from pricectl.core.labels import count
from pricectl.files import atomic, catalog_file, versions
from pricectl.files.base import NONE, EvidenceFinder, FoundCatalog
from pricectl.files.committed_settings import SettingsAt
from pricectl.files.compared_settings import reviewed_settings
from pricectl.files.git import BadRef, advised_option
from pricectl.files.gitlog import FileLog
from pricectl.operate.deploy_check.checklist import (
    Candidate,
    DeployCheck,
    DeployCheckItem,
    FoundErrors,
    ItemState,
)
from pricectl.operate.deploy_check.names import names_item
from pricectl.operate.deploy_check.sample_jobs import (
    TYPICAL,
    CriticalModel,
    critical,
    critical_names,
    examples,
    looked_up,
)

SHORT = 12
NOT_COMPARED = "cannot be compared"


def assess(candidate: Candidate) -> DeployCheck:
    """Run every check; those that depend on a failed one are unknown, never left out."""
    sha256 = atomic.sha256(candidate.data)
    finder = EvidenceFinder(candidate.policy, candidate.base)
    deployed, base = _deployed(candidate, finder)
    compared = _edited_from(candidate, deployed, base)
    # The settings that were merged with the file are in force.
    merged = compared._replace(settings=base.settings, policy=base.policy, commit=base.commit)
    evidence = finder.with_base(merged, candidate.data)
    report = validate(
        candidate.data, candidate.file, candidate.policy, candidate.at, evidence=evidence
    )
    before = SettingsAt(base.policy, base.settings_problem) if base.policy else None
    reviewed, settings = reviewed_settings(candidate.policy, before, evidence.base)
    candidate = candidate.judged_by(reviewed.policy)
    threshold = Threshold(due=candidate.fail_on_due)
    failing = tuple(found for found in report.findings if threshold.trips(found))
    state: ItemState = "failed" if failing else "note" if report.count("warning") else "ok"
    valid = DeployCheckItem("validate", state, facts=FoundErrors(report, failing))
    items = [_file(candidate, sha256), _git(candidate), valid]
    try:
        # Reading it again is for a file that cannot be loaded, to say why.
        version = CatalogVersion.validated(report, candidate.data) or CatalogVersion.read(
            candidate.data
        )
    except PricingError as error:
        items.append(DeployCheckItem("runtime", "failed", f"the service would refuse it: {error}"))
        why = "not checked: the catalog cannot be loaded"
        items += [
            DeployCheckItem(name, "unknown", why) for name in ("critical", "examples", "changes")
        ]
    else:
        names = critical_names(candidate.policy, base.catalog)
        models = looked_up(names, version.catalog)
        changes = DeployCheckItem(
            "changes", "note" if candidate.base == NONE else "unknown", base.reason
        )
        not_compared = deployed and compared.reason.startswith(NOT_COMPARED)
        if not_compared:
            changes = changes._replace(sentence=compared.reason)
        items += [
            _runtime(candidate, version, deployed, sha256, models),
            critical(models, version.catalog, candidate),
            examples(models, version.catalog, candidate),
            changes
            if not_compared or not deployed
            else _changes(candidate, version, deployed, settings),
            *names_item(candidate, version.catalog),
        ]
    return DeployCheck(candidate.file, sha256, tuple(items))


def _edited_from(
    candidate: Candidate, deployed: NamedVersion | None, base: FoundCatalog
) -> FoundCatalog:
    """What the rules compare with: the deployed version; if it is the very file, the one before.

    After a merge the branch that production runs has the file already, and nobody may have looked.
    """
    is_same = deployed is not None and deployed.version.data == candidate.data
    if not is_same or candidate.base != versions.DEPLOYED or candidate.file == catalog_file.STDIN:
        return base
    try:
        return EvidenceFinder(candidate.policy).base_of(candidate.data, candidate.file)
    except PricingError as error:
        return FoundCatalog(reason=f"{NOT_COMPARED}: {error}")


def _deployed(
    candidate: Candidate, finder: EvidenceFinder
) -> tuple[NamedVersion | None, FoundCatalog]:
    """The version to compare with, and its catalog, or in words why there is none."""
    if candidate.base == NONE:
        what = "prices that moved, rows that are gone, what a running service would refuse"
        reason = f"not compared, as --base none says; not checked: {what}"
        return None, FoundCatalog(reason=reason)
    try:
        with advised_option("--base"):
            policy = candidate.policy
            if candidate.base == versions.DEPLOYED:
                policy = finder.policy_naming_deployed(candidate.file, candidate.data)
            found = versions.read(candidate.base, candidate.file, policy, new=candidate.data)
            version = found.version()
            base = finder.built(found, candidate.file, version)
        return NamedVersion(version, found.described, found.path), base
    except PricingError as error:
        return None, FoundCatalog(reason=f"{NOT_COMPARED}: {error}")


def _file(candidate: Candidate, sha256: str) -> DeployCheckItem:
    size = f"readable, {count(len(candidate.data))} bytes, sha256 {sha256[:SHORT]}"
    if candidate.file == catalog_file.STDIN:
        return DeployCheckItem("file", "note", f"standard input, {size}")
    mode = Path(candidate.file).stat().st_mode
    sentence = f"{size}, mode {stat.S_IMODE(mode):04o}"
    if mode & stat.S_IWOTH and os.name != "nt":
        return DeployCheckItem("file", "failed", f"{sentence}: anybody may write it; chmod o-w")
    if not mode & stat.S_IROTH:
        return DeployCheckItem("file", "note", f"{sentence}: readable by its owner and group only")
    return DeployCheckItem("file", "ok", sentence)


def _git(candidate: Candidate) -> DeployCheckItem:
    if candidate.file == catalog_file.STDIN:
        return DeployCheckItem("git", "note", "not looked at: standard input")
    try:
        log = FileLog(candidate.file, versions.settings_naming(candidate.file, candidate.policy))
        found, head = log.committed(candidate.data), log.versions[:1]
    except BadRef as error:
        return DeployCheckItem("git", "note", str(error.what))
    if not found:
        return DeployCheckItem("git", "note", "not committed: git has no version with this content")
    if found.blob != head[0].blob:
        return DeployCheckItem(
            "git", "note", f"the version of {found.commit[:7]}, which is not the newest"
        )
    return DeployCheckItem("git", "ok", f"committed in {found.commit[:7]} of {found.day}")


def _runtime(
    candidate: Candidate,
    version: CatalogVersion,
    deployed: NamedVersion | None,
    sha256: str,
    models: Sequence[CriticalModel],
) -> DeployCheckItem:
    """Whether a service takes it: one that starts, and one that has the deployed prices.

    A refusal is reported here and not among the changes, because it does not depend on a gate.
    """
    policy = candidate.policy
    if deployed:
        verdict = sanity.check(
            deployed.version.catalog,
            version.catalog,
            critical=policy.critical,
            bounds=policy.limits.bounds,
            at=candidate.at.astimezone(UTC),
        )
        if verdict.refused:
            sentence = f"a service with the deployed prices would refuse it: {verdict.refusal}"
            return DeployCheckItem("runtime", "failed", sentence, (verdict.next_step,))
    return _started(candidate, sha256, models, version.catalog)


def _started(
    candidate: Candidate, sha256: str, models: Sequence[CriticalModel], catalog: Catalog
) -> DeployCheckItem:
    """Start a service with a temporary copy, so that running services do not reload.

    The catalog is read once more here on purpose: that the runtime can do it is the check.
    """
    from pricectl.runtime import Pricing

    with tempfile.TemporaryDirectory(prefix="pricectl-") as folder, _without_log():
        file = Path(folder) / catalog_file.FILE_NAME
        file.write_bytes(candidate.data)
        pricing = Pricing.load(file, policy=candidate.policy, state=Path(folder) / "state")
        snapshot, fallbacks = pricing.snapshot, pricing.metrics().fallbacks
        wrong = [
            model.name
            for model in models
            if pricing.quote(model.name, TYPICAL, at=candidate.at).pico_usd
            != quote(catalog, model.match, TYPICAL, at=candidate.at).pico_usd
        ]
    if snapshot.layer != "file" or snapshot.sha256 != sha256:
        return DeployCheckItem(
            "runtime", "failed", f"the service would fall back to: {snapshot.layer}"
        )
    troubles = [kind for kind, number in fallbacks.items() if number]
    if troubles:
        return DeployCheckItem(
            "runtime", "failed", f"the service would report {', '.join(troubles)}"
        )
    if wrong:
        return DeployCheckItem(
            "runtime", "failed", "the service and 'quote' give different prices", tuple(wrong)
        )
    return DeployCheckItem(
        "runtime", "ok", f"the service loads {count(snapshot.models)} models from it"
    )


@contextmanager
def _without_log() -> Iterator[None]:
    """Quiet the service's log: the checklist reports the same."""
    logger = logging.getLogger("pricectl.runtime")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _changes(
    candidate: Candidate,
    version: CatalogVersion,
    deployed: NamedVersion,
    settings: ComparedSettings,
) -> DeployCheckItem:
    head = NamedVersion(version, candidate.file, candidate.file)
    result = diff_versions(
        deployed,
        head,
        candidate.policy,
        profile=candidate.profile,
        at=candidate.at,
        limits=candidate.limits,
        settings=settings,
    )
    compared = result.compared
    found = compared.comparison
    is_open = (found.changes or found.settings.changes or found.left_out) and not compared.gates
    state: ItemState = "note" if is_open else "ok"
    return DeployCheckItem("changes", "failed" if compared.tripped else state, facts=compared)
