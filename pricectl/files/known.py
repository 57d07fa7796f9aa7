"""The catalog as it was known at a commit or on a day: what a price was before later edits."""

from datetime import datetime, timedelta

from pricectl.core.windows import read_instant
from pricectl.files import branches, catalog_file, versions
from pricectl.files.branches import BaseCommit
from pricectl.files.git import BadRef
from pricectl.files.repository import Repository
from pricectl.files.versions import FileVersion
from pricectl.policy import Policy

# How git and people write a day; other words may be refs.
_DAY = len("2026-12-01")
# Commits have whole seconds.
_REST_OF_DAY = timedelta(days=1, seconds=-1)


def known_version(word: str, file: str, policy: Policy) -> FileVersion:
    """The version of the working file `file` at a ref, or the last one until a day or UTC time.

    That is the newest commit not later than it on the first-parent line of HEAD: a merge counts
    when it was merged. A day counts to its end. Raises Unavailable or BadRef.
    """
    repository = versions.repository_of(file, policy)
    instant = _latest_instant(word)
    if instant:
        commit = BaseCommit(_commit_until(repository, instant, word), word)
    else:
        commit = versions.commit_of(repository, word)
    working = catalog_file.read(file).data
    found = versions.at_commit(repository, commit, new=working)
    if found.absent:
        step = f"name a later commit or day; 'pricectl history --file {file}' lists them"
        raise BadRef(f"{commit.label} does not have {found.path} yet", next_step=step)
    return found


def _latest_instant(word: str) -> datetime | None:
    """The instant that a day or a time means; None for a ref."""
    found = read_instant(word) if word[4:5] == "-" else None
    return found + _REST_OF_DAY if found and len(word) == _DAY else found


def _commit_until(repository: Repository, instant: datetime, word: str) -> str:
    found = repository.commit_until(instant) if repository.commit("HEAD") else None
    if found is None:
        shallow = "; " + branches.deepen(repository) if repository.shallow else ""
        step = f"'pricectl history' lists the commits{shallow}"
        raise BadRef(f"no commit of HEAD is as old as {word}", next_step=step)
    return found
