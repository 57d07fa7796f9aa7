"""Finds and reads the catalog file."""

import os
import shlex
import stat
import sys
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.document import MAX_BYTES
from pricectl.core.errors import CatalogError, DocumentError, PricingError
from pricectl.core.labels import did_you_mean
from pricectl.core.near import near
from pricectl.packaged import (
    CATALOG,
    is_installed,
    is_packaged_catalog,
    packaged_bytes,
    packaged_catalog,
)

FILE_NAME = CATALOG
STDIN = "-"
# Where --file takes it, the catalog that this release of pricectl carries.
PACKAGED = "packaged"
# What a file is compared with: what nobody has named, or nothing.
AUTO, NONE = "auto", "none"


class Unavailable(PricingError):
    """A file that cannot be read at all, so there is nothing to check or price by."""


class Source(NamedTuple):
    """The bytes of a catalog, and the name of the file or of standard input for people."""

    data: bytes
    name: str


def locate(option: str | None, configured: str | None = None) -> str:
    """The catalog to read: --file, PRICECTL_FILE, the settings, upwards from here, else packaged.

    Only for reading prices. Commands that check or edit use `locate_own`. `option` is --file,
    `configured` the setting `file`.
    """
    return find(option, configured) or str(packaged_catalog())


def locate_own(option: str | None, configured: str | None = None) -> str:
    """The team's catalog: as `locate`, but the packaged one only if it is named as `packaged`.

    Raises Unavailable, with the folders that were searched.
    """
    own = find(option, configured)
    if own is None:
        raise Unavailable(
            f"no {FILE_NAME} in {Path.cwd()} or a folder above it; "
            "neither PRICECTL_FILE nor the setting `file` names one",
            next_step=f"name it with --file FILE (--file {PACKAGED} is the one inside pricectl)",
        )
    return own


def locate_writable(option: str | None, configured: str | None = None) -> str:
    """The team's catalog, to be replaced, so never the packaged one. Raises Unavailable.

    Standard input is returned as it is; the caller decides.
    """
    own = locate_own(option, configured)
    if own != STDIN and is_same(own, str(packaged_catalog())) and is_installed():
        raise Unavailable(
            "is part of the installed pricectl and is never changed",
            where=own,
            next_step="name the team's own file with --file FILE",
        )
    check_regular(own)
    return own


def check_regular(name: str) -> None:
    """Check that a file that is to be replaced is one, or is not there yet.

    Opening a pipe would wait for its writer, and replacing a device would remove it.

    Raises Unavailable.
    """
    try:
        mode = os.stat(name).st_mode if name != STDIN else stat.S_IFREG  # noqa: PTH116 - any name
    except (OSError, ValueError):
        return  # reading says what is wrong
    kinds = {
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    kind = kinds.get(stat.S_IFMT(mode))
    if kind:
        raise Unavailable(
            f"is {kind}, not a regular file", where=name, next_step="name the file itself"
        )


def working_file(option: str | None, configured: str | None = None) -> str:
    """The file that git refs mean: as `locate_own`, else the usual name in this folder."""
    return find(option, configured) or FILE_NAME


def find(
    option: str | None, configured: str | None = None, folder: Path | None = None
) -> str | None:
    """The catalog that is named, else the nearest upwards from `folder`, the working folder.

    None if there is none. A path of the command line or PRICECTL_FILE stays as it was written.
    """
    chosen = option or os.environ.get("PRICECTL_FILE") or configured
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


def check_exists(name: str, option: str | None, configured: str | None) -> str:
    """Check that the file exists that a `locate` function returned; returns its name.

    Raises Unavailable, with the setting to correct; a file of the command line is left to `read`.
    """
    if name == PACKAGED and not os.path.exists(name):  # noqa: PTH110 - any name
        step = f"write --file {PACKAGED} for the catalog inside pricectl"
        raise Unavailable("no such file", where=name, next_step=step)
    if name == STDIN or os.path.exists(name):  # noqa: PTH110 - any name
        return name
    if option and not looks_like_path(name):
        raise Unavailable(
            "no such file, and this command reads no version out of git",
            where=name,
            next_step="name a file; 'git show REF:PATH | pricectl validate -' checks a version, "
            "'pricectl diff --head VERSION' compares one",
        )
    variable = os.environ.get("PRICECTL_FILE")
    catalog, set_by = variable or configured, "PRICECTL_FILE" if variable else "the setting `file`"
    if not option and catalog:
        step = f"the name comes from {set_by}; correct it there"
        raise Unavailable("no such file", where=name, next_step=step)
    return name


def looks_like_path(word: str) -> bool:
    """Whether a word is spelled as the path of a file, or nearly as a file that is there.

    A version in git may be spelled in the same way; so it is looked for first.

    >>> [looks_like_path(word) for word in ("old.json", "./old", "HEAD~1", "main:old.json")]
    [True, True, False, False]
    """
    path = Path(word)
    if path.is_absolute() or word.startswith((".", "~")):
        return True
    return ":" not in word and (path.suffix == ".json" or path.is_dir() or bool(_near(word)))


def is_same(name: str, other: str) -> bool:
    """Whether these are two names for one file."""
    try:
        return Path(name).samefile(other)
    except OSError:  # a file that is not there yet
        return Path(name).resolve() == Path(other).resolve()


def read(name: str) -> Source:
    """Read a file, or standard input for "-".

    At most one byte over MAX_BYTES, which shows the parser that it is too large.

    Raises Unavailable.
    """
    if name == STDIN:
        return Source(standard_input().read(MAX_BYTES + 1), "standard input")
    try:
        if is_packaged_catalog(name):
            return Source(packaged_bytes(CATALOG), name)
        with Path(name).open("rb") as file:
            return Source(file.read(MAX_BYTES + 1), name)
    except IsADirectoryError:
        raise Unavailable("is a folder", where=name, next_step="name the file in it") from None
    except FileNotFoundError:
        step = did_you_mean(*_near(name)) or "check the path"
        raise Unavailable("no such file", where=name, next_step=step) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise Unavailable(f"cannot be read: {reason}", where=name) from None


# The standard input that was read; weak, so that it can be closed.
_was_read: Callable[[], object] = lambda: None  # noqa: E731 - as a weak reference is called


def standard_input() -> BinaryIO:
    """Standard input, for its only reader: a second one would find it empty. Raises Unavailable."""
    global _was_read  # noqa: PLW0603 - there is one standard input
    if _was_read() is sys.stdin.buffer:
        raise _named_twice()
    _was_read = weakref.ref(sys.stdin.buffer)
    return sys.stdin.buffer


def check_standard_input(*names: str | None) -> None:
    """Check that at most one of these names is standard input. Raises Unavailable."""
    if names.count(STDIN) > 1:
        raise _named_twice()


def _named_twice() -> Unavailable:
    return Unavailable(
        "is named twice, and can be read only once",
        where="standard input",
        next_step="name a file for one of them",
    )


def _near(name: str) -> list[str]:
    """A file of the same folder whose name is spelled much like this one."""
    path = Path(name)
    try:
        names = [each.name for each in path.parent.iterdir() if each.is_file()]
    except OSError:
        return []
    return [str(path.parent / name) for name in near(path.name, names, slips_percent=40)]


def load(name: str) -> Catalog:
    """Read and build a catalog. Raises Unavailable, also for a file that cannot price calls."""
    return load_with_data(name)[0]


def load_with_data(name: str) -> tuple[Catalog, bytes]:
    """A catalog with the bytes it was built from. Raises as `load` does."""
    data, source = read(name)
    try:
        return Catalog.load(data), data
    except (DocumentError, CatalogError) as error:
        raise no_catalog(error, Source(data, source), name) from None


def no_catalog(error: PricingError, source: Source, name: str) -> Unavailable:
    """The error for a file, or standard input, that was read and is not a catalog."""
    where = f"{source.name}: {error.where}" if error.where else source.name
    return Unavailable(error.what, where=where, next_step=how_to_mend(source.data, name))


def how_to_mend(data: bytes, name: str) -> str:
    """What to do about a file, or standard input, that is not a catalog."""
    if data.strip():
        return f"{how_to_check(name)} to see every finding"
    if name == STDIN:
        return "check the command before the pipe"
    return f"restore it, for example with 'git checkout -- {shlex.quote(name)}'"


def how_to_check(name: str) -> str:
    """How to check a file, or what comes by standard input, which is gone once it was read."""
    if name == STDIN:
        return "pipe it to 'pricectl validate -'"
    return f"run 'pricectl validate {shlex.quote(name)}'"
