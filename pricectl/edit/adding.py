"""The text of a row that is new in a catalog: from the reference, like another row, or by hand.

The row is laid out as the file is, so that a file with tabs or CRLF keeps them.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from pricectl.check.positions import Positions
from pricectl.check.rules.base import TEXT_MODES
from pricectl.core.catalog import RESERVED, Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.naming.reading import read_name
from pricectl.core.naming.sellers import FAMILIES, seller_of
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS
from pricectl.core.units import STANDARD
from pricectl.edit import splice
from pricectl.edit.assignments import BadEdit
from pricectl.edit.row_order import by_name
from pricectl.edit.splice import Edit, Insert, Remove
from pricectl.edit.starting import INDENT

# What another row says of itself alone, and not of a row that is made like it.
NOT_COPIED = (
    "aliases",
    "verified_on",
    "evidence",
    "negotiated",
    "retired",
    "deprecation_date",
    "successor",
    *DATED_LISTS,
)
INPUT, OUTPUT = ("input", 0, STANDARD), ("output", 0, STANDARD)
_LEADING = re.compile(r"^((?:  )+)", re.MULTILINE)


class RowPlace(NamedTuple):
    """Where a new row stands: its section, its name, and after how many rows (None: at the end)."""

    section: str
    name: str
    position: int | None = None

    @property
    def pointer(self) -> str:
        """The row's JSON Pointer."""
        return pointer_to(self.section, self.name)


def row_place(name: str, values: Mapping[str, Json], like: Model | None = None) -> RowPlace:
    """The section and name of a new row. Raises BadEdit where nobody can tell the section.

    `SECTION/NAME` says it; else the row that it is like, else the seller that the name speaks of.
    """
    sections = [key for key, member in values.items() if _is_section(key, member)]
    first, slash, rest = name.partition("/")
    if slash and first in RESERVED:
        what = "is a part of the file and no section of models"
        raise BadEdit(what, where=first, next_step="write SECTION/NAME with the seller's section")
    if slash and rest and (first in sections or (like is None and seller_of(first) != first)):
        return _after(RowPlace(first, rest), like, values)
    if like:
        return _after(RowPlace(like.provider, name), like, values)
    same_seller = [key for key in sections if seller_of(key) == seller_of(first)]
    if slash and rest:
        section = same_seller[0] if same_seller else first
        return RowPlace(section, rest)
    reading = read_name(name)
    seller = reading.seller or FAMILIES.get(reading.base.split("-", 1)[0], "")
    section = next((key for key in sections if seller and seller_of(key) == seller), seller)
    if not section:
        known = ", ".join(sections[:5])
        step = f"write SECTION/{name:.60}, such as one of the sections {known}"
        raise BadEdit("does not say who sells it", where=f"{name:.80}", next_step=step)
    return RowPlace(section, name)


def _is_section(key: str, member: Json) -> bool:
    return key not in RESERVED and isinstance(member, dict)


def _after(place: RowPlace, like: Model | None, values: Mapping[str, Json]) -> RowPlace:
    """The place behind the row that it is like, if that stands in the same section.

    A section in the order of names keeps it.
    """
    rows = values.get(place.section)
    if like is None or not isinstance(rows, dict) or like.provider != place.section:
        return place
    names = list(rows)
    if like.name not in names or names == by_name(names):
        return place
    return place._replace(position=names.index(like.name) + 1)


def row_like(text: str, positions: Positions, model: Model) -> str:
    """The text of a row without what is said of that row alone, its last line not indented."""
    member = positions.member(model.pointer)
    written = text[member.start : member.end] if member else "{}"
    edits = [Remove(f"/{key}") for key in NOT_COPIED if key in model.entry]
    return splice.indented(splice.apply(written, edits), "")


def without_taken_aliases(row: str, model: Model, catalog: Catalog) -> tuple[str, tuple[str, ...]]:
    """A row's text without the aliases that lead to a row of the catalog, and those aliases."""
    listed = model.entry.get("aliases")
    aliases = listed if isinstance(listed, list) else []
    known = {*catalog.names, *catalog.aliases, *catalog.by_full_name}
    taken = [i for i, alias in enumerate(aliases) if isinstance(alias, str) and alias in known]
    edits: list[Edit] = [Remove(f"/aliases/{index}") for index in reversed(taken)]
    if taken and len(taken) == len(aliases):
        edits = [Remove("/aliases")]
    return splice.apply(row, edits), tuple(str(aliases[index]) for index in taken)


def insert_row(row: str, place: RowPlace, values: Mapping[str, Json], text: str) -> Edit:
    """The edit that adds a row, laid out as the catalog `text` is."""
    unit, end = splice.indent_unit(text), splice.line_end(text)
    if place.section in values:
        laid_out = _laid_out(row, unit, end)
        section = pointer_to(place.section)
        return Insert(section, laid_out, place.name, place.position, by_name=True)
    key = json.dumps(place.name, ensure_ascii=False)
    section_text = f"{{\n{INDENT}{key}: {splice.indented(row, INDENT)}\n}}"
    # Notes stay at the end of the file.
    keys = list(values)
    notes = len(keys) - 1 if keys and keys[-1] == "pricing_notes" else None
    return Insert("", _laid_out(section_text, unit, end), place.section, notes)


def _laid_out(row: str, unit: str, end: str) -> str:
    """A text with two spaces a level and LF, with another indentation and end of lines."""
    plain = row.replace("\r\n", "\n")
    spaced = _LEADING.sub(lambda found: unit * (len(found[1]) // len(INDENT)), plain)
    return spaced.replace("\n", end)


def missing_fields(model: Model, named: Iterable[str]) -> list[str]:
    """What a row made by hand lacks and `validate` will ask for, as words of `add`."""
    rates, mode = model.prices.rates, model.entry.get("mode")
    if "alias_of" in named:
        return []
    missing = []
    if not rates:
        missing.append("a price such as input=2.50/M")
    writes_text = mode in TEXT_MODES or (mode is None and INPUT in rates)
    if INPUT in rates and OUTPUT not in rates and writes_text:
        missing.append("output=PRICE" if mode else "output=PRICE, or mode=embedding")
    if OUTPUT in rates and INPUT not in rates and writes_text:
        missing.append("input=PRICE")
    if not isinstance(model.entry.get("source"), str):
        missing.append("--source URL, the seller's page")
    return missing


def unpriced_like(model: Model, priced: Sequence[str]) -> list[str]:
    """The base prices of a row that a new row like it must state itself."""
    wanted = {"input": INPUT, "output": OUTPUT}
    return [
        f"{word}=PRICE"
        for word, key in wanted.items()
        if key in model.prices.rates and word not in priced
    ]
