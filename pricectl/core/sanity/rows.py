"""One row against the row that answered for it before: what is new and hard to believe.

A row is compared as it is charged over time: each price with the one that was in force at the same
instant for the same unit, tier and service. So a price that `fmt` promotes has not moved, and a new
tier or service is compared with what its calls were charged before.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.labels import amount_words, label
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.sanity.bounds import Bounds
from pricectl.core.sanity.moves import (
    ListedPrice,
    PriceMove,
    factor_findings,
    is_cache,
    moved_findings,
)
from pricectl.core.sanity.relations import broken
from pricectl.core.sanity.verdict import Level, SanityFinding, size
from pricectl.core.units import UNITS, is_token

SIDES = ("input", "output")
# Modes in which both sides of a call are charged, so that a price of zero is a missing one.
TEXT_MODES = ("chat", "completion", "responses", None)
BEGINNING = datetime.min.replace(tzinfo=UTC)


class ListPair(NamedTuple):
    """Two lists in force at one time; a new row has no old list."""

    old: PriceList | None
    new: PriceList

    @property
    def is_previous(self) -> bool:
        """Whether the new list is among the row's `previous` ones."""
        return self.new.period.startswith("until ")


class PriceChange(NamedTuple):
    """A price that is new or not what it was: picodollars for what its key buys."""

    price: ListedPrice
    key: RateKey
    new: int
    old: int | None

    @property
    def unit(self) -> str:
        """What the price is for."""
        unit, _, _ = self.key
        return unit

    @property
    def described(self) -> str:
        """The price's name and what it is now."""
        return f"{label(*self.key)} at {amount_words(self.new, self.unit)}"

    def finding(self, rule: str, level: Level, message: str) -> SanityFinding:
        """A finding about this price."""
        return SanityFinding(rule, level, self.price.pointer, self.price.value, message)


def judge_row(before: Model | None, after: Model, bounds: Bounds) -> tuple[SanityFinding, ...]:
    """What is new in a row and hard to believe, each rule once at each place.

    `before` is the row that answered for the name; None if the row is new.
    """
    found: dict[tuple[str, str], SanityFinding] = {}
    moves: dict[str, PriceMove] = {}
    unmoved = 0
    for pair in _list_pairs(before, after):
        changes = tuple(_price_changes(pair))
        unmoved += len(pair.new.rates) - sum(not change.price.is_gone for change in changes)
        for change in changes:
            if change.new and change.old:
                move = PriceMove(change.price, change.key, change.old, change.new)
                known = moves.setdefault(change.price.pointer, move)
                if known is not move and size(move.ratio) > size(known.ratio):
                    moves[change.price.pointer] = move
        for finding in _list_findings(pair, changes, after, bounds):
            worst = found.setdefault((finding.rule, finding.pointer), finding)
            found[finding.rule, finding.pointer] = min(worst, finding, key=lambda one: one.rank)
    together = (*found.values(), *moved_findings(moves.values(), unmoved))
    return tuple(finding._replace(model=after.full_name) for finding in together)


def _list_findings(
    pair: ListPair, changes: Iterable[PriceChange], row: Model, bounds: Bounds
) -> Iterator[SanityFinding]:
    for change in changes:
        if not change.new:
            yield from _zero_price_findings(change, pair, row)
        elif not change.price.is_gone:
            yield from _bounds_findings(change, bounds)
    yield from _order_findings(pair)
    yield from factor_findings(pair.old, pair.new)
    # A row that is free or retired may lack a side; one that lost every price is as good as gone.
    marked = any(row.entry.get(mark) is True for mark in ("retired", "free"))
    unsold = pair.is_previous or (marked and bool(pair.new.rates))
    if pair.old and not unsold:
        yield from _lost_price_findings(pair.old, pair.new)


def _list_pairs(before: Model | None, after: Model) -> Iterator[ListPair]:
    """Every list of a row beside the list in force before, at every time and hour."""
    for pair in _list_pairs_by_time(before, after):
        yield pair
        if pair.new.off_peak:
            old = pair.old and (pair.old.off_peak or pair.old)
            yield ListPair(old, pair.new.off_peak)


def _list_pairs_by_time(before: Model | None, after: Model) -> Iterator[ListPair]:
    if before is None:
        yield from (ListPair(None, prices) for prices in after.price_lists)
        return
    periods = (*after.previous, *after.upcoming, *before.previous, *before.upcoming)
    instants = (BEGINNING, *sorted({instant for instant, _ in periods}))
    pairs = dict.fromkeys(
        ListPair(before.list_at(instant), after.list_at(instant)) for instant in instants
    )
    yield from pairs
    in_force = {pair.new.pointer for pair in pairs}
    for prices in after.price_lists:
        if prices.pointer not in in_force:  # readers that know no dates may still charge by it
            yield ListPair(before.prices, prices)


def _price_changes(pair: ListPair) -> Iterator[PriceChange]:
    for rate_key, (pico, key) in pair.new.rates.items():
        old = pair.old.charged_pico_usd(rate_key) if pair.old else None
        if old != pico:
            yield PriceChange(ListedPrice(pair.new, key), rate_key, pico, old)
    if pair.old and not pair.is_previous:
        yield from _gone_price_changes(pair.old, pair.new)


def _gone_price_changes(old: PriceList, new: PriceList) -> Iterator[PriceChange]:
    """Tiers and services without a price any more: their calls are charged another one."""
    for rate_key, (pico, key) in old.rates.items():
        now = new.charged_pico_usd(rate_key) if rate_key not in new.rates else None
        if now is not None and now != pico:
            yield PriceChange(ListedPrice(new, key, is_gone=True), rate_key, now, pico)


def _bounds_findings(change: PriceChange, bounds: Bounds) -> Iterator[SanityFinding]:
    unit = change.unit
    bound = bounds.get(unit)
    limit = bound.crossed(change.new) if bound else None
    if bound is None:
        message = f"{change.described} cannot be compared: no other price of this unit is known"
        yield change.finding("unit-without-bounds", "note", message)
    elif limit is not None and (change.old is None or bound.holds(change.old)):
        side = "below" if change.new < limit else "above"
        message = f"{change.described} is {side} any known price ({bound.range_text(unit)})"
        if is_token(unit):
            message += ". Prices are per token: $2.00 per 1M is 2e-06"
        yield change.finding("price-out-of-bounds", "refused", message)
    if change.old == 0:
        yield change.finding("price-moved", "note", f"{change.described} was zero")


def _zero_price_findings(
    change: PriceChange, pair: ListPair, row: Model
) -> Iterator[SanityFinding]:
    """A price that became zero, or a new row that gives its calls away."""
    free = row.entry.get("free") is True or pair.new.entry.get("free") is True
    name, unit = label(*change.key), change.unit
    old = _fallback(change.key, pair.old) if pair.old and change.old is None else change.old
    if old:
        message = f"{name} became zero, it was {amount_words(old, unit)}"
        moved = None if is_cache(unit) else Fraction(0)
        if free:
            found = change.finding("zero-price", "warning", f"{message}; the row is marked free")
        else:
            found = change.finding("zero-price", "refused", f"{message}; it is not marked free")
        yield found._replace(moved=moved)
    elif not free and _gives_away(change.key, pair.new, row):
        yield change.finding("zero-price", "refused", f"{name} is zero; it is not marked free")


def _fallback(key: RateKey, prices: PriceList) -> int | None:
    """What a unit without a price of its own is charged: the price of another unit."""
    unit, tier, service = key
    charged = (prices.charged_pico_usd((one, tier, service)) for one in UNITS[unit].fallbacks)
    return next((pico for pico in charged if pico is not None), None)


def _gives_away(key: RateKey, prices: PriceList, row: Model) -> bool:
    """Whether a zero is a side of a text model, or stands in a row where every price is zero."""
    if row.entry.get("mode") in TEXT_MODES:
        unit, tier, service = key
        return unit in SIDES and not tier and not service
    return not any(pico for pico, _ in prices.rates.values())


def _order_findings(pair: ListPair) -> Iterator[SanityFinding]:
    """Relations inside the list that it breaks and the old one did not; of a new row, a warning."""
    level: Level = "error" if pair.old else "warning"
    for rate_key, (_, key) in pair.new.rates.items():
        found = broken(pair.new, rate_key)
        known = {rule for rule, _ in broken(pair.old, rate_key)} if found and pair.old else ()
        for rule, message in found:
            if rule not in known:
                price = ListedPrice(pair.new, key)
                yield SanityFinding(rule, level, price.pointer, price.value, message)


def _lost_price_findings(old: PriceList, new: PriceList) -> Iterator[SanityFinding]:
    """The input or output price, or the last price, is not there any more: calls cost nothing."""
    for (unit, tier, service), (pico, key) in old.rates.items():
        counts = not tier and not service and (unit in SIDES or not new.rates)
        if counts and not new.charged((unit, 0, "")):
            pointer = ListedPrice(new, key).pointer
            message = f"{label(unit)} has no price any more, it was {amount_words(pico, unit)}"
            yield SanityFinding("price-lost", "warning", pointer, None, message)
