"""Reads a published price list: from a file, a folder, standard input, a package or the web."""

import re
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.feeds.feed import Feed, read_feed
from pricectl.feeds.formats import FORMATS, FeedFormat
from pricectl.feeds.offers import FeedError
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


def parse_source(word: str) -> FeedSource:
    """NAME[=SOURCE][@DATE], or a SOURCE whose format is recognised. Raises FeedError.

    >>> parse_source("litellm=prices.json@2026-11-24")
    FeedSource(format_name='litellm', place='prices.json', date='2026-11-24')
    >>> parse_source("litellm"), parse_source("api.json").format_name
    (FeedSource(format_name='litellm', place='', date=''), '')
    """
    dated = _DATED.fullmatch(word)
    text, date = dated.groups() if dated else (word, "")
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


def load(source: FeedSource) -> Feed:
    """The list at a source. Raises FeedError, NotFetched or Unavailable."""
    chosen = FORMATS.get(source.format_name)
    if chosen and source.place == WEB:
        return _fetched(source, _address(chosen))
    if fetch.is_url(source.place):
        return _fetched(source, source.place)
    path = _installed(chosen) if chosen and not source.place else source.place
    if path != STDIN and Path(path).is_dir():
        path = str(_in_folder(Path(path)))
    return read_feed(read(path).data, path, source.format_name, source.date)


def _fetched(source: FeedSource, url: str) -> Feed:
    data = fetch.fetch(url, seconds=SECONDS, limit=MAX_BYTES)
    return read_feed(data, url, source.format_name, source.date)


def _address(chosen: FeedFormat) -> str:
    if not chosen.url:
        raise FeedError(
            f"{chosen.name} has no published address",
            where="--feed",
            next_step=f"name its file: --feed {chosen.name}=FILE",
        )
    return chosen.url


def _installed(chosen: FeedFormat) -> str:
    """The file of the installed package, which is not imported."""
    spec = find_spec(chosen.package) if chosen.package else None
    if spec is None or spec.origin is None:
        install = f"'pip install {chosen.package.replace('_', '-')}', or " if chosen.package else ""
        raise FeedError(
            f"no installed package has {chosen.name}",
            where="--feed",
            next_step=f"{install}--feed {chosen.name}=FILE or {chosen.name}={WEB}",
        )
    return str(Path(spec.origin).with_name(chosen.file))


def installed_version(chosen: FeedFormat) -> str:
    """The version of the installed package of a list; "" where there is none."""
    try:
        return version(chosen.package.replace("_", "-")) if chosen.package else ""
    except PackageNotFoundError:
        return ""


def _in_folder(folder: Path) -> Path:
    """The price list in an unpacked package. Raises FeedError."""
    found = next(_lists(folder), None)
    if found is None:
        raise FeedError(
            "no price list in this folder",
            where=str(folder),
            next_step=f"it would be called {', '.join(_NAMES)}",
        )
    return found


def _lists(folder: Path) -> Iterator[Path]:
    for name in _NAMES:
        for pattern in (name, f"*/{name}", f"*/*/{name}", f"*/*/*/{name}"):
            yield from sorted(folder.glob(pattern))


__all__ = ["WEB", "FeedSource", "installed_version", "load", "parse_source"]
