"""What single accounts of a summary pay by two versions: about, and within which bounds.

Of each account the sums of its most costly names are known, and the share of further ones. What is
left of it is priced like what is left of all accounts. How far that can be off is bounded: no other
name has more of the account's weight than the least of those that are kept, and of each name the
least and the most are known that a version makes of a weight.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from operator import add, sub
from typing import Any, NamedTuple

from pricectl.changes.account_bill import AccountBill, RiseRange, percent_of
from pricectl.replay.rest_bounds import FINE, KnownRest, RestBound
from pricectl.replay.summary_prices import KeyPrices, SummaryPrices, Vector, cost
from pricectl.replay.usage_summary import (
    REQUESTS,
    KeySums,
    Sums,
    UsageSummary,
    weighted,
)

_ZERO = Fraction(0)
_HUNDRED = 100


class RestOfAll(NamedTuple):
    """What no account has listed: the rests of accounts, and the accounts that are one sum.

    `old` and `new` are what all of it costs, `by_name` the weight, old and new cost of each name.
    The rises are in percent, of any part of it; `folded_highest_rise` that of an account which is
    only in the sum. None is not bounded.
    """

    old: int
    new: int
    weight: int
    by_name: Mapping[int, tuple[int, int, int]]
    lowest_old: RestBound
    highest_old: RestBound
    lowest_difference: RestBound
    highest_difference: RestBound
    lowest_rise: Fraction
    highest_rise: Fraction | None
    folded_highest_rise: Fraction | None

    def estimate(self, kept: KnownRest, version: str) -> int:
        """About what the rest of an account costs: like its names, and like all that is left."""
        place = 1 if version == "old" else 2
        amount = 0
        for name, weight in kept.weights.items():
            own = self.by_name.get(name, (0, 0, 0))
            amount += own[place] * weight // own[0] if own[0] else 0
        whole = self.old if version == "old" else self.new
        return amount + (whole * kept.left // self.weight if self.weight else 0)


class _RestOfKey(NamedTuple):
    """What is left of one key, and its prices."""

    key: KeySums
    name: int
    sums: Sums
    prices: KeyPrices


def rest_of_all(summary: UsageSummary, prices: SummaryPrices) -> RestOfAll:
    """What is left of each key when all that accounts have listed is taken away."""
    left = [list(key.sums) for key in summary.keys]
    for account in summary.by_account:
        for place, sums in account.listed:
            left[place] = list(map(sub, left[place], sums))
    rests = [
        _RestOfKey(key, name, tuple(max(count, 0) for count in sums), price)
        for key, name, sums, price in zip(
            summary.keys, summary.name_places, left, prices.keys, strict=True
        )
        if sums[0] > 0
    ]
    by_name: dict[int, tuple[int, int, int]] = {}
    for rest in rests:
        own = (
            weighted(rest.sums, rest.key.weights),
            cost(rest.sums, rest.prices.old.estimate),
            cost(rest.sums, rest.prices.new.estimate),
        )
        weight, old, new = map(add, by_name.get(rest.name, (0, 0, 0)), own)
        by_name[rest.name] = weight, old, new
    head = 2 if REQUESTS in summary.columns else 1
    return RestOfAll(
        sum(old for _, old, _ in by_name.values()),
        sum(new for _, _, new in by_name.values()),
        sum(weight for weight, _, _ in by_name.values()),
        by_name,
        _bound(rests, [rest.prices.old.lowest for rest in rests], head, min),
        _bound(rests, [rest.prices.old.highest for rest in rests], head, max),
        _bound(rests, [rest.prices.lowest_difference for rest in rests], head, min),
        _bound(rests, [rest.prices.highest_difference for rest in rests], head, max),
        min((rest.prices.lowest_rise for rest in rests), default=_ZERO),
        _highest([rest.prices.highest_rise for rest in rests]),
        _highest([rest.prices.highest_rise for rest in rests if rest.key.folded_calls]),
    )


def _highest(rises: Sequence[Fraction | None]) -> Fraction | None:
    known = [rise for rise in rises if rise is not None]
    return None if len(known) < len(rises) else max(known, default=_ZERO)


def _bound(
    rests: Sequence[_RestOfKey],
    vectors: Sequence[Vector],
    head: int,
    choose: Callable[[Iterable[Any]], Any],
) -> RestBound:
    """The bound of an amount whose vectors are those of the keys; `choose` is min or max."""
    values: dict[int, int] = {}
    beyond = 0
    for rest, vector in zip(rests, vectors, strict=True):
        for place, count in enumerate(rest.sums):
            weight = rest.key.weights[place]
            if place >= head and count and weight:
                # Rounded away from the other bound.
                value = vector[place] * FINE // weight + (choose is max)
                value = value if vector[place] else 0
                values[rest.name] = choose((values.get(rest.name, value), value))
            elif place and count:
                beyond += choose((0, vector[place] * count))
    groups: dict[int, set[int]] = {}
    for name, value in values.items():
        groups.setdefault(value, set()).add(name)
    return RestBound(
        values,
        tuple((value, frozenset(groups[value])) for value in sorted(groups, reverse=choose is max)),
        choose([vector[0] for vector in vectors] or [0]),
        beyond,
    )


def account_bills(
    summary: UsageSummary, prices: SummaryPrices, rest: RestOfAll
) -> Iterator[AccountBill]:
    """What each account pays that is kept one by one; they are numbered from 1."""
    places = summary.name_places
    for number, account in enumerate(summary.by_account, 1):
        kept = KnownRest.of(summary, account, places)
        own = [(sums, prices.keys[place]) for place, sums in account.listed]
        old, new = (
            sum(cost(sums, getattr(price, name).estimate) for sums, price in own)
            + rest.estimate(kept, name)
            for name in ("old", "new")
        )
        yield AccountBill(
            f"account {number}",
            Fraction(old, prices.scale),
            Fraction(new, prices.scale),
            _rise_range(own, kept, rest),
        )


def _rise_range(
    own: Sequence[tuple[Sums, KeyPrices]], kept: KnownRest, rest: RestOfAll
) -> RiseRange:
    """By how many percent an account rises, at least and at most."""
    lowest_old = sum(max(cost(sums, price.old.lowest), 0) for sums, price in own)
    highest_old = sum(cost(sums, price.old.highest) for sums, price in own)
    least = sum(cost(sums, price.lowest_difference) for sums, price in own)
    greatest = sum(cost(sums, price.highest_difference) for sums, price in own)
    lowest = percent_of(
        least + rest.lowest_difference.of(kept), highest_old + rest.highest_old.of(kept)
    )
    highest = percent_of(
        greatest + rest.highest_difference.of(kept),
        lowest_old + max(rest.lowest_old.of(kept), _ZERO),
    )
    # What is listed and what is not each rise by so much; both together by something between.
    own_lowest, own_highest = percent_of(least, highest_old), percent_of(greatest, lowest_old)
    if kept.calls:
        own_lowest = min(rest.lowest_rise, rest.lowest_rise if own_lowest is None else own_lowest)
        own_highest = _highest([own_highest, rest.highest_rise])
    return RiseRange(_larger(lowest, own_lowest), _smaller(highest, own_highest))


def _larger(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else max(one, other)


def _smaller(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    known = [rise for rise in (one, other) if rise is not None]
    return max(min(known), _ZERO) if known else None
