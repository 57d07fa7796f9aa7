"""Gates: limits on price changes, and whether a comparison stays within them."""

from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple

from pricectl.changes.change import Comparison, Move
from pricectl.core.errors import PricingError
from pricectl.core.labels import short_decimal
from pricectl.core.money import plain_decimal
from pricectl.policy import GateSettings


class FailOnChange(StrEnum):
    """The kinds of change that `--fail-on` accepts."""

    INCREASE = "increase"
    DECREASE = "decrease"
    REMOVED = "removed"
    ANY = "any"


class BadLimit(PricingError):
    """A limit that is not a percentage."""


class GateLimits(NamedTuple):
    """The gates that are set. Percentages are of the old charge; None sets no limit."""

    fail_on: frozenset[FailOnChange] = frozenset()
    max_increase_percent: Fraction | None = None
    max_decrease_percent: Fraction | None = None
    exit_code: bool = False
    max_credit_change_percent: Fraction | None = None
    max_bill_increase_percent: Fraction | None = None
    max_account_increase_percent: Fraction | None = None

    @classmethod
    def read(
        cls,
        fail_on: Iterable[FailOnChange],
        max_increase: str | None = None,
        max_decrease: str | None = None,
        max_credit_change: str | None = None,
        *,
        exit_code: bool = False,
    ) -> "GateLimits":
        """The gates that the options set. Raises BadLimit."""
        percents = {
            "--max-increase": max_increase,
            "--max-decrease": max_decrease,
            "--max-credit-change": max_credit_change,
        }
        increase, decrease, credit_change = (
            None if text is None else read_percent(text, name) for name, text in percents.items()
        )
        return cls(frozenset(fail_on), increase, decrease, exit_code, credit_change)

    def with_bills(self, bill_increase: str | None, account_increase: str | None) -> "GateLimits":
        """The same with limits on what customers pay. Raises BadLimit."""
        bill, account = (
            None if text is None else read_percent(text, name)
            for name, text in (
                ("--max-bill-increase", bill_increase),
                ("--max-account-increase", account_increase),
            )
        )
        return self._replace(max_bill_increase_percent=bill, max_account_increase_percent=account)

    def or_settings(self, settings: GateSettings) -> "GateLimits":
        """These gates, and those of the settings where no option sets one."""
        kinds = self.fail_on or frozenset(map(FailOnChange, settings.fail_on_changes))
        increase = _first(self.max_increase_percent, settings.max_increase_percent)
        decrease = _first(self.max_decrease_percent, settings.max_decrease_percent)
        credit_change = _first(self.max_credit_change_percent, settings.max_credit_change_percent)
        bill = _first(self.max_bill_increase_percent, settings.max_bill_increase_percent)
        account = _first(self.max_account_increase_percent, settings.max_account_increase_percent)
        return self._replace(
            fail_on=kinds,
            max_increase_percent=increase,
            max_decrease_percent=decrease,
            max_credit_change_percent=credit_change,
            max_bill_increase_percent=bill,
            max_account_increase_percent=account,
        )


def _first(option: Fraction | None, setting: Decimal | None) -> Fraction | None:
    return option if option is not None or setting is None else Fraction(setting)


# The gate that nobody sets: a comparison that failed must never look clean.
SETTINGS_COMPARED = "settings-compared"


class Gate(NamedTuple):
    """One gate and its result: the limit, what was found, whether it tripped.

    `limit` and `actual` are counts, or percentages where `percent` is set; None is a rise from
    nothing. `incomplete` marks a gate that tripped only because something was not compared;
    `missing` says what was not given that the gate needs; `since` is the later day that it found.
    """

    id: str
    limit: Fraction
    actual: Fraction | None
    tripped: bool
    percent: bool = False
    incomplete: bool = False
    missing: str = ""
    since: str = ""

    @property
    def text(self) -> str:
        """The gate in one line, such as "limit max-increase exceeded: 50%, limit 20%"."""
        if self.id == SETTINGS_COMPARED:
            return "the settings of both versions cannot be compared in full, which always fails"
        sign = "%" if self.percent else ""
        if self.missing:
            limit = f"limit {short_decimal(self.limit, 2)}{sign}"
            return f"limit {self.id} cannot be confirmed: {self.missing}; {limit}"
        actual = "from nothing" if self.actual is None else f"{short_decimal(self.actual, 2)}{sign}"
        actual += f" from {self.since}" if self.since else ""
        state = "exceeded" if self.tripped else "kept"
        state = "cannot be confirmed" if self.incomplete else state
        why = "; not everything was compared" if self.incomplete else ""
        return f"limit {self.id} {state}: {actual}, limit {short_decimal(self.limit, 2)}{sign}{why}"


class GatedComparison(NamedTuple):
    """A comparison with the names of its two sides and the gates it was held against."""

    comparison: Comparison
    base: str
    head: str
    gates: tuple[Gate, ...] = ()

    @property
    def tripped(self) -> bool:
        """Whether a gate fails."""
        return any(gate.tripped for gate in self.gates)

    @property
    def summary(self) -> str:
        """What changed and against what, in one sentence."""
        return f"{self.comparison.summary} vs {self.base}"


def read_percent(text: str, where: str) -> Fraction:
    """A limit such as "20%" or "12.5". Raises BadLimit.

    >>> read_percent("20%", "--max-increase")
    Fraction(20, 1)
    """
    number = plain_decimal(text.strip().removesuffix("%").strip())
    if number is None or number < 0:
        raise BadLimit(f"{text!r:.40} is not a percentage", where=where, next_step="write 20%")
    return Fraction(number)


def check_gates(comparison: Comparison, limits: GateLimits) -> tuple[Gate, ...]:
    """Every gate that is set, in a fixed order.

    Every gate also trips if the comparison left something out: nobody knows what is in there.
    Changes of the settings are changes, and a profile that is gone was removed.
    """
    rises, falls = _moved(comparison, 1), _moved(comparison, -1)
    settings = comparison.settings
    changed = sum(not change.only_text for change in comparison.changes) + len(settings.changes)
    counts = {
        FailOnChange.INCREASE: len(rises.prices or rises.jobs) or _credits_moved(comparison, 1),
        FailOnChange.DECREASE: len(falls.prices or falls.jobs) or _credits_moved(comparison, -1),
        FailOnChange.REMOVED: len(comparison.of("removed")) + len(settings.gone),
        FailOnChange.ANY: changed,
    }
    gates = [
        Gate(f"fail-on-{kind}", Fraction(0), Fraction(count), count > 0)
        for kind, count in counts.items()
        if kind in limits.fail_on
    ]
    if limits.max_increase_percent is not None:
        gates.append(_within("max-increase", limits.max_increase_percent, rises))
    if limits.max_decrease_percent is not None:
        gates.append(_within("max-decrease", limits.max_decrease_percent, falls))
    if limits.max_credit_change_percent is not None:
        gates.append(_credit_change(comparison, limits.max_credit_change_percent))
    if limits.exit_code:
        gates.append(Gate("exit-code", Fraction(0), Fraction(changed), changed > 0))
    if not comparison.is_complete:
        gates = [gate._replace(tripped=True, incomplete=not gate.tripped) for gate in gates]
    if settings.problem:
        gates.insert(0, Gate(SETTINGS_COMPARED, Fraction(0), Fraction(1), tripped=True))
    return tuple(gates)


def _credits_moved(comparison: Comparison, direction: int) -> int:
    """How many jobs get more or fewer credits only because the settings changed."""
    return sum(
        any((credit.new - credit.old) * direction > 0 for credit in job.credit_moves)
        for job in comparison.jobs
        if job.has_other_profile and job.is_comparable
    )


def _credit_change(comparison: Comparison, limit_percent: Fraction) -> Gate:
    """The largest relative change of a job's credits, in any budget mode, up or down."""
    moves = (credit for job in comparison.jobs if job.is_comparable for credit in job.credit_moves)
    largest = max(moves, key=lambda credit: credit.weight, default=None)
    relative = largest.relative if largest else Fraction(0)
    percents = None if relative is None else abs(relative) * 100
    tripped = percents is None or percents > limit_percent
    return Gate("max-credit-change", limit_percent, percents, tripped, percent=True)


class _Moves(NamedTuple):
    """The largest move of each change, and of each sample job, in one direction.

    Jobs show changes without a price of their own, such as how tiers apply.
    """

    prices: list[Move]
    jobs: list[Move]


def _moved(comparison: Comparison, direction: int) -> _Moves:
    """The moves in one direction; 1 is up, -1 is down."""
    prices = (change.moves for change in comparison.changes)
    # A job that only the default price answered before had no price that could rise or fall.
    jobs = (
        (job.move, job.customer_move) if job.has_other_profile else (job.move,)
        for job in comparison.jobs
        if job.is_comparable
    )
    return _Moves(_largest(prices, direction), _largest(jobs, direction))


def _largest(groups: Iterable[tuple[Move, ...]], direction: int) -> list[Move]:
    moved = (
        [move for move in group if move.difference_pico_usd * direction > 0] for group in groups
    )
    return [max(group, key=lambda move: move.weight) for group in moved if group]


def _within(name: str, limit_percent: Fraction, moved: _Moves) -> Gate:
    relatives = [move.relative for move in (*moved.prices, *moved.jobs)]
    if None in relatives:
        return Gate(name, limit_percent, None, tripped=True, percent=True)
    largest = max((abs(part) * 100 for part in relatives if part is not None), default=Fraction(0))
    return Gate(name, limit_percent, largest, largest > limit_percent, percent=True)
