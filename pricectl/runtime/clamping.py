"""Invalid counts are clamped to valid ones and flagged, so that every call is priced."""

import math
from collections.abc import Mapping
from decimal import Context, Decimal
from fractions import Fraction
from itertools import islice

from pricectl.core.errors import BadUsage
from pricectl.core.money import is_bounded
from pricectl.core.token_kinds import OVERLAPS, TOTALS, USAGE_ARGUMENTS
from pricectl.core.units import UNITS
from pricectl.core.usage import MAX_COUNT, Usage, is_consistent

# Of one usage; a mapping of the caller may be endless.
MAX_USAGE_NAMES = 1000
_OVERLAPPING = frozenset(kind.argument for kind in OVERLAPS)
# Kinds of tokens are counted by argument, everything else by its unit.
_NAMES = frozenset(
    (*TOTALS, *USAGE_ARGUMENTS, *(unit.name for unit in UNITS.values() if not unit.side))
)
_PER_DIVISIBLE = 1000
_CONTEXT = Context(prec=40)


def clamped(given: object) -> tuple[Usage, bool]:
    """The nearest valid usage, and whether anything had to be changed; never raises BadUsage.

    `given` is a Usage or a mapping with the names of its arguments. Each count becomes a whole
    number from 0 to 1e15 (anything but a number counts 0, fractions are dropped), an unknown name
    is left out, a part is clamped to what is left of its total; a part that is None was not
    reported. No token is added that was not reported.

    >>> clamped({"input_tokens": 100, "cache_read_tokens": 250})
    (Usage(input_tokens=100, output_tokens=0, counts=(('cache_read', 100),)), True)
    """
    if isinstance(given, Usage):
        if is_consistent(given):
            return tuple.__new__(Usage, given), False
        # The totals are kept, since they say how much was used; the parts are dropped.
        return clamped(dict(zip(TOTALS, tuple(given)[:2], strict=False)))[0], True
    if not isinstance(given, Mapping):
        return Usage(), True
    listed = tuple(islice(given.items(), MAX_USAGE_NAMES + 1))
    given = {name: value for name, value in listed if value is not None or name in TOTALS}
    if len(listed) > MAX_USAGE_NAMES:
        return clamped(dict(listed[:MAX_USAGE_NAMES]))[0], True
    counts = {
        name: count(value, name)
        for name, value in given.items()
        if isinstance(name, str) and name in _NAMES
    }
    changed = len(counts) != len(given) or any(counts[name] is not given[name] for name in counts)
    try:
        return Usage(**counts), changed  # type: ignore[arg-type] # the totals among them are whole
    except BadUsage:
        return Usage(**_within_totals(counts)), True  # type: ignore[arg-type]


def count(value: object, name: str = "input_tokens") -> int | Decimal:
    """The nearest count from 0 to 1e15 that is not above a value; 0 if it is not a number.

    It is whole, except for seconds and other divisible units, which keep three decimals.

    >>> count(12), count(-3), count(2.9), count(float("nan")), count(True), count("7")
    (12, 0, 2, 0, 0, 0)
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, Fraction)):
        return 0
    if isinstance(value, float) and not math.isfinite(value):
        return 0
    if isinstance(value, Decimal) and not value.is_finite():
        return 0
    parts = _PER_DIVISIBLE if name in UNITS and UNITS[name].divisible else 1
    most = MAX_COUNT // parts
    if value <= 0 or value > most:
        return 0 if value <= 0 else most
    if isinstance(value, int):
        return value
    if parts == 1:
        return int(value)
    # A Decimal of a million digits would take hours; it is too small or too fine to be charged.
    if isinstance(value, Decimal) and not is_bounded(value):
        return Decimal(0)
    kept = Decimal(int(Fraction(value) * _PER_DIVISIBLE)).scaleb(-3, _CONTEXT)
    # The caller's own, if nothing was cut off, so that nothing is flagged.
    return value if isinstance(value, Decimal) and value == kept else kept


def _within_totals(counts: dict[str, int | Decimal]) -> dict[str, int | Decimal]:
    """Parts in the order they were given, each clamped to what the earlier ones left of the total.

    The counts that lie inside two others are dropped: without them each token is still charged
    once, only at the price of one of the two.
    """
    kept = {name: value for name, value in counts.items() if name not in _OVERLAPPING}
    left = {"input": kept.get("input_tokens", 0), "output": kept.get("output_tokens", 0)}
    for name, value in kept.items():
        if name in USAGE_ARGUMENTS:
            side = UNITS[USAGE_ARGUMENTS[name]].side
            kept[name] = min(value, left[side])
            left[side] -= kept[name]
    return kept
