"""The next snapshot of a running process: from its file, or from another worker's announcement.

Nothing here swaps anything: what is returned is complete, or an exception was raised before.
"""

from contextlib import ExitStack, suppress
from typing import NamedTuple

from pricectl.core.prices import Problem
from pricectl.files import atomic
from pricectl.flags import OWN_LAYERS
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.loader import LoadedCatalog, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.own_layers import read_announced_layers, read_file
from pricectl.runtime.snapshot import SETTINGS_REASON, Reason, ReloadResult, Snapshot, Status
from pricectl.runtime.sources import HOST_LOCK_SECONDS, NO_WAIT, Sources
from pricectl.runtime.worker_group import NOTHING_ANNOUNCED, Announcement, WorkerGroup


class NoFile(Refused):
    """There is nothing to read: the process has no catalog file of its own."""


class NextSnapshot(NamedTuple):
    """The snapshot to swap in, whether prices or settings differ, and a reason, if any.

    `announced`: the other workers were told.
    """

    snapshot: Snapshot
    changed: bool
    reason: Reason = Reason()
    announced: bool = True


def reload_from_file(
    sources: Sources,
    current: Snapshot,
    monitor: Monitor,
    *,
    force: bool,
    wait_seconds: float = HOST_LOCK_SECONDS,
) -> NextSnapshot:
    """Read the file and the settings again and announce them to the other workers.

    Reloads of one host run one at a time. Each reads after it has the lock, so that no older
    content overtakes a newer one.

    Raises Refused, and LockBusy if `wait_seconds` is 0 and another process holds the lock.
    """
    if sources.path is None:
        raise NoFile("no catalog file is configured")
    not_announced: Reason | None = None
    with ExitStack() as lock_stack:
        group = sources.group
        locked = _lock_and_join(group, lock_stack, wait_seconds)
        policy, problem = sources.settings.read(current.policy)
        loaded = read_file(sources.path, current)
        same = loaded.catalog is current.catalog
        if not same and not force:
            _check_sane(sources, current, loaded, policy)
        changed = not same or (policy, problem) != (current.policy, current.settings_problem)
        # Read under the lock: the generation goes up by one at a time.
        announced = sources.announced(monitor)
        generation, is_news = _next_generation(announced, current, loaded, changed=changed)
        snapshot = loaded.snapshot(policy, problem, generation)
        if not changed:
            snapshot = snapshot._replace(loaded_at=current.loaded_at)
            if snapshot == current:  # readers may compare snapshots by identity
                snapshot = current
        # Kept before it is announced: a worker that finds a newer file takes the version from here.
        # A version that cannot be announced is not kept: the copy belongs to the whole group.
        if group is None or locked:
            sources.save_last_good(loaded, monitor, wait_seconds)
        if is_news:
            announcement = (announced or NOTHING_ANNOUNCED).followed_by(
                generation, snapshot.sha256, sources.file_key, forced=force
            )
            not_announced = sources.announce(announcement, locked=locked)
            if not_announced is not None and group is not None:
                # Another worker will give this number to a version of its own.
                snapshot = snapshot._replace(generation=0)
    if problem:
        monitor.settings_problem(problem)
    settings_reason = problem.under(SETTINGS_REASON) if problem else Reason()
    reason = settings_reason if not_announced is None else not_announced
    return NextSnapshot(snapshot, changed, reason, announced=not_announced is None)


def _lock_and_join(group: WorkerGroup | None, stack: ExitStack, wait_seconds: float) -> bool:
    """Lock the group for a reload; whether that was possible. Raises LockBusy as a reload does."""
    locked = False
    try:
        locked = group is not None and group.lock(stack, wait_seconds)
    except atomic.LockBusy:
        if not wait_seconds:
            raise
    if group and locked:
        group.join()
    return locked


def take_announced(sources: Sources, current: Snapshot, monitor: Monitor) -> NextSnapshot:
    """Take the version another worker announced: from the file, or from the last good copy.

    That worker may have had nothing to compare it with, so it is checked here again, unless a
    person has forced it. Raises Refused, and LockBusy while a newer version is on its way.
    """
    announced = sources.group.read(strict=True) if sources.group else None
    if announced is None:
        return NextSnapshot(current, changed=False)
    if (announced.generation, announced.sha256) == (current.generation, current.sha256):
        return NextSnapshot(current, changed=False)
    policy, problem = sources.settings.read(current.policy)
    if problem:
        monitor.settings_problem(problem)
    updated = current._replace(
        policy=policy, generation=announced.generation, settings_problem=problem
    )
    if announced.sha256 == current.sha256:
        changed = (policy, problem) != (current.policy, current.settings_problem)
        return NextSnapshot(updated.flagged(), changed)
    layers = read_announced_layers(sources, current, monitor, announced)
    loaded = layers.version(announced.sha256)
    if loaded is None:
        _check_no_reload(sources, announced)
        raise Refused("the announced version was not found")
    if not announced.forced:
        _check_sane(sources, current, loaded, policy)
    snapshot = loaded.snapshot(policy, problem, announced.generation)
    return NextSnapshot(layers.explained(snapshot), changed=True)


def _check_no_reload(sources: Sources, announced: Announcement) -> None:
    """Check that no other worker is on its way to another version. Raises LockBusy.

    A reload saves its copy first, in the place of the announced version, and then announces it.
    """
    with ExitStack() as lock_stack:
        if sources.group:
            sources.group.lock(lock_stack, NO_WAIT)
        if sources.announced() != announced:
            raise atomic.LockBusy("another worker has announced a newer version")


def reload_result(
    snapshot: Snapshot, status: Status, reason: str, findings: tuple[Problem, ...] = ()
) -> ReloadResult:
    """What a reload did; `snapshot` is what is in use after it."""
    now = (snapshot.models, snapshot.sha256, snapshot.generation)
    return ReloadResult(status, *now, reason, findings)


def _check_sane(sources: Sources, current: Snapshot, loaded: LoadedCatalog, policy: Policy) -> None:
    """Check a catalog against the prices in use, else against the last good copy. Raises Refused.

    Prices of another file, used while the settings could not be read, are not compared.
    """
    last_path = sources.last_good.path if sources.last_good else ""
    if current.layer in OWN_LAYERS and current.source in (sources.path, last_path):
        loader.check_sane(loaded.catalog, current.catalog, policy)
        return
    last_good = None
    with suppress(Refused):  # there is no copy, or it is damaged
        last_good = sources.load_last_good(sources.announced(), reuse=loaded)
    if last_good:
        loader.check_sane(loaded.catalog, last_good.catalog, policy)


def _next_generation(
    announced: Announcement | None, current: Snapshot, loaded: LoadedCatalog, *, changed: bool
) -> tuple[int, bool]:
    """The generation of a version, and whether it is news for the other workers."""
    # A version that another worker has announced already keeps its number, so that all agree.
    known = announced is not None and announced.sha256 == loaded.catalog.sha256
    if announced and known and (announced.generation > current.generation or not changed):
        return announced.generation, False
    latest = max(current.generation, announced.generation if announced else 0)
    return latest + (changed or announced is not None), True
