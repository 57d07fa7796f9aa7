"""The files one process uses: its catalog, its settings, and what the workers of a host share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pricectl.files import atomic, catalog_file
from pricectl.policy import Policy
from pricectl.runtime import loader, logs
from pricectl.runtime.announcements import Announcement, AnnouncementFile
from pricectl.runtime.last_good import LastGoodCopy, catalog_copy, load_copy, state_folder
from pricectl.runtime.loader import Loaded, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.settings_file import SettingsFile, SettingsInForce


class Options(NamedTuple):
    """How a process wants its prices; see `Pricing.load`."""

    path: str | os.PathLike[str] | None = None
    policy: Policy | None = None
    state: str | os.PathLike[str] | None = None
    deny: frozenset[str] = frozenset()
    check_seconds: float = 0.2


class Sources(NamedTuple):
    """The catalog file (None: only the packaged one) and the files that go with it.

    Sources are `provisional`, and looked for again, while there is no catalog file or while the
    settings that may name one have a fault.
    """

    path: str | None
    settings: SettingsFile
    announcements: AnnouncementFile | None = None
    last_good: LastGoodCopy | None = None
    provisional: bool = False

    def content(self) -> str:
        """A hash of what the files say now; empty where the catalog cannot be read."""
        try:
            read = atomic.read(self.path) if self.path is not None else b""
        except (OSError, ValueError):
            return ""
        return atomic.sha256(read) + self.settings.content()

    def announced(self) -> Announcement | None:
        """The version that the workers agreed on last."""
        return self.announcements.read() if self.announcements else None

    def announcement_stamp(self) -> tuple[int, int, int] | None:
        """A value that changes with each announcement; None while there is none."""
        return self.announcements.stamp() if self.announcements else None

    def own(self, monitor: Monitor) -> Iterator[Loaded]:
        """The team's own prices, from each layer that can be used, the best first."""
        file = None
        if self.path is not None:
            try:
                file = loader.load(self.path)
                yield file
            except Exception as error:  # noqa: BLE001 - the next layer answers
                monitor.failure("file", error)
        if self.last_good:
            try:
                yield load_copy(self.last_good, like=file)
            except Exception as error:  # noqa: BLE001 - the next layer answers
                monitor.failure("last-known-good", error)

    def keep(
        self, loaded: Loaded, monitor: Monitor, wait_seconds: float, *, held: bool | None = None
    ) -> None:
        """Save the last good copy; where another process holds the folder, the next reload does.

        `held` says whether the copy is the same already; None looks.
        """
        copy, data, sha256 = self.last_good, loaded.data, loaded.catalog.sha256
        try:
            if copy and not (copy.holds(data, sha256) if held is None else held):
                copy.save(data, sha256, wait_seconds)
        except atomic.Busy:
            return
        except Exception as error:  # noqa: BLE001 - the prices are good all the same
            monitor.failure("last-known-good", error)


def find_sources(
    options: Options, folder: Path | None, monitor: Monitor
) -> tuple[Sources, SettingsInForce]:
    """Locate everything once, as absolute paths: a later change of folder changes nothing.

    `folder` is the working folder; None where it has been deleted. The settings are those that the
    setting `file` was read from.
    """
    named, state, path = None, None, None
    try:
        named = os.fsdecode(options.path) if options.path is not None else None
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        monitor.failure("file", error)
    try:
        if options.state:
            state = Path(os.path.abspath(os.fsdecode(options.state)))  # noqa: PTH100
        else:
            state = state_folder()
    except Exception as error:  # noqa: BLE001 - without a home there is no last good copy
        monitor.failure("last-known-good", error)
    settings_file = SettingsFile(named, folder, options.policy, state)
    found = settings_file.read()
    try:
        path = _locate(named, found.policy.file, folder)
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        monitor.failure("file", error)
    by_settings = named is None and not os.environ.get("PRICECTL_FILE")
    provisional = path is None or (bool(found.problem) and by_settings)
    sources = Sources(path, settings_file, provisional=provisional)
    if path is not None and state is not None:
        announcements = AnnouncementFile.of_catalog(path, state)
        last_good = catalog_copy(path, state)
        sources = sources._replace(announcements=announcements, last_good=last_good)
    return sources, found


def _locate(named: str | None, configured: str | None, folder: Path | None) -> str | None:
    """The absolute path of the team's own file, links kept; None if there is none."""
    found = catalog_file.find(named, configured, folder)
    if found is None or os.path.isabs(found):  # noqa: PTH117 - may hold a null byte
        return found and os.path.normpath(found)
    if folder is None:
        raise Refused("a relative path, and the working folder is gone", phrase=logs.NOT_FOUND)
    return os.path.normpath(os.path.join(folder, found))  # noqa: PTH118
