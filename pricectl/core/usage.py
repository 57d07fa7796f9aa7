"""What one call used, as disjoint counts: no token is in two of them."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from pricectl.core.errors import BadUsage
from pricectl.core.money import is_bounded
from pricectl.core.token_kinds import OVERLAPS, USAGE_ARGUMENTS
from pricectl.core.units import UNITS

Counts = tuple[tuple[str, int], ...]

_SIDES = MappingProxyType({unit.name: unit.side for unit in UNITS.values()})
_ORDER = {unit: place for place, unit in enumerate(UNITS)}.__getitem__
_OVERLAPPING = frozenset(kind.unit for kind in OVERLAPS)
MAX_COUNT = 10**15


class _Fields(NamedTuple):
    input_tokens: int
    output_tokens: int
    counts: Counts


class Usage(_Fields):
    """What one call used.

    `input_tokens` is the total with cache reads, cache writes and audio; `output_tokens` is the
    total with reasoning. Details are parts of those totals; a cached audio token is given in
    `cache_read_tokens`, `input_audio_tokens` and `cache_read_audio_tokens`. Other units
    (`search=2`, `page=10`, `input_second=Decimal("12.5")`) are counted beside the tokens, by their
    name in `units`.

    Raises BadUsage: a count that is not a whole number from 0 to 1e15, an unknown unit, parts
    larger than their total.

    >>> Usage(1000, 500, cache_read_tokens=200).counts
    (('input', 800), ('cache_read', 200), ('output', 500))
    """

    __slots__ = ()

    def __new__(
        cls, input_tokens: int = 0, output_tokens: int = 0, **details: int | Decimal
    ) -> Self:
        """Check the counts and take them apart."""
        if (
            type(input_tokens) is not int
            or type(output_tokens) is not int
            or not 0 <= input_tokens <= MAX_COUNT
            or not 0 <= output_tokens <= MAX_COUNT
        ):
            _checked("input_tokens", input_tokens)
            _checked("output_tokens", output_tokens)
        if details:
            counts = _disjoint(input_tokens, output_tokens, _named(details))
        elif input_tokens and output_tokens:
            counts = (("input", input_tokens), ("output", output_tokens))
        else:
            pairs = (("input", input_tokens), ("output", output_tokens))
            counts = tuple(pair for pair in pairs if pair[1])
        return tuple.__new__(cls, (input_tokens, output_tokens, counts))

    @classmethod
    def _make(cls, iterable: Iterable[Any]) -> "Usage":  # type: ignore[override]
        """For `_replace`, which changes a total or the counts without the other."""
        return tuple.__new__(ReplacedUsage, iterable)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle the counts as they are."""
        return tuple.__new__, (type(self), tuple(self))

    def checked(self) -> "Usage":
        """The usage itself: its counts were checked when it was made."""
        return self

    @property
    def total_tokens(self) -> int:
        """Input plus output tokens, each token once."""
        return self.input_tokens + self.output_tokens

    def count(self, unit: str) -> int:
        """How many of one disjoint unit were used.

        >>> Usage(10, 0, cache_read_tokens=4).count("input")
        6
        """
        return dict(self.counts).get(unit, 0)

    def times(self, calls: int) -> "Usage":
        """The usage of that many equal calls.

        >>> Usage(10, 1).times(3).counts
        (('input', 30), ('output', 3))
        """
        _checked("calls", calls)
        counts = tuple((unit, count * calls) for unit, count in self.counts) if calls else ()
        return tuple.__new__(Usage, (self.input_tokens * calls, self.output_tokens * calls, counts))


class ReplacedUsage(Usage):
    """A usage made by `_replace`, whose counts may contradict its totals."""

    __slots__ = ()

    def checked(self) -> Usage:
        """The usage, if its counts are those of its totals. Raises BadUsage."""
        if not is_consistent(self):
            raise BadUsage(
                "the counts do not add up to the totals",
                where="Usage._replace",
                next_step="make a new Usage",
            )
        return tuple.__new__(Usage, tuple(self))


def is_consistent(usage: Usage) -> bool:
    """Whether the counts have known units, once each, and add up to both totals."""
    fields: tuple[Any, ...] = tuple(usage)
    try:
        totals = dict(zip(("input", "output"), fields[:2], strict=True))
        units = [unit for unit, _ in fields[2]]
        counts = [count for _, count in fields[2]]
        if any(type(count) is not int for count in (*counts, *totals.values())):
            return False
        if len(set(units)) < len(units) or any(count <= 0 for count in counts):
            return False
        sums = {"": 0, "input": 0, "output": 0}
        for unit, count in fields[2]:
            sums[_SIDES[unit]] += count
    except (TypeError, ValueError, KeyError, IndexError):
        return False
    return all(sums[side] == total <= MAX_COUNT for side, total in totals.items())


def _checked(name: str, count: object, most: int = MAX_COUNT) -> int:
    if type(count) is not int:
        raise BadUsage(
            f"{name} is {count!r:.80}, not a whole number", next_step="give the count as an int"
        )
    if not 0 <= count <= MAX_COUNT:
        # The number itself may be too long to be written out.
        wrong = "negative" if count < 0 else "too large"
        raise BadUsage(f"{name} is {wrong}", next_step=f"counts go from 0 to {most:,}")
    return count


def usage_of(amounts: Mapping[str, int]) -> Usage:
    """Usage from counts keyed by argument; divisible units such as seconds in thousandths.

    Raises BadUsage, as `Usage` does.

    >>> usage_of({"input_tokens": 10, "cache_read_tokens": 4, "input_second": 1500}).counts
    (('input', 6), ('cache_read', 4), ('input_second', 1500))
    """
    given = {}
    for name, count in amounts.items():
        if count:
            if type(count) is not int or not 0 < count <= MAX_COUNT:
                _checked(name, count)
            given[USAGE_ARGUMENTS.get(name, name)] = count
    totals = given.pop("input_tokens", 0), given.pop("output_tokens", 0)
    return tuple.__new__(Usage, (*totals, _disjoint(*totals, given)))


def sum_of_usages(usages: Sequence[Usage]) -> Usage:
    """What several calls used together. Raises BadUsage if that is more than a usage can count.

    >>> sum_of_usages([Usage(10, 1, cache_read_tokens=4), Usage(5)]).counts
    (('input', 11), ('cache_read', 4), ('output', 1))
    """
    sums: dict[str, int] = {}
    for usage in usages:
        for unit, count in usage.counts:
            sums[unit] = sums.get(unit, 0) + count
    tokens_in = sum(usage.input_tokens for usage in usages)
    tokens_out = sum(usage.output_tokens for usage in usages)
    for name, count in {**sums, "input_tokens": tokens_in, "output_tokens": tokens_out}.items():
        _checked(name, count)
    counts = tuple((unit, sums[unit]) for unit in sorted(sums, key=_ORDER))
    return tuple.__new__(Usage, (tokens_in, tokens_out, counts))


def _disjoint(input_tokens: int, output_tokens: int, amounts: dict[str, int]) -> Counts:
    """Count each token once: subtract details from totals and overlaps.

    Changes `amounts`. Raises BadUsage if a part is larger than what it lies inside.
    """
    if not _OVERLAPPING.isdisjoint(amounts):
        for kind in OVERLAPS:
            inner = amounts.get(kind.unit, 0)
            for outer in kind.inside if inner else ():
                amounts[outer] = _remainder(amounts.get(outer, 0), inner, kind.unit, outer)
    parts = {"": 0, "input": 0, "output": 0}
    for unit, count in amounts.items():
        parts[_SIDES[unit]] += count
    amounts["input"] = _remainder(input_tokens, parts["input"], "details of input_tokens", "input")
    amounts["output"] = _remainder(
        output_tokens, parts["output"], "details of output_tokens", "output"
    )
    return tuple([(unit, amounts[unit]) for unit in sorted(amounts, key=_ORDER) if amounts[unit]])


def _named(details: Mapping[str, int | Decimal]) -> dict[str, int]:
    given = {}
    for name, amount in details.items():
        unit = USAGE_ARGUMENTS.get(name, name)
        if unit not in UNITS or (unit == name and _SIDES[unit]):
            from pricectl.core.near import meant

            known = [*USAGE_ARGUMENTS, *(unit for unit in UNITS if not _SIDES[unit])]
            raise BadUsage(f"unknown unit {name!r:.80}", next_step=meant(name, known, limit=3))
        divisible = UNITS[unit].divisible
        given[unit] = _thousandths(name, amount) if divisible else _checked(name, amount)
    return given


def _thousandths(name: str, amount: object) -> int:
    """An amount, such as 12.5 seconds, in thousandths."""
    if type(amount) is int:
        return _checked(name, amount * 1000, MAX_COUNT // 1000)
    if not isinstance(amount, Decimal) or not is_bounded(amount):
        raise BadUsage(
            f"{name} is {amount!r:.80}, not an amount", next_step="give an int or a Decimal"
        )
    count = Fraction(amount) * 1000
    if count.denominator != 1:
        raise BadUsage(f"{name} is finer than a thousandth", next_step="round it up or down")
    return _checked(name, count.numerator, MAX_COUNT // 1000)


def _remainder(whole: int, part: int, part_name: str, whole_name: str) -> int:
    if part > whole:
        raise BadUsage(
            f"{part_name} ({part}) is more than {whole_name} ({whole})",
            next_step="totals include their parts",
        )
    return whole - part
