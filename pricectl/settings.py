"""Finds and reads a team's settings. Floor 2.

They stand in pricectl.toml, or in [tool.pricectl] of pyproject.toml.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pricectl.core.money import plain_decimal
from pricectl.policy import BadSettings, Policy, read_policy


def load_policy(folder: Path | None = None) -> Policy:
    """The policy of the nearest settings file, from `folder` (the current one) upwards.

    Raises BadSettings; without any settings the defaults hold.
    """
    start = (folder or Path.cwd()).resolve()
    for here in (start, *start.parents):
        own = here / "pricectl.toml"
        if own.is_file():
            return read_policy(_parse(_read(own), own), str(own))
        project = here / "pyproject.toml"
        if project.is_file():
            table = _project_table(project)
            if table is not None:
                return read_policy(table, str(project))
    return Policy()


def _project_table(path: Path) -> Mapping[str, Any] | None:
    """[tool.pricectl], if there is one; most projects say no word of it and need no parser."""
    text = _read(path)
    tool = _parse(text, path).get("tool") if "pricectl" in text else None
    table = tool.get("pricectl") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise BadSettings("[tool.pricectl] is not a table", where=str(path))
    return table


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadSettings(f"cannot be read: {error}", where=str(path)) from None


def _parse(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text, parse_float=_number)
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError
        raise BadSettings(f"is not TOML: {error}", where=str(path)) from None


def _number(literal: str) -> Decimal:
    number = plain_decimal(literal.replace("_", ""))
    if number is None:
        raise ValueError(f"{literal:.40} is no number that a setting can have")
    return number
