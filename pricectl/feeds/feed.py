"""One published price list, read: its rows as a catalog, its date, and what was left out."""

import hashlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core import catalog as catalogs
from pricectl.core import document as documents
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.entries import MAX_NAME
from pricectl.core.errors import DocumentError
from pricectl.core.prices import Problem
from pricectl.feeds import genai_package
from pricectl.feeds.formats import FORMATS, FeedFormat, recognise
from pricectl.feeds.offers import FeedError, Offer

_WEB_PAGE = (b"<!doctype", b"<html")


class Feed(NamedTuple):
    """A price list as a catalog.

    `date` is the list's own day ("" where it does not say), `sha256` the hash of its bytes.
    `origins` names, by full name, the list that a row was copied from. `skipped` counts rows that
    were left out by reason, `unread` prices without a key in the catalog.
    """

    name: str
    date: str
    sha256: str
    catalog: Catalog
    origins: Mapping[str, str]
    skipped: Mapping[str, int]
    unread: Mapping[str, int]

    def vote(self, full_name: str) -> str:
        """Whose word a row is: the list's own, or that of the list it was copied from."""
        return self.origins.get(full_name) or self.name


def read_feed(data: bytes, where: str, format_name: str = "", date: str = "") -> Feed:
    """Read a list from its bytes; the format is recognised where no name of `FORMATS` is given.

    `date` is the list's day where its text does not say it, such as a package's release. Raises
    FeedError: not this format, cut, empty, a web page, or no row with a price.
    """
    document = _document(data, where)
    chosen = FORMATS[format_name] if format_name else recognise(document)
    if chosen is None or not chosen.looks_like(document):
        raise FeedError(
            f"not the price list {format_name}" if format_name else "not a known price list",
            where=where,
            next_step=f"the formats are {', '.join(FORMATS)}",
        )
    return _feed(chosen, document, data, where, date)


def _document(data: bytes, where: str) -> Json:
    if data.lstrip()[:15].lower().startswith(_WEB_PAGE):
        raise FeedError("a web page, not a price list", where=where, next_step="check the address")
    try:
        text = documents.decode(data)
        if genai_package.looks_like(text):
            return genai_package.to_json(text, where)
        return documents.parse_text(text)
    except DocumentError as error:
        raise FeedError(str(error), where=where) from None


def _feed(chosen: FeedFormat, document: Json, data: bytes, where: str, date: str) -> Feed:
    content = chosen.read(document)
    problems: list[Problem] = []
    root, origins, twice = _rows(content.offers)
    found = catalogs.build(root, problems, source=hashlib.sha256(data).hexdigest())
    unread = dict(content.unread)
    for problem in problems:
        unread[problem.message[:80]] = unread.get(problem.message[:80], 0) + 1
    if not any(model.prices.rates for model in found.models):
        raise FeedError(
            f"no row of {chosen.name} has a price", where=where, next_step="is the file cut off?"
        )
    skipped = {**content.skipped, **({"a name that the list has twice": twice} if twice else {})}
    return Feed(
        chosen.name,
        content.date or date,
        found.sha256,
        found,
        MappingProxyType(origins),
        MappingProxyType(skipped),
        MappingProxyType(unread),
    )


def _rows(offers: Iterable[Offer]) -> tuple[dict[str, Json], dict[str, str], int]:
    """The offers as the sections of a catalog, where each row was copied from, and repeated names.

    Of rows with one name the first stays.
    """
    sections: dict[str, dict[str, Json]] = {}
    origins: dict[str, str] = {}
    twice = 0
    for offer in offers:
        section = sections.setdefault(offer.seller, {})
        if offer.name in section or not 0 < len(offer.name) <= MAX_NAME:
            twice += 1
            continue
        section[offer.name] = {**offer.entry, "aliases": list(offer.other_names)}
        if offer.derived_from:
            origins[f"{offer.seller}/{offer.name}"] = offer.derived_from
    return dict(sections), origins, twice


__all__ = ["Feed", "FeedError", "read_feed"]
