"""The team's own prices of a process: its file, and the last good copy beside it.

Which of the two is used is decided where prices are started, reloaded or followed.
"""

from typing import NamedTuple

from pricectl.files import atomic
from pricectl.flags import OWN_LAYERS
from pricectl.policy import Policy
from pricectl.runtime import loader
from pricectl.runtime.loader import LoadedCatalog, NotAnnounced, Refused, to_refusal
from pricectl.runtime.monitor import Monitor
from pricectl.runtime.snapshot import Snapshot
from pricectl.runtime.sources import Sources
from pricectl.runtime.worker_group import Announcement


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

    @property
    def copy_sha256(self) -> str:
        """The hash of what the copy holds; empty if it cannot be used."""
        return self.copy.catalog.sha256 if self.copy else ""

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


def read_own_layers(
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
            file = read_file(sources.path, current)
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


def read_announced_layers(
    sources: Sources, current: Snapshot, monitor: Monitor, announced: Announcement
) -> OwnLayers:
    """The file and, if it is another version than the announced one, the copy."""
    file = copy = refused = None
    try:
        file = read_file(sources.path, current) if sources.path is not None else None
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


def read_file(path: str, current: Snapshot) -> LoadedCatalog:
    """The file's catalog; the very same object if its bytes are the ones in use."""
    data = loader.read_bytes(path)
    sha256 = atomic.sha256(data)
    if current.layer in OWN_LAYERS and sha256 == current.sha256:
        return LoadedCatalog(current.catalog, data, "file", path)
    return LoadedCatalog(loader.build_catalog(data, sha256), data, "file", path)
