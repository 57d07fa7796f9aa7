"""Two versions of a row to the charges that differ."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.effort import Efforts
from pricectl.changes.periods import Calendar, Standing, stretches
from pricectl.changes.rows import text_of
from pricectl.changes.terms import OFF_PEAK, WINDOWS, Term, terms
from pricectl.changes.values import Change, Move, PricedAt
from pricectl.check.findings import Severity
from pricectl.core.labels import price_of
from pricectl.core.model import Model
from pricectl.core.money import usd
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import At, Own, PriceList
from pricectl.core.units import NESTED_KEYS, is_token

TIERED = "tiered_pricing"
# A price that moves this much at once is more often a slip than a new price.
SUSPICIOUS_FACTOR = 5
# What a price falls back on is looked for in so many tiers; more are no context tiers.
MAX_TIERS = 32

# A part of a row: a price by unit, tier and service, else a member.
Place = At | str


class RateMove(NamedTuple):
    """One price in two price lists: its own keys and prices, and what is charged by it."""

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
    """A price change, and which parts of the row, before or after, it tells of."""

    change: Change
    places: frozenset[Place]


def row_changes(
    old: Model, new: Model, pointer: str, at: datetime | None = None
) -> Iterator[Change]:
    """The price changes of a kept row: what is charged at an instant, before it and after it.

    Without an instant, the row as it stands, its previous and its upcoming prices.
    """
    return (found.change for found in repricings(old, new, pointer, at, Efforts()))


def repricings(
    old: Model, new: Model, pointer: str, at: datetime | None, efforts: Efforts
) -> Iterator[Repricing]:
    """Compare the price lists in force, so that a price that only moved in the text is none."""
    calendars, seen = (Calendar(old), Calendar(new)), set[int]()
    for period, instant in stretches((old, new), at):
        sides = Sides(new, pointer, period, *(one.standing(instant) for one in calendars))
        before, after = sides.old.prices, sides.new.prices
        again = sum(len(side.rates) for side in (before, after) if id(side) in seen)
        if not efforts.periods.allows(again, hides=True):
            continue
        if max(len(before.thresholds), len(after.thresholds)) > MAX_TIERS:
            efforts.tiers.miss(hides=True)
        seen |= {id(before), id(after)}
        for found in (*rate_moves(before, after), *_off_peak_moves(before, after)):
            yield sides.repriced(found)
        for term in terms(before, after):
            yield sides.applied(term)


def rate_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    """Every price that one list has and the other has not or has otherwise.

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


class Sides(NamedTuple):
    """A row's price lists of one period, before and after, and where the row stands."""

    row: Model
    pointer: str
    period: str
    old: Standing
    new: Standing

    def repriced(self, found: RateMove) -> Repricing:
        """The change of one price."""
        period = f"{self.period} {found.price.period}".strip()
        price = found.price._replace(period=period)
        old, new = (None if own is None else shown(own[0], price.unit) for own in found[1:3])
        path = _path(found.key) if found.new else ""
        change = self._change(found.key, old, new, path)._replace(
            severity=severity_of(found.move), moves=(found.move,), price=price, note=_note(found)
        )
        places = zip((self.old, self.new), (found.old, found.new), strict=True)
        return Repricing(change, frozenset().union(*(_places(price, *side) for side in places)))

    def applied(self, term: Term) -> Repricing:
        """The change of a member that says how prices apply."""
        old, new = (None if value is None else text_of(value) for value in (term.old, term.new))
        path = pointer_to(*(term.path if term.new is not None else ()))
        change = self._change("/".join(term.path), old, new, path)
        member = WINDOWS if term.path[-1] == WINDOWS else term.path[0]
        places = frozenset(side.member or member for side in (self.old, self.new))
        return Repricing(change._replace(moves=term.moves, note=term.note), places)

    def _change(self, field: str, old: str | None, new: str | None, path: str) -> Change:
        place = self.old if self.period and not self.new.member else self.new
        return Change(
            "repriced",
            "warning",
            self.row.provider,
            self.row.name,
            place.field + field,
            old,
            new,
            self.pointer + self.new.pointer + path,
            period=self.period,
        )


def _places(price: PricedAt, side: Standing, own: Own | None) -> set[Place]:
    """What of a row a price is written in: its own key, which may be in a table, or a list."""
    member = own[1].partition("/")[0] if own else ""
    if side.member or member in (TIERED, OFF_PEAK):
        return {side.member or member}
    table = member.partition(".")[0]
    return {price[:3], table if table in NESTED_KEYS else ""}


def _path(key: str) -> str:
    folder, _, last = key.rpartition("/")
    table, _, name = last.partition(".")
    place = f"{table}/{name}" if table in NESTED_KEYS else last
    return f"/{folder}/{place}" if folder else f"/{place}"


def _note(found: RateMove) -> str:
    """What the side without a price of its own does."""
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
    """How closely a move of a charge wants to be looked at."""
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
