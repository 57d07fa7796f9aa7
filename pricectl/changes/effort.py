"""How much a comparison may look at, and what it had to leave out.

An ordinary file stays far below every bound; the worst within the limits of a document would take
hours.
"""

from typing import NamedTuple


class LeftOut(NamedTuple):
    """How many things a comparison did not look at; `hides` says that a price may go unseen."""

    number: int
    what: str
    hides: bool = False


class Effort:
    """Counts down what one part of a comparison may still look at, and counts what it left out."""

    def __init__(self, allowed: int, what: str) -> None:
        self.left = allowed
        self._what = what
        self._missed = 0
        self._hides = False

    def allows(self, cost: int, *, hides: bool = False) -> bool:
        """Whether that much more may be looked at; if not, one more thing is left out.

        `hides` says that a price may go unseen for it.
        """
        if self.spends(cost):
            return True
        self.miss(hides=hides)
        return False

    def spends(self, cost: int) -> bool:
        """Whether that much more may be looked at, as a part of a thing."""
        if cost > self.left:
            return False
        self.left -= cost
        return True

    def miss(self, *, hides: bool = False) -> None:
        """Leave one thing out."""
        self._missed += 1
        self._hides = self._hides or hides

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out; nothing if everything was looked at."""
        return (LeftOut(self._missed, self._what, self._hides),) if self._missed else ()


class Efforts:
    """Every bound of one comparison."""

    def __init__(self) -> None:
        # Pairs of equal characters; a map of 4,000 models that were all renamed takes most of it.
        self.renames = Effort(
            20_000_000, "removed rows not compared by name: if renamed, they show as removed"
        )
        # Prices looked at once more, for another stretch of time.
        self.periods = Effort(100_000, "stretches of time not compared")
        self.tiers = Effort(0, "price lists of too many tiers compared without what falls back")
        # Values inside of members.
        self.nested = Effort(20_000, "large members compared as one value")
        # Rows looked at; 80,000 names that only one version has come to most of it.
        self.names = Effort(1_200_000, "names not asked for: another row may answer them now")
        # Rows looked at; some 6,000 names with five jobs each.
        self.jobs = Effort(1_500_000, "changed rows and names not tried with sample jobs")

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What each part left out."""
        parts = (self.renames, self.periods, self.tiers, self.nested, self.names, self.jobs)
        return tuple(left_out for part in parts for left_out in part.left_out)
