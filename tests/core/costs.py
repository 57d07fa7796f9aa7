"""What a piece of work costs, counted and never timed, and laws that bound it.

Work is counted in calls, of Python or C, and for C functions that run over their operand in that
operand's length too. A loop that calls nothing is not seen.
"""

import contextlib
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import BuiltinFunctionType, FrameType
from typing import NamedTuple

from pricectl.core import PricingError


class Cost(NamedTuple):
    """What a piece of work took, and what of it stays in memory when its result is dropped."""

    calls: int
    characters: int
    peak_bytes: int
    kept_bytes: int


# Methods that look at all of a list, and those that do not look at all of a text.
SLOW = frozenset(("copy", "count", "index", "insert", "remove", "reverse", "sort"))
QUICK = frozenset(("startswith", "endswith", "isascii"))


def run_over(function: object) -> int:
    """How much a C function reads of what it is a method of."""
    owner = getattr(function, "__self__", None)
    name = getattr(function, "__name__", "")
    if isinstance(owner, (str, bytes)):
        return 0 if name in QUICK else len(owner)
    if isinstance(owner, (list, tuple)):
        return len(owner) if name in SLOW else 0
    if isinstance(owner, Decimal) and name == "as_integer_ratio":
        digits = len(owner.as_tuple().digits) + abs(owner.adjusted())
        return digits**2  # they become binary in quadratic time
    return 0


def cost_of(work: Callable[[], object]) -> Cost:
    """The cost of some work that may end in one of our errors, and in no other."""
    calls = characters = 0

    def count(_: FrameType, event: str, function: object) -> None:
        nonlocal calls, characters
        if event in {"call", "c_call"}:
            calls += 1
            if type(function) is BuiltinFunctionType:
                characters += run_over(function)

    profile = sys.getprofile()
    with traced_memory() as memory, short_integers():
        sys.setprofile(count)
        try:
            with contextlib.suppress(PricingError):
                work()
        finally:
            sys.setprofile(profile)
        kept, peak = memory()
    return Cost(calls, characters, peak, kept)


@contextlib.contextmanager
def traced_memory() -> Iterator[Callable[[], tuple[int, int]]]:
    """The bytes now in use and at most, beyond those of before."""
    tracing = tracemalloc.is_tracing()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    tracemalloc.reset_peak()

    def beyond() -> tuple[int, int]:
        now, peak = tracemalloc.get_traced_memory()
        return now - before, peak - before

    try:
        yield beyond
    finally:
        if not tracing:
            tracemalloc.stop()


@contextlib.contextmanager
def short_integers() -> Iterator[None]:
    """Long integers can be neither read nor written: an attempt raises ValueError."""
    limit = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(sys.int_info.str_digits_check_threshold)
    try:
        yield
    finally:
        sys.set_int_max_str_digits(limit)


class Law(NamedTuple):
    """At most so much for each unit of size, and so much in any case."""

    calls: int
    characters: int
    peak_bytes: int
    calls_at_least: int
    bytes_at_least: int

    def check(self, cost: Cost, size: int) -> None:
        """Assert that the cost keeps to the law."""
        assert cost.calls <= self.calls * size + self.calls_at_least
        assert cost.characters <= self.characters * size + self.calls_at_least
        assert cost.peak_bytes <= self.peak_bytes * size + self.bytes_at_least
        assert cost.kept_bytes <= self.bytes_at_least
