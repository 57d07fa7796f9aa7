"""The next snapshot of a process: from its file, or from what another worker announced.

Nothing here swaps anything: what is returned is complete, or an exception was raised before.
"""

from contextlib import ExitStack, suppress
from datetime import UTC, datetime
from typing import NamedTuple

from pricectl.files import atomic
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.host import Announced
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.origin import HOST_LOCK_SECONDS, Origin, Report
from pricectl.runtime.snapshot import NOT_TOLD, OWN_LAYERS, SETTINGS_NOT_USED, Layer, Snapshot


class NoFile(Refused):
    """There is nothing to read: the process has no catalog file of its own."""


class Renewal(NamedTuple):
    """The snapshot to swap in, whether prices or settings differ, and what else is to be known."""

    snapshot: Snapshot
    changed: bool
    note: str = ""


def renew(
    origin: Origin,
    current: Snapshot,
    report: Report,
    *,
    force: bool,
    wait_seconds: float = HOST_LOCK_SECONDS,
) -> Renewal:
    """Read the file and the settings again and tell the other workers.

    The host's reloads happen one after the other, each reading after it has its turn, so that no
    older content overtakes a newer one. Raises Refused, and Busy where `wait_seconds` is 0 and
    another process holds the lock.
    """
    if origin.path is None:
        raise NoFile("no catalog file is configured")
    with ExitStack() as turn:
        held = origin.hold(turn, wait_seconds)
        policy, problem = origin.settings.read(current.policy)
        loaded = _read(origin.path, current)
        same = loaded.catalog is current.catalog
        if not same and not force:
            _check_sane(origin, current, loaded, policy)
        changed = not same or (policy, problem) != (current.policy, current.settings_problem)
        generation, news = _agree(origin.announced(), current, loaded.catalog.sha256, changed)
        now = datetime.now(UTC)
        snapshot = Snapshot(loaded.catalog, policy, generation, "file", origin.path, now)
        snapshot = snapshot._replace(settings_problem=problem).flagged()
        if not changed:
            snapshot = _unless_equal(current, generation, "file", origin.path)
        origin.keep(loaded, report, wait_seconds)
        announcement = Announced(generation, snapshot.sha256, force)
        note = _announce(origin, announcement, held) if news else ""
    if problem:
        report("settings", Refused(problem))
        note = note or f"{SETTINGS_NOT_USED}: {problem}"
    return Renewal(snapshot, changed, note)


def adopt(origin: Origin, current: Snapshot, report: Report) -> Renewal:
    """Follow the version another worker announced: from the file, or from the last good copy.

    That worker may have had nothing to compare it with, so it is judged here again, unless a person
    has forced it. Raises Refused.
    """
    announced = origin.board.read(strict=True) if origin.board else None
    if announced is None or announced[:2] == (current.generation, current.sha256):
        return Renewal(current, changed=False)
    policy, problem = origin.settings.read(current.policy)
    if problem:
        report("settings", Refused(problem))
    settled = current._replace(
        policy=policy, generation=announced.generation, settings_problem=problem
    )
    if announced.sha256 == current.sha256:
        changed = (policy, problem) != (current.policy, current.settings_problem)
        return Renewal(settled.flagged(), changed)
    for layer, source, loaded in origin.own(report):
        if loaded.catalog.sha256 == announced.sha256:
            if not announced.forced:
                _check_sane(origin, current, loaded, policy)
            snapshot = settled._replace(
                catalog=loaded.catalog, layer=layer, source=source, loaded_at=datetime.now(UTC)
            )
            return Renewal(snapshot.flagged(), changed=True)
    raise Refused("the announced version was not found")


def _check_sane(origin: Origin, current: Snapshot, loaded: Loaded, policy: Policy) -> None:
    """Judge a catalog beside the prices in use, or those in use before this start failed.

    The prices of another file, used while the settings could not be read, are no measure. Raises
    Refused.
    """
    last_path = origin.last_good.path if origin.last_good else ""
    if current.layer in OWN_LAYERS and current.source in (origin.path, last_path):
        loader.check_sane(loaded.catalog, current.catalog, policy)
        return
    last_good = None
    with suppress(Refused):  # there is no copy, or it is damaged
        last_good = origin.last_good.load(like=loaded) if origin.last_good else None
    if last_good:
        loader.check_sane(loaded.catalog, last_good.catalog, policy)


def _read(path: str, current: Snapshot) -> Loaded:
    """The file's catalog; the very same object if its bytes are the ones in use."""
    data = loader.read_bytes(path)
    sha256 = atomic.sha256(data)
    if current.layer in OWN_LAYERS and sha256 == current.sha256:
        return Loaded(current.catalog, data)
    return Loaded(loader.build_catalog(data, sha256), data)


def _agree(
    announced: Announced | None,
    current: Snapshot,
    sha256: str,
    changed: bool,  # noqa: FBT001
) -> tuple[int, bool]:
    """The generation of a version, and whether the other workers have yet to hear of it."""
    told = announced is not None and announced.sha256 == sha256
    if announced and told and (announced.generation > current.generation or not changed):
        return announced.generation, False
    known = max(current.generation, announced.generation if announced else 0)
    return known + (changed or announced is not None), True


def _unless_equal(current: Snapshot, generation: int, layer: Layer, source: str) -> Snapshot:
    """The same object while nothing in it differs."""
    if (current.generation, current.layer, current.source) == (generation, layer, source):
        return current
    return current._replace(generation=generation, layer=layer, source=source).flagged()


def _announce(origin: Origin, news: Announced, held: bool) -> str:  # noqa: FBT001
    try:
        if origin.board and held:
            origin.board.write(news)
            return ""
    except Exception as error:  # noqa: BLE001 - this worker has the new prices all the same
        return f"{NOT_TOLD}: {error}"
    return NOT_TOLD
