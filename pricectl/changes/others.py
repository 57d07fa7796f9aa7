"""Differences that are no new price: capabilities, limits, notes, prices that moved."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pricectl.changes.periods import in_force, periods_of
from pricectl.changes.rates import TIERED, Place, Repricing
from pricectl.changes.rows import Leaf, Row, text_of
from pricectl.changes.terms import CONTEXT_TIER, OFF_PEAK, WINDOWS, is_factor
from pricectl.changes.values import Change
from pricectl.core.catalog import DEFAULT_PROVIDER, RESERVED
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.units import NESTED_KEYS, is_price_like, parse_key

# Members that hold lists of prices; a change in them is told by the prices that come of it.
_DATED = ("previous", "upcoming")
_LISTS = (*_DATED, TIERED, OFF_PEAK)
_DEFAULT = ("metadata", "default_pricing")
SAME = "charges the same on every day"

Pairs = Mapping[Row, tuple[Model, Model]]


def other_changes(
    differences: Sequence[Leaf], prices: Sequence[Repricing], pairs: Pairs, at: datetime | None
) -> Iterator[Change]:
    """Every difference that the price changes do not tell already.

    Prices that stand elsewhere now and charge the same are one change a row.
    """
    told = {(*_name(found.change), place) for found in prices for place in found.places}
    moved: dict[Row, list[Change]] = {}
    travelled = {row: _travelled(pair, at) for row, pair in pairs.items()}
    for leaf in differences:
        provider, model, *field = _row(leaf)
        row = provider, model
        if (*row, _place(field)) in told:
            continue
        if provider and (_is_charged(field) or field[0] in travelled.get(row, ())):
            moved.setdefault(row, []).append(_same(leaf, row, field))
        else:
            yield _change(leaf, row, field)
    for row, changes in moved.items():
        yield from _restated(changes, pairs.get(row))


def _name(change: Change) -> Row:
    return change.provider, change.model


def _row(leaf: Leaf) -> tuple[str, ...]:
    """Provider, model and field; what belongs to no row goes by its top-level member."""
    path = leaf.path
    if path[:2] == _DEFAULT:
        return DEFAULT_PROVIDER, DEFAULT_PROVIDER, *path[2:]
    return ("", *path) if path[0] in RESERVED else path


def _place(field: Sequence[str]) -> Place:
    """What of a row differs: a price in its own list, or a member."""
    if not field or field[0] in _LISTS:
        return WINDOWS if field[1:2] == [WINDOWS] else "".join(field[:1])
    parsed = parse_key(".".join(field))
    return (parsed.unit.name, *parsed[1:]) if parsed else field[0]


def _is_charged(field: Sequence[str]) -> bool:
    """Whether what is charged depends on a member of a row; all of it is the row itself."""
    member = field[0] if field else CONTEXT_TIER
    known = (CONTEXT_TIER, *_LISTS, *NESTED_KEYS)
    return member in known or is_factor(member) or parse_key(member) is not None


def _travelled(pair: tuple[Model, Model], at: datetime | None) -> frozenset[str]:
    """The members that moved with a price list and are the same in the two that are in force."""
    before, after = (in_force(model, at).entry for model in pair)
    dated = (prices for model in pair for _, prices in (*model.previous, *model.upcoming))
    return frozenset(
        member
        for prices in dated
        for member in prices.entry
        if (member in before, before.get(member)) == (member in after, after.get(member))
    )


def _change(leaf: Leaf, row: Row, field: Sequence[str]) -> Change:
    priced = row[0] and field and is_price_like(field[0])
    return Change(
        "metadata",
        "warning" if priced else "info",
        *row,
        "/".join(field) or leaf.path[-1],
        text_of(leaf.old) if leaf.in_old else None,
        text_of(leaf.new) if leaf.in_new else None,
        pointer_to(*leaf.path),
        note="no price that is charged" if priced else "",
    )


def _same(leaf: Leaf, row: Row, field: Sequence[str]) -> Change:
    return _change(leaf, row, field)._replace(severity="info", note=SAME, only_text=True)


def _restated(changes: Sequence[Change], pair: tuple[Model, Model] | None) -> Iterator[Change]:
    """One change for prices that moved from one dated list to another, or to the row."""
    dated = [change for change in changes if change.field in _DATED]
    if not dated or pair is None:
        yield from changes
        return
    old, new = map(periods_of, pair)
    fields = ", ".join(change.field for change in dated)
    yield dated[0]._replace(
        field=fields, old=old, new=new, pointer=pointer_to(dated[0].provider, dated[0].model)
    )
