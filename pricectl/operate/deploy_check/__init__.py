"""Whether a catalog may be deployed: every check at once, each with what it saw."""

import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import Version, compare
from pricectl.changes.gates import check as check_gates
from pricectl.check import validate
from pricectl.check.findings import Threshold
from pricectl.core import sanity
from pricectl.core.calculator import quote
from pricectl.core.errors import PricingError
from pricectl.core.labels import count, plural
from pricectl.files import atomic, catalog_file, versions
from pricectl.files.git import BadRef
from pricectl.files.gitlog import FileLog
from pricectl.operate.deploy_check.checklist import Candidate, Check, Readiness, some
from pricectl.operate.deploy_check.examples import TYPICAL, critical, examples
from pricectl.report import changes as words
from pricectl.report.concise import due as due_mark

SHORT = 12


def assess(candidate: Candidate) -> Readiness:
    """Run every check; what one cannot do for want of another is unknown, never left out."""
    checks = [_file(candidate), _git(candidate), _valid(candidate)]
    try:
        version = Version.read(candidate.data)
    except PricingError as error:
        checks.append(Check("runtime", "failed", f"the service would refuse it: {error}"))
        why = "not checked: the catalog cannot be loaded"
        checks += [Check(name, "unknown", why) for name in ("critical", "examples", "changes")]
    else:
        deployed = _deployed(candidate, version)
        checks += [
            _runtime(candidate, version, deployed),
            critical(candidate, version.catalog),
            examples(candidate, version.catalog),
            _changes(candidate, version, deployed),
        ]
    return Readiness(candidate.file, atomic.sha256(candidate.data), tuple(checks))


def _file(candidate: Candidate) -> Check:
    if candidate.file == catalog_file.STDIN:
        return Check("file", "note", f"standard input, {_size(candidate)}")
    mode = Path(candidate.file).stat().st_mode
    said = f"{_size(candidate)}, mode {stat.S_IMODE(mode):04o}"
    if mode & stat.S_IWOTH and os.name != "nt":
        return Check("file", "failed", f"{said}: anybody may write it; chmod o-w")
    if not mode & stat.S_IROTH:
        return Check("file", "note", f"{said}: readable by its owner and group only")
    return Check("file", "ok", said)


def _size(candidate: Candidate) -> str:
    digest = atomic.sha256(candidate.data)
    return f"readable, {count(len(candidate.data))} bytes, sha256 {digest[:SHORT]}"


def _git(candidate: Candidate) -> Check:
    if candidate.file == catalog_file.STDIN:
        return Check("git", "note", "not looked at: standard input")
    try:
        log = FileLog(candidate.file, versions.settings_naming(candidate.file, candidate.policy))
        found, head = log.committed(candidate.data), log.versions[:1]
    except BadRef as error:
        return Check("git", "note", str(error.what))
    if not found:
        return Check("git", "note", "not committed: what is deployed is in no version")
    if found.blob != head[0].blob:
        return Check("git", "note", f"the version of {found.commit[:7]}, which is not the newest")
    return Check("git", "ok", f"committed in {found.commit[:7]} of {found.day}")


def _valid(candidate: Candidate) -> Check:
    report = validate(candidate.data, candidate.file, candidate.policy, candidate.today)
    threshold = Threshold(due=candidate.fail_on_due)
    failing = [found for found in report.findings if threshold.trips(found)]
    warnings = report.count("warning")
    models = plural(report.models, "model")
    due = f", {count(report.due)} due by date" if report.due else ""
    if failing:
        places = (
            f"{found.span.line if found.span else report.file_of(found)}: {found.message} "
            f"[{found.rule}]{due_mark(found)}"
            for found in failing
        )
        errors = plural(report.count("error"), "error")
        said = f"{errors} in {models}{due}; 'pricectl validate' shows all"
        return Check("validate", "failed", said, some(places))
    if warnings:
        return Check(
            "validate", "note", f"no errors in {models}; {plural(warnings, 'warning')}{due}"
        )
    return Check("validate", "ok", f"no errors and no warnings in {models}")


class _Deployed(NamedTuple):
    """The prices in use and their name, or why they are not known."""

    version: Version | None
    name: str


def _deployed(candidate: Candidate, like: Version) -> _Deployed:
    try:
        found = versions.read(candidate.base, candidate.file, candidate.policy)
        return _Deployed(found.version(like=like), found.name)
    except PricingError as error:
        return _Deployed(None, f"cannot be compared: {error}")


def _runtime(candidate: Candidate, version: Version, deployed: _Deployed) -> Check:
    """Whether a service takes it: one that starts, and one that has the deployed prices.

    A refusal is told here and not among the changes: it depends on no gate that somebody sets.
    """
    policy = candidate.policy
    if deployed.version:
        verdict = sanity.check(
            deployed.version.catalog,
            version.catalog,
            critical=policy.critical,
            bounds=policy.limits.bounds,
            at=candidate.at.astimezone(UTC),
        )
        if verdict.refused:
            said = f"a service with the deployed prices would refuse it: {verdict.refusal}"
            return Check("runtime", "failed", said, (verdict.next_step,))
    return _started(candidate)


def _started(candidate: Candidate) -> Check:
    """Loads a temporary copy, so running services do not reload."""
    from pricectl.runtime import Pricing

    with tempfile.TemporaryDirectory(prefix="pricectl-") as folder, _without_log():
        file = Path(folder) / catalog_file.FILE_NAME
        file.write_bytes(candidate.data)
        pricing = Pricing.load(file, policy=candidate.policy, state=Path(folder) / "state")
        snapshot, fallbacks = pricing.snapshot, pricing.metrics().fallbacks
        wrong = [
            name
            for name in candidate.policy.critical
            if pricing.quote(name, TYPICAL, at=candidate.at).pico_usd
            != quote(snapshot.catalog, name, TYPICAL, at=candidate.at).pico_usd
        ]
    if snapshot.layer != "file" or snapshot.sha256 != atomic.sha256(candidate.data):
        return Check("runtime", "failed", f"the service would fall back to: {snapshot.layer}")
    troubles = [kind for kind, number in fallbacks.items() if number]
    if troubles:
        return Check("runtime", "failed", f"the service would report {', '.join(troubles)}")
    if wrong:
        return Check("runtime", "failed", "the service prices otherwise than 'quote'", some(wrong))
    return Check("runtime", "ok", f"the service loads {count(snapshot.models)} models from it")


@contextmanager
def _without_log() -> Iterator[None]:
    """What the service would log is the checklist's to tell."""
    logger = logging.getLogger("pricectl.runtime")
    before, logger.disabled = logger.disabled, True
    try:
        yield
    finally:
        logger.disabled = before


def _changes(candidate: Candidate, version: Version, deployed: _Deployed) -> Check:
    policy = candidate.policy
    if deployed.version is None:
        return Check("changes", "unknown", deployed.name)
    found = compare(
        deployed.version,
        version,
        names=(*policy.names, *policy.critical),
        workloads=policy.workloads,
        profile=candidate.profile,
        at=candidate.at,
    )
    gates = check_gates(found, candidate.limits)
    said = words.summary(words.Compared(found, deployed.name, candidate.file, gates))
    lines = tuple(words.gate_line(gate) for gate in gates)
    if any(gate.tripped for gate in gates):
        return Check("changes", "failed", f"{said}: a gate tripped", lines)
    if found.changes and not gates:
        return Check("changes", "note", f"{said}; no gate is set, such as --max-increase 20%")
    return Check("changes", "ok", said, lines)
