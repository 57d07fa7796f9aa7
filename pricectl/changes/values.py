"""What a comparison of two catalogs is made of."""

from fractions import Fraction
from functools import lru_cache
from typing import Literal, NamedTuple

from pricectl.changes.effort import LeftOut
from pricectl.check.findings import Severity
from pricectl.core.estimate import Estimate
from pricectl.policy import Workload

Kind = Literal["repriced", "added", "removed", "renamed", "resolution", "metadata"]
KINDS: tuple[Kind, ...] = ("repriced", "added", "removed", "renamed", "resolution", "metadata")

# A price that was free has no percentage; it weighs more than any that has one.
UNBOUNDED = Fraction(10**30)


class Move(NamedTuple):
    """What is charged before and after, in picodollars; None: there is no price."""

    old_pico_usd: int | None
    new_pico_usd: int | None

    @property
    def difference_pico_usd(self) -> int:
        """How much more is charged now; no price charges nothing."""
        return (self.new_pico_usd or 0) - (self.old_pico_usd or 0)

    @property
    def relative(self) -> Fraction | None:
        """The difference as a part of the old charge; None where that was nothing.

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
        """How large the relative difference is; what had no price at all has none to compare."""
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


class PricedAt(NamedTuple):
    """Which price it is: the unit, above how many tokens, for which service, in which period."""

    unit: str
    above_tokens: int = 0
    service: str = ""
    period: str = ""


class Change(NamedTuple):
    """One difference between two catalogs, in the words of the field.

    `old` and `new` are texts: prices in USD per 1M tokens or per unit, as `price` says. `moves`
    are the charges behind it, one for a price, several where a name is answered by another row.
    `pointer` leads to it in the new file, for what was removed in the old one. `period` is before
    or after the instant of the comparison ("" is then). `only_text` is what is written otherwise
    and charges the same on every day, so that no gate counts it.
    """

    kind: Kind
    severity: Severity
    provider: str
    model: str
    field: str
    old: str | None
    new: str | None
    pointer: str
    moves: tuple[Move, ...] = ()
    price: PricedAt | None = None
    note: str = ""
    period: str = ""
    only_text: bool = False

    @property
    def full_name(self) -> str:
        """The row as `provider/model`, or what of the file changed."""
        return f"{self.provider}/{self.model}" if self.provider else self.model

    @property
    def largest(self) -> Move | None:
        """The charge that moved most; of two alike, the one that grew."""
        return self.moves[0] if len(self.moves) == 1 else max(self.moves, key=by_size, default=None)


class Impact(NamedTuple):
    """What a typical job costs under the old and the new catalog, asked for by one name.

    `move` is what the provider charges for it, None where nothing in it has a price. `period` says
    which dated prices it is about ("" is the day of the comparison).
    """

    provider: str
    model: str
    asked: str
    workload: Workload
    old: Estimate
    new: Estimate
    move: Move
    period: str = ""

    @property
    def agreed(self) -> bool:
        """Whether the old cost was a real price and not a guess at the default."""
        return not self.old.quote.guessed or self.new.quote.guessed


class Comparison(NamedTuple):
    """Every change by effect, its impact, and what only looks different.

    `reordered` counts objects whose members stand in another order, `respelled` numbers of the
    same value written in another way, `left_out` is what would have taken too long to look at.
    """

    changes: tuple[Change, ...]
    impact: tuple[Impact, ...] = ()
    reordered: int = 0
    respelled: int = 0
    left_out: tuple[LeftOut, ...] = ()

    @property
    def hides(self) -> bool:
        """Whether a price may have changed in what was left out."""
        return any(part.hides for part in self.left_out)

    def of(self, *kinds: Kind) -> tuple[Change, ...]:
        """The changes of those kinds, in order."""
        return tuple(change for change in self.changes if change.kind in kinds)
