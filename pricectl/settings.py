"""Finds and reads a team's settings. Floor 2.

They stand in pricectl.toml, or in [tool.pricectl] of pyproject.toml.
"""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from pricectl.policy import BadSettings, Policy, read_policy


def load_policy(folder: Path | None = None) -> Policy:
    """The policy of the nearest settings file, from `folder` (the current one) upwards.

    Raises BadSettings; without any settings the defaults hold.
    """
    start = (folder or Path.cwd()).resolve()
    for here in (start, *start.parents):
        own = here / "pricectl.toml"
        if own.is_file():
            return read_policy(_read(own), str(own))
        project = here / "pyproject.toml"
        if project.is_file():
            table = _read(project).get("tool", {}).get("pricectl")
            if table is not None:
                return read_policy(table, str(project))
    return Policy()


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadSettings(f"cannot be read: {error}", where=str(path)) from None
