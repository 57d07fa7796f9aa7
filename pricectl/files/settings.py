"""Finds and reads a team's settings.

They stand in pricectl.toml, or in [tool.pricectl] of pyproject.toml. The command line and the
runtime look for them in the same order: PRICECTL_SETTINGS, upwards from a catalog that was named,
upwards from the working folder.
"""

import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from pricectl.core.errors import PricingError
from pricectl.core.money import plain_decimal
from pricectl.files import atomic
from pricectl.policy import BadSettings, Policy, read_policy, usable_policy

PRICECTL_TOML, PYPROJECT_TOML = "pricectl.toml", "pyproject.toml"
MAX_BYTES = 1024 * 1024
# The TOML parser needs time in the square of a dotted key's length.
MAX_DOTS = 500


def load_policy(folder: Path | None = None, *, catalog: str | None = None) -> Policy:
    """The team's policy, from the settings file that `find_settings` finds.

    Raises BadSettings; without a settings file the defaults hold.
    """
    path = find_settings(folder, catalog=catalog)
    if path is None:
        return Policy()
    return _located(read_policy(_table(path, read_bytes(path)), str(path)), path)


def load_usable_policy(path: Path, data: bytes) -> tuple[Policy, tuple[PricingError, ...]]:
    """The policy of those settings that can be read, and the problems of the others.

    Raises BadSettings if none can be read, because the text is not TOML.
    """
    policy, problems = usable_policy(_table(path, data), str(path))
    return _located(policy, path), problems


def find_settings(folder: Path | None = None, *, catalog: str | None = None) -> Path | None:
    """The settings file as an absolute path; None if there is none.

    `catalog` is the catalog that --file or a caller named; without one PRICECTL_FILE counts.
    `folder` is the working folder. Raises BadSettings if a file on the way cannot be read.
    """
    chosen = os.environ.get("PRICECTL_SETTINGS")
    if chosen:
        path = (folder or Path.cwd()) / chosen if folder or _has_folder() else Path(chosen)
        if not path.is_absolute() or not _is_file(path):
            raise BadSettings(
                "no such file", where=chosen, next_step="correct or unset PRICECTL_SETTINGS"
            )
        return Path(os.path.normpath(path))
    return next(filter(_has_settings, candidates(folder, catalog)), None)


def candidates(folder: Path | None, catalog: str | None) -> Iterator[Path]:
    """Every file that may have settings; the first that has some wins."""
    named = catalog or os.environ.get("PRICECTL_FILE")
    working = folder.absolute() if folder else Path.cwd() if _has_folder() else None
    starts = []
    # `packaged` and `-` are words, not paths, unless there is a file of that name.
    if named and (os.path.lexists(named) or os.path.dirname(named)):  # noqa: PTH120
        path = working / named if working else Path(named)
        if path.is_absolute():
            starts.append(Path(os.path.normpath(path)).parent)
    if working:
        starts.append(working)
    for start in starts:
        for here in (start, *start.parents):
            yield from (here / PRICECTL_TOML, here / PYPROJECT_TOML)


def _has_folder() -> bool:
    """Whether the working folder exists; it may have been deleted."""
    try:
        Path.cwd()
    except OSError:
        return False
    return True


def _has_settings(path: Path) -> bool:
    if not _is_file(path):
        return False
    if path.name != PYPROJECT_TOML:
        return True
    text = read_bytes(path)
    # Most projects do not mention pricectl, and parsing their files would take time.
    return b"pricectl" in text and _project_table(path, text) is not None


def _is_file(path: Path) -> bool:
    """Whether it is a file. Raises BadSettings for a folder or broken link named pricectl.toml.

    To pass it over would silently use other settings than those that the team sees.
    """
    try:
        found = path.is_file()
    except OSError as error:
        raise BadSettings(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not found and path.name == PRICECTL_TOML and os.path.lexists(path):
        raise BadSettings("is not a file, or a link to none", where=str(path))
    return found


def read_bytes(path: Path) -> bytes:
    """A settings file's bytes. Raises BadSettings."""
    try:
        data = atomic.read(path, MAX_BYTES)
    except OSError as error:
        raise BadSettings(f"cannot be read: {error.strerror or error}", where=str(path)) from None
    if len(data) > MAX_BYTES:
        raise BadSettings(f"is larger than {MAX_BYTES // 1024} KiB", where=str(path))
    return data


def _table(path: Path, data: bytes) -> Mapping[str, Any]:
    """The settings in a file's bytes, before their values are checked."""
    if path.name != PYPROJECT_TOML:
        return _parse(data, path)
    table = _project_table(path, data)
    if table is None:
        raise BadSettings("has no [tool.pricectl] table", where=str(path))
    return table


def _project_table(path: Path, data: bytes) -> Mapping[str, Any] | None:
    tool = _parse(data, path).get("tool")
    table = tool.get("pricectl") if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise BadSettings("[tool.pricectl] is not a table", where=str(path))
    return table


def _parse(data: bytes, path: Path) -> dict[str, Any]:
    import tomllib

    if max(line.count(b".") for line in data.split(b"\n")) > MAX_DOTS:
        raise BadSettings(f"has a line with more than {MAX_DOTS} dots", where=str(path))
    try:
        return tomllib.loads(data.decode("utf-8"), parse_float=_number)
    except UnicodeDecodeError as error:
        raise BadSettings(f"cannot be read: {error}", where=str(path)) from None
    except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError
        raise BadSettings(f"is not TOML: {error}", where=str(path)) from None


def _number(literal: str) -> Decimal:
    number = plain_decimal(literal.replace("_", ""))
    if number is None:
        raise ValueError(f"{literal:.40} is not a number that a setting can have")
    return number


def _located(policy: Policy, path: Path) -> Policy:
    """The policy with an absolute `file`: as written, it is relative to the settings file."""
    if policy.file in {None, "-", "packaged"}:
        return policy
    return policy._replace(file=os.path.normpath(path.parent / str(policy.file)))
