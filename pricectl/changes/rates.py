"""Two versions of a row to the charges that differ."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.change import Change, Move, PricedAt
from pricectl.changes.conditions import OFF_PEAK, WINDOWS, ConditionChange, condition_changes
from pricectl.changes.limits import MAX_TIERS, Allowance
from pricectl.changes.periods import PricePeriod, in_force, member_and_day, price_periods
from pricectl.changes.rows import text_of
from pricectl.check.findings import Severity
from pricectl.core.labels import price_of
from pricectl.core.model import Model
from pricectl.core.money import usd
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import At, Own, PriceList
from pricectl.core.units import NESTED_KEYS, is_token

TIERED = "tiered_pricing"
# A price that moves this much at once is more often a slip than a new price.
SUSPICIOUS_FACTOR = 5

# A part of a row: a price by unit, tier and service, else a member.
RowPart = At | str


class RateMove(NamedTuple):
    """One price in two price lists: its own prices and keys, and what is charged for it."""

    price: PricedAt
    old: Own | None
    new: Own | None
    move: Move

    @property
    def key(self) -> str:
        """The price key as the file has it, the new one if there is one."""
        own = self.new or self.old
        return own[1] if own else ""


class Repricing(NamedTuple):
    """A price change, the parts of the row, old or new, that it accounts for, and its instant."""

    change: Change
    parts: frozenset[RowPart]
    at: datetime | None


def row_changes(old: Model, new: Model, at: datetime | None = None) -> Iterator[Change]:
    """The price changes of a row: what is charged at an instant, before it and after it.

    Without an instant, the row as it stands, its previous and its upcoming prices.
    """
    return (found.change for found in repricings(old, new, at, Allowance()))


def repricings(
    old: Model, new: Model, at: datetime | None, allowance: Allowance
) -> Iterator[Repricing]:
    """Compare the price lists in force, so that prices that only moved in the text are the same."""
    seen: set[PriceList] = set()
    for period in price_periods((old, new), at):
        before, after = in_force(old, period.at), in_force(new, period.at)
        again = sum(len(prices.rates) for prices in (before, after) if prices in seen)
        if not allowance.take("periods", again):
            allowance.leave_out("periods", hides=True)
            continue
        if max(len(before.thresholds), len(after.thresholds)) > MAX_TIERS:
            allowance.leave_out("tiers", hides=True)
        seen |= {before, after}
        pair = _ListsInForce(new, period, before, after)
        for found in (*rate_moves(before, after), *_off_peak_moves(before, after)):
            yield pair.repriced(found)
        for condition in condition_changes(before, after):
            yield pair.condition_changed(condition)


def rate_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """Every price that only one list has, or that differs.

    Charges include what a missing price falls back on, so that a new long-context price shows
    what it adds to the base rate.
    """
    for at in dict.fromkeys((*new.rates, *old.rates)):
        before, after = old.rates.get(at), new.rates.get(at)
        if (before and before[0]) != (after and after[0]) or (before is None) != (after is None):
            price = PricedAt(*at)
            yield RateMove(price, before, after, Move(charged(old, price), charged(new, price)))


def charged(prices: PriceList, price: PricedAt) -> int | None:
    """What a list charges there, in picodollars a unit, by its own rate or one it falls back on."""
    own = prices.rates.get(price[:3])
    if own and not prices.uplifts:
        return own[0]
    if len(prices.thresholds) > MAX_TIERS:
        return own[0] if own else None
    passed = sum(threshold <= price.above_tokens for threshold in prices.thresholds)
    rate = prices.card(passed, price.service)[price.unit]
    return rate.pico_usd if rate.key else None


def _off_peak_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    if old.off_peak is None and new.off_peak is None:
        return
    before, after = (prices.off_peak or prices for prices in (old, new))
    for found in rate_moves(before, after):
        mine = tuple(
            own if own and own[1].startswith(f"{OFF_PEAK}/") else None
            for own in (found.old, found.new)
        )
        if any(mine):
            price = found.price._replace(period="off-peak")
            yield RateMove(price, mine[0], mine[1], found.move)


class _ListsInForce(NamedTuple):
    """The price lists of a row in one period, before and after."""

    row: Model
    period: PricePeriod
    old: PriceList
    new: PriceList

    def repriced(self, found: RateMove) -> Repricing:
        """The change of one price."""
        period = f"{self.period.name} {found.price.period}".strip()
        price = found.price._replace(period=period)
        old, new = (
            None if own is None else shown(own[0], price.unit) for own in (found.old, found.new)
        )
        change = self._change(found.key, old, new, _key_pointer(found.key) if found.new else "")
        change = change._replace(
            severity=severity_of(found.move), moves=(found.move,), price=price, note=_note(found)
        )
        parts = _parts(price, self.old, found.old) | _parts(price, self.new, found.new)
        return Repricing(change, parts, self.period.at)

    def condition_changed(self, found: ConditionChange) -> Repricing:
        """The change of a member that says how prices apply."""
        old, new = (None if value is None else text_of(value) for value in (found.old, found.new))
        pointer = "" if found.new is None else pointer_to(*found.path)
        change = self._change("/".join(found.path), old, new, pointer)
        member = WINDOWS if found.path[-1] == WINDOWS else found.path[0]
        parts = frozenset(member_and_day(prices)[0] or member for prices in (self.old, self.new))
        return Repricing(change._replace(moves=found.moves, note=found.note), parts, self.period.at)

    def _change(self, field: str, old: str | None, new: str | None, pointer: str) -> Change:
        member, day = member_and_day(self.new)
        if self.period.name and not member:
            # The row's own list is in force there now; the old list says which prices were dated.
            member, day = member_and_day(self.old)
        return Change(
            "repriced",
            "warning",
            self.row.provider,
            self.row.name,
            f"{member}/{day}/{field}" if member else field,
            old,
            new,
            # Without a default price in the file, the built-in one has no pointer.
            (self.new.pointer or DEFAULT_PRICING_POINTER) + pointer,
            period=self.period.name,
        )


def _parts(price: PricedAt, prices: PriceList, own: Own | None) -> frozenset[RowPart]:
    """The parts of a row that a price is written in: its own key, its table, or a list."""
    member = own[1].partition("/")[0] if own else ""
    listed = member_and_day(prices)[0] or (member if member in (TIERED, OFF_PEAK) else "")
    if listed:
        return frozenset({listed})
    table = member.partition(".")[0]
    return frozenset({price[:3], table if table in NESTED_KEYS else ""})


def _key_pointer(key: str) -> str:
    """The JSON Pointer of a price key, relative to its price list."""
    table = key.rpartition("/")[2].partition(".")[0]
    return "/" + (key.replace(".", "/", 1) if table in NESTED_KEYS else key)


def _note(found: RateMove) -> str:
    """What is charged on the side without a price of its own."""
    if found.old and found.new:
        return ""
    side, pico_usd = (
        ("before", found.move.old_pico_usd)
        if found.old is None
        else ("now", found.move.new_pico_usd)
    )
    if pico_usd is None:
        return f"unpriced {side}"
    return f"charged at {shown(pico_usd, found.price.unit)} {side}"


def severity_of(move: Move) -> Severity:
    """How closely a reviewer must look at a move of a charge."""
    if not move.difference_pico_usd:
        return "info"
    if move.old_pico_usd is None:
        return "warning"
    low, high = sorted((move.old_pico_usd, move.new_pico_usd or 0))
    return "error" if high >= low * SUSPICIOUS_FACTOR else "warning"


def shown(pico_usd: int, unit: str) -> str:
    """A rate as people read it, in USD: per 1M tokens, else for one of what is counted.

    >>> shown(2_500_000, "input"), shown(40_000_000_000, "output_image_file")
    ('2.50', '0.04')
    """
    return usd(price_of(pico_usd, unit, 1_000_000 if is_token(unit) else 1))
