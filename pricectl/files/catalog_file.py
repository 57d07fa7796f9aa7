"""Finds and reads the catalog file."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import CatalogError, DocumentError, PricingError
from pricectl.packaged import CATALOG, is_installed, packaged_catalog

FILE_NAME = CATALOG
STDIN = "-"
# Where --file takes it, the catalog that this release of pricectl carries.
PACKAGED = "packaged"


class Unavailable(PricingError):
    """A file that cannot be read at all, so that nothing can be said of what is in it."""


class Source(NamedTuple):
    """The bytes of a catalog and where they came from, in words."""

    data: bytes
    name: str


def locate(asked: str | None, configured: str | None = None) -> str:
    """The catalog to read: --file, PRICECTL_FILE, the settings, upwards from here, else packaged.

    For questions only. What checks or edits a catalog asks `locate_own`, which never falls back.
    """
    return find(asked, configured) or str(packaged_catalog())


def locate_own(asked: str | None, configured: str | None = None) -> str:
    """The team's catalog: as `locate`, but the packaged one only where it is asked for by its word.

    Raises Unavailable, with the folders that were searched.
    """
    own = find(asked, configured)
    if own is None:
        raise Unavailable(
            f"no {FILE_NAME} in {Path.cwd()} or a folder above it; "
            "neither PRICECTL_FILE nor the setting `file` names one",
            next_step=f"name it with --file FILE (--file {PACKAGED} is the one inside pricectl)",
        )
    return own


def locate_writable(asked: str | None, configured: str | None = None) -> str:
    """The team's catalog as a file that can be replaced. Raises Unavailable.

    That is never the packaged one; standard input is the caller's to judge.
    """
    own = locate_own(asked, configured)
    if own != STDIN and is_same(own, str(packaged_catalog())) and is_installed():
        raise Unavailable(
            "is part of the installed pricectl and is never changed",
            where=own,
            next_step="name the team's own file with --file FILE",
        )
    return own


def working_file(asked: str | None, configured: str | None = None) -> str:
    """The file that git refs are about: as `locate_own`, else the usual name in this folder."""
    return find(asked, configured) or FILE_NAME


def find(
    asked: str | None, configured: str | None = None, folder: Path | None = None
) -> str | None:
    """The catalog that is named, else one upwards from `folder` (the working one); None if none is.

    A path of the command line or PRICECTL_FILE stays as it was written.
    """
    chosen = asked or os.environ.get("PRICECTL_FILE") or configured
    if chosen == PACKAGED and not Path(chosen).exists():
        return str(packaged_catalog())
    if chosen and chosen != configured:
        return chosen
    here = folder or Path.cwd()
    if chosen:  # an absolute path; people know it by the one from here
        inside = Path(chosen).is_relative_to(here)
        return os.path.relpath(chosen, here) if inside else chosen
    for above in (here, *here.parents):
        if (above / FILE_NAME).is_file():
            return os.path.relpath(above / FILE_NAME, here)
    return None


def check_there(name: str, asked: str | None, configured: str | None) -> str:
    """The name that one of the `locate` functions answered, if such a file exists.

    Raises Unavailable, with where the name is from; a file of the command line is left to `read`.
    """
    if name == PACKAGED and not os.path.exists(name):  # noqa: PTH110 - any name
        step = f"write --file {PACKAGED} for the catalog inside pricectl"
        raise Unavailable("no such file", where=name, next_step=step)
    origin = "PRICECTL_FILE" if os.environ.get("PRICECTL_FILE") else "the setting `file`"
    named = os.environ.get("PRICECTL_FILE") or configured
    if not asked and named and name != STDIN and not os.path.exists(name):  # noqa: PTH110 - any name
        step = f"the name is from {origin}, correct it there"
        raise Unavailable("no such file", where=name, next_step=step)
    return name


def is_same(one: str, other: str) -> bool:
    """Whether two names mean one file, by whatever path."""
    try:
        return Path(one).samefile(other)
    except OSError:
        return Path(one).resolve() == Path(other).resolve()


def read(name: str) -> Source:
    """The bytes of a file, or of standard input for "-", one byte over the bound at most.

    Raises Unavailable.
    """
    if name == STDIN:
        return Source(sys.stdin.buffer.read(MAX_BYTES + 1), "standard input")
    try:
        with Path(name).open("rb") as file:
            return Source(file.read(MAX_BYTES + 1), name)
    except IsADirectoryError:
        raise Unavailable("is a folder", where=name, next_step="name the file in it") from None
    except FileNotFoundError:
        raise Unavailable("no such file", where=name, next_step="check the path") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unavailable(f"cannot be read: {reason}", where=name) from None


def load(name: str) -> Catalog:
    """Read and build a catalog. Raises Unavailable, also for one that cannot price calls."""
    data, source = read(name)
    try:
        return Catalog.load(data)
    except (DocumentError, CatalogError) as error:
        where = f"{source}: {error.where}" if error.where else source
        step = f"run 'pricectl validate {name}' to see every finding"
        raise Unavailable(error.what, where=where, next_step=step) from None
