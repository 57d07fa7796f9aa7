"""How much work one comparison may do, and what it left out.

An ordinary catalog stays far below the bound. The largest documents that the reader accepts can be
built so that comparing them in full takes hours; then a part is compared, the report says what was
left out, and every gate trips.
"""

from collections import Counter
from typing import Literal, NamedTuple

# What is compared one by one, in the order of the report.
ComparedThing = Literal[
    "row", "large member", "removed row", "name", "changed row", "model", "rule"
]
# For each of these things. A step is about a microsecond, so that each takes seconds at most; the
# code that takes the steps says how many it needs.
MAX_STEPS = 5_000_000
_LEFT_OUT: dict[ComparedThing, str] = {
    "row": "not compared price by price",
    "large member": "compared as one value",
    "removed row": "not searched for under new names",
    "name": "not looked up",
    "changed row": "not tried with sample jobs",
    "model": "not tried with the changed profiles",
    "rule": "not tried with calls of its own",
}


class LeftOut(NamedTuple):
    """How many things of a kind a comparison left out, and what was not done with them."""

    number: int
    thing: ComparedThing
    not_done: str


class Allowance:
    """The steps that one comparison has left, and what it left out so far."""

    def __init__(self) -> None:
        self._steps_left = dict.fromkeys(_LEFT_OUT, MAX_STEPS)
        self._left_out: Counter[ComparedThing] = Counter()

    def take(self, thing: ComparedThing, steps: int) -> bool:
        """Take the steps for one thing; False if they are not left, so that it is left out."""
        if steps > self._steps_left[thing]:
            self._left_out[thing] += 1
            return False
        self._steps_left[thing] -= steps
        return True

    @property
    def left_out(self) -> tuple[LeftOut, ...]:
        """What was left out; empty if everything was compared."""
        return tuple(
            LeftOut(self._left_out[thing], thing, not_done)
            for thing, not_done in _LEFT_OUT.items()
            if thing in self._left_out
        )
