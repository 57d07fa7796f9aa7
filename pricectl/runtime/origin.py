"""Where one process's prices and settings come from, and what its workers share. Floor 2."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from pricectl import atomic, settings, store
from pricectl.core.catalog import Catalog
from pricectl.core.errors import PricingError
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.host import (
    Announced,
    Board,
    LastGood,
    board_for,
    last_good_for,
    state_folder,
)
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.snapshot import EMERGENCY, Layer, Snapshot

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

    path: str | None = None
    fixed_policy: Policy | None = None
    board: Board | None = None
    last_good: LastGood | None = None

    def policy(self) -> Policy:
        """The settings as they are now. Raises Refused."""
        if self.fixed_policy:
            return self.fixed_policy
        try:
            return settings.load_policy()
        except (PricingError, OSError) as error:
            raise Refused(f"the settings cannot be used: {error}") from None

    def announced(self) -> Announced | None:
        """The version that the workers agreed on last."""
        return self.board.read() if self.board else None

    def own(self, report: Report) -> Iterator[tuple[Layer, str, Loaded]]:
        """The layers with the team's own prices that can be used, the best first."""
        if self.path is not None:
            try:
                yield "file", self.path, loader.load(self.path)
            except Exception as error:  # noqa: BLE001 - the next layer answers
                report("file", error)
        if self.last_good:
            try:
                yield "last-known-good", self.last_good.path, self.last_good.load()
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


def find_origin(options: Options, report: Report) -> tuple[Origin, Policy]:
    """Locate everything once, so that a later change of folder changes nothing; read settings."""
    path, fixed = None, options.policy
    try:
        policy = Origin(fixed_policy=fixed).policy()
    except Exception as error:  # noqa: BLE001 - the defaults hold
        report("settings", error)
        policy = Policy()
    try:
        asked = os.fsdecode(options.path) if options.path is not None else None
        path = _locate(asked, policy.file)
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        report("file", error)
    if path is None:
        return Origin(None, fixed), policy
    try:
        state = Path(os.fsdecode(options.state)) if options.state is not None else state_folder()
        return Origin(path, fixed, board_for(path, state), last_good_for(path, state)), policy
    except Exception as error:  # noqa: BLE001 - without a home there is no last good copy
        report("last-known-good", error)
        return Origin(path, fixed), policy


def _locate(asked: str | None, configured: str | None) -> str | None:
    """The absolute path of the team's own file; None if only the package has one."""
    found = os.path.abspath(store.locate(asked, configured))  # noqa: PTH100 - keeps symlinks
    chosen = asked or os.environ.get("PRICECTL_FILE") or configured
    beside = Path.cwd().is_relative_to(Path(found).parent) if not chosen else True
    return found if beside else None


def first_snapshot(origin: Origin, policy: Policy, report: Report) -> Snapshot:
    """The prices a process starts with: what its host agreed on, else the best layer there is."""
    try:
        announced = origin.announced()
    except Exception:  # noqa: BLE001 - nothing agreed on
        announced = None
    generation = announced.generation if announced else 1
    layer, source, catalog = _best(origin, announced, report)
    return Snapshot(catalog, policy, generation, layer, source, datetime.now(UTC))


def _best(
    origin: Origin, announced: Announced | None, report: Report
) -> tuple[Layer, str, Catalog]:
    first = None
    for layer, source, loaded in origin.own(report):
        first = first or (layer, source, loaded)
        if announced is None or loaded.catalog.sha256 == announced.sha256:
            first = layer, source, loaded
            break
    if first:
        layer, source, loaded = first
        if layer == "file":
            origin.keep(loaded, report, NO_WAIT)
        return layer, source, loaded.catalog
    try:
        return "packaged", loader.packaged(), loader.load(loader.packaged()).catalog
    except Exception as error:  # noqa: BLE001 - one layer is left
        report("packaged", error)
    return "default", "", EMERGENCY.catalog
