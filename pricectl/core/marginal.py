"""Which tokens of a call lie in which tier, where only those above a threshold move."""

from collections.abc import Sequence

from pricectl.core.units import UNITS
from pricectl.core.usage import Counts, Usage


def split(usage: Usage, ends: Sequence[int]) -> tuple[Counts, ...]:
    """The counts of each tier; `ends` are the input tokens at which a tier is full, ascending.

    The prompt fills the tiers in its order: the cached prefix first, then the rest. Output comes
    after the whole prompt, so it is charged in the last tier the prompt reaches.

    >>> split(Usage(10, 3, cache_read_tokens=4), [6])
    ((('cache_read', 4), ('input', 2)), (('input', 4), ('output', 3)))
    """
    prompt = _prompt_order(usage)
    *tiers, last = (
        _between(prompt, low, high)
        for low, high in zip((0, *ends), (*ends, usage.input_tokens), strict=True)
    )
    rest = tuple(pair for pair in usage.counts if UNITS[pair[0]].side != "input")
    return (*tiers, last + rest)


def _prompt_order(usage: Usage) -> Counts:
    inputs = [pair for pair in usage.counts if UNITS[pair[0]].side == "input"]
    return tuple(sorted(inputs, key=lambda pair: "cache" not in pair[0]))


def _between(counts: Counts, low: int, high: int) -> Counts:
    found, start = [], 0
    for unit, count in counts:
        inside = min(start + count, high) - max(start, low)
        if inside > 0:
            found.append((unit, inside))
        start += count
    return tuple(found)
