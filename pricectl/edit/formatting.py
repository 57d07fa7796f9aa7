"""Formats a catalog's text: promotes begun prices, writes prices in one notation, sorts rows.

The result is checked before it is returned: respelling and sorting leave the parsed document equal,
promoting leaves every other row and the price of every instant as it was.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

from pricectl.changes.periods import in_force, just_before
from pricectl.changes.rates import row_changes
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import RESERVED, Catalog
from pricectl.core.document import Json
from pricectl.core.errors import PricingError
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.edit import splice
from pricectl.edit.notation import Respelled, respellings
from pricectl.edit.promotion import NotPromoted, Promotion, promote
from pricectl.edit.row_order import by_name
from pricectl.edit.splice import Replace
from pricectl.exit_codes import CLEAN, FINDINGS


class Unproved(PricingError):
    """A formatted text that would not price as the text before: a bug, so it is not written."""


class FormattedText(NamedTuple):
    """A catalog's text before and after, and what is different.

    `positions` finds members in the text before, `left` has begun but needs a person,
    `last_updated` is the day in the file, which stays. `unsorted` are the sections whose rows
    were in another order.
    """

    before: str
    text: str
    positions: Positions
    promoted: tuple[Promotion, ...]
    respelled: tuple[Respelled, ...]
    left: tuple[NotPromoted, ...]
    last_updated: str
    unsorted: tuple[str, ...] = ()

    @property
    def changed(self) -> bool:
        """Whether the text differs."""
        return self.text != self.before


class FmtResult(NamedTuple):
    """What `fmt` did to a catalog, or would do.

    `writes`: the text will be written; `written`: the file was replaced. `fail_on_due`: fail
    if prices have begun that are not promoted. `diff`: a unified diff is what was asked for.
    """

    name: str
    formatted_text: FormattedText
    writes: bool = True
    written: bool = False
    check: bool = False
    fail_on_due: bool = False
    diff: bool = False

    @property
    def due(self) -> bool:
        """Whether prices that have begun are not promoted, by a date and not by an edit."""
        return bool(self.formatted_text.left or (self.formatted_text.promoted and not self.writes))

    @property
    def failed(self) -> bool:
        """Whether a person has something to do."""
        # A date alone fails nothing, except where the promotion was to be written and cannot be.
        if self.due and (self.writes or self.fail_on_due):
            return True
        return self.check and bool(self.formatted_text.respelled or self.formatted_text.unsorted)

    @property
    def exit_code(self) -> int:
        """How `fmt` ends."""
        return FINDINGS if self.failed else CLEAN


def format_catalog(  # noqa: PLR0913 - what is done, and what fails
    name: str,
    data: bytes,
    at: date,
    *,
    write: Callable[[bytes], None] | None,
    promoting: bool = True,
    respelling: bool = True,
    sorting: bool = False,
    check: bool = False,
    diff: bool = False,
    fail_on_due: bool = False,
) -> FmtResult:
    """Put a catalog in order and write it, unless it is only to be checked or compared.

    `write` replaces the file; None is standard input, whose text the caller writes. Raises what
    `format_text` and `write` raise.
    """
    found = format_text(data, at, promoting=promoting, respelling=respelling, sorting=sorting)
    writes = not (check or diff)
    # An unchanged file is not written, so that its time stays and no build starts anew.
    written = writes and found.changed and write is not None
    if written and write is not None:
        write(found.text.encode())
    return FmtResult(name, found, writes, written, check, fail_on_due, diff)


def format_text(
    data: bytes,
    at: date,
    *,
    promoting: bool = True,
    respelling: bool = True,
    sorting: bool = False,
) -> FormattedText:
    """Put a catalog in order as of a day or instant (UTC).

    Raises DocumentError or CatalogError for what is not a readable catalog, Unproved.
    """
    before = document.decode(data)
    values, positions = document.parse_text(before), Positions(before)
    catalog = Catalog.from_values(values)
    respelled = tuple(respellings(before, positions, values)) if respelling else ()
    replacements = [Replace(pointer, new) for pointer, _, new in respelled]
    text = splice.apply(before, replacements, positions)
    if respelled and document.parse(text) != values:
        raise Unproved("respelling would change a value", next_step="try --no-respell")
    rows: tuple[Promotion, ...] = ()
    left: tuple[NotPromoted, ...] = ()
    if promoting:
        spelled = text
        in_text = Positions(spelled) if respelled else positions
        text, rows, left = promote(spelled, catalog, at, in_text)
        if text != spelled:
            after = Catalog.load(text)
            promoted = {row.model.full_name for row in rows}
            if catalog.metadata != after.metadata or not all(
                _same_price(old, new) if old.full_name in promoted else old.entry == new.entry
                for old, new in zip(catalog.models, after.models, strict=True)
            ):
                raise Unproved("promoting would change a price", next_step="try --no-promote")
            changes = (
                row_changes(row.model, after.by_full_name[row.model.full_name]) for row in rows
            )
            rows = tuple(
                row._replace(changes=tuple(new)) for row, new in zip(rows, changes, strict=True)
            )
    unsorted: tuple[str, ...] = ()
    if sorting:
        in_order, unsorted = _sorted(text, values)
        if document.parse(in_order) != document.parse(text):
            raise Unproved("sorting would change a row", next_step="try --no-sort")
        text = in_order
    return FormattedText(
        before, text, positions, rows, respelled, left, catalog.last_updated, unsorted
    )


def _sorted(text: str, values: Json) -> tuple[str, tuple[str, ...]]:
    """The text with the rows of each section in order, and the sections that were not."""
    positions = Positions(text)
    moved, unsorted = [], []
    for section, members in values.items() if isinstance(values, dict) else ():
        if section in RESERVED or not isinstance(members, dict):
            continue
        rows = {row.key: row for row in positions.members(pointer_to(section))}
        order = by_name(rows)
        if order != list(rows):
            unsorted.append(section)
            # Each row takes the place of another one, so commas and line ends stay.
            moved += [
                (place.key_start, place.end, text[rows[name].key_start : rows[name].end])
                for place, name in zip(rows.values(), order, strict=True)
            ]
    return splice.splice(text, moved), tuple(unsorted)


def _same_price(old: Model, new: Model) -> bool:
    """Whether a row has the same names, and the same price at all times."""
    named = old.full_name == new.full_name and old.aliases == new.aliases
    return named and same_prices_over_time(old, new)


def same_prices_over_time(old: Model, new: Model) -> bool:
    """Whether two rows have the same prices just before and at every change."""
    bounds = [
        bound
        for row in (old, new)
        for periods in (row.previous, row.upcoming)
        for bound, _ in periods
    ]
    # Between two bounds no price changes, so these instants stand for all of time.
    instants = (*bounds, *filter(None, map(just_before, bounds)))
    same_now = bool(bounds) or old.prices.same_prices(new.prices)
    return same_now and all(
        in_force(old, instant).same_prices(in_force(new, instant)) for instant in instants
    )
