"""The first snapshot of a process: what the workers of the host agreed on, else the best layer."""

from contextlib import ExitStack
from typing import NamedTuple

from pricectl.files import atomic
from pricectl.runtime import loader
from pricectl.runtime.loader import LoadedCatalog, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.own_layers import read_own_layers
from pricectl.runtime.settings_file import SettingsInForce
from pricectl.runtime.snapshot import EMERGENCY, Snapshot
from pricectl.runtime.sources import NO_WAIT, Sources
from pricectl.runtime.worker_group import NOTHING_ANNOUNCED, Announcement


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
    announced = sources.announced(monitor)
    layers = read_own_layers(sources, policy, monitor, current, announced)
    with ExitStack() as lock_stack:
        locked, busy = False, False
        try:
            locked = group is not None and group.lock(lock_stack, wait_seconds)
        except atomic.LockBusy:
            busy = True
        stamp = sources.announcement_stamp()
        announced = sources.announced()
        if locked and layers.unannounced:  # a reload was just about to announce it, or nobody was
            layers = read_own_layers(sources, policy, monitor, current, announced)
            if layers.unannounced:
                monitor.failure("last-known-good", layers.unannounced)
        is_first = not busy and (not (group and locked) or group.join())
        is_new_path = announced is None or sources.file_key not in announced.files
        loaded = None
        if announced and not (is_first or is_new_path):
            loaded = layers.version(announced.sha256)
            if loaded is None and layers.best:  # announced since the layers were read
                layers = read_own_layers(sources, policy, monitor, current, announced)
                loaded = layers.version(announced.sha256)
        loaded = loaded or layers.best
        is_own_file = loaded is not None and loaded is layers.file and not busy
        # As in a reload: what cannot be announced is not kept, since the copy is the whole group's.
        if loaded and is_own_file and (group is None or locked):
            sources.save_last_good(loaded, monitor, NO_WAIT, layers.copy_sha256)
        news = _start_announcement(sources, announced, loaded, is_own_file=is_own_file, busy=busy)
        if is_own_file and news != announced:
            not_told = sources.announce(news, locked=locked)
            is_told = not_told is None
            if not_told is not None:
                monitor.not_announced(not_told)
            stamp = sources.announcement_stamp() if is_told else stamp
            # Another worker will give this number to a version of its own.
            news = news if is_told or group is None else news._replace(generation=0)
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
