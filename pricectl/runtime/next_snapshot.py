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
from pricectl.runtime.loader import LoadedCatalog, NotAnnounced, Refused, to_refusal
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.settings_file import SettingsInForce
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
from pricectl.runtime.worker_group import NOTHING_ANNOUNCED, Announcement, WorkerGroup

# How long a reload waits for the other workers of the host.
HOST_LOCK_SECONDS = 5.0
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
    """The first snapshot, and why the file was not taken if it looks broken.

    `joined` is False if another process held the lock: then the process has to join later.
    `file_sha256` is the hash of the file's content, empty if it could not be loaded. `stamp` is
    that of the announcement that was taken into account.
    """

    snapshot: Snapshot
    refused: Refused | None = None
    joined: bool = True
    file_sha256: str = ""
    stamp: tuple[int, int, int] | None = None


class OwnLayers(NamedTuple):
    """The file and the last good copy, None where one cannot be used.

    `unusable` says why the file cannot be read, `looks_broken` what is odd beside the copy.
    `file_sha256` is the hash of the file as it was read, also where it looks broken. `unannounced`
    is set if the copy was left aside because nobody has announced its version.
    """

    file: LoadedCatalog | None
    copy: LoadedCatalog | None
    unusable: Refused | None = None
    looks_broken: Refused | None = None
    file_sha256: str = ""
    unannounced: NotAnnounced | None = None

    @property
    def best(self) -> LoadedCatalog | None:
        """The file, else the copy."""
        return self.file or self.copy

    def explained(self, snapshot: Snapshot) -> Snapshot:
        """The snapshot with the reason why it is not the file's, if it is not."""
        refused = self.unusable or self.looks_broken
        if snapshot.layer == "file" or refused is None:
            return snapshot
        return snapshot._replace(fallback_reason=refused.what)

    def version(self, sha256: str) -> LoadedCatalog | None:
        """The one with this hash.

        A copy beside a good file is not a fallback: the file has an edit that waits for a reload.
        So it counts as the file's prices, as in the workers that read them before the edit.
        """
        if self.file and self.file.catalog.sha256 == sha256:
            return self.file
        if self.copy and self.copy.catalog.sha256 == sha256:
            return self.copy._replace(layer="file") if self.file else self.copy
        return None


def first_snapshot(
    sources: Sources,
    settings: SettingsInForce,
    monitor: Monitor,
    *,
    wait_seconds: float = NO_WAIT,
    current: Snapshot = EMERGENCY,
) -> StartResult:
    """Load what the workers of the host agreed on, else the best layer there is.

    The file is taken, and announced, if its path is new to the group, if no other worker is alive,
    or if what was announced is nowhere to be found. Otherwise two workers would charge by two
    versions of one generation. Only the file is checked for looking broken.
    """
    policy, problem = settings
    if problem:
        monitor.settings_problem(problem)
    group = sources.group
    announced = sources.announced()
    layers = _own_layers(sources, policy, monitor, current, announced)
    with ExitStack() as lock_stack:
        locked, busy = False, False
        try:
            locked = group is not None and group.lock(lock_stack, wait_seconds)
        except atomic.LockBusy:
            busy = True
        stamp = sources.announcement_stamp()
        announced = sources.announced()
        if locked and layers.unannounced:  # a reload was just about to announce it, or nobody was
            layers = _own_layers(sources, policy, monitor, current, announced)
            if layers.unannounced:
                monitor.failure("last-known-good", layers.unannounced)
        is_first = not busy and (not (group and locked) or group.join())
        is_new_path = announced is None or sources.file_key not in announced.files
        loaded = None
        if announced and not (is_first or is_new_path):
            loaded = layers.version(announced.sha256)
            if loaded is None and layers.best:  # announced since the layers were read
                layers = _own_layers(sources, policy, monitor, current, announced)
                loaded = layers.version(announced.sha256)
        loaded = loaded or layers.best
        is_own_file = loaded is not None and loaded is layers.file and not busy
        if loaded and is_own_file:
            copy_sha256 = layers.copy.catalog.sha256 if layers.copy else ""
            sources.save_last_good(loaded, monitor, NO_WAIT, copy_sha256)
        news = _start_announcement(sources, announced, loaded, is_own_file=is_own_file, busy=busy)
        if is_own_file and news != announced:
            _announce(sources, news, locked=locked)
            stamp = sources.announcement_stamp() if locked else stamp
    loaded = loaded or _packaged(monitor)
    snapshot = layers.explained(loaded.snapshot(policy, problem, news.generation))
    return StartResult(snapshot, layers.looks_broken, not busy, layers.file_sha256, stamp)


def _packaged(monitor: Monitor) -> LoadedCatalog:
    """The packaged catalog, which is not checked against anything, else the default price."""
    try:
        return loader.load_packaged()
    except Exception as error:  # noqa: BLE001 - the default price answers
        monitor.failure("packaged", error)
        return LoadedCatalog(EMERGENCY.catalog, b"", EMERGENCY.layer, EMERGENCY.source)


def _start_announcement(
    sources: Sources,
    announced: Announcement | None,
    loaded: LoadedCatalog | None,
    *,
    is_own_file: bool,
    busy: bool,
) -> Announcement:
    """What holds after a start: what was announced, or what the start has to announce.

    Its generation is 0 for prices that the others have not agreed on, or not yet.
    """
    before = announced or NOTHING_ANNOUNCED
    sha256 = loaded.catalog.sha256 if loaded else ""
    is_agreed = announced is not None and announced.sha256 == sha256
    if is_own_file and not (is_agreed and sources.file_key in before.files):
        forced = is_agreed and before.forced
        generation = before.generation + (not is_agreed)
        return before.followed_by(generation, sha256, sources.file_key, forced=forced)
    if is_agreed:
        return before
    return before._replace(generation=0 if busy or announced else 1)


def _own_layers(
    sources: Sources,
    policy: Policy,
    monitor: Monitor,
    current: Snapshot,
    announced: Announcement | None,
) -> OwnLayers:
    """The team's own prices, from each layer that can be used; trouble is logged."""
    file = copy = unusable = looks_broken = unannounced = None
    if sources.path is not None:
        try:
            file = _read(sources.path, current)
        except Exception as error:  # noqa: BLE001 - the next layer answers
            monitor.failure("file", error)
            unusable = to_refusal(error)
    file_sha256 = file.catalog.sha256 if file else ""
    try:
        copy = sources.load_last_good(announced, reuse=file)
    except NotAnnounced as error:
        unannounced = error
    except Exception as error:  # noqa: BLE001 - the next layer answers
        monitor.failure("last-known-good", error)
    if file and copy:
        looks_broken = _why_refused(file, copy, announced, policy)
        file = None if looks_broken else file
    return OwnLayers(file, copy, unusable, looks_broken, file_sha256, unannounced)


def _why_refused(
    file: LoadedCatalog, copy: LoadedCatalog, announced: Announcement | None, policy: Policy
) -> Refused | None:
    """Why the file looks broken compared with the last good copy, in use before this start.

    A file that a person has forced a worker of this host to take is not checked again.
    """
    new, before = file.catalog, copy.catalog
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
        group = sources.group
        locked = _lock_and_join(group, lock_stack, wait_seconds)
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
        # A version that cannot be announced is not kept: the copy belongs to the whole group.
        if group is None or locked:
            sources.save_last_good(loaded, monitor, wait_seconds)
        if is_news:
            announcement = (announced or NOTHING_ANNOUNCED).followed_by(
                generation, snapshot.sha256, sources.file_key, forced=force
            )
            not_announced = _announce(sources, announcement, locked=locked)
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
    layers = _announced_layers(sources, current, monitor, announced)
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


def _announced_layers(
    sources: Sources, current: Snapshot, monitor: Monitor, announced: Announcement
) -> OwnLayers:
    """The file and, if it is another version than the announced one, the copy."""
    file = copy = refused = None
    try:
        file = _read(sources.path, current) if sources.path is not None else None
    except Exception as error:  # noqa: BLE001 - the copy may have it
        monitor.failure("file", error)
        refused = to_refusal(error)
    if not file or file.catalog.sha256 != announced.sha256:
        try:
            copy = sources.load_last_good(announced, reuse=file)
        except NotAnnounced:
            pass  # the caller finds out whether a reload is about to announce it
        except Exception as error:  # noqa: BLE001 - then the version is nowhere
            monitor.failure("last-known-good", error)
    return OwnLayers(file, copy, refused)


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
        if sources.group and locked:
            sources.group.write(announcement)
            return None
    except Exception as error:  # noqa: BLE001 - this worker has the new prices all the same
        # The error names a file of the state folder.
        return Reason(f"{NOT_ANNOUNCED_REASON}: {error}", NOT_ANNOUNCED_REASON)
    return Reason(NOT_ANNOUNCED_REASON)
