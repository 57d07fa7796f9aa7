"""The files one process uses: its catalog, its settings, and what the workers of a host share."""

import os
from pathlib import Path
from typing import NamedTuple

from pricectl.files import atomic, catalog_file
from pricectl.flags import NOT_FOUND
from pricectl.policy import Policy
from pricectl.runtime.loader import LoadedCatalog, NotAnnounced, Refused
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.settings_file import SettingsFile, SettingsInForce
from pricectl.runtime.shared_files import (
    LastGoodCopy,
    Owner,
    catalog_copy,
    default_state_folder,
    load_copy,
    stable_path,
)
from pricectl.runtime.snapshot import NOT_ANNOUNCED_REASON, Reason
from pricectl.runtime.worker_group import Announcement, WorkerGroup

# How often a worker looks for another's reload.
CHECK_SECONDS = 0.2
# How long a reload waits for the other workers of the host.
HOST_LOCK_SECONDS = 5.0
# A call never waits for a lock: anyone who can read the folder can hold one.
NO_WAIT = 0.0


class Options(NamedTuple):
    """How a process wants its prices; see `Pricing.load`."""

    path: str | os.PathLike[str] | None = None
    policy: Policy | None = None
    state_folder: str | os.PathLike[str] | None = None
    deny: frozenset[str] = frozenset()
    check_seconds: float = CHECK_SECONDS


class Sources(NamedTuple):
    """The catalog file (None: only the packaged one) and the files that go with it.

    Sources are `provisional`, and looked for again, while there is no catalog file or while the
    settings that may name one have a fault. `file_key` stands for the catalog's path: a release in
    a new folder has another one.
    """

    path: str | None
    settings: SettingsFile
    group: WorkerGroup | None = None
    last_good: LastGoodCopy | None = None
    provisional: bool = False
    file_key: str = ""

    def content_sha256(self) -> str:
        """The hash of the files' content; empty where the catalog cannot be read."""
        try:
            read = atomic.read(self.path) if self.path is not None else b""
        except (OSError, ValueError):
            return ""
        return atomic.sha256(read) + self.settings.content_sha256()

    def file_stamp(self) -> tuple[int, ...] | None:
        """A value that changes with each edit of the catalog; None while there is no file."""
        try:
            found = os.stat(self.path) if self.path is not None else None  # noqa: PTH116
        except (OSError, ValueError):
            return None
        if found is None:
            return None
        return found.st_mtime_ns, found.st_ctime_ns, found.st_ino, found.st_dev, found.st_size

    def announced(self, monitor: Monitor | None = None) -> Announcement | None:
        """The version that the workers agreed on last; what another user announced does not count.

        The monitor is told of that.
        """
        try:
            return self.group.read() if self.group else None
        except Refused as error:
            if monitor:
                monitor.failure("announcement", error)
            return None

    def announcement_stamp(self) -> tuple[int, int, int] | None:
        """A value that changes with each announcement; None while there is none."""
        return self.group.stamp() if self.group else None

    def announce(self, announcement: Announcement, *, locked: bool) -> Reason | None:
        """Tell the other workers; why they were not told, None if they were."""
        try:
            if self.group and locked:
                self.group.write(announcement)
                return None
        except Exception as error:  # noqa: BLE001 - this worker has the new prices all the same
            # The error names a file of the state folder.
            return Reason(f"{NOT_ANNOUNCED_REASON}: {error}", NOT_ANNOUNCED_REASON)
        return Reason(NOT_ANNOUNCED_REASON)

    def load_last_good(
        self, announced: Announcement | None, reuse: LoadedCatalog | None = None
    ) -> LoadedCatalog | None:
        """The last good copy; None where no place for one is known.

        Its hash must be one of those that were announced, so that a copy which somebody has
        rewritten with its hash is not used.

        Raises Refused; NotAnnounced, also while a reload has saved its copy and not announced it.
        """
        if self.last_good is None:
            return None
        loaded = load_copy(self.last_good, reuse)
        if announced and announced.recent and loaded.catalog.sha256 not in announced.recent:
            raise NotAnnounced
        return loaded

    def save_last_good(
        self,
        loaded: LoadedCatalog,
        monitor: Monitor,
        wait_seconds: float,
        copy_sha256: str | None = None,
    ) -> None:
        """Save the last good copy. If another process holds the lock, the next reload saves it.

        `copy_sha256` is the hash of what the copy holds; None: not known, so it is read.
        """
        data, sha256 = loaded.data, loaded.catalog.sha256
        try:
            if self.last_good is None:
                return
            unknown = copy_sha256 is None
            if copy_sha256 != sha256 and not (unknown and self.last_good.holds(data, sha256)):
                self.last_good.save(data, sha256, wait_seconds)
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
        try:
            owner = Owner.of(path, found.policy.service or "")
            sources = sources._replace(
                group=WorkerGroup(owner, state_folder),
                last_good=catalog_copy(owner, state_folder),
                file_key=atomic.sha256(os.fsencode(stable_path(path)))[:16],
            )
        except Exception as error:  # noqa: BLE001 - this worker reloads alone
            monitor.failure("last-known-good", error)
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
