"""Compares a row with its predecessor: what is new and hard to believe.

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
from pricectl.core.sanity.relations import broken_relations
from pricectl.core.sanity.verdict import Level, SanityFinding, size
from pricectl.core.units import STANDARD, UNITS, is_token_unit

SIDES = ("input", "output")
# Modes in which both sides of a call are charged, so that a price of zero is a missing one.
TEXT_MODES = frozenset({"chat", "completion", "responses", None})
BEGINNING = datetime.min.replace(tzinfo=UTC)


class ListPair(NamedTuple):
    """Two lists in force at one time; a new row has no old list."""

    old: PriceList | None
    new: PriceList

    @property
    def is_previous(self) -> bool:
        """Whether the new list is among the row's `previous` ones."""
        return self.new.kind == "previous"


class PriceChange(NamedTuple):
    """A new or changed price, in picodollars for what its key buys."""

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

    def finding(self, rule: str, level: Level, subject: str, remark: str) -> SanityFinding:
        """A finding about this price; its message is the subject and the remark."""
        where, value = self.price.pointer, self.price.value
        return SanityFinding(rule, level, where, value, f"{subject} {remark}", remark=remark)


def judge_row(before: Model | None, after: Model, bounds: Bounds) -> tuple[SanityFinding, ...]:
    """What is new and implausible in a row, once per rule and place.

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
            found[finding.rule, finding.pointer] = min(worst, finding, key=lambda it: it.rank)
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
    marked = row.is_retired or row.is_free
    unsold = pair.is_previous or (marked and bool(pair.new.rates))
    sold = pair.old.rates if pair.old and not unsold else {}
    for (unit, tier, service), (pico, key) in sold.items():
        is_base = not tier and not service
        if not is_base or (unit not in SIDES and pair.new.rates):
            continue
        if not pair.new.charged((unit, 0, STANDARD)):
            where = ListedPrice(pair.new, key).pointer
            message = f"{label(unit)} no longer has a price; it was {amount_words(pico, unit)}"
            yield SanityFinding("price-lost", "warning", where, None, message)


def _list_pairs(before: Model | None, after: Model) -> Iterator[ListPair]:
    """Every list of a row paired with the list in force before, at every time and hour."""
    if before is None:
        pairs = [ListPair(None, prices) for prices in after.price_lists]
    else:
        periods = (*after.previous, *after.upcoming, *before.previous, *before.upcoming)
        instants = (BEGINNING, *sorted({instant for instant, _ in periods}))
        in_force = (ListPair(before.list_at(day), after.list_at(day)) for day in instants)
        pairs = list(dict.fromkeys(in_force))
        compared = {pair.new.pointer for pair in pairs}
        # Readers that know no dates may still charge by a list that is never in force.
        unused = (prices for prices in after.price_lists if prices.pointer not in compared)
        pairs += [ListPair(before.prices, prices) for prices in unused]
    for pair in pairs:
        yield from _by_output(pair)
        if pair.new.off_peak:
            old = pair.old and (pair.old.off_peak or pair.old)
            yield from _by_output(ListPair(old, pair.new.off_peak))


def _by_output(pair: ListPair) -> Iterator[ListPair]:
    """A list beside the one before, then those of its long outputs beside what they cost before."""
    yield pair
    for longer in pair.new.by_output:
        before = pair.old and pair.old.for_output(longer.above_output_tokens + 1)
        yield ListPair(before, longer)


def _price_changes(pair: ListPair) -> Iterator[PriceChange]:
    old, new = pair
    for rate_key, (pico, key) in new.rates.items():
        was = old.charged_pico_usd(rate_key) if old else None
        if was != pico:
            yield PriceChange(ListedPrice(new, key), rate_key, pico, was)
    # Tiers and services without a price any more: their calls are charged another one.
    sold = old.rates if old and not pair.is_previous else {}
    for rate_key, (pico, key) in sold.items():
        now = new.charged_pico_usd(rate_key) if rate_key not in new.rates else None
        if now is not None and now != pico:
            yield PriceChange(ListedPrice(new, key, is_gone=True), rate_key, now, pico)


def _bounds_findings(change: PriceChange, bounds: Bounds) -> Iterator[SanityFinding]:
    unit = change.unit
    bound = bounds.get(unit)
    limit = bound.exceeded_limit(change.new) if bound else None
    if bound is None:
        remark = "cannot be compared: no other price of this unit is known"
        yield change.finding("unit-without-bounds", "note", change.described, remark)
    elif limit is not None and (change.old is None or bound.contains(change.old)):
        side = "below" if change.new < limit else "above"
        remark = f"is {side} any known price ({bound.range_text(unit)})"
        if is_token_unit(unit):
            remark += ". Prices are per token: $2.00 per 1M is 2e-06"
        yield change.finding("price-out-of-bounds", "refused", change.described, remark)
    if change.old == 0:
        yield change.finding("price-moved", "note", change.described, "was zero")


def _zero_price_findings(
    change: PriceChange, pair: ListPair, row: Model
) -> Iterator[SanityFinding]:
    """A price that became zero, or a new zero that gives calls away."""
    free = row.is_free or pair.new.is_free
    (unit, tier, service), old = change.key, change.old
    name = label(unit, tier, service)
    if pair.old and old is None:  # what was charged then: the price of another unit
        fallback_keys = [(fallback, tier, service) for fallback in UNITS[unit].fallbacks]
        charged = map(pair.old.charged_pico_usd, fallback_keys)
        old = next((pico for pico in charged if pico is not None), None)
    if old:
        subject = f"{name} became zero, it was {amount_words(old, unit)};"
        moved = None if is_cache(unit) else Fraction(0)
        if free:
            found = change.finding("zero-price", "warning", subject, "the row is marked free")
        else:
            found = change.finding("zero-price", "refused", subject, "it is not marked free")
        yield found._replace(moved=moved)
    elif not free and gives_away(change.key, pair.new, row):
        yield change.finding("zero-price", "refused", f"{name} is zero;", "it is not marked free")


def gives_away(key: RateKey, prices: PriceList, row: Model) -> bool:
    """Whether a zero gives calls away: a side of a text model, or one of a row of zeros only."""
    mode = row.entry.get("mode")
    if (mode if isinstance(mode, str) else None) in TEXT_MODES:
        unit, tier, service = key
        return unit in SIDES and not tier and not service
    return prices.is_all_zero


def _order_findings(pair: ListPair) -> Iterator[SanityFinding]:
    """Relations the new list breaks and the old did not; in a new row, a warning."""
    level: Level = "error" if pair.old else "warning"
    for rate_key, (_, key) in pair.new.rates.items():
        found = broken_relations(pair.new, rate_key)
        known = (
            {rule for rule, _ in broken_relations(pair.old, rate_key)} if found and pair.old else ()
        )
        for rule, message in found:
            if rule not in known:
                price = ListedPrice(pair.new, key)
                yield SanityFinding(rule, level, price.pointer, price.value, message)
