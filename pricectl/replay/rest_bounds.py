"""Bounds of what the rest of an account costs, from what a summary keeps of it.

The rest is what an account used of keys that are not listed for it: of some names a share is known,
and no other name has more of the account's weight than the least of those that are kept.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from pricectl.replay.usage_summary import SHARES, AccountSums, UsageSummary, weighted

# What a weight makes is stated in these parts, so that accounts are added up in whole numbers.
FINE = 2**40


class KnownRest(NamedTuple):
    """What is known of the rest of an account: names, by their place, with a part of its weight.

    `weights` are at least of each name; `left` is what they and others have beyond. No other name
    has more than `most_of_other` of it, and none of `weights` more than `most_of_kept`. `listed`
    are names of which nothing is in the rest.
    """

    calls: int
    weights: Mapping[int, int]
    left: int
    most_of_other: int
    most_of_kept: int
    listed: frozenset[int]

    @classmethod
    def of(cls, summary: UsageSummary, account: AccountSums, places: Sequence[int]) -> "KnownRest":
        """`places` are those of the names of the summary's keys."""
        listed: dict[int, int] = {}
        for place, sums in account.listed:
            weight = weighted(sums, summary.keys[place].weights)
            listed[places[place]] = listed.get(places[place], 0) + weight
        own = sum(listed.values())
        if not account.rest_calls:
            return cls(0, {}, 0, 0, 0, frozenset(listed))
        weights = {name: share * account.weight // SHARES for name, share in account.shares}
        # A share is rounded down.
        step = account.weight // SHARES + 1
        smallest = [*listed.values(), *(weight + step for weight in weights.values())]
        left = max(account.weight - own - sum(weights.values()), 0)
        most = min(smallest, default=account.weight)
        return cls(account.rest_calls, weights, left, most, step, frozenset(listed))


class RestBound(NamedTuple):
    """A bound of an amount that the rest of an account makes, in parts of FINE.

    `values` are what a weight makes of each name, in parts of FINE, and `groups` the names by
    that, the furthest value first. `by_call` is what each call adds, and `beyond` what counts
    without a weight can add to any account.
    """

    values: Mapping[int, int]
    groups: tuple[tuple[int, frozenset[int]], ...]
    by_call: int
    beyond: int

    def of(self, rest: KnownRest) -> Fraction:
        """The bound for one account."""
        if not rest.calls:
            return Fraction(0)
        values = self.values
        amount = sum(values.get(name, 0) * weight for name, weight in rest.weights.items())
        left = rest.left
        for value, names in self.groups:
            if not left:
                break
            kept = sum(name in names for name in rest.weights)
            others = len(names) - kept - sum(name in names for name in rest.listed)
            taken = min(left, rest.most_of_other * others + rest.most_of_kept * kept)
            amount += value * taken
            left -= taken
        # Only a file that was changed by hand has more weight than its names can have.
        amount += left * (self.groups[0][0] if self.groups else 0)
        return Fraction(amount, FINE) + rest.calls * self.by_call + self.beyond
