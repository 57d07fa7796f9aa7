"""One published price list, read: its rows as a catalog, its date, and what was left out."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core import catalog as catalogs
from pricectl.core import document as documents
from pricectl.core.catalog import MAX_MODELS, RESERVED, Catalog
from pricectl.core.document import Json
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import DocumentError
from pricectl.core.prices import Problem
from pricectl.feeds import genai_package
from pricectl.feeds.feed_row import FeedError, FeedRow
from pricectl.feeds.formats import FORMATS, FeedFormat, recognise

_WEB_PAGE = (b"<!doctype", b"<html", b"<head", b"<?xml")
REPEATED_KEY = "a JSON key twice, of which the last counts"
REPEATED_NAME = "a name that the list has twice"
REPEATED_OTHERWISE = "a name that the list has twice, with other prices"
BAD_NAME = f"a name that is empty or longer than {MAX_NAME} characters"
BAD_SELLER = "a seller whose name a catalog uses for something else"


class FeedOrigin(NamedTuple):
    """Where a price list was read, and how old it is where its text does not say that.

    `date` is its day as YYYY-MM-DD, `version` that of the installed package; "" is unknown.
    """

    where: str
    date: str = ""
    version: str = ""


class Feed(NamedTuple):
    """A price list as a catalog.

    `date` is the list's own day, or the one that was given with it ("" where nobody knows), and
    `version` that of the package it came in. `sha256` is the hash of its bytes. `copied_from`
    names, by full name, the list that a row was copied from. `skipped` counts rows that were left
    out by reason, `unread` prices without a key in the catalog.
    """

    name: str
    origin: FeedOrigin
    date: str
    sha256: str
    catalog: Catalog
    copied_from: Mapping[str, str]
    skipped: Mapping[str, int]
    unread: Mapping[str, int]

    def vote(self, full_name: str) -> str:
        """Whose word a row is: the list's own, or that of the list it was copied from."""
        return self.copied_from.get(full_name) or self.name

    @property
    def copied_lists(self) -> tuple[str, ...]:
        """The lists that rows of this one were copied from."""
        return tuple(sorted(set(self.copied_from.values())))

    @property
    def age_name(self) -> str:
        """The list and its day; the version of its package where there is no day.

        >>> from pricectl.core.catalog import Catalog
        >>> found = Catalog.load('{"x": {"m": {"input_cost_per_token": 0}}}')
        >>> Feed("litellm", FeedOrigin("", "", "1.110.2"), "", "", found, {}, {}, {}).age_name
        'litellm 1.110.2'
        """
        return f"{self.name} {self.date or self.origin.version}".rstrip()


def read_feed(data: bytes, origin: FeedOrigin, format_name: str = "") -> Feed:
    """Read a list from its bytes; the format is recognised where no name of `FORMATS` is given.

    Raises FeedError: not this format, cut, empty, a web page, or no row with a price.
    """
    document, repeated = _document(data, origin.where)
    chosen = FORMATS[format_name] if format_name else recognise(document)
    if chosen is None or not chosen.looks_like(document):
        raise FeedError(
            f"not the price list {format_name}" if format_name else "not a known price list",
            where=origin.where,
            next_step=f"the formats are {', '.join(FORMATS)}",
        )
    return _feed(chosen, document, data, origin, repeated=repeated)


def _document(data: bytes, where: str) -> tuple[Json, bool]:
    """The list as JSON, and whether an object of it has a key twice."""
    if data.lstrip()[:15].lower().startswith(_WEB_PAGE):
        raise FeedError("a web page, not a price list", where=where, next_step="check the address")
    try:
        text = documents.decode(data)
        if genai_package.looks_like(text):
            return genai_package.to_json(text, where), False
        try:
            return documents.parse_text(text), False
        except DocumentError:
            # Lists have had rows twice; whoever reads them as usual gets the last.
            return documents.parse_text(text, allow_duplicates=True), True
    except DocumentError as error:
        raise FeedError(error.what, where=where, next_step="is the file cut off?") from None


def _feed(
    chosen: FeedFormat, document: Json, data: bytes, origin: FeedOrigin, *, repeated: bool
) -> Feed:
    content = chosen.read(document)
    problems: list[Problem] = []
    skipped = Counter(content.skipped)
    sections, copied_from = _sections(content.rows, skipped)
    found = catalogs.build(sections, problems, source=hashlib.sha256(data).hexdigest())
    if len(found.models) > MAX_MODELS:
        raise FeedError(f"more than {MAX_MODELS:,} models", where=origin.where)
    unread = Counter(content.unread)
    unread.update(problem.message[:80] for problem in problems)
    if repeated:
        unread[REPEATED_KEY] += 1
    if not any(model.prices.rates for model in found.models):
        step = "is the file cut off?"
        raise FeedError(f"no row of {chosen.name} has a price", where=origin.where, next_step=step)
    return Feed(
        chosen.name,
        origin,
        content.date or origin.date,
        found.sha256,
        found,
        MappingProxyType(copied_from),
        MappingProxyType(dict(skipped)),
        MappingProxyType(dict(unread)),
    )


def _sections(
    rows: Iterable[FeedRow], skipped: Counter[str]
) -> tuple[dict[str, Json], dict[str, str]]:
    """The rows as the sections of a catalog, and where each was copied from.

    Of rows with one name the first stays.
    """
    sections: dict[str, dict[str, Json]] = {}
    copied_from: dict[str, str] = {}
    for row in rows:
        if not 0 < len(row.name) <= MAX_NAME or not 0 < len(row.seller) <= MAX_NAME:
            skipped[BAD_NAME] += 1
            continue
        if row.seller in RESERVED:
            skipped[BAD_SELLER] += 1
            continue
        section = sections.setdefault(row.seller, {})
        entry: dict[str, Json] = {**row.entry, "aliases": list(row.other_names)}
        if row.name in section:
            first = section[row.name]
            alike = isinstance(first, dict) and _prices(first) == _prices(entry)
            skipped[REPEATED_NAME if alike else REPEATED_OTHERWISE] += 1
            continue
        section[row.name] = entry
        if row.derived_from:
            copied_from[f"{row.seller}/{row.name}"] = row.derived_from
    return dict(sections), copied_from


def _prices(entry: Mapping[str, Json]) -> dict[str, Json]:
    return {key: value for key, value in entry.items() if "cost" in key or "pricing" in key}


__all__ = ["Feed", "FeedError", "FeedOrigin", "read_feed"]
