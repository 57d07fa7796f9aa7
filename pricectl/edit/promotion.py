"""Announced prices that have begun become the row's own, in the text of a catalog.

The row's prices move into `previous`, the begun list's into the row, each as it was spelled: a
call of any day costs what it cost before, and readers that know no dates see today's price.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from pricectl.changes import Change
from pricectl.check.positions import Member, Positions
from pricectl.core import document
from pricectl.core.catalog import Catalog
from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS
from pricectl.core.units import is_price_like
from pricectl.core.windows import as_instant, read_instant
from pricectl.edit import splice
from pricectl.edit.splice import Edit, Insert, Remove, Replace

# Members that affect prices without being one; each price list has its own or none.
BESIDE_PRICES = ("context_tier", "provider_specific_entry", "billed_counts", "free")
UPLIFT = "regional_"
# Members that a row has once, however many price lists it has.
NEVER_DATED = ("aliases", *DATED_LISTS, DATED_LISTS["previous"])
Row = Mapping[str, Json]


class Promotion(NamedTuple):
    """A row whose announced prices became its own: when they began, and what that changes in it."""

    model: Model
    pointer: str
    begun: tuple[str, ...]
    changes: tuple[Change, ...] = ()


class NotPromoted(NamedTuple):
    """Announced prices that have begun and were not promoted, and why."""

    model: Model
    pointer: str
    reason: str


class PromotionResult(NamedTuple):
    """A catalog's text after the promotions, what was promoted, and what a person must decide."""

    text: str
    rows: tuple[Promotion, ...] = ()
    left: tuple[NotPromoted, ...] = ()


def promote(text: str, catalog: Catalog, at: date, positions: Positions) -> PromotionResult:
    """Promote what has begun at a day or instant (UTC), in the text the catalog was read from.

    `positions` are those of the text.
    """
    now = as_instant(at)
    splices: list[splice.Splice] = []
    rows: list[Promotion] = []
    left: list[NotPromoted] = []
    for model in catalog.models:
        if not model.upcoming or model.upcoming[0][0] > now:
            continue
        pointer = model.pointer
        member = positions.member(pointer)
        if member:
            old = text[member.start : member.end]
            row, begun, reason = _promoted(old, model.entry, now)
            splices.append((member.start, member.end, row))
            if begun:
                rows.append(Promotion(model, pointer, begun))
            if reason:
                left.append(NotPromoted(model, f"{pointer}/upcoming", reason))
    return PromotionResult(splice.splice(text, splices), tuple(rows), tuple(left))


def _promoted(text: str, row: Row, now: datetime) -> tuple[str, tuple[str, ...], str]:
    """Promote a row's begun lists in order: the text, their days, and the first obstacle."""
    days: list[str] = []
    left = len(_begun(row, now))
    while left:
        # The earliest first: each list's price ends where the next one begins.
        _, index = min(_begun(row, now))
        announced = _periods(row, "upcoming")[index]
        in_row = _is_own_already(row, announced)
        reason = _obstacle(row, announced, in_row=in_row)
        if reason:
            return text, tuple(days), reason
        days.append(str(announced["from"]))
        text = splice.apply(text, _edits(text, row, index, in_row=in_row))
        left -= 1
        if left:
            edited = document.parse(text)
            row = edited if isinstance(edited, dict) else {}
    return text, tuple(days), ""


def _periods(row: Row, key: str) -> list[Row]:
    periods = row.get(key)
    found = periods if isinstance(periods, list) else []
    return [period for period in found if isinstance(period, dict)]


def _begun(row: Row, now: datetime) -> list[tuple[datetime, int]]:
    """The announced lists that have begun: since when, and their indexes."""
    return [
        (instant, index)
        for index, period in enumerate(_periods(row, "upcoming"))
        if (instant := read_instant(period.get("from"))) and instant <= now
    ]


def _obstacle(row: Row, announced: Row, *, in_row: bool) -> str:
    """Why a person must decide; empty if `fmt` can promote the prices."""
    since = announced["from"]
    undated = [key for key in announced if key in NEVER_DATED]
    if undated:
        return f"the prices from {since} have {undated[0]!r}, which no price list has"
    start = read_instant(since)
    ends = [read_instant(period.get("until")) for period in _periods(row, "previous")]
    late = [end for end in ends if end and start and end >= start]
    if late and not in_row:
        return f"prices from {since}, but a previous price until {max(late).date()}"
    return ""


def _is_own_already(row: Row, announced: Row) -> bool:
    """Whether somebody has written the announced prices into the row."""
    own = {key: value for key, value in row.items() if _gives_way(key, announced)}
    return own == {key: value for key, value in announced.items() if key != "from"}


def _gives_way(key: str, announced: Iterable[str]) -> bool:
    """Whether the announced list replaces a member of the row."""
    return key not in NEVER_DATED and (key in announced or is_of_prices(key))


def is_of_prices(key: str) -> bool:
    """Whether a member of a row belongs to its prices, so that a dated list has its own.

    >>> is_of_prices("input_cost_per_token"), is_of_prices("context_tier"), is_of_prices("mode")
    (True, True, False)
    """
    return key in BESIDE_PRICES or key.startswith(UPLIFT) or is_price_like(key)


def _edits(text: str, row: Row, index: int, *, in_row: bool) -> Iterator[Edit]:
    """The edits that promote one announced list; `in_row`: the row has its prices already."""
    positions = Positions(text)
    announced = _periods(row, "upcoming")[index]
    pointer = f"/upcoming/{index}"
    if not in_row:
        old = [member for member in positions.members("") if _gives_way(member.key, announced)]
        new = [member for member in positions.members(pointer) if member.key != "from"]
        keys = _order([member.key for member in positions.members("")], old, new)
        yield from _exchange(text, keys, old, new)
        period = _previous(text, positions, old, pointer)
        yield from _archive(text, positions, row, period, keys.index("upcoming"))
    yield Remove(pointer if len(_periods(row, "upcoming")) > 1 else "/upcoming")


def _order(keys: Sequence[str], old: Sequence[Member], new: Sequence[Member]) -> list[str]:
    """The row's keys after the exchange: a new price follows the one it was announced after.

    The first of the prices stays where the first of the old ones was.
    """
    announced = {member.key for member in new}
    gone = {member.key for member in old} - announced
    position = keys.index(old[0].key) if old else 0
    order = [key for key in keys if key not in gone]
    for member in new:
        if member.key not in order:
            order.insert(position, member.key)
        position = order.index(member.key) + 1
    return order


def _exchange(
    text: str, keys: Sequence[str], old: Sequence[Member], new: Sequence[Member]
) -> Iterator[Edit]:
    """The announced prices in place of the row's, spelled as they were."""
    values = {member.key: text[member.start : member.end] for member in new}
    had = {member.key for member in old}
    yield from (Replace(pointer_to(key), values[key]) for key in values if key in had)
    yield from (Remove(pointer_to(key)) for key in had if key not in values)
    for index, key in enumerate(keys):
        if key in values and key not in had:
            yield Insert("", values[key], key, index)


def _archive(text: str, positions: Positions, row: Row, period: str, index: int) -> Iterator[Edit]:
    """Insert the old prices into `previous`; a new list goes before `upcoming`, in its layout."""
    if not _periods(row, "previous"):
        announced = positions.member("/upcoming")
        spread = announced and "\n" in text[announced.start : announced.end] + period
        value = "[]" if spread else f"[{period}]"
        has_one = "previous" in row  # null, or a list without items
        yield Replace("/previous", value) if has_one else Insert("", value, "previous", index)
        if not spread:
            return
    yield Insert("/previous", period)


def _previous(text: str, positions: Positions, old: Sequence[Member], upcoming: str) -> str:
    """The row's prices as a list of their own, laid out as the announced one is."""
    since, announced = positions.member(f"{upcoming}/from"), positions.member(upcoming)
    until = f'"until": {text[since.start : since.end]}' if since else ""
    unit, end = splice.indent_unit(text), splice.line_end(text)
    members = [until, *(text[member.key_start : member.end] for member in old)]
    if announced and "\n" not in text[announced.start : announced.end] + "".join(members):
        return f"{{{', '.join(members)}}}"
    lines = f",{end}{unit}".join(splice.indented(member, unit) for member in members)
    return f"{{{end}{unit}{lines}{end}}}"
