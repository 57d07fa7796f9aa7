"""Differences that are no new price: capabilities, limits, notes, and how prices apply. Floor 1."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from pricectl.changes.rows import Leaf, pointer_to, text_of
from pricectl.changes.values import Change, Kind, Move
from pricectl.core.catalog import DEFAULT_PROVIDER, RESERVED
from pricectl.core.money import PICO_PER_USD, pico_usd
from pricectl.core.units import NESTED_KEYS, is_price_like, parse_key
from pricectl.findings import Severity

# Members that hold lists of prices; a change in them is told by the prices that come of it.
_LISTS = ("previous", "upcoming", "tiered_pricing")
_OFF_PEAK = "off_peak_pricing"
_FACTORS, _UPLIFT = "provider_specific_entry", "_uplift_multiplier"
_DEFAULT = ("metadata", "default_pricing")


def other_changes(differences: Sequence[Leaf], prices: Sequence[Change]) -> Iterator[Change]:
    """Every difference that the price changes do not tell already."""
    told = {
        (change.provider, change.model, place) for change in prices for place in _places(change)
    }
    for leaf in differences:
        provider, model, *field = _row(leaf)
        if (provider, model, _place(field)) not in told:
            yield _change(leaf, provider, model, field)


def _row(leaf: Leaf) -> tuple[str, ...]:
    """Provider, model and field; what belongs to no row goes by its top-level member."""
    path = leaf.path
    if path[:2] == _DEFAULT:
        return DEFAULT_PROVIDER, DEFAULT_PROVIDER, *path[2:]
    return ("", *path) if path[0] in RESERVED else path


def _places(change: Change) -> tuple[object, ...]:
    """What of a row a price change tells: a price in its current list, or a member."""
    member = change.field.partition("/")[0]
    price = change.price
    if price is None or member in (*_LISTS, _OFF_PEAK):
        return (member,)
    # A whole table of prices may come or go at once.
    table = member.partition(".")[0]
    return price[:3], table if table in NESTED_KEYS else ""


def _place(field: Sequence[str]) -> object:
    if not field or field[0] in _LISTS or field == [_OFF_PEAK]:
        return field[0] if field else ""
    if field[0] == _OFF_PEAK:
        return "windows" if field[1] == "windows" else _OFF_PEAK
    parsed = parse_key(".".join(field))
    return (parsed.unit.name, *parsed[1:]) if parsed else field[0]


def _change(leaf: Leaf, provider: str, model: str, field: Sequence[str]) -> Change:
    kind, severity, note = _meaning(field) if provider else ("metadata", "info", "")
    return Change(
        kind,
        severity,
        provider,
        model,
        "/".join(field),
        text_of(leaf.old) if leaf.in_old else None,
        text_of(leaf.new) if leaf.in_new else None,
        pointer_to(*leaf.path),
        _factor_moves(leaf) if kind == "repriced" and _is_factor(field) else (),
        note=note,
    )


def _meaning(field: Sequence[str]) -> tuple[Kind, Severity, str]:
    member = field[0] if field else ""
    if _is_factor(field):
        return "repriced", "warning", "a factor on the prices"
    if member == "context_tier" or field in ([_OFF_PEAK], [_OFF_PEAK, "windows"]):
        return "repriced", "warning", "how the prices apply"
    if member in (*_LISTS, _OFF_PEAK, *NESTED_KEYS) or parse_key(member):
        return "metadata", "info", "charges the same"
    if is_price_like(member):
        return "metadata", "warning", "no price that is charged"
    return "metadata", "info", ""


def _is_factor(field: Sequence[str]) -> bool:
    return bool(field) and (field[0] == _FACTORS or _UPLIFT in field[0])


def _factor_moves(leaf: Leaf) -> tuple[Move, ...]:
    """What a dollar's worth at the plain price costs with the factor; without one, a dollar."""
    old, new = (
        pico_usd(value) if isinstance(value, (int, Decimal)) else PICO_PER_USD
        for value in (leaf.old, leaf.new)
    )
    return (Move(old, new),)
