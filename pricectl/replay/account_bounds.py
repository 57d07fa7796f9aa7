"""What single accounts of a summary pay by two versions: about, and within which bounds.

Of each account the sums of its most costly names are known. What is left of it is priced like what
is left of all accounts. How far that can be off is bounded: no other name has more of the account's
weight than the least of those that are listed, and no more than a version makes of a weight.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from operator import sub
from typing import Any, NamedTuple

from pricectl.changes.bill import AccountBill, RiseRange
from pricectl.replay.summary_prices import KeyPrices, SummaryPrices, Vector, cost
from pricectl.replay.usage_summary import (
    REQUESTS,
    AccountSums,
    KeySums,
    Sums,
    UsageSummary,
    weighted,
)

_ZERO = Fraction(0)
_HUNDRED = 100


class _PerWeight(NamedTuple):
    """Names that make the same amount of each weight."""

    value: Fraction
    names: frozenset[str]


class _Bound(NamedTuple):
    """A bound of an amount that the rest of an account makes.

    `by_weight` are names by what they make of a weight, the furthest first. `by_call` is what each
    call adds, and `beyond` what counts without a weight can add to any account.
    """

    by_weight: tuple[_PerWeight, ...]
    by_call: int
    beyond: int

    def of(self, account: AccountSums, listed: frozenset[str], most_of_name: int) -> Fraction:
        """The bound for one account; no name that is not listed has more than `most_of_name`."""
        if not account.rest_calls:
            return _ZERO
        amount = Fraction(account.rest_calls * self.by_call + self.beyond)
        left = account.rest_weight
        for group in self.by_weight:
            names = len(group.names) - sum(name in group.names for name in listed)
            taken = min(left, most_of_name * names)
            amount += group.value * taken
            left -= taken
            if not left:
                return amount
        # Only a file that was changed by hand has more weight than its names can have.
        return amount + left * (self.by_weight[0].value if self.by_weight else 0)


class RestOfAll(NamedTuple):
    """What no account has listed: the rests of accounts, and the accounts that are one sum.

    `old` and `new` are what all of it costs. The rises are in percent, of any part of it;
    `folded_highest_rise` that of an account which is only in the sum. None is not bounded.
    """

    old: int
    new: int
    weight: int
    lowest_old: _Bound
    highest_old: _Bound
    lowest_difference: _Bound
    highest_difference: _Bound
    lowest_rise: Fraction
    highest_rise: Fraction | None
    folded_highest_rise: Fraction | None


class _RestOfKey(NamedTuple):
    """What is left of one key, and its prices."""

    key: KeySums
    sums: Sums
    prices: KeyPrices


def rest_of_all(summary: UsageSummary, prices: SummaryPrices) -> RestOfAll:
    """What is left of each key when all that accounts have listed is taken away."""
    left = [list(key.sums) for key in summary.keys]
    for account in summary.by_account:
        for place, sums in account.listed:
            left[place] = list(map(sub, left[place], sums))
    rests = [
        _RestOfKey(key, tuple(max(count, 0) for count in sums), price)
        for key, sums, price in zip(summary.keys, left, prices.keys, strict=True)
        if sums[0] > 0
    ]
    head = 2 if REQUESTS in summary.columns else 1
    return RestOfAll(
        sum(cost(rest.sums, rest.prices.old.estimate) for rest in rests),
        sum(cost(rest.sums, rest.prices.new.estimate) for rest in rests),
        sum(weighted(rest.sums, rest.key.weights) for rest in rests),
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
) -> _Bound:
    """The bound of an amount whose vectors are those of the keys; `choose` is min or max."""
    by_name: dict[str, Fraction] = {}
    beyond = 0
    for rest, vector in zip(rests, vectors, strict=True):
        for place, count in enumerate(rest.sums):
            weight = rest.key.weights[place]
            if place >= head and count and weight:
                value = Fraction(vector[place], weight)
                name = rest.key.key.name
                by_name[name] = choose((by_name.get(name, value), value))
            elif place and count:
                beyond += choose((0, vector[place] * count))
    groups: dict[Fraction, set[str]] = {}
    for name, value in by_name.items():
        groups.setdefault(value, set()).add(name)
    return _Bound(
        tuple(
            _PerWeight(value, frozenset(groups[value]))
            for value in sorted(groups, reverse=choose is max)
        ),
        choose([vector[0] for vector in vectors] or [0]),
        beyond,
    )


def account_bill(
    summary: UsageSummary, prices: SummaryPrices, rest: RestOfAll, number: int
) -> AccountBill:
    """What one account pays; accounts are numbered from 1."""
    account = summary.by_account[number - 1]
    own = [(sums, prices.keys[place]) for place, sums in account.listed]
    share = Fraction(account.rest_weight, rest.weight) if rest.weight else _ZERO
    old = sum(cost(sums, price.old.estimate) for sums, price in own) + share * rest.old
    new = sum(cost(sums, price.new.estimate) for sums, price in own) + share * rest.new
    return AccountBill(
        f"account {number}",
        Fraction(old) / prices.scale,
        Fraction(new) / prices.scale,
        _rise_range(summary, account, own, rest),
    )


def _rise_range(
    summary: UsageSummary,
    account: AccountSums,
    own: Sequence[tuple[Sums, KeyPrices]],
    rest: RestOfAll,
) -> RiseRange:
    """By how many percent an account rises, at least and at most."""
    weights: dict[str, int] = {}
    for place, sums in account.listed:
        key = summary.keys[place]
        weights[key.key.name] = weights.get(key.key.name, 0) + weighted(sums, key.weights)
    listed = frozenset(weights)
    most = min(weights.values(), default=account.rest_weight)
    lowest_old = sum(max(cost(sums, price.old.lowest), 0) for sums, price in own)
    highest_old = sum(cost(sums, price.old.highest) for sums, price in own)
    least = sum(cost(sums, price.lowest_difference) for sums, price in own)
    greatest = sum(cost(sums, price.highest_difference) for sums, price in own)
    lowest = percent_of(
        least + rest.lowest_difference.of(account, listed, most),
        highest_old + rest.highest_old.of(account, listed, most),
    )
    highest = percent_of(
        greatest + rest.highest_difference.of(account, listed, most),
        lowest_old + max(rest.lowest_old.of(account, listed, most), _ZERO),
    )
    # What is listed and what is not each rise by so much; both together by something between.
    own_lowest, own_highest = percent_of(least, highest_old), percent_of(greatest, lowest_old)
    if account.rest_calls:
        own_lowest = min(rest.lowest_rise, rest.lowest_rise if own_lowest is None else own_lowest)
        own_highest = _highest([own_highest, rest.highest_rise])
    return RiseRange(_larger(lowest, own_lowest), _smaller(highest, own_highest))


def percent_of(difference: Fraction | int, old: Fraction | int) -> Fraction | None:
    """A rise in percent; 0 where it is a fall, None where it is from nothing."""
    if difference <= 0:
        return _ZERO
    return Fraction(difference) * _HUNDRED / old if old else None


def _larger(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    return None if one is None or other is None else max(one, other)


def _smaller(one: Fraction | None, other: Fraction | None) -> Fraction | None:
    known = [rise for rise in (one, other) if rise is not None]
    return max(min(known), _ZERO) if known else None
