"""Changes that reprice nothing: capabilities, limits, notes, prices that only moved."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pricectl.changes.change import Change
from pricectl.changes.conditions import CONTEXT_TIER, HOURS, OFF_PEAK, is_factor
from pricectl.changes.periods import dated_prices_text, in_force
from pricectl.changes.rates import TIERED, Repricing, RowPart
from pricectl.changes.rows import MemberDifference, RowKey, text_of
from pricectl.core.catalog import DEFAULT_PROVIDER, RESERVED
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import DATED_LISTS
from pricectl.core.units import NESTED_KEYS, is_price_like, parse_key

# Members that hold lists of prices; the repricings show what a change in them does.
_LISTS = (*DATED_LISTS, TIERED, OFF_PEAK)
_DEFAULT = ("metadata", "default_pricing")
SAME_CHARGES = "charges the same on every day"

RowPairs = Mapping[RowKey, tuple[Model, Model]]


def metadata_changes(
    differences: Sequence[MemberDifference],
    repricings: Sequence[Repricing],
    pairs: RowPairs,
    at: datetime | None,
) -> Iterator[Change]:
    """Every difference that no repricing accounts for.

    Moves of prices within a row that do not change what is charged are merged into one change.

    Args:
        differences: all values that differ.
        repricings: the price changes of the same rows.
        pairs: the rows on both sides, by their new key.
        at: the instant whose prices are compared.
    """
    accounted = {
        (repricing.change.provider, repricing.change.model, part)
        for repricing in repricings
        for part in repricing.parts
    }
    not_compared = {
        (repricing.change.provider, repricing.change.model)
        for repricing in repricings
        if repricing.whole_row
    }
    moved_with_prices = {key: _moved_with_prices(pair, at) for key, pair in pairs.items()}
    same_charges: dict[RowKey, list[Change]] = {}
    for difference in differences:
        path = difference.path
        # What belongs to no row goes by its top-level member.
        if path[:2] == _DEFAULT:
            path = (DEFAULT_PROVIDER, DEFAULT_PROVIDER, *path[2:])
        elif path[0] in RESERVED:
            path = ("", *path)
        provider, model, *field = path
        row = provider, model
        is_price = bool(provider) and _is_charged(field)
        if (*row, _part(field)) in accounted or (is_price and row in not_compared):
            continue
        change = _change(difference, row, field)
        if is_price or (provider and field[0] in moved_with_prices.get(row, ())):
            same = change._replace(severity="info", note=SAME_CHARGES, only_text=True)
            same_charges.setdefault(row, []).append(same)
        else:
            yield change
    for row, changes in same_charges.items():
        yield from _merged(changes, pairs.get(row))


def _part(field: Sequence[str]) -> RowPart:
    """The part of a row that differs: a price of its own list, or a member."""
    if not field or field[0] in _LISTS:
        return "".join(field[1:2] if field[1:2] and field[1] in HOURS else field[:1])
    parsed = parse_key(".".join(field))
    return (parsed.unit.name, *parsed[1:]) if parsed else field[0]


def _is_charged(field: Sequence[str]) -> bool:
    """Whether the charge depends on a member of a row; no field is the row as a whole."""
    member = field[0] if field else CONTEXT_TIER
    known = (CONTEXT_TIER, *_LISTS, *NESTED_KEYS)
    return member in known or is_factor(member) or parse_key(member) is not None


def _moved_with_prices(pair: tuple[Model, Model], at: datetime | None) -> frozenset[str]:
    """The members that moved together with a price list and are equal in both lists in force."""
    before, after = (in_force(model, at).entry for model in pair)
    dated = (prices for model in pair for _, prices in (*model.previous, *model.upcoming))
    return frozenset(
        member
        for prices in dated
        for member in prices.entry
        if (member in before, before.get(member)) == (member in after, after.get(member))
    )


def _change(difference: MemberDifference, row: RowKey, field: Sequence[str]) -> Change:
    # A cost that no calculator reads: a misspelt key, or one in another currency.
    uncharged_cost = bool(row[0] and field and is_price_like(field[0]))
    return Change(
        "metadata",
        "warning" if uncharged_cost else "info",
        *row,
        "/".join(field) or difference.path[-1],
        text_of(difference.old) if difference.in_old else None,
        text_of(difference.new) if difference.in_new else None,
        pointer_to(*difference.path),
        note="no price that is charged" if uncharged_cost else "",
    )


def _merged(changes: Sequence[Change], pair: tuple[Model, Model] | None) -> Iterator[Change]:
    """One change for prices that moved from one dated list to another, or to the row."""
    dated = [change for change in changes if change.field in DATED_LISTS]
    if not dated or pair is None:
        yield from changes
        return
    first = dated[0]
    fields = ", ".join(change.field for change in dated)
    old, new = map(dated_prices_text, pair)
    yield first._replace(field=fields, old=old, new=new, pointer=pair[1].pointer)
