"""The prices of all keys of a summary as whole numbers, so that thousands of accounts are added up.

A vector has one number a column; times the counts of a key it is what customers pay. All vectors
are in the same part of a picodollar.
"""

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from math import lcm
from operator import mul
from typing import NamedTuple

from pricectl.replay.bill_side import BillSide
from pricectl.replay.cell_prices import Amounts
from pricectl.replay.key_prices import KeyPricing, PricesAtOnce
from pricectl.replay.usage_summary import KeySums, UsageSummary

Vector = tuple[int, ...]
# How finely the place of an estimate between its bounds is stated.
_STEPS = 1000
_HUNDRED = 100


class VersionPrices(NamedTuple):
    """What a key costs by one version: about, at least and at most."""

    estimate: Vector
    lowest: Vector
    highest: Vector

    @property
    def is_exact(self) -> bool:
        """Whether the key costs what its calls cost."""
        return self.lowest == self.highest


class KeyPrices(NamedTuple):
    """What a key costs by two versions, and by how much its calls can differ between them.

    `lowest_rise` and `highest_rise` are the differences of a call in percent of its old price; None
    where that is not bounded, as from nothing.
    """

    old: VersionPrices
    new: VersionPrices
    lowest_difference: Vector
    highest_difference: Vector
    lowest_rise: Fraction
    highest_rise: Fraction | None


class SummaryPrices(NamedTuple):
    """The prices of a summary's keys, in order; `estimates` are what each key costs in all.

    All are in parts of a picodollar, of which `scale` make one.
    """

    keys: tuple[KeyPrices, ...]
    estimates: tuple[tuple[Fraction, Fraction], ...]
    scale: int


def cost(sums: Sequence[int], prices: Vector) -> int:
    """What sums cost."""
    return sum(map(mul, sums, prices))


class _KeyAmounts(NamedTuple):
    """The same for one key before it is scaled, in picodollars."""

    vectors: tuple[Amounts, ...]
    lowest_rise: Fraction
    highest_rise: Fraction | None


def prices_of(summary: UsageSummary, base: BillSide, new: BillSide) -> SummaryPrices:
    """The prices of a summary by two versions, which are as of one instant."""
    pricing = KeyPricing(summary, base, new)
    found, estimates = [], []
    for key in summary.keys:
        matches = pricing.matches(key)
        estimate = pricing.estimate(key, matches)
        estimates.append(estimate)
        found.append(_amounts(key, tuple(dict.fromkeys(pricing.prices(key, matches))), estimate))
    scale = lcm(*{one.denominator for each in found for vector in each.vectors for one in vector})
    return SummaryPrices(
        tuple(_scaled(each, scale) for each in found),
        tuple((old * scale, now * scale) for old, now in estimates),
        scale,
    )


def weights_of(summary: UsageSummary, side: BillSide) -> tuple[KeySums, ...]:
    """The keys with their weights: about what one count of each column costs, not below zero."""
    priced = prices_of(summary, side, side)
    return tuple(
        key._replace(weights=tuple(max(one // priced.scale, 0) for one in prices.old.estimate))
        for key, prices in zip(summary.keys, priced.keys, strict=True)
    )


def _scaled(amounts: _KeyAmounts, scale: int) -> KeyPrices:
    old, new, differences = (
        [tuple(int(one * scale) for one in vector) for vector in amounts.vectors[start:end]]
        for start, end in ((0, 3), (3, 6), (6, 8))
    )
    return KeyPrices(
        VersionPrices(*old),
        VersionPrices(*new),
        differences[0],
        differences[1],
        amounts.lowest_rise,
        amounts.highest_rise,
    )


def _amounts(
    key: KeySums, at_once: Sequence[PricesAtOnce], estimates: tuple[Fraction, Fraction]
) -> _KeyAmounts:
    """What a key costs, of all prices that its calls may have."""
    vectors: list[Amounts] = []
    for name, estimate in zip(("old", "new"), estimates, strict=True):
        versions = [getattr(each, name) for each in at_once]
        lowest = _of_columns(key, min, [each.lowest for each in versions])
        highest = _of_columns(key, max, [each.highest for each in versions])
        vectors += [_between(key, lowest, highest, estimate), lowest, highest]
    for choose, was, now in ((min, "highest", "lowest"), (max, "lowest", "highest")):
        moved = [
            [
                Fraction(0) if each.is_same else after - before
                for before, after in zip(
                    getattr(each.old, was), getattr(each.new, now), strict=True
                )
            ]
            for each in at_once
        ]
        vectors.append(_of_columns(key, choose, moved))
    rises = [_rise_of(key, each) for each in at_once]
    highest_rises = [high for _, high in rises]
    return _KeyAmounts(
        tuple(vectors),
        min(low for low, _ in rises),
        None if None in highest_rises else max(high for high in highest_rises if high is not None),
    )


def _of_columns(
    key: KeySums,
    choose: Callable[[Iterable[Fraction]], Fraction],
    found: Sequence[Sequence[Fraction]],
) -> Amounts:
    """The least or most of each column; 0 where the key has no count."""
    return tuple(
        choose(column) if count else Fraction(0)
        for column, count in zip(zip(*found, strict=True), key.sums, strict=True)
    )


def _between(key: KeySums, lowest: Amounts, highest: Amounts, estimate: Fraction) -> Amounts:
    """Prices between the bounds at which the key costs about what was estimated."""
    low, high = (
        sum((price * count for price, count in zip(each, key.sums, strict=True)), Fraction(0))
        for each in (lowest, highest)
    )
    if low == high:
        return lowest
    place = Fraction(round((estimate - low) * _STEPS / (high - low)), _STEPS)
    return tuple(one + place * (other - one) for one, other in zip(lowest, highest, strict=True))


def _rise_of(key: KeySums, prices: PricesAtOnce) -> tuple[Fraction, Fraction | None]:
    """By how many percent a call can differ: as much as the column that differs least and most."""
    if prices.is_same:
        return Fraction(0), Fraction(0)
    columns = [
        (prices.old.lowest[n], prices.old.highest[n], prices.new.lowest[n], prices.new.highest[n])
        for n, count in enumerate(key.sums)
        if count
    ]
    if any(min(column) < 0 for column in columns):  # a part of the cost is taken off for each call
        return Fraction(-_HUNDRED), None
    lows = [Fraction(new_low - high, high) for _, high, new_low, _ in columns if high]
    highs = [
        Fraction(new_high - low, low) if low else None
        for low, _, _, new_high in columns
        if low or new_high
    ]
    highest = (
        None
        if None in highs
        else max((one for one in highs if one is not None), default=Fraction(0))
    )
    # Without any price there is nothing that could rise or fall.
    lowest = min(lows, default=Fraction(0)) * _HUNDRED
    return lowest, None if highest is None else highest * _HUNDRED
