"""The text of a new catalog: rows of the reference as they are written there, for one team.

A row keeps its source, evidence, aliases and every price. It may get another name, which then leads
to the row beside the reference's own name.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.core.catalog import SCHEMA_MAJOR, Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.edit import splice
from pricectl.edit.splice import Edit, Insert, Remove

INDENT = "  "
ROW_INDENT = INDENT * 2
NOTE = (
    "Prices are USD per token unless the key names another unit (second, character, image, page, "
    "query)."
)
DEFAULT_PRICE = '{"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}'


class NewRow(NamedTuple):
    """A row of the new catalog: where it stands, its JSON text, and the page it comes from."""

    section: str
    name: str
    text: str
    source: str = ""


class Decided(NamedTuple):
    """Why rows are right although price lists differ.

    Acknowledgements as JSON text, and by section the `decisions` of its `pricing_notes`.
    """

    acknowledged: tuple[str, ...] = ()
    decisions: Mapping[str, Mapping[str, str]] = MappingProxyType({})


UNDECIDED = Decided()


def row_text(
    text: str, positions: Positions, model: Model, *, name: str = "", also: Iterable[str] = ()
) -> str:
    """A row as its catalog writes it, with the aliases that it needs under another name.

    Args:
        text: the catalog's text.
        positions: those of the text.
        model: the row.
        name: what the row will be called; without one as in that catalog.
        also: further names that must lead to the row.
    """
    member = positions.member(model.pointer)
    if member is None:  # every row was built from the text
        raise splice.Misplaced("is not there", where=model.pointer)
    written = text[member.start : member.end]
    own = name or model.name
    listed = model.entry.get("aliases")
    aliases = listed if isinstance(listed, list) else []
    known = {own, *(alias for alias in aliases if isinstance(alias, str))}
    new = [alias for alias in dict.fromkeys((model.name, *also)) if alias not in known]
    # From the last one on, so that the indexes of the others stay.
    edits: list[Edit] = [
        Remove(f"/aliases/{index}") for index, alias in _from_last(aliases) if alias == own
    ]
    if isinstance(listed, list):
        edits += [Insert("/aliases", _quoted(alias)) for alias in new]
    elif new:
        edits.append(Insert("", json.dumps(new, ensure_ascii=False), "aliases"))
    return splice.indented(splice.apply(written, edits), ROW_INDENT)


def _from_last(items: Sequence[Json]) -> list[tuple[int, Json]]:
    return list(enumerate(items))[::-1]


def catalog_text(
    rows: Iterable[NewRow],
    day: date,
    *,
    default_price: str = DEFAULT_PRICE,
    decided: Decided = UNDECIDED,
) -> str:
    """The text of a catalog with these rows, a section after the other, last edited on that day.

    `default_price` is what unknown names cost, as JSON text; `decided` speaks of the rows.
    """
    sections: dict[str, list[NewRow]] = {}
    for row in rows:
        sections.setdefault(row.section, []).append(row)
    sources = dict.fromkeys(row.source for each in sections.values() for row in each if row.source)
    metadata = {
        "last_updated": _quoted(f"{day}"),
        "currency": _quoted("USD"),
        "schema_version": _quoted(f"{SCHEMA_MAJOR}.0"),
        "note": _quoted(NOTE),
        "sources": _list(map(_quoted, sources), ROW_INDENT),
        "default_pricing": splice.indented(default_price, ROW_INDENT),
    }
    if decided.acknowledged:
        metadata["acknowledged"] = _list(decided.acknowledged, ROW_INDENT)
    members = {"metadata": _object(metadata, INDENT)}
    for section, listed in sections.items():
        members[section] = _object({row.name: row.text for row in listed}, INDENT)
    if decided.decisions:
        members["pricing_notes"] = _object(
            {section: _decisions(listed) for section, listed in decided.decisions.items()}, INDENT
        )
    return f"{_object(members, '')}\n"


def _decisions(listed: Mapping[str, str]) -> str:
    sentences = {key: _quoted(sentence) for key, sentence in listed.items()}
    return _object({"decisions": _object(sentences, ROW_INDENT + INDENT)}, ROW_INDENT)


def default_price_text(text: str, positions: Positions, catalog: Catalog) -> str:
    """What a catalog says of unknown names, as it writes it; else the built-in default price."""
    member = positions.member(catalog.default.pointer) if catalog.default.pointer else None
    return text[member.start : member.end] if member else DEFAULT_PRICE


def _object(members: Mapping[str, str], indent: str) -> str:
    inner = indent + INDENT
    lines = (f"{inner}{_quoted(key)}: {value}" for key, value in members.items())
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}" if members else "{}"


def _list(items: Iterable[str], indent: str) -> str:
    inner = indent + INDENT
    lines = [f"{inner}{item}" for item in items]
    return "[\n" + ",\n".join(lines) + f"\n{indent}]" if lines else "[]"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
