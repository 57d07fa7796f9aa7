"""Whether a commit that is being made touches the prices or the settings.

A hook starts for every staged file of a kind. It asks here first, before any catalog is parsed.
"""

import os
from pathlib import Path

from pricectl.core.errors import PricingError
from pricectl.files import catalog_file, settings, worktree
from pricectl.files.git import BadRef, NoGit
from pricectl.files.repository import Repository
from pricectl.files.settings import PRICECTL_TOML, PYPROJECT_TOML


def touches_prices(option: str | None) -> bool:
    """Whether the catalog, its settings or a price list that they name is staged.

    True as well where that cannot be told, so that the command goes on and says why. `option` is
    the catalog that the command line names. Raises BadRef if git fails.
    """
    try:
        policy = settings.load_policy(catalog=option)
        file = catalog_file.find(option, policy.file) or catalog_file.FILE_NAME
        repository = Repository(file)
        root = repository.location.root
        staged = repository.staged()
    except NoGit:
        return True
    except BadRef:
        raise
    except PricingError:  # the settings cannot be read, which the command reports
        return True
    named = (file, policy.source, policy.reference, policy.deployed)
    watched = {
        path
        for name in named
        if name
        # A commit may lead a link elsewhere, to a file that it does not change.
        for step in (Path(os.path.realpath(name)), *worktree.links(Path.cwd() / name))
        if (path := _inside(root, step))
    }
    return any(
        path in watched or _may_have_settings(root / path, has_settings=bool(policy.source))
        for path in staged
    )


def _inside(root: Path, path: Path) -> str:
    """The path of a file from the root of the work tree; "" if it is outside."""
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else ""


def _may_have_settings(path: Path, *, has_settings: bool) -> bool:
    """Whether a staged file is a catalog or has settings by its name, or had some."""
    if path.name in (PRICECTL_TOML, catalog_file.FILE_NAME):
        return True
    if path.name != PYPROJECT_TOML:
        return False
    try:
        # Settings that were deleted were in the file before.
        return not has_settings or b"pricectl" in path.read_bytes()
    except OSError:
        return True
