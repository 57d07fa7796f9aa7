"""Finds and reads the catalog file. Floor 2."""

import os
import sys
from pathlib import Path
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import CatalogError, DocumentError, PricingError

FILE_NAME = "llm_pricing_current.json"
STDIN = "-"


class Unavailable(PricingError):
    """A file that cannot be read at all, so that nothing can be said of what is in it."""


class Source(NamedTuple):
    """The bytes of a catalog and where they came from, in words."""

    data: bytes
    name: str


def locate(asked: str | None, configured: str | None = None) -> str:
    """Which file is meant: --file, PRICECTL_FILE, the settings, then upwards from here.

    Ends with the snapshot inside the package, which is for reading only.
    """
    return _own(asked, configured) or str(packaged(FILE_NAME))


def locate_own(asked: str | None, configured: str | None = None) -> str:
    """Which file is meant to be written: as `locate`, without the package's. Raises Unavailable."""
    own = _own(asked, configured)
    if not own:
        raise Unavailable(f"no {FILE_NAME} here or above", next_step="name a file")
    return own


def _own(asked: str | None, configured: str | None) -> str | None:
    chosen = asked or os.environ.get("PRICECTL_FILE") or configured
    if chosen:
        return chosen
    here = Path.cwd()
    for folder in (here, *here.parents):
        if (folder / FILE_NAME).is_file():
            return os.path.relpath(folder / FILE_NAME, here)
    return None


def is_same(one: str, other: str) -> bool:
    """Whether two names mean one file, by whatever path."""
    return Path(one).resolve() == Path(other).resolve()


def packaged(name: str) -> Path:
    """A data file that belongs to pricectl: from the installed package, else from the checkout."""
    package = Path(__file__).parent
    inside = package / "data" / name
    return inside if inside.exists() else package.parent / name


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
        raise Unavailable("no such file", where=name, next_step="check --file") from None
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
