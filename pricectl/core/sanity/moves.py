"""Prices of a row that moved: how far, and which of them moved together."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.labels import amount_words, label, times
from pricectl.core.prices import At, Entry
from pricectl.core.sanity.acknowledgements import Value
from pricectl.core.sanity.verdict import Level, SanityFinding, size
from pricectl.core.units import NESTED_KEYS

# Limits in times. ERROR_TWICE and NOTE_TWICE are doubled so that 9.5 and 1.5 stay integers; refused
# and error include their limit, warning and note do not. A move by a power of ten, within 2%, is at
# least 9.8 times, so 9.5 includes it.
REFUSED_TIMES, ERROR_TWICE = 50, 19
WARNING_TIMES, NOTE_TWICE = 3, 3


class PricePlace(NamedTuple):
    """Where a price stands: the list's JSON Pointer, its entry, and the key inside it.

    `is_gone` says that the list has no such price any more, so that another one is charged.
    """

    pointer: str
    entry: Entry
    key: str
    is_gone: bool = False

    @property
    def where(self) -> str:
        """The price's JSON Pointer."""
        return f"{self.pointer}/{self._path}"

    @property
    def value(self) -> Value:
        """The number as it is written; None if none is there."""
        found: object = self.entry
        with suppress(LookupError, TypeError, ValueError):
            for step in self._path.split("/"):
                found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]
        return found if isinstance(found, (int, Decimal)) else None

    @property
    def _path(self) -> str:
        nested = self.key.partition(".")[0].rpartition("/")[2] in NESTED_KEYS
        return self.key.replace(".", "/") if nested else self.key


class PriceMove(NamedTuple):
    """A price above zero that was another one; picodollars for what its key buys."""

    place: PricePlace
    at: At
    old: int
    new: int

    @property
    def ratio(self) -> Fraction:
        """The new price over the old one."""
        return Fraction(self.new, self.old)

    @property
    def unit(self) -> str:
        """What the price is for."""
        unit, _, _ = self.at
        return unit


def power_of_ten(old: int, new: int) -> int:
    """The exponent of the power of ten that a move is within 2%; 0 if it is none.

    >>> power_of_ten(100, 1), power_of_ten(10, 101), power_of_ten(1, 5)
    (-2, 1, 0)
    """
    low, high = sorted((old, new))
    power, exponent = 10, 1
    while high * 100 >= low * power * 98:
        if high * 100 <= low * power * 102:
            return exponent if new > old else -exponent
        power, exponent = power * 10, exponent + 1
    return 0


def level_of(old: int, new: int) -> Level | None:
    """How bad a move is; None if it is small.

    >>> level_of(1, 50), level_of(95, 10), level_of(1, 3), level_of(2, 3)
    ('refused', 'error', 'note', None)
    """
    low, high = sorted((old, new))
    if high * 2 <= low * NOTE_TWICE:
        return None
    if high * 2 >= low * ERROR_TWICE:
        return "refused" if high >= low * REFUSED_TIMES else "error"
    return "warning" if high > low * WARNING_TIMES else "note"


def is_cache(unit: str) -> bool:
    """Whether a unit is a cached token: its price is judged by its relation to input only.

    >>> is_cache("explicit_cache_read"), is_cache("input")
    (True, False)
    """
    return unit.startswith(("cache_", "explicit_cache_"))


def moved_findings(moves: Iterable[PriceMove], unmoved: int) -> Iterator[SanityFinding]:
    """What is to be said about the moves of one row; `unmoved` of its prices stayed.

    Prices that moved by one factor are one finding. A row of which every price moved by one power
    of ten is another: a unit was mistaken, which no seller does.
    """
    found = list(moves)
    judged = [move for move in found if not is_cache(move.unit)]
    if len(found) > 1 and not unmoved and _same_power(found):
        yield _moved_finding("row-moved", judged or found, found, _row_level(judged))
        return
    groups: dict[tuple[Fraction, Level], list[PriceMove]] = {}
    for move in judged:
        level = level_of(move.old, move.new)
        if level:
            groups.setdefault((move.ratio, level), []).append(move)
    for (_, level), group in groups.items():
        yield _moved_finding("price-moved", group, group, level)


def _same_power(moves: Sequence[PriceMove]) -> bool:
    first = power_of_ten(moves[0].old, moves[0].new)
    return first != 0 and all(power_of_ten(move.old, move.new) == first for move in moves)


def _row_level(judged: Sequence[PriceMove]) -> Level:
    largest = max((size(move.ratio) for move in judged), default=0)
    return "refused" if largest >= REFUSED_TIMES else "error"


def _moved_finding(
    rule: str, told: Sequence[PriceMove], alike: Sequence[PriceMove], level: Level
) -> SanityFinding:
    """One finding that speaks for the moves `alike`, in the words of the largest one `told`."""
    largest = max(told, key=lambda move: size(move.ratio))
    place, old, new = largest.place, largest.old, largest.new
    message = f"{label(*largest.at)} {move_words(old, new, largest.unit)}"
    if place.is_gone:
        message += "; it has no price of its own any more"
    others = len(alike) - 1
    if others:
        message += f"; {others} other price{'s' if others > 1 else ''} of the row moved alike"
    if power_of_ten(old, new):
        message += "; is the exponent right?"
    if rule == "row-moved":
        message = f"every price of the row moved by a power of ten: {message}"
    places = tuple((move.place.where, move.place.value) for move in alike)
    return SanityFinding(
        rule, level, place.where, place.value, message, moved=Fraction(new, old), alike=places
    )


def move_words(old: int, new: int, unit: str) -> str:
    """A move as people say it.

    >>> move_words(2_500_000, 25_000_000, "input")
    'went up 10x, from $2.50 to $25.00 per 1M tokens'
    """
    change, larger = ("up", new) if new > old else ("down", old)
    before = amount_words(old, unit).partition(" ")[0]
    return (
        f"went {change} {times(larger, min(old, new))}, from {before} to {amount_words(new, unit)}"
    )
