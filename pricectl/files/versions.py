"""Reads a version of the catalog: a file, standard input, or a commit of git.

A version is written `REF`, `REF:PATH`, `sha256:PREFIX`, `FILE`, `-`, `deployed`, `packaged`, or as
the URL of a service that runs it. A word that is a file and a ref, or a file and `packaged`, is
refused: a pull request that adds a file with the name of its base would be compared with itself.
`./NAME` always means the file, `refs/heads/NAME` the branch, and a full hash the commit.
"""

import re
import shlex
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import DocumentError, PricingError
from pricectl.files import branches, by_hash, catalog_file, fetch, health
from pricectl.files.branches import BaseCommit
from pricectl.files.git import BadRef, NoGit
from pricectl.files.gitlog import FileLog
from pricectl.files.moved import moved_from
from pricectl.files.repository import MAX_REF, Repository
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

DEPLOYED = "deployed"
SHORT = 12
_FULL_HASH = re.compile(r"[0-9a-f]{40}([0-9a-f]{24})?")
# What HEAD is called in a repository without a commit.
NOTHING_COMMITTED = "nothing is committed yet"


class FileVersion(NamedTuple):
    """The bytes of one version, its name for people, its file and its commit ("" outside git).

    `absent`: the commit has no such file, because the catalog was added later.
    """

    data: bytes
    name: str
    path: str
    commit: str = ""
    absent: bool = False

    @property
    def described(self) -> str:
        """The name, and what is to be known about it."""
        lacks = self.absent and self.name != NOTHING_COMMITTED
        return f"{self.name}, which does not have it" if lacks else self.name

    def version(self, reuse: CatalogVersion | None = None) -> CatalogVersion:
        """Parse and build it, faster when it resembles another version.

        One that is absent has no rows. Raises BadFileVersion, with the command that shows all
        findings.
        """
        if self.absent:
            return CatalogVersion.empty()
        try:
            return CatalogVersion.read(self.data, reuse)
        except PricingError as error:
            raise self._broken(error) from None

    def catalog(self) -> Catalog:
        """Build the catalog alone. Raises BadFileVersion."""
        try:
            return Catalog.load(self.data)
        except PricingError as error:
            raise self._broken(error) from None

    def _broken(self, error: PricingError) -> "BadFileVersion":
        check = catalog_file.how_to_check(self.path)
        if self.commit:
            path = shlex.quote(self.path)
            check = f"run 'git show {self.commit[:7]}:{path} | pricectl validate -'"
        hint = error.next_step if isinstance(error, DocumentError) else ""
        hint = f"{hint}; " if hint and "pricectl validate" not in hint else ""
        step = f"{hint}{check} to see every finding"
        if not self.data.strip():
            step = "name another version"
            if not self.commit:
                step = catalog_file.how_to_mend(self.data, self.path)
        where = f"{self.name}: {error.where}" if error.where else self.name
        return BadFileVersion(error.what, where=where, next_step=step)


class BadFileVersion(PricingError):
    """A version that was found but is not a catalog."""


def pair(
    base: str,
    head: str | None,
    file: str,
    policy: Policy,
    policy_for: Callable[[str, bytes], Policy] | None = None,
) -> tuple[FileVersion, FileVersion]:
    """Read the old and the new version; without `head` the new one is the working file.

    `policy_for` gives the policy that finds the old version, from the file's name and content; it
    is not asked where `head` is given. The old one is absent where its commit does not have the
    file yet. Raises Unavailable or BadRef.
    """
    if base == catalog_file.STDIN and catalog_file.STDIN in (head, file if head is None else None):
        raise catalog_file.Unavailable(
            "cannot be both versions", where="standard input", next_step="name a file or a ref"
        )
    # Read once, since standard input can be read only once.
    new = from_file(file) if head is None else read(head, file, policy)
    if policy_for and head is None:
        policy = policy_for(file, new.data)
    return read(base, file, policy, new=new.data), new


def read(version: str, file: str, policy: Policy, *, new: bytes | None = None) -> FileVersion:
    """Read the version that a word of the command line means; `file` is the working file.

    `new` are the bytes that are compared with it. By them a moved catalog is found at its old path,
    and a commit that does not have it yet gives an absent version instead of an error.

    Raises Unavailable, NotFetched or BadRef.
    """
    if version == DEPLOYED and policy.deployed not in (None, DEPLOYED):
        version = str(policy.deployed)
        if is_file(version) and catalog_file.is_same(version, file):
            raise catalog_file.Unavailable(
                "is compared with itself: the setting `deployed` names it",
                where=file,
                next_step="name what production has, such as origin/main",
            )
    if fetch.is_url(version):
        return _served(version, file, policy)
    if version == DEPLOYED:
        repository = repository_of(file, policy)
        tip = branches.deployed_tip(repository)
        if tip is None:
            raise BadRef(
                "this repository has no branch main and no remote",
                next_step="name production's branch with the setting `deployed`",
                instead="version",
            )
        return at_commit(repository, branches.where_left(repository, tip), new=new)
    if version == catalog_file.STDIN or is_file(version):
        require_one_meaning(version, file, policy)
        return from_file(version)
    if version == catalog_file.PACKAGED:
        return from_file(str(packaged_catalog()))._replace(name=catalog_file.PACKAGED)
    if (digits := by_hash.read_digits(version)) is not None:
        return FileVersion(*by_hash.find(digits, log_of(file, policy)))
    ref, colon, path = version.partition(":")
    repository = repository_of(file, policy)
    if version == "HEAD" and new is not None and is_unborn(repository):
        return FileVersion(b"", NOTHING_COMMITTED, repository.location.path, absent=True)
    found = commit_of(repository, ref, colon=bool(colon))
    return at_commit(repository, found, path, new=new)


def read_named(word: str, policy: Policy) -> FileVersion:
    """Read the version that --file names, which is not an existing file.

    Git looks for it in the repository of the team's own catalog. Raises as `read` does; a word that
    looks like a path is reported as a missing file.
    """
    try:
        return read(word, catalog_file.working_file(None, policy.file), policy)
    except BadRef as error:
        if catalog_file.looks_like_path(word):
            catalog_file.read(word)  # raises Unavailable
        named = error.naming("--file")
        if word not in named.where:
            where = f"{word}: {named.where}" if named.where else word
            named = BadRef(named.what, where=where, next_step=named.next_step)
        raise named from None


def is_unborn(repository: Repository) -> bool:
    """Whether HEAD has no commit yet, as in a new repository. Raises BadRef."""
    return repository.commit("HEAD") is None and not repository.ref_exists("HEAD")


def commit_of(repository: Repository, ref: str, *, colon: bool = True) -> BaseCommit:
    """The commit of a ref; `colon` says that it cannot be a file. Raises BadRef."""
    commit = repository.commit(ref)
    if commit is None:
        raise BadRef(
            "no such git ref" if colon else "neither a file nor a git ref",
            where=repr(ref)[1:-1],
            next_step=branches.how_to_get(repository, ref),
        )
    return BaseCommit(commit, ref[:SHORT] if _FULL_HASH.fullmatch(ref) else ref)


def require_one_meaning(word: str, file: str, policy: Policy) -> None:
    """Refuse a file that is named like another version, such as a branch. Raises BadRef."""
    if word == catalog_file.STDIN or word.startswith(("./", "../")) or Path(word).is_absolute():
        return
    step = f"write ./{word} for the file"
    if word == catalog_file.PACKAGED:
        raise BadRef("is a file and the catalog inside pricectl", where=word, next_step=step)
    ref, _, _ = word.partition(":")
    if ref and len(ref) <= MAX_REF and ref.isprintable():
        with suppress(NoGit):
            repository = repository_of(file, policy)
            # Also a branch of a remote that this clone has not fetched.
            if repository.commit(ref) or ref.partition("/")[0] in repository.remotes:
                step = f"{step}, refs/heads/... or refs/remotes/... for the ref"
                raise BadRef("is a file and a git ref", where=word, next_step=step)


def from_file(name: str) -> FileVersion:
    """Read a file or standard input. Raises Unavailable."""
    source = catalog_file.read(name)
    return FileVersion(source.data, source.name, name)


def is_file(name: str) -> bool:
    """Whether a word names a file that exists; a full hash is always a commit."""
    try:
        if _FULL_HASH.fullmatch(name):
            return False
        return Path(name).exists() and not Path(name).is_dir()
    except (OSError, ValueError):
        return False


def repository_of(file: str, policy: Policy) -> Repository:
    """The repository of the working file; of the current folder for standard input."""
    if file == catalog_file.STDIN:
        return Repository(catalog_file.FILE_NAME)
    return Repository(file, settings_naming(file, policy))


def log_of(file: str, policy: Policy) -> FileLog:
    """The versions in git of the working file; `file` as in `repository_of`."""
    name = catalog_file.FILE_NAME if file == catalog_file.STDIN else file
    return FileLog(name, settings_naming(file, policy))


def settings_naming(file: str, policy: Policy) -> str:
    """The settings file if it is what names the catalog `file`; else empty."""
    is_named = policy.file is not None and catalog_file.is_same(policy.file, file)
    return policy.source if is_named else ""


def at_commit(
    repository: Repository, base: BaseCommit, path: str = "", *, new: bytes | None = None
) -> FileVersion:
    """The catalog in a commit, at its own path or at another one; `new` as in `read`.

    Raises BadRef.
    """
    inside = repository.inside(path) if path else repository.path_in(base.id)
    blob = repository.blob(base.id, inside)
    if blob is None and new is not None and not path:
        before = moved_from(repository, base.id, new)
        if before is None:
            return FileVersion(b"", base.label, inside, base.id, absent=True)
        path = inside = before
        blob = repository.blob(base.id, inside)
    if blob is None:
        raise BadRef(
            f"{inside} is not in {base.label}",
            instead="path",
        )
    data = repository.content(blob, f"{inside} in {base.label}", MAX_BYTES)
    if data is None:
        raise BadRef(
            f"{inside} in {base.label} is larger than {MAX_BYTES // 1024**2} MiB",
            next_step="check that this is the catalog",
        )
    return FileVersion(data, f"{base.label}:{path}" if path else base.label, inside, base.id)


def _served(url: str, file: str, policy: Policy) -> FileVersion:
    """The version that a service runs, found in git by its hash. Raises NotFetched or BadRef."""
    sha256 = str(health.read(url)["version"])
    if not sha256:
        raise BadRef("has the default price alone, so no version", where=url)
    log = log_of(file, policy)
    try:
        found = by_hash.find(sha256, log)
    except by_hash.NoSuchHash as error:
        raise BadRef(
            f"runs sha256 {sha256[:SHORT]}, which no version of {log.location.path} in git has",
            where=url,
            next_step=error.next_step if log.shallow else "run 'git fetch'",
            instead="version",
        ) from None
    described = f"{url} ({found.commit[:7] or found.name})"
    return FileVersion(found.data, described, found.path, found.commit)
