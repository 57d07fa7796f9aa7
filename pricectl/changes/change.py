"""The values of a comparison: changes, the charges behind them, what jobs cost."""

from collections import Counter
from fractions import Fraction
from functools import lru_cache
from math import lcm
from typing import Literal, NamedTuple, get_args

from pricectl.changes.limits import LeftOut
from pricectl.changes.settings import SAME_SETTINGS, ComparedSettings
from pricectl.check.findings import Severity
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, plural
from pricectl.core.rates import RateKey
from pricectl.policy import Workload

ChangeKind = Literal["repriced", "added", "removed", "renamed", "resolution", "metadata"]
KINDS: tuple[ChangeKind, ...] = get_args(ChangeKind)
ROW_KINDS: tuple[ChangeKind, ...] = ("repriced", "added", "removed", "renamed")

# A price that was free has no percentage; it is listed before every one that has.
UNBOUNDED = Fraction(10**30)


class Move(NamedTuple):
    """What was and is charged, in picodollars; None where there is no price."""

    old_pico_usd: int | None
    new_pico_usd: int | None

    @property
    def difference_pico_usd(self) -> int:
        """How much more is charged now; a missing price counts as nothing."""
        return (self.new_pico_usd or 0) - (self.old_pico_usd or 0)

    @property
    def relative(self) -> Fraction | None:
        """The difference as a fraction of the old charge; None where that was nothing.

        >>> Move(100, 120).relative, Move(None, 5).relative, Move(0, 0).relative
        (Fraction(1, 5), None, Fraction(0, 1))
        """
        if not self.difference_pico_usd:
            return Fraction(0)
        if not self.old_pico_usd:
            return None
        return Fraction(self.difference_pico_usd, self.old_pico_usd)

    @property
    def weight(self) -> Fraction:
        """The size of the relative difference; 0 without a price to compare with."""
        return _weight(*self)


@lru_cache(maxsize=2**16)
def _weight(old_pico_usd: int | None, new_pico_usd: int | None) -> Fraction:
    """Equal moves have one weight, because many rows often move alike."""
    if old_pico_usd is None:
        return Fraction(0)
    relative = Move(old_pico_usd, new_pico_usd).relative
    return UNBOUNDED if relative is None else abs(relative)


def by_size(move: Move) -> tuple[Fraction, int]:
    """Sort key: how large a move is relatively; of two alike, the one that grows more."""
    return move.weight, move.difference_pico_usd


class PriceRef(NamedTuple):
    """Which price: its unit, tier (above how many tokens), service, period and region."""

    unit: str
    above_tokens: int = 0
    service: str = ""
    period: str = ""
    region: str = ""

    @property
    def key(self) -> RateKey:
        """The price within its price list."""
        return self.unit, self.above_tokens, self.service


class Change(NamedTuple):
    """One difference between two catalogs.

    `old` and `new` are texts: prices in USD per 1M tokens or per unit, as `price` says. `moves`
    are the charges behind it: one for a price; where another row answers for a name, the largest
    rise and the largest fall. `pointer` is the JSON Pointer in the new file; for a removed row, in
    the old one. `period` says which dated prices it is about ("" are those of the comparison's own
    day). `only_text` marks another notation of the same charge, which no gate counts. `fallback` is
    the unit whose price is charged on the side that has none of its own; `rates` are the plainest
    prices of a row that is new or gone, in picodollars by unit.
    """

    kind: ChangeKind
    severity: Severity
    provider: str
    model: str
    field: str
    old: str | None
    new: str | None
    pointer: str
    moves: tuple[Move, ...] = ()
    price: PriceRef | None = None
    note: str = ""
    period: str = ""
    only_text: bool = False
    fallback: str = ""
    rates: tuple[tuple[str, int], ...] = ()

    @property
    def full_name(self) -> str:
        """The row as `provider/model`; outside of the rows, the top-level member."""
        return f"{self.provider}/{self.model}" if self.provider else self.model

    @property
    def largest(self) -> Move | None:
        """The charge that moved most; of two alike, the one that grew."""
        return self.moves[0] if len(self.moves) == 1 else max(self.moves, key=by_size, default=None)


class CreditMove(NamedTuple):
    """The whole credits that a budget mode charges for a job, before and now."""

    mode: str
    old: int
    new: int

    @property
    def relative(self) -> Fraction | None:
        """The difference as a fraction of the old credits; None where there were none.

        >>> CreditMove("job_based", 10, 1).relative, CreditMove("job_based", 0, 1).relative
        (Fraction(-9, 10), None)
        """
        if self.old == self.new:
            return Fraction(0)
        return Fraction(self.new - self.old, self.old) if self.old else None

    @property
    def weight(self) -> Fraction:
        """The size of the relative difference; from nothing it is larger than any other."""
        relative = self.relative
        return UNBOUNDED if relative is None else abs(relative)


class Impact(NamedTuple):
    """What a typical job costs, and what it is charged, under the old and the new version.

    `name` is the model name that the job asks for. `move` is what the provider charges for it,
    None where nothing in it has a price. `period` says which dated prices it is about ("" are
    those of the comparison's own day). The profiles of `old` and `new` differ where the settings
    changed. `for_one_price`: no sample workload uses that price, so the job was made for it.
    """

    provider: str
    model: str
    name: str
    workload: Workload
    old: Estimate
    new: Estimate
    move: Move
    period: str = ""
    for_one_price: bool = False

    @property
    def is_comparable(self) -> bool:
        """Whether both costs can be compared: replacing a guess is neither a rise nor a fall."""
        return not self.old.quote.guessed or self.new.quote.guessed

    @property
    def has_other_profile(self) -> bool:
        """Whether another profile, or other values of it, charge the customer now."""
        return self.old.profile != self.new.profile

    @property
    def customer_move(self) -> Move:
        """What the customer's price was and is, exact: both in one fraction of a picodollar."""
        exact = [job.exact_client_pico_usd for job in (self.old, self.new)]
        parts = lcm(*(price.denominator for price in exact))
        # A job without a price may still have a fee.
        old, new = (
            None if pico is None and not price else int(price * parts)
            for pico, price in zip(self.move, exact, strict=True)
        )
        return Move(old, new)

    @property
    def credit_moves(self) -> tuple[CreditMove, ...]:
        """The credits of each budget mode."""
        pairs = zip(self.old.credits, self.new.credits, strict=True)
        return tuple(CreditMove(old.mode, old.charged, new.charged) for old, new in pairs)

    @property
    def is_charged_otherwise(self) -> bool:
        """Whether the customer's price or the credits of any mode differ."""
        moved = any(credit.old != credit.new for credit in self.credit_moves)
        return moved or bool(self.customer_move.difference_pico_usd)

    @property
    def weight(self) -> Fraction:
        """The largest relative difference for the customer, in money or credits."""
        credits_weight = max(credit.weight for credit in self.credit_moves)
        return max(self.customer_move.weight, credits_weight)


class Comparison(NamedTuple):
    """Every change, the largest effect first, and what it does to sample jobs.

    `impact` are jobs of the rows that changed, `charges` those that a profile charges otherwise
    now; the critical models of `charges` come first. `reordered` counts objects whose members stand
    in another order, `respelled` numbers of the same value that are written differently. `left_out`
    is what would have taken too long.
    """

    changes: tuple[Change, ...]
    impact: tuple[Impact, ...] = ()
    reordered: int = 0
    respelled: int = 0
    left_out: tuple[LeftOut, ...] = ()
    settings: ComparedSettings = SAME_SETTINGS
    charges: tuple[Impact, ...] = ()

    @property
    def jobs(self) -> tuple[Impact, ...]:
        """All sample jobs."""
        return (*self.impact, *self.charges)

    @property
    def is_complete(self) -> bool:
        """Whether everything was compared; else no limit can be kept for sure."""
        return not self.left_out and not self.settings.problem

    @property
    def changed_jobs(self) -> tuple[Impact, ...]:
        """The sample jobs that cost more or less now."""
        return tuple(job for job in self.impact if job.move.difference_pico_usd)

    @property
    def summary(self) -> str:
        """How much changed, by kind, such as "2 repriced, 1 added"."""
        rows = {(change.provider, change.model) for change in self.of("repriced")}
        numbers = Counter(change.kind for change in self.changes)
        numbers["repriced"] = len(rows)
        parts = [f"{count(numbers[kind])} {kind}" for kind in ROW_KINDS if numbers[kind]]
        if numbers["resolution"]:
            parts.append(f"{plural(numbers['resolution'], 'name')} answered by another row")
        if numbers["metadata"]:
            parts.append(plural(numbers["metadata"], "other change"))
        if self.settings.changes:
            parts.append(f"{plural(len(self.settings.changes), 'setting')} changed")
        if not self.is_complete:
            return f"{', '.join(parts) or 'No changes found'}; not everything was compared"
        return ", ".join(parts) or "No changes"

    def of(self, *kinds: ChangeKind) -> tuple[Change, ...]:
        """The changes of those kinds, in order."""
        return tuple(change for change in self.changes if change.kind in kinds)
