"""A catalog's text in good order: begun prices promoted, prices in the catalog's spelling.

Nothing is handed out that was not proved: respelling leaves the parsed document equal, promoting
leaves every other row and the price of every instant as it was.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from pricectl.changes import Change
from pricectl.changes.periods import in_force
from pricectl.changes.rates import row_changes
from pricectl.check.positions import Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.errors import PricingError
from pricectl.core.model import Model
from pricectl.edit import splice
from pricectl.edit.notation import Respelled, respellings
from pricectl.edit.promotion import Left, Promotion, promote
from pricectl.edit.splice import Replace
from pricectl.exit_codes import CLEAN, FINDINGS

EARLIEST = datetime.min.replace(tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


class Unproved(PricingError):
    """A formatted text that would not price as the text before: a bug, so it is not written."""


class Formatted(NamedTuple):
    """A catalog's text before and after, and what is different.

    `positions` finds members in the text before, `left` is what has begun but needs a person,
    `last_updated` is the day in the file, which stays.
    """

    before: str
    text: str
    positions: Positions
    promoted: tuple[Promotion, ...]
    respelled: tuple[Respelled, ...]
    left: tuple[Left, ...]
    last_updated: str

    @property
    def changed(self) -> bool:
        """Whether the text is another one."""
        return self.text != self.before


class FmtResult(NamedTuple):
    """What `fmt` did to a catalog, or would do.

    `writes`: to be used, not only looked at; `written`: its file was replaced. `fail_on_due`: fail
    if prices have begun that are not promoted.
    """

    name: str
    formatted: Formatted
    writes: bool = True
    written: bool = False
    check: bool = False
    fail_on_due: bool = False

    @property
    def due(self) -> bool:
        """Whether prices that have begun are not promoted, by a date and not by an edit."""
        return bool(self.formatted.left or (self.formatted.promoted and not self.writes))

    @property
    def failed(self) -> bool:
        """Whether a person has something to do."""
        # A date alone fails nothing, except where the promotion was to be written and cannot be.
        if self.due and (self.writes or self.fail_on_due):
            return True
        return self.check and bool(self.formatted.respelled)

    @property
    def exit_code(self) -> int:
        """How `fmt` ends."""
        return FINDINGS if self.failed else CLEAN


def formatted(
    data: bytes, at: date, *, promoting: bool = True, respelling: bool = True
) -> Formatted:
    """Put a catalog in order as of a day or instant (UTC).

    Raises DocumentError or CatalogError for what is not a readable catalog, Unproved.
    """
    before = document.decode(data)
    values, positions = document.parse_text(before), Positions(before)
    catalog = Catalog.from_values(values)
    respelled = tuple(respellings(before, positions, values)) if respelling else ()
    text = splice.apply(before, [Replace(pointer, new) for pointer, _, new in respelled])
    if respelled and document.parse(text) != values:
        raise Unproved("respelling would change a value", next_step="try --no-respell")
    rows: tuple[Promotion, ...] = ()
    left: tuple[Left, ...] = ()
    if promoting:
        spelled = text
        text, rows, left = promote(spelled, catalog, at)
        if text != spelled:
            after = Catalog.load(text)
            _prove_promoted(catalog, after, {row.model.full_name for row in rows})
            rows = tuple(row._replace(changes=_changes(row, after)) for row in rows)
    return Formatted(before, text, positions, rows, respelled, left, catalog.last_updated)


def _changes(row: Promotion, after: Catalog) -> tuple[Change, ...]:
    """What is new in the row; the price of no instant is."""
    return tuple(row_changes(row.model, after.by_full_name[row.model.full_name]))


def _prove_promoted(before: Catalog, after: Catalog, promoted: set[str]) -> None:
    pairs = zip(before.models, after.models, strict=True)
    if before.metadata != after.metadata or not all(
        _same_price(old, new) if old.full_name in promoted else old.entry == new.entry
        for old, new in pairs
    ):
        raise Unproved("promoting would change a price", next_step="try --no-promote")


def _same_price(old: Model, new: Model) -> bool:
    """Whether a row has the same names, and the same prices just before and at every change."""
    named = old.full_name == new.full_name and old.aliases == new.aliases
    return named and all(
        in_force(old, instant).same_prices(in_force(new, instant)) for instant in _instants(old)
    )


def _instants(model: Model) -> Iterator[datetime]:
    for bound, _ in (*model.previous, *model.upcoming):
        yield bound
        if bound - EARLIEST >= MOMENT:
            yield bound - MOMENT
