"""Finds the work tree that a file belongs to, by its path and without git.

Git itself would take a folder of the work tree that is a repository of its own for the repository
of the files in it. A pull request can add such a folder.
"""

import os
from pathlib import Path
from typing import NamedTuple

from pricectl.files.git import BadRef, NoGit

# As many as Linux follows.
MAX_LINKS = 40


class WorkTreePath(NamedTuple):
    """A file in a work tree: the tree's root, and the path from there with forward slashes."""

    root: Path
    path: str


def locate(file: str | Path) -> WorkTreePath:
    """The nearest work tree above a file. Raises BadRef outside of one.

    A link in a work tree may lead to any file in it, but not out of it: a pull request that adds
    the link must not choose which other repository of this machine git reads.
    """
    real = Path(os.path.realpath(file))
    for link in links(Path.cwd() / file):
        tree = _root(link)
        if tree and not real.is_relative_to(tree):
            raise BadRef(
                f"leads out of the work tree {tree}, and git is asked only about files inside it",
                where=str(file),
                instead="file",
            )
    root = _root(real)
    if root is None:
        raise NoGit(
            "is not in a git repository",
            where=str(real.parent),
            instead="file",
        )
    return WorkTreePath(root, real.relative_to(root).as_posix())


def named_path(file: str | Path, root: Path) -> str:
    """The path of a file's own name from the root of its work tree; "" if that is outside.

    The folder is where its links lead to; a link of that name is not followed.
    """
    path = Path.cwd() / file
    folder = Path(os.path.realpath(path.parent))
    return (folder / path.name).relative_to(root).as_posix() if folder.is_relative_to(root) else ""


def written_path(file: str | Path, root: Path) -> str:
    """The path of a file from the root of a work tree as it is written, no link followed.

    "" if it is written outside of the work tree. A link in the tree may lead out of it.
    """
    path = Path(os.path.normpath(Path.cwd() / file))
    above = next(
        (each for each in reversed(path.parents) if os.path.realpath(each) == str(root)), None
    )
    return "" if above is None else path.relative_to(above).as_posix()


def check_same(file: str | Path, settings: str | Path) -> None:
    """Refuse a file that the settings name in another work tree than their own. Raises BadRef.

    A pull request that edits the settings must not choose which other repository git reads.
    """
    tree = _root(Path(os.path.realpath(settings)))
    own = _root(Path(os.path.realpath(file)))
    if tree and own != tree:
        kind = BadRef if own else NoGit
        raise kind(
            f"is named by the settings and lies outside their work tree {tree}; git is not asked",
            where=str(file),
            instead="file",
        )


def links(path: Path) -> list[Path]:
    """The symbolic links on the way to a file, each by a path without links before it."""
    found: list[Path] = []
    here, ahead = Path(path.anchor), list(path.parts[1:])
    while ahead:
        name = ahead.pop(0)
        step = here.parent if name == ".." else here / name
        if step.is_symlink() and len(found) < MAX_LINKS:
            found.append(step)
            target = here / step.readlink()
            here, ahead = Path(target.anchor), [*target.parts[1:], *ahead]
        else:
            here = step
    return found


def _root(file: Path) -> Path | None:
    """The nearest folder above a file that has a `.git`: a folder, or a file that leads to one.

    As git does, it goes past a `.git` that is not a repository, and stops at the folders of
    GIT_CEILING_DIRECTORIES.
    """
    listed = filter(None, os.environ.get("GIT_CEILING_DIRECTORIES", "").split(os.pathsep))
    ceilings = {
        spelling for folder in listed for spelling in (Path(folder), Path(folder).resolve())
    }
    for folder in file.parents:
        if folder in ceilings and folder != file.parent:
            return None
        entry = folder / ".git"
        if entry.is_file() or os.path.lexists(entry / "HEAD"):
            return folder
    return None
