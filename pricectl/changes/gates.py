"""Limits on price changes, and whether a comparison keeps them."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes import Comparison, Move
from pricectl.core.errors import PricingError
from pricectl.core.money import plain_decimal


class FailOn(StrEnum):
    """What `--fail-on` may name."""

    INCREASE = "increase"
    DECREASE = "decrease"
    REMOVED = "removed"
    ANY = "any"


_ON_REMOVED = f"fail-on-{FailOn.REMOVED}"


class BadLimit(PricingError):
    """A limit that is no percentage."""


class Limits(NamedTuple):
    """The gates that are set; percentages are of the old charge, None sets no limit."""

    fail_on: frozenset[FailOn] = frozenset()
    max_increase_percent: Fraction | None = None
    max_decrease_percent: Fraction | None = None
    exit_code: bool = False

    @classmethod
    def read(
        cls,
        fail_on: Iterable[FailOn],
        max_increase: str | None,
        max_decrease: str | None,
        *,
        exit_code: bool = False,
    ) -> "Limits":
        """The gates that the options set. Raises BadLimit."""
        percents = {"--max-increase": max_increase, "--max-decrease": max_decrease}
        increase, decrease = (
            None if text is None else read_percent(text, name) for name, text in percents.items()
        )
        return cls(frozenset(fail_on), increase, decrease, exit_code)


class Gate(NamedTuple):
    """One gate after the comparison: its limit, what was found, whether it tripped.

    Both are counts, or percentages where `percent` says so; an `actual` of None rose from nothing.
    A gate on prices trips as well where the comparison left out what may hide one.
    """

    id: str
    limit: Fraction
    actual: Fraction | None
    tripped: bool
    percent: bool = False


def read_percent(text: str, where: str) -> Fraction:
    """A limit such as "20%" or "12.5". Raises BadLimit.

    >>> read_percent("20%", "--max-increase")
    Fraction(20, 1)
    """
    number = plain_decimal(text.strip().removesuffix("%").strip())
    if number is None or number < 0:
        raise BadLimit(f"{text!r:.40} is no percentage", where=where, next_step="write 20%")
    return Fraction(number)


def check(found: Comparison, limits: Limits) -> tuple[Gate, ...]:
    """Every gate that is set, in a fixed order."""
    return tuple(
        gate._replace(tripped=gate.tripped or (found.hides and gate.id != _ON_REMOVED))
        for gate in _gates(found, limits)
    )


def _gates(found: Comparison, limits: Limits) -> Iterator[Gate]:
    rises, falls = _moved(found, 1), _moved(found, -1)
    changed = sum(not change.only_text for change in found.changes)
    counts = {
        FailOn.INCREASE: len(rises.prices or rises.jobs),
        FailOn.DECREASE: len(falls.prices or falls.jobs),
        FailOn.REMOVED: len(found.of("removed")),
        FailOn.ANY: changed,
    }
    for kind, count in counts.items():
        if kind in limits.fail_on:
            yield Gate(f"fail-on-{kind}", Fraction(0), Fraction(count), count > 0)
    if limits.max_increase_percent is not None:
        yield _within("max-increase", limits.max_increase_percent, rises)
    if limits.max_decrease_percent is not None:
        yield _within("max-decrease", limits.max_decrease_percent, falls)
    if limits.exit_code:
        yield Gate("exit-code", Fraction(0), Fraction(changed), changed > 0)


class _Moved(NamedTuple):
    """The largest move of every change, and of every sample job, in one direction.

    Jobs speak for changes that are no price of their own, such as how tiers apply.
    """

    prices: list[Move]
    jobs: list[Move]


def _moved(found: Comparison, direction: int) -> _Moved:
    """Up is 1. A job that only the default price answered before had no price to rise or fall."""
    prices = (change.moves for change in found.changes)
    jobs = ((job.move,) for job in found.impact if job.agreed)
    return _Moved(_largest(prices, direction), _largest(jobs, direction))


def _largest(groups: Iterable[tuple[Move, ...]], direction: int) -> list[Move]:
    moved = (
        [move for move in group if move.difference_pico_usd * direction > 0] for group in groups
    )
    return [max(group, key=lambda move: move.weight) for group in moved if group]


def _within(name: str, limit_percent: Fraction, moved: _Moved) -> Gate:
    relatives = [move.relative for move in (*moved.prices, *moved.jobs)]
    if None in relatives:
        return Gate(name, limit_percent, None, tripped=True, percent=True)
    largest = max((abs(part) * 100 for part in relatives if part is not None), default=Fraction(0))
    return Gate(name, limit_percent, largest, largest > limit_percent, percent=True)
