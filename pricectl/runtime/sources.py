"""The files one process uses: its catalog, its settings, and what the workers of a host share."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from pricectl.files import atomic, catalog_file
from pricectl.flags import NOT_FOUND
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.loader import LoadedCatalog, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.settings_file import SettingsFile, SettingsInForce
from pricectl.runtime.shared_files import (
    Announcement,
    AnnouncementFile,
    LastGoodCopy,
    catalog_copy,
    default_state_folder,
    load_copy,
)


class Options(NamedTuple):
    """How a process wants its prices; see `Pricing.load`."""

    path: str | os.PathLike[str] | None = None
    policy: Policy | None = None
    state_folder: str | os.PathLike[str] | None = None
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

    def content_sha256(self) -> str:
        """The hash of the files' content; empty where the catalog cannot be read."""
        try:
            read = atomic.read(self.path) if self.path is not None else b""
        except (OSError, ValueError):
            return ""
        return atomic.sha256(read) + self.settings.content_sha256()

    def announced(self) -> Announcement | None:
        """The version that the workers agreed on last."""
        return self.announcements.read() if self.announcements else None

    def announcement_stamp(self) -> tuple[int, int, int] | None:
        """A value that changes with each announcement; None while there is none."""
        return self.announcements.stamp() if self.announcements else None

    def load_own_layers(self, monitor: Monitor) -> Iterator[LoadedCatalog]:
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
                yield load_copy(self.last_good, reuse=file)
            except Exception as error:  # noqa: BLE001 - the next layer answers
                monitor.failure("last-known-good", error)

    def save_last_good(
        self,
        loaded: LoadedCatalog,
        monitor: Monitor,
        wait_seconds: float,
        *,
        copy_is_current: bool | None = None,
    ) -> None:
        """Save the last good copy. If another process holds the lock, the next reload saves it.

        `copy_is_current`: the copy has this content already; None: not known, so it is read.
        """
        copy, data, sha256 = self.last_good, loaded.data, loaded.catalog.sha256
        try:
            if copy and copy_is_current is None:
                copy_is_current = copy.holds(data, sha256)
            if copy and not copy_is_current:
                copy.save(data, sha256, wait_seconds)
        except atomic.LockBusy:
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
    catalog_argument, state_folder, path = None, None, None
    try:
        if options.path is not None:
            catalog_argument = os.fsdecode(options.path)
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        monitor.failure("file", error)
    try:
        if options.state_folder:
            chosen = os.fsdecode(options.state_folder)
            state_folder = Path(os.path.abspath(chosen))  # noqa: PTH100
        else:
            state_folder = default_state_folder()
    except Exception as error:  # noqa: BLE001 - without a home there is no last good copy
        monitor.failure("last-known-good", error)
    settings_file = SettingsFile(catalog_argument, folder, options.policy, state_folder)
    found = settings_file.read()
    try:
        path = _locate(catalog_argument, found.policy.file, folder)
    except Exception as error:  # noqa: BLE001 - the package's prices hold
        monitor.failure("file", error)
    by_settings = catalog_argument is None and not os.environ.get("PRICECTL_FILE")
    provisional = path is None or (bool(found.problem) and by_settings)
    sources = Sources(path, settings_file, provisional=provisional)
    if path is not None and state_folder is not None:
        announcements = AnnouncementFile.of_catalog(path, state_folder)
        last_good = catalog_copy(path, state_folder)
        sources = sources._replace(announcements=announcements, last_good=last_good)
    return sources, found


def _locate(
    catalog_argument: str | None, configured: str | None, folder: Path | None
) -> str | None:
    """The absolute path of the team's own file, links kept; None if there is none."""
    found = catalog_file.find(catalog_argument, configured, folder)
    if found is None or os.path.isabs(found):  # noqa: PTH117 - may hold a null byte
        return found and os.path.normpath(found)
    if folder is None:
        raise Refused("a relative path, and the working folder is gone", phrase=NOT_FOUND)
    return os.path.normpath(os.path.join(folder, found))  # noqa: PTH118
