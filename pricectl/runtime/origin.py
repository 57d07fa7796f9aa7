"""Where one process's prices and settings come from, and what its workers share."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.files import atomic, catalog_file
from pricectl.policy import Policy
from pricectl.runtime import loader, logs
from pricectl.runtime.host import (
    Announced,
    Board,
    LastGood,
    board_for,
    last_good_for,
    state_folder,
)
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.settings_file import SettingsCopies, SettingsFile
from pricectl.runtime.snapshot import EMERGENCY, OWN_LAYERS, Layer, Snapshot

# How long a reload waits for the other workers of the host.
HOST_LOCK_SECONDS = 2.0
# Where a call waits for its price, nothing waits for a lock: anybody who can read the folder can
# hold one.
NO_WAIT = 0.0

# Told of each layer that could not be used, and why.
Report = Callable[[str, Exception], None]


class Options(NamedTuple):
    """How a process wants its prices; see `Pricing.load`."""

    path: str | os.PathLike[str] | None = None
    policy: Policy | None = None
    state: str | os.PathLike[str] | None = None
    deny: frozenset[str] = frozenset()
    check_seconds: float = 0.2


class Origin(NamedTuple):
    """The catalog file (None: only what the package carries) and what goes with it."""

    path: str | None
    settings: SettingsFile
    board: Board | None = None
    last_good: LastGood | None = None
    doubtful: bool = False

    @property
    def is_provisional(self) -> bool:
        """Whether to look again: there is no file, or the settings that may name one are broken."""
        return self.path is None or self.doubtful

    def content(self) -> str:
        """What the files say now, as one hash; empty where the catalog cannot be read."""
        try:
            read = atomic.read(self.path) if self.path is not None else b""
        except (OSError, ValueError):
            return ""
        return atomic.sha256(read) + self.settings.content()

    def announced(self) -> Announced | None:
        """The version that the workers agreed on last."""
        return self.board.read() if self.board else None

    def own(self, report: Report) -> Iterator[tuple[Layer, str, Loaded]]:
        """The layers with the team's own prices that can be used, the best first."""
        loaded = None
        if self.path is not None:
            try:
                loaded = loader.load(self.path)
                yield "file", self.path, loaded
            except Exception as error:  # noqa: BLE001 - the next layer answers
                report("file", error)
        if self.last_good:
            try:
                yield "last-known-good", self.last_good.path, self.last_good.load(like=loaded)
            except Exception as error:  # noqa: BLE001 - the next layer answers
                report("last-known-good", error)

    def keep(self, loaded: Loaded, report: Report, wait_seconds: float) -> None:
        """Save the last good copy; where another process holds the folder, the next reload does."""
        try:
            if self.last_good:
                self.last_good.save(loaded, wait_seconds)
        except atomic.Busy:
            return
        except Exception as error:  # noqa: BLE001 - the prices are good all the same
            report("last-known-good", error)

    def hold(self, stack: ExitStack, wait_seconds: float) -> bool:
        """Keep other workers from reloading until the stack is closed.

        Returns False where nothing could be locked: then the reload is this worker's alone.
        Raises Busy if another process holds the lock and there is no time to wait for it.
        """
        try:
            if self.board:
                folder = Path(self.board.path).parent
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                stack.enter_context(atomic.locked(folder, wait_seconds))
        except atomic.Busy:
            if not wait_seconds:
                raise
            return False
        except Exception:  # noqa: BLE001 - this worker reloads alone
            return False
        return self.board is not None


def find_origin(options: Options, folder: Path | None, report: Report) -> Origin:
    """Locate everything once, as absolute paths: a later change of folder changes nothing.

    `folder` is the working folder; None where it has been deleted.
    """
    named, path = None, None
    try:
        named = os.fsdecode(options.path) if options.path is not None else None
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        report("file", error)
    settings_file = SettingsFile(named, folder, options.policy)
    state = None
    try:
        chosen = options.state
        state = Path(os.path.abspath(os.fsdecode(chosen))) if chosen else state_folder()  # noqa: PTH100
        settings_file.copies = SettingsCopies(state / "last-good")
    except Exception as error:  # noqa: BLE001 - without a home there is no last good copy
        report("last-known-good", error)
    found = settings_file.read()
    doubtful = bool(found.problem) and named is None and not os.environ.get("PRICECTL_FILE")
    try:
        path = _locate(named, found.policy.file, folder)
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        report("file", error)
    if path is None or state is None:
        return Origin(path, settings_file, doubtful=doubtful)
    board, last_good = board_for(path, state), last_good_for(path, state)
    return Origin(path, settings_file, board, last_good, doubtful)


def _locate(named: str | None, configured: str | None, folder: Path | None) -> str | None:
    """The absolute path of the team's own file, links kept; None if there is none."""
    found = catalog_file.find(named, configured, folder)
    if found is None or os.path.isabs(found):  # noqa: PTH117 - may hold a null byte
        return found and os.path.normpath(found)
    if folder is None:
        raise Refused("a relative path, and the working folder is gone", phrase=logs.NOT_FOUND)
    return os.path.normpath(os.path.join(folder, found))  # noqa: PTH118


class Start(NamedTuple):
    """What a process starts with, and why the file was not taken if it looks broken."""

    snapshot: Snapshot
    refused: Refused | None = None


class _Prices(NamedTuple):
    """A catalog and the layer that has it; `refused` is about the file before it."""

    layer: Layer
    source: str
    catalog: Catalog
    refused: Refused | None = None


def first_snapshot(origin: Origin, report: Report) -> Start:
    """The prices a process starts with: what its host agreed on, else the best layer there is."""
    try:
        announced = origin.announced()
    except Exception:  # noqa: BLE001 - nothing agreed on
        announced = None
    policy, problem = origin.settings.read()
    if problem:
        report("settings", Refused(problem))
    generation = announced.generation if announced else 1
    layer, source, catalog, refused = _best(origin, announced, policy, report)
    snapshot = Snapshot(catalog, policy, generation, layer, source, datetime.now(UTC))
    return Start(snapshot._replace(settings_problem=problem).flagged(), refused)


def _best(origin: Origin, announced: Announced | None, policy: Policy, report: Report) -> _Prices:
    found = {layer: (source, loaded) for layer, source, loaded in origin.own(report)}
    refused = None if _is_forced(found, announced) else _refused(found, policy)
    if refused:
        del found["file"]
    for layer, (source, loaded) in found.items():
        if announced and loaded.catalog.sha256 == announced.sha256:
            return _own(origin, layer, source, loaded, report)._replace(refused=refused)
    for layer, (source, loaded) in found.items():
        return _own(origin, layer, source, loaded, report)._replace(refused=refused)
    try:
        return _Prices("packaged", loader.packaged(), loader.load(loader.packaged()).catalog)
    except Exception as error:  # noqa: BLE001 - one layer is left
        report("packaged", error)
    return _Prices("default", "", EMERGENCY.catalog)


def _own(origin: Origin, layer: Layer, source: str, loaded: Loaded, report: Report) -> _Prices:
    if layer == "file":
        origin.keep(loaded, report, NO_WAIT)
    return _Prices(layer, source, loaded.catalog)


def _is_forced(found: Mapping[Layer, tuple[str, Loaded]], announced: Announced | None) -> bool:
    """Whether a person has forced a reload of the very file."""
    file = found.get("file")
    return bool(
        file and announced and announced.forced and file[1].catalog.sha256 == announced.sha256
    )


def _refused(found: Mapping[Layer, tuple[str, Loaded]], policy: Policy) -> Refused | None:
    """Why the file looks broken beside the last good copy, which was in use before this start."""
    if len(found) < len(OWN_LAYERS):
        return None
    (_, file), (_, last_good) = (found[layer] for layer in OWN_LAYERS)
    try:
        if file.catalog.sha256 != last_good.catalog.sha256:
            loader.check_sane(file.catalog, last_good.catalog, policy)
    except Refused as refused:
        return refused
    except Exception as error:  # noqa: BLE001 - what was in use before stays in use
        kind = type(error).__name__
        return Refused(f"cannot be compared with the last good copy: {kind}")
    return None
