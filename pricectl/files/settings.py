"""Finds and reads a team's settings.

They are in pricectl.toml, or in [tool.pricectl] of pyproject.toml. The command line and the runtime
look for them in the same order: PRICECTL_SETTINGS, upwards from a catalog that was named, upwards
from the working folder.
"""

import codecs
import os
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

from pricectl.core.errors import PricingError
from pricectl.core.money import plain_decimal
from pricectl.files import atomic
from pricectl.policy import BadSettings, Policy, read_policy, usable_policy

PRICECTL_TOML, PYPROJECT_TOML = "pricectl.toml", "pyproject.toml"
MAX_SETTINGS_BYTES = 1024 * 1024
# The TOML parser needs time in the square of a dotted key's length.
MAX_DOTS = 500


class SettingsText:
    """The text of one settings file, which is read and parsed once, when it is first needed."""

    def __init__(self, path: Path, data: bytes | None = None) -> None:
        """`data` are the bytes of a copy, which stand for those at `path`."""
        self.path = path
        if data is not None:
            self.data = data

    @cached_property
    def data(self) -> bytes:
        """Its bytes. Raises BadSettings."""
        try:
            data = atomic.read(self.path, MAX_SETTINGS_BYTES)
        except OSError as error:
            what = f"cannot be read: {error.strerror or error}"
            raise BadSettings(what, where=str(self.path)) from None
        if len(data) > MAX_SETTINGS_BYTES:
            what = f"is larger than {MAX_SETTINGS_BYTES // 1024} KiB"
            raise BadSettings(what, where=str(self.path))
        return data

    @cached_property
    def table(self) -> Mapping[str, Any] | None:
        """The settings before their values are checked; None for a pyproject.toml without any.

        Raises BadSettings.
        """
        import tomllib

        def number(literal: str) -> Decimal:
            read = plain_decimal(literal.replace("_", ""))
            if read is None:
                raise ValueError(f"{literal:.40} is not a number that a setting can have")
            return read

        where = str(self.path)
        if max(line.count(b".") for line in self.data.split(b"\n")) > MAX_DOTS:
            raise BadSettings(f"has a line with more than {MAX_DOTS} dots", where=where)
        if self.data.startswith(codecs.BOM_UTF8):
            step = "save it as UTF-8 without BOM"
            raise BadSettings("starts with a byte order mark", where=where, next_step=step)
        try:
            parsed = tomllib.loads(self.data.decode("utf-8"), parse_float=number)
        except UnicodeDecodeError as error:
            raise BadSettings(f"cannot be read: {error}", where=where) from None
        except (ValueError, RecursionError) as error:  # a TOMLDecodeError is a ValueError
            raise BadSettings(f"is not TOML: {error}", where=where) from None
        if self.path.name != PYPROJECT_TOML:
            return parsed
        tool = parsed.get("tool")
        table = tool.get("pricectl") if isinstance(tool, dict) else None
        if table is not None and not isinstance(table, dict):
            raise BadSettings("[tool.pricectl] is not a table", where=where)
        return table

    def policy(self) -> Policy:
        """The policy of all settings. Raises BadSettings or BadProfile for any problem."""
        return self._located(read_policy(self._own_table(), str(self.path)))

    def usable_policy(self) -> tuple[Policy, tuple[PricingError, ...]]:
        """The policy of those settings that can be read, and the problems of the others.

        Raises BadSettings if none can be read, because the text is not TOML.
        """
        policy, problems = usable_policy(self._own_table(), str(self.path))
        return self._located(policy), problems

    def _own_table(self) -> Mapping[str, Any]:
        if self.table is None:
            raise BadSettings("has no [tool.pricectl] table", where=str(self.path))
        return self.table

    def _located(self, policy: Policy) -> Policy:
        """The policy with absolute paths: as written, they are relative to the settings file."""
        paths = {
            key: os.path.normpath(self.path.parent / written)
            for key in ("file", "reference", "changelog", "usage_file")
            if (written := getattr(policy, key)) not in {None, "-", "auto", "none", "packaged"}
        }
        return policy._replace(**paths)


def load_policy(folder: Path | None = None, *, catalog: str | None = None) -> Policy:
    """The team's policy, from the settings file that `find_settings` finds.

    Raises BadSettings; without a settings file the defaults hold.
    """
    found = find_settings(folder, catalog=catalog)
    return found.policy() if found else Policy()


def find_settings(folder: Path | None = None, *, catalog: str | None = None) -> SettingsText | None:
    """The settings file, its path absolute; None if there is none.

    `catalog` is the catalog that --file or a caller named; without one PRICECTL_FILE counts.
    `folder` is the working folder. Raises BadSettings if a file on the way cannot be read.
    """
    chosen = os.environ.get("PRICECTL_SETTINGS")
    if chosen:
        working = working_folder(folder)
        path = working / chosen if working else Path(chosen)
        if not path.is_absolute() or not _is_file(path):
            raise BadSettings(
                "no such file", where=chosen, next_step="correct or unset PRICECTL_SETTINGS"
            )
        return SettingsText(Path(os.path.normpath(path)))
    for found in map(SettingsText, candidates(folder, catalog)):
        if not _is_file(found.path):
            continue
        # Most projects do not mention pricectl, and parsing their files would take time.
        if found.path.name != PYPROJECT_TOML or (
            b"pricectl" in found.data and found.table is not None
        ):
            return found
    return None


def candidates(folder: Path | None, catalog: str | None) -> Iterator[Path]:
    """Every file that may have settings; the first that has some wins."""
    named = catalog or os.environ.get("PRICECTL_FILE")
    working = working_folder(folder)
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


def working_folder(folder: Path | None) -> Path | None:
    """The folder, else the process's own as an absolute path; None where that was deleted."""
    try:
        return folder.absolute() if folder else Path.cwd()
    except OSError:
        return None


def shown_path(path: str) -> str:
    """The path of a settings file as reports name it: from the working folder on if it is below it.

    Code review tools find a file by its path in the repository only.
    """
    working = working_folder(None)
    below = working and path and Path(path).is_relative_to(working)
    return str(Path(path).relative_to(working)) if working and below else path


def _is_file(path: Path) -> bool:
    """Whether it is a file. Raises BadSettings for a folder or broken link named pricectl.toml.

    Skipping it would silently use settings that the team does not see.
    """
    try:
        found = path.is_file()
    except OSError as error:
        raise BadSettings(f"cannot be read: {error.strerror}", where=str(path)) from None
    if not found and path.name == PRICECTL_TOML and os.path.lexists(path):
        raise BadSettings("is not a file, or is a broken link", where=str(path))
    return found
