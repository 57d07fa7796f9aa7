"""The clone that a file belongs to: how git is run on it, and what it has not fetched."""

import os
import shlex
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pricectl.files import git, worktree
from pricectl.files.git import BadRef, GitOutput
from pricectl.files.worktree import WorkTreePath

if TYPE_CHECKING:
    import subprocess


class MissingObject(BadRef):
    """Something that a partial clone has not fetched."""


class Clone:
    """The work tree that a file belongs to, and its repository."""

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

    def _run(self, *arguments: str, index: str = "") -> GitOutput:
        """Run git on this repository, and never on another one."""
        root = self.location.root
        own = (f"--git-dir={self._directory}", f"--work-tree={root}")
        return git.run(root, *own, *arguments, index=index)

    def _start(self, *arguments: str) -> "subprocess.Popen[bytes]":
        """Start git on this repository, to be asked through pipes. Raises BadRef."""
        root = self.location.root
        own = (f"--git-dir={self._directory}", f"--work-tree={root}")
        return git.start(root, *own, *arguments)

    def _output(self, *arguments: str, index: str = "") -> bytes:
        """What git answers on this repository. Raises BadRef."""
        code, out, messages = self._run(*arguments, index=index)
        if code != 0:
            git.fail(self.location.root, messages)
        return out

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

    @property
    def _index(self) -> str:
        """The index of a commit that is being made, which `git commit FILE` puts beside the usual.

        Empty for the usual one, and for one outside of the repository's own folder.
        """
        named = os.environ.get("GIT_INDEX_FILE")
        found = Path(named).resolve() if named else None
        own = Path(self._directory).resolve()
        return str(found) if found and found.is_relative_to(own) else ""
