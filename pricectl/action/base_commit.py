"""Finds what a pull request or push is compared with, and fetches it where the clone lacks it.

`actions/checkout` fetches one commit unless it is told otherwise. For a pull request this is a
merge commit that GitHub made; its first parent is the branch that the pull request goes to.
"""

import base64
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from pricectl.action.workflow_run import PullRequestEvent, WorkflowRun
from pricectl.core.labels import COMMIT_DIGITS
from pricectl.files import git
from pricectl.files.git import BadRef

REMOTE = "origin"
FETCH_SECONDS = 120
# How many commits each further fetch goes back; then everything.
DEEPER = (50, 500, 5_000)
ADVICE = "set 'fetch-depth: 0' for actions/checkout, and 'contents: read' among the permissions"
# Of a merge commit that GitHub made: the branch merged into, and the head of the pull request.
_MERGED = 2
# How git says that the server has no such branch or tag, or that a word cannot be one.
_NO_SUCH_REF = ("couldn't find remote ref", "invalid refspec")


class WorkflowClone:
    """The clone that a workflow has checked out. Every method runs git."""

    def __init__(self, root: Path, server_url: str, token: str) -> None:
        """`token` is tried, and for this server only, if the clone cannot fetch without it."""
        self.root = root
        self._authorized = _with_token(server_url, token) if token else None

    @property
    def is_clone(self) -> bool:
        """Whether there is a clone in the folder."""
        return (self.root / ".git").exists()

    @property
    def shallow(self) -> bool:
        """Whether older commits are missing."""
        return self._answer("rev-parse", "--is-shallow-repository") == "true"

    def commit(self, ref: str) -> str:
        """The commit of a ref; empty if the clone does not have it."""
        return self._answer(
            "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}"
        )

    def parents(self, commit: str) -> list[str]:
        """The parents of a commit, also those that a shallow clone does not have."""
        header = self._answer("cat-file", "commit", commit).partition("\n\n")[0]
        return [line[7:] for line in header.splitlines() if line.startswith("parent ")]

    def merge_base(self, commit: str) -> str:
        """The last common commit of HEAD and another; empty if the clone does not have it."""
        return self._answer("merge-base", "HEAD", commit)

    def ensure(self, commit: str) -> str:
        """Fetch a commit if the clone does not have it, and return it. Raises BadRef."""
        if not self.commit(commit):
            # In a full clone a depth would cut off what is there.
            self.fetch((commit,), *(["--depth=1"] if self.shallow else []))
        return commit

    def fetch(self, wanted: Sequence[str], *options: str) -> str:
        """Fetch commits or branches, and return the commit of the first. Raises BadRef."""
        words = ("--no-tags", "--no-recurse-submodules", *options, "--end-of-options", REMOTE)
        done = git.fetch(self.root, *words, *wanted, more={}, seconds=FETCH_SECONDS)
        if done.code != 0 and self._authorized:
            # Only now: a header beside the one that actions/checkout has set would be refused.
            done = git.fetch(
                self.root, *words, *wanted, more=self._authorized, seconds=FETCH_SECONDS
            )
        if done.code != 0:
            where = f"git fetch {' '.join(wanted)}"
            git.fail(self.root, done.messages, where=where, next_step=ADVICE)
        return self.commit("FETCH_HEAD")

    def where_left(self, tip: str) -> str:
        """The commit where HEAD left a branch, fetching as much as it takes. Raises BadRef.

        The tip itself if the histories have nothing in common.
        """
        found, head = self.merge_base(tip), self.commit("HEAD")
        for depth in (*(f"--deepen={more}" for more in DEEPER), "--unshallow"):
            if not found and self.shallow:
                # Git goes back from the commits that are named, so both are.
                self.fetch((tip, head), depth)
                found = self.merge_base(tip)
        return found or tip

    def _answer(self, *arguments: str) -> str:
        """What git answers; empty if it fails."""
        code, out, _ = git.run(self.root, *arguments)
        return out.decode(errors="replace").strip() if code == 0 else ""


def clone_root(folder: Path, workspace: Path) -> Path:
    """The clone that a folder lies in, which `actions/checkout` may have put below the workspace.

    The workspace itself where there is none.
    """
    workspace = workspace.resolve()
    inside = [above for above in (folder, *folder.parents) if above.is_relative_to(workspace)]
    return next((above for above in inside if (above / ".git").exists()), workspace)


def find_base(run: WorkflowRun, clone: WorkflowClone, named: str, folder: Path) -> str:
    """The version to compare with; empty where pricectl's own default is right.

    `named` is the input `base`, which may be a file in `folder`. Raises BadRef if a commit cannot
    be fetched.
    """
    if not clone.is_clone:
        return named
    if named:
        return _named(clone, named, folder)
    if run.pull_request:
        return _of_pull_request(run.pull_request, clone)
    if run.merge_group_base:
        return clone.ensure(run.merge_group_base)
    if run.event == "push" and run.pushed_onto:
        try:
            return clone.ensure(run.pushed_onto)
        except BadRef as error:  # a forced push: the server has forgotten the commit
            if run.pushed_to_default:
                # Where the default branch is now is what was pushed: nothing would differ.
                raise BadRef(
                    "what the branch was before this push is gone from the server",
                    where=run.pushed_onto[:COMMIT_DIGITS],
                    next_step=f"set the input base to a version of before; else {ADVICE}",
                ) from error
    if run.event == "push" and run.default_branch:
        shallow = ["--depth=1"] if clone.shallow else []
        return clone.where_left(clone.fetch((f"refs/heads/{run.default_branch}",), *shallow))
    return ""


def _of_pull_request(pull_request: PullRequestEvent, clone: WorkflowClone) -> str:
    head = clone.commit("HEAD")
    parents = clone.parents(head)
    is_merge = len(parents) == _MERGED and parents[1] == pull_request.head_sha
    if is_merge and head != pull_request.head_sha:
        return clone.ensure(parents[0])
    return clone.where_left(clone.ensure(pull_request.base_sha))


def _named(clone: WorkflowClone, named: str, folder: Path) -> str:
    """A ref as it is, fetched if the clone does not have it. Other words are pricectl's to read.

    A file that has the name of a ref is refused, since a pull request can add one: here if the ref
    had to be fetched, else by pricectl. Raises BadRef.
    """
    ref, colon, path = named.partition(":")
    words = ("deployed", "packaged", "-")
    if named in words or "://" in named or clone.commit(ref):
        return named
    is_file = any((above / named).exists() for above in (clone.root, folder))
    if is_file and named.startswith(("./", "../", "/")):
        return named
    shallow = ["--depth=1"] if clone.shallow else []
    try:
        fetched = clone.fetch((ref.removeprefix(f"{REMOTE}/"),), *shallow)
    except BadRef as error:
        if is_file and any(reason in error.what for reason in _NO_SUCH_REF):
            return named
        raise
    if is_file:
        raise BadRef(
            f"is a file and a ref of {REMOTE}",
            where=f"base: {named}",
            next_step=f"write ./{named} for the file, refs/heads/... for the ref",
        )
    return fetched + colon + path


def _with_token(server_url: str, token: str) -> Mapping[str, str]:
    """The variables that make git send a token, as actions/checkout does, to one server."""
    count = os.environ.get("GIT_CONFIG_COUNT", "")
    index = int(count) if count.isascii() and count.isdigit() else 0
    secret = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": str(index + 1),
        f"GIT_CONFIG_KEY_{index}": f"http.{server_url}/.extraheader",
        f"GIT_CONFIG_VALUE_{index}": f"AUTHORIZATION: basic {secret}",
    }
