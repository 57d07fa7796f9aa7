"""Reads a git repository: its commits, and the files in them."""

import hashlib
import os
import posixpath
import re
import shlex
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from pricectl.files import git, worktree
from pricectl.files.git import BadRef, GitOutput
from pricectl.files.worktree import WorkTreePath

# Longer than any ref that people use; git would fail on far longer ones with an odd message.
MAX_REF = 256
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_FILE = re.compile(rb"(\d{6}) blob ([0-9a-f]{40,64})\t(.*)\0", re.DOTALL)
SHA1_DIGITS = 40
_SYMBOLIC_LINK = b"120000"
# Longer than any path that a system follows.
MAX_LINK_BYTES = 4096


def git_hash(data: bytes, like: str) -> str:
    """Git's hash of a file's bytes, by the algorithm of another hash of the repository."""
    algorithm = "sha1" if len(like) == SHA1_DIGITS else "sha256"
    blob = b"blob %d\0" % len(data) + data
    return hashlib.new(algorithm, blob, usedforsecurity=False).hexdigest()


def _regular_files(listing: bytes) -> dict[str, str]:
    """Path and hash of each regular file that `git ls-tree -z` lists."""
    listed = _listing(listing)
    return {path: blob for path, (mode, blob) in listed.items() if mode != _SYMBOLIC_LINK}


def _listing(listing: bytes) -> dict[str, tuple[bytes, str]]:
    """Each file and link that `git ls-tree -z` lists, by its path: mode and hash."""
    found = (_FILE.fullmatch(entry + b"\0") for entry in listing.split(b"\0"))
    return {os.fsdecode(each[3]): (each[1], each[2].decode()) for each in found if each}


class MissingObject(BadRef):
    """Something that a partial clone has not fetched."""


class Repository:
    """The git repository that a file belongs to; every method runs git once or more."""

    def __init__(self, file: str | Path, settings: str = "") -> None:
        """`settings` is the settings file, if that is what names the file."""
        self.file = file
        self._settings = settings

    @cached_property
    def location(self) -> WorkTreePath:
        """The root of the file's work tree and its path in it. Raises BadRef outside git."""
        if self._settings:
            worktree.check_same(self.file, self._settings)
        return worktree.locate(self.file)

    def commit(self, ref: str) -> str | None:
        """The commit a ref stands for; None if there is none. Raises BadRef outside git."""
        if not ref or len(ref) > MAX_REF or not ref.isprintable():
            raise BadRef(
                "not a git ref", where=repr(ref[:60]), next_step="write REF, REF:PATH or a file"
            )
        arguments = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        code, out, messages = self._run(*arguments)
        if code not in (0, 1) and messages.strip():  # no message: beyond the end of the reflog
            git.fail(self.location.root, messages)
        found = out.decode(errors="replace").strip()
        return found if code == 0 and _COMMIT.fullmatch(found) else None

    def ref_exists(self, ref: str) -> bool:
        """Whether there is such a ref, even if its commit is missing."""
        return self._run("rev-parse", "--verify", "--quiet", "--end-of-options", ref).code == 0

    def refs(self, *full_names: str) -> dict[str, str]:
        """Those of the refs that exist, each with the ref it stands for; "" if it is none."""
        code, out, messages = self._run(
            "for-each-ref", "--format=%(refname) %(symref)", *full_names
        )
        if code != 0:
            git.fail(self.location.root, messages)
        lines = (line.partition(" ") for line in out.decode(errors="replace").splitlines())
        return {name: target for name, _, target in lines}

    def first_parent(self, commit: str) -> str | None:
        """The commit before a commit, even if this clone does not have it; None if there is none.

        Read from the commit itself: to git, the oldest commits of a shallow clone have no parents.
        """
        code, out, messages = self._run("cat-file", "commit", commit)
        if code != 0:
            git.fail(self.location.root, messages)
        header = out.partition(b"\n\n")[0].splitlines()
        parents = (line[7:].decode() for line in header if line.startswith(b"parent "))
        return next(parents, None)

    def last_change(self, commit: str, *paths: str) -> str | None:
        """The newest commit up to this one that changed a file; merges count as one commit.

        None if none did. The oldest commit of a shallow clone counts as a change. Raises BadRef.
        """
        code, out, messages = self._run(
            "rev-list", "--first-parent", "--max-count=1", commit, "--", *paths
        )
        if code != 0 and self.partial:
            self.fail_missing(f"the history of {paths[0]}", objects="--filter=blob:none")
        if code != 0:
            git.fail(self.location.root, messages)
        return out.decode().strip() or None

    def count_commits(self, ref: str) -> int:
        """How many commits lead to a ref along first parents, itself included. Raises BadRef."""
        code, out, messages = self._run(
            "rev-list", "--count", "--first-parent", "--end-of-options", ref
        )
        if code != 0:
            git.fail(self.location.root, messages)
        return int(out)

    def merge_base(self, commit: str) -> str | None:
        """The last common commit of HEAD and another. None if this clone does not have it.

        If HEAD has no commit yet, it is the other commit itself.
        """
        code, out, messages = self._run("merge-base", "HEAD", commit)
        # Asked only now, since nearly every HEAD has a commit.
        if code not in (0, 1) and self.commit("HEAD") is None:
            return commit
        if code not in (0, 1) or (code == 1 and "error: " in messages):  # a commit is missing
            git.fail(self.location.root, messages)
        return out.decode().strip() or None if code == 0 else None

    def inside(self, path: str) -> str:
        """A path from the root of the repository, as git writes it; `./NAME` is beside the file."""
        if path.startswith(("./", "../")):
            path = posixpath.join(posixpath.dirname(self.location.path), path)
        return posixpath.normpath(path)

    def blob(self, commit: str, path: str) -> str | None:
        """Git's hash of a file in a commit; None if the commit has no such file. Raises BadRef."""
        if "\0" in path or path.startswith(("/", "../")) or path == "..":
            return None
        code, out, messages = self._run("ls-tree", "-z", commit, "--", path)
        if code != 0 and self.partial:
            self.fail_missing(f"{path} in {commit[:7]}", self._tree(commit))
        if code != 0:
            git.fail(self.location.root, messages)
        found = _FILE.fullmatch(out)
        if not found or os.fsdecode(found[3]) != path:
            return None
        if found[1] == _SYMBOLIC_LINK:
            raise BadRef(
                f"{path} is a symbolic link in {commit[:7]}",
                next_step="write REF:PATH with the path of the file that it leads to",
            )
        return found[2].decode()

    def path_in(self, commit: str) -> str:
        """The path of the file in a commit: where a link of its name leads to there.

        An edit that leads the link elsewhere must not choose what it is compared with.
        """
        named = worktree.named_path(self.file, self.location.root)
        if named in ("", self.location.path):
            return self.location.path
        return self.followed(commit, [named]).get(named, self.location.path)

    def followed(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Those of the paths that a commit has, each with the file that its links lead to there."""
        found: dict[str, str] = {}
        ahead = {path: path for path in paths}
        for _ in range(worktree.MAX_LINKS):
            if not ahead:
                break
            listed = self._listed(commit, dict.fromkeys(ahead.values()))
            links = {}
            for path, here in ahead.items():
                mode, blob = listed.get(here, (b"", ""))
                if mode == _SYMBOLIC_LINK:
                    target = os.fsdecode(self.content(blob, here, MAX_LINK_BYTES) or b"/")
                    led = posixpath.normpath(posixpath.join(posixpath.dirname(here), target))
                    if not led.startswith(("/", "../")):
                        links[path] = led
                elif mode:
                    found[path] = here
            ahead = links
        return found

    def blobs(self, commit: str, paths: Iterable[str]) -> dict[str, str]:
        """Git's hash of each of some files that a commit has, by its path. Raises BadRef."""
        listed = self._listed(commit, paths)
        return {path: blob for path, (mode, blob) in listed.items() if mode != _SYMBOLIC_LINK}

    def _listed(self, commit: str, paths: Iterable[str]) -> dict[str, tuple[bytes, str]]:
        """Mode and hash of each of some files and links that a commit has. Raises BadRef."""
        code, out, messages = self._run("ls-tree", "-z", commit, "--", *paths)
        if code != 0 and self.partial:
            self.fail_missing(f"the files of {commit[:7]}", self._tree(commit))
        if code != 0:
            git.fail(self.location.root, messages)
        return _listing(out)

    def files(self, commit: str) -> dict[str, str]:
        """The regular files of a commit, each by its path with git's hash of it. Raises BadRef."""
        code, out, messages = self._run("ls-tree", "-r", "-z", "--full-tree", commit)
        if code != 0 and self.partial:
            self.fail_missing(f"the files of {commit[:7]}", self._tree(commit))
        if code != 0:
            git.fail(self.location.root, messages)
        return _regular_files(out)

    def content(self, blob: str, name: str, at_most: int) -> bytes | None:
        """The bytes of a blob; None if there are more than `at_most`. Messages call it `name`.

        Raises BadRef, which is MissingObject where a partial clone has not fetched it.
        """
        code, out, messages = self._run("cat-file", "-s", blob)
        if code != 0 and self.partial:
            self.fail_missing(name, blob)
        if code == 0 and int(out) > at_most:
            return None
        if code == 0:
            code, out, messages = self._run("cat-file", "blob", blob)
        if code != 0:
            git.fail(self.location.root, messages, where=name, next_step="run 'git fsck'")
        return out

    @staticmethod
    def is_content(blob: str, data: bytes) -> bool:
        """Whether a blob has these bytes, apart from line ends, which a checkout may change."""
        spellings = (data, data.replace(b"\r\n", b"\n"))
        return any(git_hash(each, blob) == blob for each in spellings)

    def _tree(self, commit: str) -> str:
        """Git's hash of the root folder of a commit."""
        return self._run("cat-file", "commit", commit).out.split(maxsplit=2)[1].decode()

    @property
    def partial(self) -> bool:
        """Whether this is a partial clone: git fetches missing objects when they are needed."""
        return bool(self._promisor)

    def fail_missing(self, name: str, *wanted: str, objects: str = "--no-filter") -> NoReturn:
        """Raise MissingObject with the command that fetches `wanted`, by default every commit."""
        # Without --refetch a server leaves out what is reachable from the commits of this clone.
        command = ("git", "fetch", "--refetch", objects, self._promisor, *wanted)
        raise MissingObject(
            "missing from this partial clone",
            where=name,
            next_step=f"run '{shlex.join(command)}', then try again",
        )

    @cached_property
    def remotes(self) -> tuple[str, ...]:
        """The names of this clone's remotes, without any that git would take for an option."""
        names = self._run("remote").out.decode(errors="replace").split()
        return tuple(name for name in names if not name.startswith("-"))

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits are missing from this clone."""
        return self._run("rev-parse", "--is-shallow-repository").out.strip() == b"true"

    @cached_property
    def _promisor(self) -> str:
        """The remote that a partial clone fetches missing objects from; empty for other clones."""
        arguments = ("config", "--bool", "--null", "--get-regexp", r"^remote\..*\.promisor$")
        entries = self._run(*arguments).out.decode(errors="replace").split("\0")
        names = (entry.removesuffix("\ntrue") for entry in entries if entry.endswith("\ntrue"))
        found = (name.removeprefix("remote.").removesuffix(".promisor") for name in names)
        return next((name for name in found if not name.startswith("-")), "")

    @cached_property
    def _directory(self) -> str:
        """The folder that git keeps this repository in. Raises BadRef.

        Git checks the owner of a repository only if git finds the repository. So it runs once
        without --git-dir. It runs at the root of the work tree, where it looks for `.git` first.
        """
        root = self.location.root
        code, out, messages = git.run(root, "rev-parse", "--absolute-git-dir")
        found, entry = os.fsdecode(out).rstrip("\r\n"), root / ".git"
        if code == 0 and entry.is_dir() and not entry.samefile(found):
            code, messages = 1, "not a git repository"
        return found if code == 0 else git.fail(root, messages)

    def staged(self) -> tuple[str, ...]:
        """The paths that the commit being made adds, changes or deletes. Raises BadRef."""
        names = ("diff", "--cached", "--name-only", "--no-renames", "--no-ext-diff", "-z")
        code, out, messages = self._run(*names, index=self._index)
        if code != 0:
            git.fail(self.location.root, messages)
        return tuple(map(os.fsdecode, filter(None, out.split(b"\0"))))

    @property
    def _index(self) -> str:
        """The index of a commit that is being made, which `git commit FILE` puts beside the usual.

        Empty for the usual one, and for one outside of the repository's own folder.
        """
        named = os.environ.get("GIT_INDEX_FILE")
        found = Path(named).resolve() if named else None
        own = Path(self._directory).resolve()
        return str(found) if found and found.is_relative_to(own) else ""

    def _run(self, *arguments: str, index: str = "") -> GitOutput:
        """Run git on this repository, and never on another one."""
        root = self.location.root
        own = (f"--git-dir={self._directory}", f"--work-tree={root}")
        return git.run(root, *own, *arguments, index=index)
