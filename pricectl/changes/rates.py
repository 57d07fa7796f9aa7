"""Two versions of a row to the charges that differ. Floor 1."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from pricectl.changes.values import Change, Move, PricedAt
from pricectl.core.catalog import Model
from pricectl.core.money import usd
from pricectl.core.prices import PriceList
from pricectl.core.units import NESTED_KEYS, UNITS, is_token
from pricectl.findings import Severity

OFF_PEAK = "off_peak_pricing/"
# A price that moves this much at once is more often a slip than a new price.
SUSPICIOUS_FACTOR = 5


class RateMove(NamedTuple):
    """One price in two price lists: its own keys and prices, and what is charged by it."""

    price: PricedAt
    old: tuple[int, str] | None
    new: tuple[int, str] | None
    move: Move

    @property
    def key(self) -> str:
        """The price key as the file has it, the new one if there is one."""
        own = self.new or self.old
        return own[1] if own else ""


def row_changes(old: Model, new: Model, pointer: str) -> Iterator[Change]:
    """The price changes of a kept row: its own prices, its off-peak hours, its dated prices."""
    for found in rate_moves(old.prices, new.prices):
        yield _change(found, new, pointer, found.key)
    for found in _off_peak_moves(old.prices, new.prices):
        yield _change(found, new, pointer, found.key)
    for period, before, after in _periods(old, new):
        key, _, day = period.partition(" ")
        member = {"until": "previous", "from": "upcoming"}[key]
        for found in rate_moves(before, after):
            then = found._replace(price=found.price._replace(period=period))
            yield _change(then, new, pointer, f"{member}/{day}/{found.key}")


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
    passed = sum(threshold <= price.above_tokens for threshold in prices.thresholds)
    rate = prices.card(passed, price.service)[price.unit]
    return rate.pico_usd if rate.key else None


def _off_peak_moves(old: PriceList, new: PriceList) -> Iterator[RateMove]:
    if old.off_peak is None and new.off_peak is None:
        return
    before, after = (prices.off_peak[1] if prices.off_peak else prices for prices in (old, new))
    for found in rate_moves(before, after):
        mine = tuple(
            own if own and own[1].startswith(OFF_PEAK) else None for own in (found.old, found.new)
        )
        if any(mine):
            price = found.price._replace(period="off-peak")
            yield RateMove(price, mine[0], mine[1], found.move)


def _periods(old: Model, new: Model) -> Iterator[tuple[str, PriceList, PriceList]]:
    """The dated periods of either side with the prices in force on both.

    A price that merely moved into `previous` on its day is then no change of the past.
    """
    for until in sorted({until for model in (old, new) for until, _ in model.previous}):
        last = until - timedelta(microseconds=1)
        yield f"until {_day(until)}", in_force(old, last), in_force(new, last)
    for start in sorted({start for model in (old, new) for start, _ in model.upcoming}):
        yield f"from {_day(start)}", in_force(old, start), in_force(new, start)


def in_force(model: Model, at: datetime) -> PriceList:
    """The price list of an instant, outside off-peak hours."""
    for until, prices in model.previous:
        if at < until:
            return prices
    begun = [prices for start, prices in model.upcoming if start <= at]
    return begun[-1] if begun else model.prices


def _day(instant: datetime) -> str:
    return instant.isoformat().removesuffix("+00:00").removesuffix("T00:00:00")


def _change(found: RateMove, row: Model, pointer: str, field: str) -> Change:
    old, new = (None if own is None else shown(own[0], found.price.unit) for own in found[1:3])
    return Change(
        "repriced",
        severity_of(found.move),
        row.provider,
        row.name,
        field,
        old,
        new,
        pointer if found.price.period or not found.new else f"{pointer}/{_path(found.key)}",
        (found.move,),
        found.price,
        _note(found),
    )


def _path(key: str) -> str:
    table, _, name = key.partition(".")
    return f"{table}/{name}" if table in NESTED_KEYS else key


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
    return usd(pico_usd * people_count(unit))


def people_count(unit: str) -> int:
    """How many counts of a unit its price is told for: 1M tokens, a second, an image."""
    return 1_000_000 if is_token(unit) else (1_000 if UNITS[unit].divisible else 1)
