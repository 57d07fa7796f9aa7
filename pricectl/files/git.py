"""Runs git safely: no shell, bounded in time, read only, and no program of a repository.

A pull request can add a folder that is itself a repository, and an unpacked archive can bring a
`.git`; the configuration of both may name programs. So git looks for a repository only where the
caller says, and every way to fetch is closed.
"""

import os
import re
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple, NoReturn

from pricectl.core.errors import PricingError

if TYPE_CHECKING:
    import subprocess

# Long enough for a large history on a slow disk; a git that waits must not hang a command.
TIMEOUT_SECONDS = 20
# What a clone in CI is fetched by: a web server, ssh, or a folder of the same machine.
FETCH_PROTOCOLS = "https:ssh:file"
# Only these of git's variables reach git: the user's own configuration, which may list a
# safe.directory, and where git's parts are installed. Hooks set others, which name another
# repository or index. Some change what a path means, run programs, or trace into the output.
_KEPT = re.compile(r"GIT_CONFIG_\w+|GIT_EXEC_PATH")
ENVIRONMENT = {
    # Fetching a missing object runs what the repository's configuration says. Git before 2.39.4
    # does not know GIT_NO_LAZY_FETCH; so the only transport allowed has a name that nobody can
    # know: a hostile repository could define one called "none".
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_ALLOW_PROTOCOL": secrets.token_hex(16),
    # A commit's hash says what is in it; replacements and grafts would say otherwise.
    "GIT_NO_REPLACE_OBJECTS": "1",
    "GIT_GRAFT_FILE": os.devnull,
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
# None of the commands used here starts these programs today; a later git might.
OPTIONS = (
    *("--no-pager", "--literal-pathspecs"),
    *("-c", "safe.bareRepository=explicit"),
    *("-c", "core.fsmonitor="),
    *("-c", f"core.hooksPath={os.devnull}"),
    *("-c", "log.showSignature=false"),
)


Instead = Literal["file", "version", "path"]
# What to name in place of a version that git cannot give, and by which option, if there is one.
_INSTEAD: Mapping[Instead, Callable[[str], str]] = {
    "file": lambda option: f"name a file with {option} FILE" if option else "name a file",
    "version": lambda option: f"name the version with {option}" if option else "name a file",
    "path": lambda option: (
        f"write {f'{option} REF:PATH'.strip()} with its path from the root of the repository"
    ),
}


class BadRef(PricingError):
    """A version that git cannot give.

    `instead` is what to name in its place. A command whose option names it says so by `naming`.
    """

    def __init__(
        self,
        what: str,
        *,
        where: str = "",
        next_step: str = "",
        instead: Instead | None = None,
        option: str = "",
    ) -> None:
        self.instead = instead
        self._repair = next_step
        advice = _INSTEAD[instead](option) if instead else ""
        super().__init__(
            what, where=where, next_step=", or ".join(filter(None, (next_step, advice)))
        )

    def naming(self, option: str) -> "BadRef":
        """The same error, which advises an option."""
        return type(self)(
            self.what,
            where=self.where,
            next_step=self._repair,
            instead=self.instead,
            option=option,
        )


@contextmanager
def advised_option(option: str) -> Iterator[None]:
    """For a command with an option that names a version: a BadRef inside advises it."""
    try:
        yield
    except BadRef as error:
        raise error.naming(option) from None


class NoGit(BadRef):
    """Git cannot be asked: it is not installed, or the file is outside every repository."""


class GitOutput(NamedTuple):
    """Git's exit code, its standard output and its messages."""

    code: int
    out: bytes
    messages: str


def run(root: Path, *arguments: str, index: str = "") -> GitOutput:
    """Run git in a folder, without looking for a repository above it. Raises BadRef.

    `index` is another index file than the repository's own.
    """
    return _finished(root, arguments, _environment(root, index), TIMEOUT_SECONDS)


def fetch(root: Path, *arguments: str, more: Mapping[str, str], seconds: int) -> GitOutput:
    """Run `git fetch` in a clone whose configuration is trusted, and nowhere else. Raises BadRef.

    `more` is added to the environment, such as a header with a token, which others must not see
    among git's arguments.
    """
    environment = _environment(root) | {"GIT_ALLOW_PROTOCOL": FETCH_PROTOCOLS, **more}
    return _finished(root, ("fetch", *arguments), environment, seconds)


def _finished(
    root: Path, arguments: Sequence[str], environment: Mapping[str, str], seconds: int
) -> GitOutput:
    import subprocess

    try:
        done = subprocess.run(  # noqa: S603 - an argument list; names stand after --end-of-options or --
            _words(root, arguments),
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            check=False,
        )
    except OSError as error:
        raise _not_run(error) from None
    except subprocess.TimeoutExpired:
        raise no_answer(seconds) from None
    return GitOutput(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def start(root: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    """Start git in a folder as `run` does, to be asked through pipes. Raises BadRef.

    Its messages are dropped. The caller ends it, and bounds how long it waits for an answer.
    """
    import subprocess

    try:
        return subprocess.Popen(  # noqa: S603 - as in `run`
            _words(root, arguments),
            env=_environment(root),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
    except OSError as error:
        raise _not_run(error) from None


def _words(root: Path, arguments: Sequence[str]) -> list[str]:
    return [_program(), *OPTIONS, "-C", str(root), *arguments]


def _environment(root: Path, index: str = "") -> dict[str, str]:
    """Git's environment: what is kept of ours, and what closes every way to fetch."""
    kept = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith("GIT_") or _KEPT.fullmatch(key)
    }
    ceiling = {"GIT_CEILING_DIRECTORIES": str(root.parent)}
    return kept | ENVIRONMENT | ceiling | ({"GIT_INDEX_FILE": index} if index else {})


def _not_run(error: OSError) -> BadRef:
    what = f"git cannot be run: {error.strerror}"
    return BadRef(what, next_step="check its installation", instead="file")


def no_answer(seconds: int = TIMEOUT_SECONDS) -> BadRef:
    """The error for a git that hangs."""
    what = f"git gave no answer in {seconds} seconds"
    return BadRef(what, next_step="try 'git fsck'", instead="file")


def fail(root: Path, messages: str, *, where: str = "", next_step: str = "") -> NoReturn:
    """Raise BadRef with git's own reason, and with the command that git advises, if any."""
    lines = [line.strip() for line in messages.splitlines() if line.strip()]
    found = [line for line in lines if line.startswith(("fatal: ", "error: "))] or lines
    reason = found[-1] if found else "git failed without a message"
    reason = reason.removeprefix("fatal: ").removeprefix("error: ")
    if "not a git repository" in reason:
        raise BadRef(
            "is not in a git repository",
            where=str(root),
            instead="file",
        )
    advice = next((line for line in lines if line.startswith("git config")), "")
    advice = f"run '{advice}'" if advice else next_step
    raise BadRef(f"git says: {reason}", where=where, next_step=advice)


def _program() -> str:
    """Git's full path: Windows would run a program of the current folder first. Raises BadRef."""
    for folder in filter(os.path.isabs, os.get_exec_path()):
        if found := shutil.which(str(Path(folder, "git"))):
            return found
    raise NoGit("git is not installed", next_step="install it", instead="file")
