"""What a seller bills of a count: whole seconds, at least a minute, the first five free."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.errors import NotUnderstoodError
from pricectl.core.pointers import pointer_to
from pricectl.core.units import Unit
from pricectl.core.usage import MAX_COUNT, Counts


class CountRule(NamedTuple):
    """How a seller counts one unit of a call, in the counts of `Usage` (seconds in thousandths).

    The first `free` counts cost nothing; what is left is rounded up to a multiple of `step` and is
    at least `minimum`. `words` say the same for display.
    """

    step: int
    minimum: int
    free: int
    words: str

    def billed(self, count: int, requests: int = 1) -> int:
        """The count that is charged for a call; nothing used, nothing charged.

        A count that is the sum of several requests is spread over min(requests, count) calls as
        evenly as whole numbers allow, since only the sum is known; each call is rounded separately.

        >>> rule = CountRule(step=1000, minimum=10_000, free=0, words="")
        >>> rule.billed(12_400), rule.billed(400), rule.billed(0)
        (13000, 10000, 0)
        >>> rule.billed(37_200, requests=3)
        39000
        """
        if requests > 1 and count:
            calls = min(requests, count)
            each, longer_calls = divmod(count, calls)
            shorter = (calls - longer_calls) * self.billed(each)
            return shorter + longer_calls * self.billed(each + 1)
        left = count - self.free
        return max(-(-left // self.step) * self.step, self.minimum) if left > 0 else 0


NO_COUNTING: Mapping[str, CountRule] = MappingProxyType({})


def billed_counts(counts: Counts, counting: Mapping[str, CountRule], requests: int = 1) -> Counts:
    """The counts as the seller bills them; units that are wholly free cost nothing and stay.

    `requests` is how many requests the counts are the sum of, see `CountRule.billed`.
    """
    return tuple(
        (unit, counting[unit].billed(count, requests) if unit in counting else count)
        for unit, count in counts
    )


def read_count_rule(value: Json, unit: Unit, path: str) -> CountRule:
    """The rule of one unit: {"step": 1, "minimum": 60, "free": 5}, each optional.

    Numbers are in what people count. Raises NotUnderstoodError.
    """
    if not isinstance(value, dict):
        raise NotUnderstoodError(path, "is not an object")
    one = 1000 if unit.divisible else 1
    found = {"step": 0, "minimum": 0, "free": 0}
    for key, amount in value.items():
        where = path + pointer_to(key)
        if key not in found:
            raise NotUnderstoodError(where, f"{key!r:.80} is not understood")
        if not isinstance(amount, (int, Decimal)) or isinstance(amount, bool):
            raise NotUnderstoodError(where, f"{key} is not a number")
        if not 0 < amount <= MAX_COUNT // 1000 or amount * one != int(amount * one):
            smallest = "0.001" if unit.divisible else "1"
            raise NotUnderstoodError(where, f"{key} is not a multiple of {smallest} above zero")
        found[key] = int(amount * one)
    words = {
        "step": "in steps of",
        "minimum": "at least",
        "free": "beyond the first",
    }
    said = ", ".join(f"{words[key]} {value[key]}" for key in words if key in value)
    return CountRule(found["step"] or 1, found["minimum"], found["free"], f"billed {said}")
