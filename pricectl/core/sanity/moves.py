"""Prices and factors of a row that moved: how far, and which of them moved together."""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from typing import NamedTuple

from pricectl.core.labels import amount_words, label, plural, ratio_text
from pricectl.core.money import exact
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import ANY_REGION, PriceList
from pricectl.core.rates import RateKey
from pricectl.core.sanity.acknowledgements import Value
from pricectl.core.sanity.bounds import HIGHEST_FACTOR, LOWEST_FACTOR
from pricectl.core.sanity.verdict import Level, SanityFinding, size
from pricectl.core.structures import OWN_FACTORS, UPLIFT_KEYS

# Limits in times; two are doubled so that 9.5 and 1.5 stay integers. Refused and error include
# their limit, warning and note do not. A move by a power of ten, within 2%, is at least 9.8
# times, so 9.5 includes it.
REFUSED_TIMES, ERROR_TIMES_DOUBLED = 50, 19
WARNING_TIMES, NOTE_TIMES_DOUBLED = 3, 3


class ListedPrice(NamedTuple):
    """A price of a list, by its price key.

    `is_gone`: the list has no such price any more, so that another price applies.
    """

    prices: PriceList
    key: str
    is_gone: bool = False

    @property
    def pointer(self) -> str:
        """The price's JSON Pointer; for the built-in default price, where it can be set."""
        return self.prices.pointer_to(self.key) or f"{DEFAULT_PRICING_POINTER}/{self.key}"

    @property
    def value(self) -> Value:
        """The number as it is written, or None."""
        return self.prices.value_of(self.key)


class PriceMove(NamedTuple):
    """A price that changed, both above zero; in picodollars for what its key buys."""

    price: ListedPrice
    key: RateKey
    old_pico_usd: int
    new_pico_usd: int

    @property
    def ratio(self) -> Fraction:
        """The new price over the old one."""
        return Fraction(self.new_pico_usd, self.old_pico_usd)

    @property
    def unit(self) -> str:
        """What the price is for."""
        unit, _, _ = self.key
        return unit


def power_of_ten(old: int, new: int) -> int:
    """The exponent of the power of ten that a move is within 2%; 0 if it is not near one.

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
    if high * 2 <= low * NOTE_TIMES_DOUBLED:
        return None
    if high * 2 >= low * ERROR_TIMES_DOUBLED:
        return "refused" if high >= low * REFUSED_TIMES else "error"
    return "warning" if high > low * WARNING_TIMES else "note"


def is_cache(unit: str) -> bool:
    """Whether a unit is a cached token: its price is judged by its relation to input only.

    >>> is_cache("explicit_cache_read"), is_cache("input")
    (True, False)
    """
    return unit.startswith(("cache_", "explicit_cache_"))


def moved_findings(moves: Iterable[PriceMove], unmoved: int) -> Iterator[SanityFinding]:
    """The findings about the moves of one row; `unmoved` of its prices stayed.

    Prices that moved by one factor are one finding. A row of which every price moved by one power
    of ten is another: a unit was mistaken, which no seller does.
    """
    found = list(moves)
    judged = [move for move in found if not is_cache(move.unit)]
    several = len(found) > 1 and not unmoved
    powers = (
        {power_of_ten(move.old_pico_usd, move.new_pico_usd) for move in found} if several else {0}
    )
    if len(powers) == 1 and 0 not in powers:
        largest = max((size(move.ratio) for move in judged), default=0)
        row_level: Level = "refused" if largest >= REFUSED_TIMES else "error"
        yield _moved_finding("row-moved", judged or found, found, row_level)
        return
    groups: dict[tuple[Fraction, Level], list[PriceMove]] = {}
    for move in judged:
        level = level_of(move.old_pico_usd, move.new_pico_usd)
        if level:
            groups.setdefault((move.ratio, level), []).append(move)
    for (_, level), group in groups.items():
        yield _moved_finding("price-moved", group, group, level)


def _moved_finding(
    rule: str, worded: Sequence[PriceMove], moves: Sequence[PriceMove], level: Level
) -> SanityFinding:
    """One finding for all `moves`, worded by the largest of `worded`."""
    largest = max(worded, key=lambda move: size(move.ratio))
    price, old, new = largest.price, largest.old_pico_usd, largest.new_pico_usd
    message = f"{label(*largest.key)} {move_words(old, new, largest.unit)}"
    remarks = []
    if len(moves) > 1:
        remarks.append(
            f"{plural(len(moves) - 1, 'other price')} of the row moved by the same factor"
        )
    if power_of_ten(old, new):
        remarks.append("is the exponent right?")
    if price.is_gone:
        message += "; it no longer has its own price"
    message = "; ".join((message, *remarks))
    if rule == "row-moved":
        message = f"every price of the row moved by a power of ten: {message}"
        remarks = ["every price of the row moved by a power of ten", "is the exponent right?"]
    return SanityFinding(
        rule,
        level,
        price.pointer,
        price.value,
        message,
        moved=Fraction(new, old),
        alike=tuple((move.price.pointer, move.price.value) for move in moves),
        remark="; ".join(remarks),
    )


def move_words(old: int, new: int, unit: str) -> str:
    """A move as people say it.

    >>> move_words(2_500_000, 25_000_000, "input")
    'went up 10x, from $2.50 to $25.00 per 1M tokens'
    """
    change, larger = ("up", new) if new > old else ("down", old)
    before = amount_words(old, unit).partition(" ")[0]
    ratio = ratio_text(larger, min(old, new))
    return f"went {change} {ratio}, from {before} to {amount_words(new, unit)}"


def factor_findings(old: PriceList | None, new: PriceList) -> Iterator[SanityFinding]:
    """Factors that are out of bounds or moved; a region or service that has none has the factor 1.

    One factor multiplies every token price of a row, so it is judged like a price. A new row has no
    old list.
    """
    for word in {**new.uplifts, **(old.uplifts if old else {})}:
        was, now = (_factor(old, word) if old else None), _factor(new, word)
        if was == now:
            continue
        value = new.uplifts.get(word)
        path = factor_path(old if old and value is None else new, word)
        where = f"{new.pointer or DEFAULT_PRICING_POINTER}{path}"
        subject = f"the factor {word!r:.40} on every token price"
        if not _is_usual(now) and (was is None or _is_usual(was)):
            limits = f"{exact(LOWEST_FACTOR)} to {exact(HIGHEST_FACTOR)}"
            message = f"{subject} is {exact(now)}, not {limits}"
            yield SanityFinding("factor-out-of-bounds", "refused", where, value, message)
        level = level_of((now / was).denominator, (now / was).numerator) if was else None
        if was and level:
            message = f"{subject} went from {exact(was)} to {exact(now)}"
            yield SanityFinding("factor-moved", level, where, value, message, "", now / was)


def factor_path(prices: PriceList, word: str) -> str:
    """The JSON Pointer of a factor inside its list."""
    own = prices.entry.get(OWN_FACTORS)
    if isinstance(own, dict) and word in own:
        return pointer_to(OWN_FACTORS, word)
    return pointer_to(next((key for key, named in UPLIFT_KEYS.items() if named == word), ""))


def _factor(prices: PriceList, word: str) -> Fraction:
    return Fraction(prices.uplifts.get(word, prices.uplifts.get(ANY_REGION, 1)))


def _is_usual(factor: Fraction) -> bool:
    return LOWEST_FACTOR <= factor <= HIGHEST_FACTOR
