"""Which commit an edit started from: where it left the branch that production runs."""

import re
import shlex
from typing import NamedTuple

from pricectl.core.labels import did_you_mean
from pricectl.core.near import near
from pricectl.files.git import BadRef
from pricectl.files.repository import Repository

# Taken for production's branch where the setting `deployed` names no ref.
DEFAULT_BRANCHES = {
    "refs/remotes/origin/HEAD": "origin/HEAD",
    "refs/remotes/origin/main": "origin/main",
    "refs/heads/main": "main",
    "refs/remotes/origin/master": "origin/master",
    "refs/heads/master": "master",
}
# What a shallow clone in CI lacks, in the words of its configuration.
IN_CI = "with actions/checkout set 'fetch-depth: 0'"
# A branch that shares a word with a missing one is another branch: only slips are suggested.
MAX_SLIPS_PERCENT = 30
_COMMIT = re.compile(r"[0-9a-f]{7,64}")
# Characters that git allows in no name of a branch or tag.
_EXPRESSION = re.compile(r"[\s~^:?*\[\\]|\.\.|@\{")


class NothingBefore(BadRef):
    """Nothing was committed before the edit."""


class BaseCommit(NamedTuple):
    """A commit, and what people call it."""

    id: str
    name: str

    @property
    def label(self) -> str:
        """The name with the commit, such as "origin/main (1a2b3c4)"."""
        return self.name if self.id.startswith(self.name) else f"{self.name} ({self.id[:7]})"


def deployed_tip(repository: Repository) -> BaseCommit | None:
    """The newest commit of the first default branch; None in a repository without remotes.

    There the branch that is checked out is all there is. Raises BadRef.
    """
    names = repository.refs(*DEFAULT_BRANCHES)
    for full, short in DEFAULT_BRANCHES.items():
        if full not in names:
            continue
        name = names[full].removeprefix("refs/remotes/") or short
        commit = repository.commit(full)
        if commit:
            return BaseCommit(commit, name)
        raise BadRef(
            f"the commit of {name} is missing from this clone",
            next_step="try 'git fsck'",
            instead="version",
        )
    if not repository.remotes:
        return None
    told = "neither origin/HEAD nor origin/main nor main is in this clone"
    shallow = f"; {IN_CI}" if repository.shallow else ""
    step = f"{how_to_get(repository, 'origin/main')}{shallow}, or name production's branch with the"
    raise BadRef(told, next_step=f"{step} setting `deployed`")


def where_left(repository: Repository, tip: BaseCommit) -> BaseCommit:
    """The commit where HEAD left a branch; its tip if the histories have nothing in common.

    Not simply the tip: the edit does not include what others have merged since. Raises BadRef.
    """
    commit = repository.merge_base(tip.id)
    if commit is None and repository.shallow:
        raise BadRef(
            f"this shallow clone does not reach back to where HEAD left {tip.name}",
            next_step=deepen(repository),
            instead="version",
        )
    return BaseCommit(commit or tip.id, tip.name)


def before_edit(
    repository: Repository,
    tip: BaseCommit | None,
    head: str | None,
    data: bytes,
    settings: tuple[str, bytes] | None = None,
) -> BaseCommit:
    """The commit that the bytes of the working file were edited from; `head` is that of HEAD.

    That is where HEAD left the deployed branch; on that branch itself HEAD, and if the file is as
    HEAD has it, the commit before its last change, so that CI compares a direct push with what was
    there before. `settings` are the path and the bytes of the settings, of which the same holds.

    Raises BadRef, which is NothingBefore where HEAD is the first commit of all.
    """
    left = where_left(repository, tip) if tip else None
    if left and left.id != head:
        return left
    if head is None:
        raise NothingBefore("HEAD has no commit yet")
    blob = repository.blob(head, repository.path_in(head))
    if blob is None or not repository.is_content(blob, data):
        return BaseCommit(head, "HEAD")
    if settings:
        path, text = settings
        blob = repository.blob(head, path)
        if blob is not None and not repository.is_content(blob, text):
            return BaseCommit(head, "HEAD")
    # Later commits that leave this file alone must not hide its last edit.
    paths = (repository.location.path, *(settings[:1] if settings else ()))
    last = repository.last_change(head, *paths) or head
    parent = repository.first_parent(last)
    if parent is None:
        whose = "HEAD" if last == head else f"{last[:7]}, which has the same file,"
        raise NothingBefore(f"{whose} is the first commit")
    if repository.commit(parent) is None:
        edit = "HEAD" if last == head else f"{last[:7]}"
        raise BadRef(
            f"{parent[:7]}, the commit before {edit}, is not in this shallow clone",
            next_step=deepen(repository),
            instead="version",
        )
    return BaseCommit(parent, "HEAD^" if last == head else f"{last[:7]}^")


def deepen(repository: Repository) -> str:
    """The command that brings the older commits of a shallow clone."""
    names = repository.remotes
    remote = "origin" if "origin" in names or not names else names[0]
    return f"{_fetch('--unshallow', remote)}; {IN_CI}"


def how_to_get(repository: Repository, ref: str) -> str:
    """The command that most likely fetches a missing ref, or another way to go on."""
    remotes = repository.remotes
    if ref.startswith("-"):
        return "write REF, REF:PATH or a file"
    if step := _before_the_first(repository, ref) or _near(repository, ref):
        return step
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


def _before_the_first(repository: Repository, ref: str) -> str:
    """What to write for a ref such as HEAD~100 in a complete history that is shorter."""
    start = re.sub(r"(~\d*|\^)+$", "", ref)
    if start == ref or repository.shallow or not repository.commit(start):
        return ""
    number = repository.count_commits(start)
    oldest = f"{start}~{number - 1}" if number > 1 else start
    commits = "one commit" if number == 1 else f"{number:,} commits"
    return f"{start} has {commits}, so {oldest} is the oldest; write that, or a branch"


def _near(repository: Repository, ref: str) -> str:
    """A question about a branch or tag that is spelled much like a ref; "" if there is none."""
    full = repository.refs("refs/heads", "refs/remotes", "refs/tags")
    names = [name.split("/", 2)[2] for name in full if name.count("/") > 1]
    # The same remote makes no two branches alike: origin/main is not a slip of origin/edit.
    remote, _, branch = ref.partition("/")
    if branch and remote in repository.remotes:
        inside = (
            name.removeprefix(f"{remote}/") for name in names if name.startswith(f"{remote}/")
        )
        found = near(branch, inside, slips_percent=MAX_SLIPS_PERCENT)
        return did_you_mean(*(f"{remote}/{name}" for name in found))
    return did_you_mean(*near(ref, names, slips_percent=MAX_SLIPS_PERCENT))


def _fetch(*arguments: str) -> str:
    return f"run '{shlex.join(('git', 'fetch', *arguments))}'"
