"""Reads a published price list: from a file, a folder, standard input, a package or the web."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.core.windows import read_day
from pricectl.feeds import pi_ai
from pricectl.feeds.feed import Feed, FeedOrigin, read_feed
from pricectl.feeds.feed_row import FeedError
from pricectl.feeds.formats import FORMATS, FeedFormat
from pricectl.files import fetch
from pricectl.files.catalog_file import STDIN, read

WEB = "https"
SECONDS = 60.0
_DATED = re.compile(r"(.*)@(\d{4}-\d\d-\d\d)", re.DOTALL)
# What an unpacked package calls its prices.
_NAMES = (*(one.file for one in FORMATS.values() if one.file), "api.json", "data.json")


class FeedSource(NamedTuple):
    """Which list, where it is read, and its day if the list does not say it.

    `format_name` is empty where the format is to be recognised.
    """

    format_name: str
    place: str
    date: str = ""

    def below(self, folder: Path | None) -> "FeedSource":
        """The source with its path below a folder, as a settings file means it."""
        is_path = self.place not in {"", WEB, STDIN} and not fetch.is_url(self.place)
        return self._replace(place=str(folder / self.place)) if folder and is_path else self


def parse_source(word: str) -> FeedSource:
    """NAME[=SOURCE][@DATE], or a SOURCE whose format is recognised. Raises FeedError.

    >>> parse_source("litellm=prices.json@2026-11-24")
    FeedSource(format_name='litellm', place='prices.json', date='2026-11-24')
    >>> parse_source("litellm"), parse_source("api.json").format_name
    (FeedSource(format_name='litellm', place='', date=''), '')
    """
    dated = _DATED.fullmatch(word)
    text, date = dated.groups() if dated else (word, "")
    if date and not read_day(date):
        raise FeedError(f"{date} is not a valid date", where="--feed")
    if not text:
        raise FeedError("no price list is named", where="--feed")
    name, equals, place = text.partition("=")
    if name in FORMATS:
        return FeedSource(name, place, date)
    if equals and not Path(text).exists() and not fetch.is_url(text):
        raise FeedError(
            f"{name[:60]!r} is not a price list that pricectl reads",
            where="--feed",
            next_step=f"the names are {', '.join(FORMATS)}",
        )
    return FeedSource("", text, date)


def installed_sources() -> tuple[FeedSource, ...]:
    """The lists that lie in Python packages that are installed here."""
    return tuple(FeedSource(one.name, "") for one in FORMATS.values() if _package_file(one))


def load(source: FeedSource) -> Feed:
    """The list at a source. Raises FeedError, NotFetched or Unavailable."""
    chosen = FORMATS.get(source.format_name)
    if chosen and source.place == WEB:
        return _fetched(source, _address(chosen))
    if fetch.is_url(source.place):
        return _fetched(source, source.place)
    if chosen and not source.place:
        path, release = installed_file(chosen), installed_version(chosen)
    else:
        path, release = source.place, ""
    if path != STDIN and Path(path).is_dir():
        manifest = next(_found(Path(path), pi_ai.MANIFEST), None)
        if manifest and source.format_name in {"", "pi-ai"}:
            return read_feed(_joined(manifest), FeedOrigin(path, source.date), "pi-ai")
        path = str(_in_folder(Path(path), chosen))
    found = read(path)
    return read_feed(found.data, FeedOrigin(found.name, source.date, release), source.format_name)


def _joined(manifest: Path) -> bytes:
    """The files of a folder as one document. Raises FeedError where they are too large."""
    files = {path.stem: path for path in sorted(manifest.parent.glob("[a-z]*.json"))}
    data, size = {}, 0
    for name, path in files.items():
        data[name] = read(str(path)).data
        size += len(data[name])
        if size > MAX_BYTES:
            raise FeedError("the files are too large together", where=str(manifest.parent))
    return pi_ai.in_one(read(str(manifest)).data, data)


def _fetched(source: FeedSource, url: str) -> Feed:
    data = fetch.fetch(url, seconds=SECONDS, limit=MAX_BYTES)
    return read_feed(data, FeedOrigin(url, source.date), source.format_name)


def _address(chosen: FeedFormat) -> str:
    if not chosen.url:
        raise FeedError(
            f"{chosen.name} has no published address",
            where="--feed",
            next_step=f"name its file: --feed {chosen.name}=FILE",
        )
    return chosen.url


def _package_file(chosen: FeedFormat) -> Path | None:
    """The list's file in the installed package, which is not imported."""
    try:
        spec = find_spec(chosen.package) if chosen.package else None
    except (ImportError, ValueError):  # something else of that name was imported already
        spec = None
    path = Path(spec.origin).with_name(chosen.file) if spec and spec.origin else None
    return path if path and path.is_file() else None


def installed_file(chosen: FeedFormat) -> str:
    """The list's file in the installed package. Raises FeedError where there is none."""
    path = _package_file(chosen)
    if path is None:
        install = f"'pip install {chosen.package.replace('_', '-')}', or " if chosen.package else ""
        web = f" or {chosen.name}={WEB}" if chosen.url else ""
        raise FeedError(
            f"no installed package has {chosen.name}",
            where="--feed",
            next_step=f"{install}--feed {chosen.name}=FILE{web}",
        )
    return str(path)


def installed_version(chosen: FeedFormat) -> str:
    """The version of the installed package of a list; "" where there is none."""
    try:
        return version(chosen.package.replace("_", "-")) if chosen.package else ""
    except PackageNotFoundError:
        return ""


def _in_folder(folder: Path, chosen: FeedFormat | None) -> Path:
    """The price list in an unpacked package. Raises FeedError."""
    own = (chosen.file,) if chosen and chosen.file else ()
    found = next((path for name in (*own, *_NAMES) for path in _found(folder, name)), None)
    if found is None:
        raise FeedError(
            "no price list in this folder",
            where=str(folder),
            next_step=f"it would be called {', '.join(_NAMES)}",
        )
    return found


def _found(folder: Path, name: str) -> Iterator[Path]:
    """The files of a name in a folder and up to four levels below it, the nearest first."""
    for depth in range(5):
        yield from sorted(folder.glob("*/" * depth + name))


__all__ = [
    "WEB",
    "FeedSource",
    "installed_file",
    "installed_sources",
    "installed_version",
    "load",
    "parse_source",
]
