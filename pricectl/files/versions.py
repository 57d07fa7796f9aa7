"""Reads a version of the catalog: a file, standard input, or a commit of git.

A version is written `REF`, `REF:PATH`, `FILE`, `-`, `deployed` or `packaged`. A file that exists
wins over the word `packaged` and over a ref of the same name; `refs/heads/NAME` always means the
ref.
"""

import re
import shlex
from pathlib import Path
from typing import NamedTuple

from pricectl.changes import CatalogVersion
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import DocumentError, PricingError
from pricectl.files import catalog_file
from pricectl.files.git import BadRef
from pricectl.files.repository import Repository
from pricectl.packaged import packaged_catalog
from pricectl.policy import Policy

DEPLOYED = "deployed"
# Taken for production's version where the setting `deployed` names none.
DEFAULT_BRANCHES = ("origin/main", "main")
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# Characters that git allows in no name of a branch or tag.
_EXPRESSION = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{")


class FileVersion(NamedTuple):
    """The bytes of one version, its name for people, its file and its commit ("" outside git)."""

    data: bytes
    name: str
    path: str
    commit: str = ""

    def version(self, reuse: CatalogVersion | None = None) -> CatalogVersion:
        """Parse and build it, faster when it resembles another version.

        Raises BadFileVersion, with the command that shows all findings.
        """
        try:
            return CatalogVersion.read(self.data, reuse)
        except PricingError as error:
            path = shlex.quote(self.path)
            check = f"pricectl validate {path}"
            if self.commit:
                check = f"git show {self.commit[:7]}:{path} | pricectl validate -"
            hint = error.next_step if isinstance(error, DocumentError) else ""
            hint = f"{hint}; " if hint and "pricectl validate" not in hint else ""
            step = f"{hint}run '{check}' to see every finding"
            where = f"{self.name}: {error.where}" if error.where else self.name
            raise BadFileVersion(error.what, where=where, next_step=step) from None


class BadFileVersion(PricingError):
    """A version that was found but is not a catalog."""


def pair(base: str, head: str | None, file: str, policy: Policy) -> tuple[FileVersion, FileVersion]:
    """Read the old and the new version; without `head` the new one is the working file.

    Raises Unavailable or BadRef.
    """
    if base == catalog_file.STDIN and catalog_file.STDIN in (head, file if head is None else None):
        raise catalog_file.Unavailable(
            "cannot be both versions", where="standard input", next_step="name a file or a ref"
        )
    new = from_file(file) if head is None else read(head, file, policy)
    return read(base, file, policy), new


def read(version: str, file: str, policy: Policy) -> FileVersion:
    """Read the version that a word of the command line means; `file` is the working file.

    Raises Unavailable or BadRef.
    """
    if version == DEPLOYED and policy.deployed not in (None, DEPLOYED):
        version = str(policy.deployed)
        if _is_file(version) and catalog_file.is_same(version, file):
            raise catalog_file.Unavailable(
                "is compared with itself: the setting `deployed` names it",
                where=file,
                next_step="name what production has, such as origin/main",
            )
    if version == DEPLOYED:
        return _deployed(_repository(file, policy))
    if version == catalog_file.STDIN or _is_file(version):
        return from_file(version)
    if version == catalog_file.PACKAGED:
        return from_file(str(packaged_catalog()))._replace(name=catalog_file.PACKAGED)
    ref, colon, path = version.partition(":")
    repository = _repository(file, policy)
    commit = repository.commit(ref)
    if commit is None:
        raise BadRef(
            "no such git ref" if colon else "neither a file nor a git ref",
            where=repr(ref)[1:-1],
            next_step=how_to_get(repository, ref),
        )
    return _from_git(repository, commit, ref, path)


def from_file(name: str) -> FileVersion:
    """Read a file or standard input. Raises Unavailable."""
    source = catalog_file.read(name)
    return FileVersion(source.data, source.name, name)


def _is_file(name: str) -> bool:
    try:
        return Path(name).exists() and not Path(name).is_dir()
    except (OSError, ValueError):
        return False


def _repository(file: str, policy: Policy) -> Repository:
    """The repository of the working file; of the current folder for standard input."""
    if file == catalog_file.STDIN:
        return Repository(catalog_file.FILE_NAME)
    return Repository(file, settings_naming(file, policy))


def settings_naming(file: str, policy: Policy) -> str:
    """The settings file if it is what names the catalog `file`; else empty."""
    is_named = policy.file is not None and catalog_file.is_same(policy.file, file)
    return policy.source if is_named else ""


def _from_git(repository: Repository, commit: str, ref: str, path: str) -> FileVersion:
    name = ref if commit.startswith(ref) else f"{ref} ({commit[:7]})"
    inside = repository.inside(path) if path else repository.location.path
    blob = repository.blob(commit, inside)
    if blob is None:
        raise BadRef(
            f"{inside} is not in {name}",
            instead="path",
        )
    data = repository.content(blob, f"{inside} in {name}", MAX_BYTES)
    if data is None:
        raise BadRef(
            f"{inside} in {name} is larger than {MAX_BYTES // 1024**2} MiB",
            next_step="check that this is the catalog",
        )
    return FileVersion(data, f"{name}:{path}" if path else name, inside, commit)


def _deployed(repository: Repository) -> FileVersion:
    """The commit where this branch left `origin/main`, else `main`.

    It is not the tip of that branch. What others have merged since is not an edit of this branch.
    """
    for branch in DEFAULT_BRANCHES:
        tip = repository.commit(branch)
        if tip is None and repository.ref_exists(branch):
            raise BadRef(
                f"the commit of {branch} is missing from this clone",
                next_step="try 'git fsck'",
                instead="version",
            )
        if tip is None:
            continue
        commit = repository.merge_base(tip)
        if commit is None and repository.shallow:
            raise BadRef(
                f"this shallow clone does not reach back to where HEAD left {branch}",
                next_step="run 'git fetch --unshallow origin'",
                instead="version",
            )
        return _from_git(repository, commit or tip, branch, "")
    raise BadRef(
        f"neither {' nor '.join(DEFAULT_BRANCHES)} is in this repository",
        next_step=how_to_get(repository, DEFAULT_BRANCHES[0]),
    )


def how_to_get(repository: Repository, ref: str) -> str:
    """The command that most likely fetches a missing ref, or another way to go on."""
    remotes = repository.remotes
    if ref.startswith("-"):
        return "write REF, REF:PATH or a file"
    if not remotes:
        return "this clone has no remote to fetch it from; name a file or a ref of 'git branch -a'"
    remote, _, branch = ref.partition("/")
    if remote in remotes and branch:
        return _fetch(remote, f"{branch}:refs/remotes/{remote}/{branch}")
    remote = "origin" if "origin" in remotes else remotes[0]
    if repository.commit(f"{remote}/{ref}"):
        return f"did you mean {remote}/{ref}?"
    if _COMMIT.fullmatch(ref):
        return _fetch(remote, ref)
    if re.search(r"[~^@]", ref) and repository.shallow:
        return f"this clone is shallow: {_fetch('--unshallow', remote)}"
    if _EXPRESSION.search(ref):
        return "check the spelling"
    return f"{_fetch(remote, f'{ref}:{ref}')}, or check the spelling"


def _fetch(*arguments: str) -> str:
    return f"run '{shlex.join(('git', 'fetch', *arguments))}'"
