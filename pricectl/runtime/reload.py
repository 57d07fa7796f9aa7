"""The next snapshot of a process: from its file, or from what another worker announced.

Nothing here swaps anything: what is returned is complete, or an exception was raised before.
"""

from contextlib import ExitStack, suppress
from typing import NamedTuple

from pricectl.core.prices import Problem
from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.announcements import Announcement
from pricectl.runtime.flags import OWN_LAYERS
from pricectl.runtime.last_good import load_copy
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.snapshot import (
    NOT_ANNOUNCED_REASON,
    SETTINGS_REASON,
    ReloadResult,
    Snapshot,
    Status,
)
from pricectl.runtime.sources import Sources

# How long a reload waits for the other workers of the host.
HOST_LOCK_SECONDS = 2.0


class NoFile(Refused):
    """There is nothing to read: the process has no catalog file of its own."""


class Renewal(NamedTuple):
    """The snapshot to swap in, whether prices or settings differ, and what else is to be known.

    It was `announced` unless the other workers could not be told.
    """

    snapshot: Snapshot
    changed: bool
    reason: str = ""
    announced: bool = True


def renew(
    sources: Sources,
    current: Snapshot,
    monitor: Monitor,
    *,
    force: bool,
    wait_seconds: float = HOST_LOCK_SECONDS,
) -> Renewal:
    """Read the file and the settings again and announce them to the other workers.

    The host's reloads happen one after the other, each reading after it has its turn, so that no
    older content overtakes a newer one. Raises Refused, and Busy where `wait_seconds` is 0 and
    another process holds the lock.
    """
    if sources.path is None:
        raise NoFile("no catalog file is configured")
    not_announced = ""
    with ExitStack() as turn:
        announcements = sources.announcements
        locked = announcements is not None and announcements.lock(turn, wait_seconds)
        policy, problem = sources.settings.read(current.policy)
        loaded = _read(sources.path, current)
        same = loaded.catalog is current.catalog
        if not same and not force:
            _check_sane(sources, current, loaded, policy)
        changed = not same or (policy, problem) != (current.policy, current.settings_problem)
        # Read under the lock: the generation goes up by one at a time.
        announced = sources.announced()
        generation, is_news = _next_generation(announced, current, loaded, changed=changed)
        snapshot = loaded.snapshot(policy, problem, generation)
        if not changed:
            snapshot = snapshot._replace(loaded_at=current.loaded_at)
            if snapshot == current:  # readers may compare snapshots by identity
                snapshot = current
        # Kept before it is announced: a worker that finds a newer file takes the version from here.
        sources.keep(loaded, monitor, wait_seconds)
        if is_news:
            announcement = Announcement(generation, snapshot.sha256, force)
            not_announced = _announce(sources, announcement, locked=locked)
    if problem:
        monitor.settings_problem(problem)
    reason = not_announced or (f"{SETTINGS_REASON}: {problem}" if problem else "")
    return Renewal(snapshot, changed, reason, announced=not not_announced)


def follow(sources: Sources, current: Snapshot, monitor: Monitor) -> Renewal:
    """Take the version another worker announced: from the file, or from the last good copy.

    That worker may have had nothing to compare it with, so it is judged here again, unless a person
    has forced it. Raises Refused.
    """
    announced = sources.announcements.read(strict=True) if sources.announcements else None
    if announced is None:
        return Renewal(current, changed=False)
    if (announced.generation, announced.sha256) == (current.generation, current.sha256):
        return Renewal(current, changed=False)
    policy, problem = sources.settings.read(current.policy)
    if problem:
        monitor.settings_problem(problem)
    settled = current._replace(
        policy=policy, generation=announced.generation, settings_problem=problem
    )
    if announced.sha256 == current.sha256:
        changed = (policy, problem) != (current.policy, current.settings_problem)
        return Renewal(settled.flagged(), changed)
    for loaded in sources.own(monitor):
        if loaded.catalog.sha256 == announced.sha256:
            if not announced.forced:
                _check_sane(sources, current, loaded, policy)
            snapshot = loaded.snapshot(policy, problem, announced.generation)
            return Renewal(snapshot, changed=True)
    raise Refused("the announced version was not found")


def reload_result(
    snapshot: Snapshot, status: Status, reason: str, findings: tuple[Problem, ...] = ()
) -> ReloadResult:
    """What a reload did; `snapshot` is what is in use after it."""
    now = (snapshot.models, snapshot.sha256, snapshot.generation)
    return ReloadResult(status, *now, reason, findings)


def _check_sane(sources: Sources, current: Snapshot, loaded: Loaded, policy: Policy) -> None:
    """Judge a catalog beside the prices in use, or those in use before this start failed.

    The prices of another file, used while the settings could not be read, are no measure. Raises
    Refused.
    """
    last_path = sources.last_good.path if sources.last_good else ""
    if current.layer in OWN_LAYERS and current.source in (sources.path, last_path):
        loader.check_sane(loaded.catalog, current.catalog, policy)
        return
    last_good = None
    with suppress(Refused):  # there is no copy, or it is damaged
        last_good = load_copy(sources.last_good, like=loaded) if sources.last_good else None
    if last_good:
        loader.check_sane(loaded.catalog, last_good.catalog, policy)


def _read(path: str, current: Snapshot) -> Loaded:
    """The file's catalog; the very same object if its bytes are the ones in use."""
    data = loader.read_bytes(path)
    sha256 = atomic.sha256(data)
    if current.layer in OWN_LAYERS and sha256 == current.sha256:
        return Loaded(current.catalog, data, "file", path)
    return Loaded(loader.build_catalog(data, sha256), data, "file", path)


def _next_generation(
    announced: Announcement | None, current: Snapshot, loaded: Loaded, *, changed: bool
) -> tuple[int, bool]:
    """The generation of a version, and whether it is news for the other workers."""
    # A version that another worker has announced already keeps its number, so that all agree.
    known = announced is not None and announced.sha256 == loaded.catalog.sha256
    if announced and known and (announced.generation > current.generation or not changed):
        return announced.generation, False
    latest = max(current.generation, announced.generation if announced else 0)
    return latest + (changed or announced is not None), True


def _announce(sources: Sources, announcement: Announcement, *, locked: bool) -> str:
    """Tell the other workers; why they were not told, empty if they were."""
    try:
        if sources.announcements and locked:
            sources.announcements.write(announcement)
            return ""
    except Exception as error:  # noqa: BLE001 - this worker has the new prices all the same
        return f"{NOT_ANNOUNCED_REASON}: {error}"
    return NOT_ANNOUNCED_REASON
