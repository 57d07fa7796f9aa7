"""What a catalog is compared with: the version it was edited from, and the reference prices.

Whatever was named must be readable. A base that nobody named is looked for in git: a catalog that
cannot have one gets the reason, and one that lacks what it should have, as in a shallow clone, is
an error.
"""

from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.evidence import Evidence
from pricectl.core.catalog import Catalog
from pricectl.files import branches, catalog_file, fetch, settings, versions, worktree
from pricectl.files.branches import BaseCommit, NothingBefore
from pricectl.files.catalog_file import Source, Unavailable
from pricectl.files.git import BadRef, NoGit
from pricectl.files.gitlog import FileLog
from pricectl.files.repository import Repository
from pricectl.files.versions import BadFileVersion, FileVersion
from pricectl.packaged import is_installed, packaged_catalog
from pricectl.policy import BadSettings, Policy

AUTO, NONE = "auto", "none"


class FoundCatalog(NamedTuple):
    """A catalog with its name for people, or the reason why there is none.

    `settings` are those of its commit; None where they are not known.
    """

    catalog: Catalog | None = None
    name: str = ""
    reason: str = ""
    settings: Policy | None = None


class EvidenceFinder:
    """Finds what catalogs are compared with, as the options and the settings say."""

    def __init__(self, policy: Policy, base: str = AUTO, reference: str | None = None) -> None:
        """`base` and `reference` are the options; without one the setting `reference` counts."""
        self.policy = policy
        self.base = base
        self.reference = reference or policy.reference or AUTO

    def evidence(self, source: Source, file: str, *, own: bool = True) -> Evidence:
        """What a catalog is compared with; `file` is its path, or "-" for standard input.

        `own`: the setting `deployed` is about this catalog. For others a branch that it names
        counts, but not a single file.

        Raises Unavailable, NotFetched, BadRef or BadFileVersion.
        """
        return self.with_base(self.base_of(source.data, file, own=own), source.data)

    def with_base(self, base: FoundCatalog, data: bytes) -> Evidence:
        """The evidence for a catalog whose base is known, with these bytes. Raises Unavailable."""
        reference = self._reference_for(data)
        return Evidence(
            base.catalog,
            base.name,
            reference.catalog,
            reference.name,
            no_base=base.reason,
            no_reference=reference.reason,
            base_settings=base.settings,
        )

    def built(
        self, found: FileVersion, file: str, version: CatalogVersion | None = None
    ) -> FoundCatalog:
        """The catalog of a version of `file`, and the settings beside it; `version`: as built.

        Raises BadFileVersion or BadRef.
        """
        if found.absent:
            return FoundCatalog(reason=f"{found.name} does not have the file")
        beside = _settings_in(found.commit, self.policy.source, file)
        catalog = (version or found.version()).catalog
        return FoundCatalog(catalog, found.name, settings=beside)

    @property
    def names_one_file(self) -> bool:
        """Whether the base is one file, which only one catalog can have come from."""
        word = self.policy.deployed if self.base == versions.DEPLOYED else self.base
        return word not in {AUTO, NONE, None} and _is_one_file(word)

    def base_of(self, data: bytes, file: str, *, own: bool = True) -> FoundCatalog:
        """The base of a catalog alone, by the same rules. Raises as `evidence` does."""
        if self.base == NONE:
            return FoundCatalog(reason="not asked for")
        if self.base == AUTO:
            return self._edited_from(data, file, own=own)
        if self.base == catalog_file.STDIN == file:
            raise Unavailable("cannot be its own base", where="standard input")
        if versions.is_file(self.base) and catalog_file.is_same(self.base, file):
            raise Unavailable("is compared with itself", where=file, next_step="name another base")
        return self.built(versions.read(self.base, file, self.policy, new=data), file)

    def _edited_from(self, data: bytes, file: str, *, own: bool) -> FoundCatalog:
        """The version that the file was edited from, which nobody has named."""
        if file == catalog_file.STDIN:
            return FoundCatalog(reason="standard input has no history")
        if is_installed() and catalog_file.is_same(file, str(packaged_catalog())):
            return FoundCatalog(reason="the file is a part of the installed pricectl")
        deployed = self.policy.deployed or versions.DEPLOYED
        ref, _, path = deployed.partition(":")
        if fetch.is_url(deployed) or (_is_one_file(deployed) and not path):
            if own:
                deployed_version = versions.read(versions.DEPLOYED, file, self.policy, new=data)
                return self.built(deployed_version, file)
            ref = versions.DEPLOYED
        log = FileLog(file, versions.settings_naming(file, self.policy))
        try:
            commit = _commit_before_edit(log, ref, data, self.policy.source)
        except NoGit as error:
            return FoundCatalog(reason=f"the file {error.what}" if error.where else error.what)
        except NothingBefore as error:
            return FoundCatalog(reason=error.what)
        found = versions.at_commit(log, commit, path if own else "", new=data)
        try:
            return self.built(found, file)
        except BadFileVersion:
            older = self._last_readable(log, commit, found.path)
            if older is None:
                raise
            return older

    def _last_readable(self, log: FileLog, commit: BaseCommit, path: str) -> FoundCatalog | None:
        """The newest older version that is a catalog, so that an edit can repair a broken one."""
        for version in log.versions_before(commit.id) if path == log.location.path else ():
            name = f"{commit.label}, as last readable in {version.commit[:7]}"
            data = log.bytes_of(version)
            with suppress(BadFileVersion):
                found = FileVersion(data or b"", name, path, version.commit)
                return self.built(found, str(log.file))
        return None

    def _reference_for(self, data: bytes) -> FoundCatalog:
        if self.reference == NONE:
            return FoundCatalog(reason="not asked for")
        version = self._reference_version
        if version.data == data:
            return FoundCatalog(reason=f"the file is {version.name} itself")
        return FoundCatalog(self._reference_catalog, version.name)

    @cached_property
    def _reference_version(self) -> FileVersion:
        """Read once for all catalogs."""
        packaged = self.reference in {AUTO, catalog_file.PACKAGED}
        if packaged and not versions.is_file(self.reference):
            name = str(packaged_catalog())
            return versions.from_file(name)._replace(name=catalog_file.PACKAGED)
        return versions.from_file(self.reference)

    @cached_property
    def _reference_catalog(self) -> Catalog:
        return self._reference_version.version().catalog


def _is_one_file(word: str) -> bool:
    """Whether a version is one file, by whatever way; a ref has every file at its own path."""
    named = word == catalog_file.PACKAGED or versions.is_file(word)
    return named or word == catalog_file.STDIN or ":" in word


def _settings_in(commit: str, source: str, file: str) -> Policy | None:
    """The settings of a commit, by the path that they have now.

    None if that commit has none there, if they cannot be read, or if they are not in the
    repository of the catalog `file`. Raises BadRef if git fails.
    """
    path = _settings_path(source, file) if commit else ""
    if not path:
        return None
    repository = Repository(source)
    blob = repository.blob(commit, path)
    name = f"{path} in {commit[:7]}"
    data = repository.content(blob, name, settings.MAX_SETTINGS_BYTES) if blob else None
    if data is None:
        return None
    try:
        policy, _ = settings.SettingsText(Path(source), data).usable_policy()
    except BadSettings:
        return None
    return policy


def _settings_path(source: str, file: str) -> str:
    """The path of the settings file in the work tree of the catalog `file`; "" if it is outside."""
    if not source:
        return ""
    catalog = catalog_file.FILE_NAME if file == catalog_file.STDIN else file
    try:
        root, path = worktree.locate(source)
        return path if worktree.locate(catalog).root == root else ""
    except BadRef:  # outside of git, or a link that leads out of the work tree
        return ""


def _commit_before_edit(log: FileLog, ref: str, data: bytes, source: str) -> BaseCommit:
    """The commit from before the edit. Raises BadRef, which may be NoGit or NothingBefore."""
    head = log.commit("HEAD")
    if head is None and log.ref_exists("HEAD"):
        raise BadRef("the commit of HEAD is missing from this clone", next_step="try 'git fsck'")
    if head is None and not log.refs("refs/heads", "refs/remotes"):
        raise NothingBefore("nothing is committed yet")
    named = ref != versions.DEPLOYED
    tip = versions.commit_of(log, ref) if named else branches.deployed_tip(log)
    beside = _settings_path(source, str(log.file))
    text = settings.SettingsText(Path(source)).data if beside else b""
    return branches.before_edit(log, tip, head, data, (beside, text) if beside else None)
