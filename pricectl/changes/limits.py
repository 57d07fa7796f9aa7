"""How much one comparison may look at, and what it left out.

An ordinary catalog stays far below every limit. The largest documents that the reader accepts can
be built so that comparing them in full takes hours; then a part is compared and the report says
what was left out.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, NamedTuple

ComparisonPart = Literal["renames", "periods", "tiers", "members", "names", "jobs"]


class StepLimit(NamedTuple):
    """How many steps a part of a comparison may take, and what the report says beyond them."""

    steps: int
    left_out: str


# In the order of the report. Each limit is some seconds of work.
LIMITS: Mapping[ComparisonPart, StepLimit] = MappingProxyType(
    {
        # A step is a pair of equal characters; 4,000 models that were all renamed take most.
        "renames": StepLimit(
            20_000_000, "removed rows not compared by name: if renamed, they show as removed"
        ),
        # A step is a price that is compared again for another period.
        "periods": StepLimit(100_000, "periods not compared"),
        # Not counted in steps: see MAX_TIERS.
        "tiers": StepLimit(0, "price lists of too many tiers compared without fallback prices"),
        # A step is a value inside a nested member.
        "members": StepLimit(20_000, "large members compared as one value"),
        # A step is a row; 80,000 names that only one version has take most.
        "names": StepLimit(1_200_000, "names not looked up: another row may answer for them now"),
        # A step is a row; some 6,000 names with five jobs each.
        "jobs": StepLimit(1_500_000, "changed rows and names not tried with sample jobs"),
    }
)
# Fallbacks are looked up in every tier, so that a price list of n tiers takes n * n steps. No
# provider has more than a handful of context tiers.
MAX_TIERS = 32
# Removed rows with more candidates of the same prices are not compared by name.
MAX_RENAME_CANDIDATES = 100
# Charges shown for a name that another row answers; no real row has so many prices.
MAX_MOVES = 200
# Jobs made for the prices of one row that no sample workload uses.
MAX_PRICE_JOBS = 6


class LeftOut(NamedTuple):
    """How many things a comparison did not look at; `hides`: a price change may be among them."""

    number: int
    what: str
    hides: bool = False


class Allowance:
    """The steps that one comparison has left, and what it left out so far."""

    def __init__(self, limits: Mapping[ComparisonPart, StepLimit] = LIMITS) -> None:
        self._limits = limits
        self._steps = {part: limit.steps for part, limit in limits.items()}
        self._left_out: dict[ComparisonPart, LeftOut] = {}

    def take(self, part: ComparisonPart, steps: int) -> bool:
        """Take steps for a part of the comparison; False if it has fewer left."""
        if steps > self._steps[part]:
            return False
        self._steps[part] -= steps
        return True

    def leave_out(self, part: ComparisonPart, *, hides: bool = False) -> None:
        """Count one more thing that was not looked at; `hides`: its price may have changed."""
        number, what, hid = self._left_out.get(part, (0, self._limits[part].left_out, False))
        self._left_out[part] = LeftOut(number + 1, what, hid or hides)

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out, in the order of the limits; empty if everything was compared."""
        return tuple(self._left_out[part] for part in self._limits if part in self._left_out)
