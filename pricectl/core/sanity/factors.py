"""Factors on the token rates of a row, by region or service: which are hard to believe.

One factor multiplies every token price of a row, so it is judged like a price.
"""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.core.entries import OWN_FACTORS, UPLIFT_KEYS
from pricectl.core.money import exact
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import ANY_REGION, Entry, PriceList
from pricectl.core.sanity.bounds import HIGHEST_FACTOR, LOWEST_FACTOR
from pricectl.core.sanity.moves import level_of
from pricectl.core.sanity.verdict import Level, SanityFinding


def factor_findings(old: PriceList | None, new: PriceList, pointer: str) -> Iterator[SanityFinding]:
    """Factors that are out of bounds or moved; a region or service that has none has the factor 1.

    `pointer` is the JSON Pointer of the new list; a new row has no old list.
    """
    for word in {**new.uplifts, **(old.uplifts if old else {})}:
        was, now = (_factor(old, word) if old else None), _factor(new, word)
        if was == now:
            continue
        value, entry = new.uplifts.get(word), new.entry
        where = f"{pointer}/{_path(old.entry if old and value is None else entry, word)}"
        said = f"the factor {word!r:.40} on every token price"
        if not _is_usual(now) and (was is None or _is_usual(was)):
            limits = f"{exact(LOWEST_FACTOR)} to {exact(HIGHEST_FACTOR)}"
            message = f"{said} is {exact(now)}, not {limits}"
            yield SanityFinding("factor-out-of-bounds", "refused", where, value, message)
        level = _level(was, now) if was else None
        if was and level:
            message = f"{said} went from {exact(was)} to {exact(now)}"
            yield SanityFinding("factor-moved", level, where, value, message, "", now / was)


def _factor(prices: PriceList, word: str) -> Fraction:
    return Fraction(prices.uplifts.get(word, prices.uplifts.get(ANY_REGION, 1)))


def _level(was: Fraction, now: Fraction) -> Level | None:
    moved = now / was
    return level_of(moved.denominator, moved.numerator)


def _is_usual(factor: Fraction) -> bool:
    return LOWEST_FACTOR <= factor <= HIGHEST_FACTOR


def _path(entry: Entry, word: str) -> str:
    own = entry.get(OWN_FACTORS)
    if isinstance(own, dict) and word in own:
        return OWN_FACTORS + pointer_to(word)
    return next(key for key, named in UPLIFT_KEYS.items() if named == word)
