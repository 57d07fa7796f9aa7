"""The prices a process starts with: what its host agreed on, else the best layer there is."""

from typing import NamedTuple

from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.announcements import Announcement
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.settings_file import SettingsInForce
from pricectl.runtime.snapshot import EMERGENCY, Snapshot
from pricectl.runtime.sources import Sources

# Where a call waits for its price, nothing waits for a lock: anybody who can read the folder can
# hold one.
NO_WAIT = 0.0


class StartResult(NamedTuple):
    """The first snapshot, and why the file was not taken if it looks broken."""

    snapshot: Snapshot
    refused: Refused | None = None


def first_snapshot(sources: Sources, settings: SettingsInForce, monitor: Monitor) -> StartResult:
    """Load the best prices that can be used; only the file is judged."""
    try:
        announced = sources.announced()
    except Exception:  # noqa: BLE001 - nothing agreed on
        announced = None
    policy, problem = settings
    if problem:
        monitor.settings_problem(problem)
    own = list(sources.own(monitor))
    refused = _why_refused(own, announced, policy)
    if refused:
        own = own[1:]
    # The announced version first; a file that nobody has announced yet is taken otherwise.
    agreed = [loaded for loaded in own if announced and loaded.catalog.sha256 == announced.sha256]
    loaded = next(iter(agreed or own), None)
    if loaded is None:
        try:  # the packaged catalog is not checked against anything
            loaded = loader.load_packaged()
        except Exception as error:  # noqa: BLE001 - the default price answers
            monitor.failure("packaged", error)
            loaded = Loaded(EMERGENCY.catalog, b"", EMERGENCY.layer, EMERGENCY.source)
    elif loaded.layer == "file":
        # The copy was read just now, if there is one: a file with its bytes has its catalog, too.
        held = any(copy.catalog is loaded.catalog for copy in own[1:])
        sources.keep(loaded, monitor, NO_WAIT, held=held)
    generation = announced.generation if announced else 1
    return StartResult(loaded.snapshot(policy, problem, generation), refused)


def _why_refused(
    own: list[Loaded], announced: Announcement | None, policy: Policy
) -> Refused | None:
    """Why the file looks broken beside the last good copy, which was in use before this start.

    A file that a person has forced a worker of this host to take is not judged again.
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
