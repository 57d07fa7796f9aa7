"""Asks git, safely: an argument list, no shell, bounded in time, writing nothing. Floor 2."""

import os
import re
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from pricectl.core.errors import PricingError

TIMEOUT_SECONDS = 20
MAX_REF = 256
# Set by git for its hooks; they would make it answer for another repository than the file's.
_PLACES = (
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
)
_COMMIT = re.compile(r"[0-9a-f]{40,64}")
_QUIET = {"GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class BadRef(PricingError):
    """A version that git cannot give."""


class Repository:
    """The git repository that a folder belongs to; every question is a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def commit(self, ref: str) -> str | None:
        """The commit a ref stands for; None if there is none. Raises BadRef outside git."""
        if not ref or len(ref) > MAX_REF or not ref.isprintable():
            raise BadRef(
                "not a git ref", where=repr(ref[:60]), next_step="write REF, REF:PATH or a file"
            )
        words = ("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        code, out, problem = self._run(*words)
        if code not in (0, 1):
            self._refuse(problem)
        found = out.decode(errors="replace").strip()
        return found if code == 0 and _COMMIT.fullmatch(found) else None

    def merge_base(self, one: str, other: str) -> str | None:
        """The commit where two commits parted; None if this clone does not know it."""
        code, out, _ = self._run("merge-base", one, other)
        return out.decode().strip() or None if code == 0 else None

    def size(self, commit: str, path: str) -> int | None:
        """How many bytes a file has in a commit; None if it is not a file there."""
        code, out, _ = self._run("cat-file", "-t", f"{commit}:{path}")
        if code != 0 or out.strip() != b"blob":
            return None
        code, out, problem = self._run("cat-file", "-s", f"{commit}:{path}")
        return int(out) if code == 0 else self._refuse(problem)

    def content(self, commit: str, path: str) -> bytes:
        """The bytes of a file in a commit; ask for its size first. Raises BadRef."""
        code, out, problem = self._run("cat-file", "blob", f"{commit}:{path}")
        return out if code == 0 else self._refuse(problem)

    @cached_property
    def remotes(self) -> tuple[str, ...]:
        """The names of the places this clone fetches from."""
        return tuple(self._run("remote")[1].decode(errors="replace").split())

    @cached_property
    def shallow(self) -> bool:
        """Whether older commits are missing from this clone."""
        return self._run("rev-parse", "--is-shallow-repository")[1].strip() == b"true"

    def _run(self, *words: str) -> tuple[int, bytes, str]:
        import subprocess

        environment = {key: value for key, value in os.environ.items() if key not in _PLACES}
        try:
            done = subprocess.run(  # noqa: S603 - an argument list, and no word of it is an option
                ["git", "--no-pager", "-C", str(self.folder), *words],  # noqa: S607 - on the PATH
                env=environment | _QUIET,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_SECONDS,
                check=False,
            )
        except FileNotFoundError:
            raise BadRef(
                "git is not installed", next_step="install it, or compare with --base FILE"
            ) from None
        except subprocess.TimeoutExpired:
            raise BadRef(
                f"git gave no answer in {TIMEOUT_SECONDS} seconds",
                next_step="try 'git fsck', or compare with --base FILE",
            ) from None
        return done.returncode, done.stdout, done.stderr.decode(errors="replace")

    def _refuse(self, problem: str) -> NoReturn:
        lines = [line.strip() for line in problem.splitlines() if line.strip()]
        reason = lines[0].removeprefix("fatal: ") if lines else "git failed without a word"
        if "not a git repository" in reason:
            raise BadRef(
                "is not in a git repository",
                where=str(self.folder),
                next_step="name a file with --base FILE",
            )
        advice = next((line for line in lines if line.startswith("git config")), "")
        raise BadRef(f"git says: {reason}", next_step=f"run '{advice}'" if advice else "")
