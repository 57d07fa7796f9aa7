"""What a catalog is compared with: the version it was edited from, and the reference prices.

Whatever was named must be readable. A base that nobody named is looked for in git: a catalog that
cannot have one gets the reason, and one that lacks what it should have, as in a shallow clone, is
an error.
"""

from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.check.evidence import Evidence
from pricectl.core.catalog import Catalog
from pricectl.files import branches, catalog_file, fetch, settings, versions
from pricectl.files.branches import BaseCommit, NothingBefore
from pricectl.files.catalog_file import Source, Unavailable
from pricectl.files.committed_settings import (
    settings_before,
    settings_path,
)
from pricectl.files.compared_settings import settings_of
from pricectl.files.git import BadRef, NoGit
from pricectl.files.gitlog import FileLog
from pricectl.files.repository import Repository
from pricectl.files.versions import BadFileVersion, FileVersion
from pricectl.packaged import is_installed, packaged_catalog
from pricectl.policy import Policy

AUTO, NONE = catalog_file.AUTO, catalog_file.NONE


class FoundCatalog(NamedTuple):
    """A catalog with its name for people, or the reason why there is none.

    `settings` are those of its commit; None where it has none. `policy` is what an edit of it is
    judged by: those settings or the defaults; None where nobody knows. `version` is the catalog as
    it was read. `settings_problem` says what of the settings could not be read.
    """

    catalog: Catalog | None = None
    name: str = ""
    reason: str = ""
    settings: Policy | None = None
    policy: Policy | None = None
    version: CatalogVersion | None = None
    commit: str = ""
    settings_problem: str = ""


class EvidenceFinder:
    """Finds what catalogs are compared with, as the options and the settings say."""

    def __init__(
        self,
        policy: Policy,
        base: str = AUTO,
        reference: str | None = None,
        reuse: CatalogVersion | None = None,
    ) -> None:
        """`base` and `reference` are the options; without one the setting `reference` counts.

        `reuse` is a version that was read already: what it has just so is not built again.
        """
        self._reuse = reuse
        self.policy = policy
        self.base = base
        self.reference = reference
        self._references: dict[tuple[str, str], tuple[FileVersion, Catalog | None]] = {}

    def evidence(self, source: Source, file: str, *, own: bool = True) -> Evidence:
        """What a catalog is compared with; `file` is its path, or "-" for standard input.

        `own`: the setting `deployed` is about this catalog. For others a branch that it names
        counts, but not a single file.

        Raises Unavailable, NotFetched, BadRef or BadFileVersion.
        """
        return self.with_base(self.base_of(source.data, file, own=own), source.data)

    def with_base(self, base: FoundCatalog, data: bytes) -> Evidence:
        """The evidence for a catalog whose base is known, with these bytes.

        Raises Unavailable, BadRef or BadFileVersion.
        """
        reference = self._reference_for(base, data)
        return Evidence(
            base.catalog,
            base.name,
            reference.catalog,
            reference.name,
            no_base=base.reason,
            no_reference=reference.reason,
            base_settings=base.settings,
            base_policy=base.policy,
            base_data=base.version.data if base.version else b"",
            base_values=dict(base.version.values) if base.version else None,
            settings_problem=base.settings_problem,
        )

    def built(
        self, found: FileVersion, file: str, version: CatalogVersion | None = None
    ) -> FoundCatalog:
        """The catalog of a version of `file`, and the settings beside it; `version`: as built.

        Raises BadFileVersion or BadRef.
        """
        there = settings_of(found, self.policy, file)
        policy, problem = (there.policy, there.problem) if there else (None, "")
        if found.absent:
            unborn = found.name == versions.NOTHING_COMMITTED
            reason = found.name if unborn else f"{found.name} does not have the file"
            return FoundCatalog(
                reason=reason, policy=policy, commit=found.commit, settings_problem=problem
            )
        version = version or found.version(self._reuse)
        beside = policy if policy and policy.source else None
        return FoundCatalog(
            version.catalog, found.name, "", beside, policy, version, found.commit, problem
        )

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
        policy = self.policy
        if self.base == versions.DEPLOYED:
            policy = self.policy_naming_deployed(file, data)
        found = versions.read(self.base, file, policy, new=data)
        if self.base == versions.DEPLOYED and found.data == data:
            # On the deployed branch itself: nothing would be new, whoever pushed it.
            return self._edited_from(data, file, own=own)
        return self.built(found, file)

    def policy_naming_deployed(self, file: str, data: bytes) -> Policy:
        """The settings, with `deployed` as the default branch has it where that is known.

        An edit must not choose what it is compared with.
        """
        # Settings without a file are of no edit.
        if not (self.policy.source and self.policy.deployed) or file == catalog_file.STDIN:
            return self.policy
        try:
            log = FileLog(file, versions.settings_naming(file, self.policy))
            before = _commit_before_edit(log, versions.DEPLOYED, data, self.policy.source)
            trusted = settings_before(before.id, self.policy.source, file)
        except BadRef:  # without git or a default branch there is nothing to ask
            return self.policy
        if trusted is None or trusted.deployed == self.policy.deployed:
            return self.policy
        # It does not count yet, but a name that cannot be read is told at once.
        versions.read(versions.DEPLOYED, file, self.policy, new=data)
        return self.policy._replace(deployed=trusted.deployed)

    def _edited_from(self, data: bytes, file: str, *, own: bool) -> FoundCatalog:
        """The version that the file was edited from, which nobody has named."""
        if file == catalog_file.STDIN:
            return FoundCatalog(reason="standard input has no history")
        if is_installed() and catalog_file.is_same(file, str(packaged_catalog())):
            return FoundCatalog(reason="the file is a part of the installed pricectl")
        log = FileLog(file, versions.settings_naming(file, self.policy))
        policy = self.policy_naming_deployed(file, data)
        deployed = policy.deployed or versions.DEPLOYED
        ref, _, path = deployed.partition(":")
        if fetch.is_url(deployed) or (_is_one_file(deployed) and not path):
            if own:
                deployed_version = versions.read(versions.DEPLOYED, file, policy, new=data)
                return self.built(deployed_version, file)
            ref = versions.DEPLOYED
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

    def _reference_for(self, base: FoundCatalog, data: bytes) -> FoundCatalog:
        """The reference that an option names, else the one of the settings before the edit."""
        policy, commit = base.policy or self.policy, "" if self.reference else base.commit
        word = self.reference or policy.reference or AUTO
        edited = self.policy.reference
        if not self.reference and edited not in (policy.reference, None, AUTO, NONE):
            # It does not count yet, but a name that cannot be read is told at once.
            self._reference_version(edited, "")
        if word == NONE:
            return FoundCatalog(reason="not asked for")
        if (word, commit) not in self._references:
            self._references[word, commit] = self._reference_version(word, commit), None
        version, catalog = self._references[word, commit]
        if version.data == data:
            return FoundCatalog(reason=f"the file is {version.name} itself")
        if catalog is None:  # built once for all files
            catalog = version.version(self._reuse).catalog
            self._references[word, commit] = version, catalog
        return FoundCatalog(catalog, version.name)

    def _reference_version(self, word: str, commit: str) -> FileVersion:
        """The reference that a word means, as the base's commit has it if it is in its work tree.

        An edit must not change the prices that its own prices are compared with.
        """
        # A file of these names, which an edit can add, is never taken for the reference.
        if word == catalog_file.PACKAGED and versions.is_file(word):
            versions.require_one_meaning(word, catalog_file.STDIN, self.policy)
        if word in {AUTO, catalog_file.PACKAGED}:
            name = str(packaged_catalog())
            return versions.from_file(name)._replace(name=catalog_file.PACKAGED)
        path = settings_path(self.policy.source, word) if commit else ""
        if path:
            repository = Repository(word)
            before = BaseCommit(commit, commit[:7])
            if repository.blob(commit, repository.location.path):
                found = versions.at_commit(repository, before)
                return found._replace(name=f"{found.path} ({commit[:7]})")
        return versions.from_file(word)


def _is_one_file(word: str) -> bool:
    """Whether a version is one file, by whatever way; a ref has every file at its own path."""
    named = word == catalog_file.PACKAGED or versions.is_file(word)
    return named or word == catalog_file.STDIN or ":" in word


def _commit_before_edit(log: FileLog, ref: str, data: bytes, source: str) -> BaseCommit:
    """The commit from before the edit. Raises BadRef, which may be NoGit or NothingBefore."""
    head = log.commit("HEAD")
    if head is None and not versions.is_unborn(log):
        raise BadRef("the commit of HEAD is missing from this clone", next_step="try 'git fsck'")
    if head is None and not log.refs("refs/heads", "refs/remotes"):
        raise NothingBefore(versions.NOTHING_COMMITTED)
    named = ref != versions.DEPLOYED
    tip = versions.commit_of(log, ref) if named else branches.deployed_tip(log)
    beside = settings_path(source, str(log.file))
    text = settings.SettingsText(Path(source)).data if beside else b""
    return branches.before_edit(log, tip, head, data, (beside, text) if beside else None)
