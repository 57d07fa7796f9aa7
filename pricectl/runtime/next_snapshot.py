"""The next snapshot of a process: its first one, from its file, or from another worker's news.

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
from pricectl.runtime.settings_file import SettingsInForce
from pricectl.runtime.shared_files import Announcement, load_copy
from pricectl.runtime.snapshot import (
    EMERGENCY,
    NOT_ANNOUNCED_REASON,
    SETTINGS_REASON,
    Reason,
    ReloadResult,
    Snapshot,
    Status,
)
from pricectl.runtime.sources import Sources

# How long a reload waits for the other workers of the host.
HOST_LOCK_SECONDS = 2.0
# A call never waits for a lock: anyone who can read the folder can hold one.
NO_WAIT = 0.0


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


class StartResult(NamedTuple):
    """The first snapshot, and why the file was not taken if it looks broken."""

    snapshot: Snapshot
    refused: Refused | None = None


def first_snapshot(sources: Sources, settings: SettingsInForce, monitor: Monitor) -> StartResult:
    """Load what the workers of the host agreed on, else the best layer there is.

    Only the file is checked for looking broken.
    """
    try:
        announced = sources.announced()
    except Exception:  # noqa: BLE001 - nothing agreed on
        announced = None
    policy, problem = settings
    if problem:
        monitor.settings_problem(problem)
    own = list(sources.load_own_layers(monitor))
    refused = _why_refused(own, announced, policy)
    if refused:
        own = own[1:]
    # The announced version first; a file that nobody has announced yet is taken otherwise.
    matching = [loaded for loaded in own if announced and loaded.catalog.sha256 == announced.sha256]
    loaded = next(iter(matching or own), None)
    if loaded is None:
        try:  # the packaged catalog is not checked against anything
            loaded = loader.load_packaged()
        except Exception as error:  # noqa: BLE001 - the default price answers
            monitor.failure("packaged", error)
            loaded = LoadedCatalog(EMERGENCY.catalog, b"", EMERGENCY.layer, EMERGENCY.source)
    elif loaded.layer == "file":
        # The copy was read just now, if there is one: a file with its bytes has its catalog, too.
        copy_is_current = any(copy.catalog is loaded.catalog for copy in own[1:])
        sources.save_last_good(loaded, monitor, NO_WAIT, copy_is_current=copy_is_current)
    generation = announced.generation if announced else 1
    return StartResult(loaded.snapshot(policy, problem, generation), refused)


def _why_refused(
    own: list[LoadedCatalog], announced: Announcement | None, policy: Policy
) -> Refused | None:
    """Why the file looks broken compared with the last good copy, in use before this start.

    A file that a person has forced a worker of this host to take is not checked again.
    """
    if [loaded.layer for loaded in own] != ["file", "last-known-good"]:
        return None
    new, before = own[0].catalog, own[1].catalog
    if new.sha256 == before.sha256:
        return None
    if announced and announced.forced and announced.sha256 == new.sha256:
        return None
    try:
        loader.check_sane(new, before, policy)
    except Refused as refused:
        return refused
    except Exception as error:  # noqa: BLE001 - what was in use before stays in use
        kind = type(error).__name__
        return Refused(f"cannot be compared with the last good copy: {kind}")
    return None


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
        announcements = sources.announcements
        locked = announcements is not None and announcements.lock(lock_stack, wait_seconds)
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
        sources.save_last_good(loaded, monitor, wait_seconds)
        if is_news:
            announcement = Announcement(generation, snapshot.sha256, force)
            not_announced = _announce(sources, announcement, locked=locked)
    if problem:
        monitor.settings_problem(problem)
    settings_reason = problem.under(SETTINGS_REASON) if problem else Reason()
    reason = settings_reason if not_announced is None else not_announced
    return NextSnapshot(snapshot, changed, reason, announced=not_announced is None)


def take_announced(sources: Sources, current: Snapshot, monitor: Monitor) -> NextSnapshot:
    """Take the version another worker announced: from the file, or from the last good copy.

    That worker may have had nothing to compare it with, so it is checked here again, unless a
    person has forced it. Raises Refused.
    """
    announced = sources.announcements.read(strict=True) if sources.announcements else None
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
    for loaded in sources.load_own_layers(monitor):
        if loaded.catalog.sha256 == announced.sha256:
            if not announced.forced:
                _check_sane(sources, current, loaded, policy)
            snapshot = loaded.snapshot(policy, problem, announced.generation)
            return NextSnapshot(snapshot, changed=True)
    raise Refused("the announced version was not found")


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
        last_good = load_copy(sources.last_good, reuse=loaded) if sources.last_good else None
    if last_good:
        loader.check_sane(loaded.catalog, last_good.catalog, policy)


def _read(path: str, current: Snapshot) -> LoadedCatalog:
    """The file's catalog; the very same object if its bytes are the ones in use."""
    data = loader.read_bytes(path)
    sha256 = atomic.sha256(data)
    if current.layer in OWN_LAYERS and sha256 == current.sha256:
        return LoadedCatalog(current.catalog, data, "file", path)
    return LoadedCatalog(loader.build_catalog(data, sha256), data, "file", path)


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


def _announce(sources: Sources, announcement: Announcement, *, locked: bool) -> Reason | None:
    """Tell the other workers; why they were not told, None if they were."""
    try:
        if sources.announcements and locked:
            sources.announcements.write(announcement)
            return None
    except Exception as error:  # noqa: BLE001 - this worker has the new prices all the same
        # The error names a file of the state folder.
        return Reason(f"{NOT_ANNOUNCED_REASON}: {error}", NOT_ANNOUNCED_REASON)
    return Reason(NOT_ANNOUNCED_REASON)
