"""Conditions of a price list: how context tiers apply, factors by region, off-peak hours."""

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from pricectl.changes.change import Move
from pricectl.core.document import Json
from pricectl.core.money import PICO_PER_USD, pico_usd
from pricectl.core.prices import Entry, PriceList
from pricectl.core.structures import COUNTING, OWN_FACTORS, UPLIFT_KEYS

CONTEXT_TIER = "context_tier"
OFF_PEAK = "off_peak_pricing"
# Its members that say when it applies.
HOURS = "windows", "hours_utc", "weekday_timezone"
APPLY, FACTOR = "how the prices apply", "a factor on the prices"

MemberPath = tuple[str, ...]


class ConditionChange(NamedTuple):
    """A member that says how prices apply, in two price lists; None where one lacks it."""

    path: MemberPath
    old: Json
    new: Json
    note: str
    moves: tuple[Move, ...] = ()


def condition_changes(old: PriceList, new: PriceList) -> Iterator[ConditionChange]:
    """The conditions whose meaning changed; a different spelling is not a change."""
    if (old.marginal, old.inclusive) != (new.marginal, new.inclusive):
        tiers = old.entry.get(CONTEXT_TIER), new.entry.get(CONTEXT_TIER)
        yield ConditionChange((CONTEXT_TIER,), *tiers, APPLY)
    if old.off_peak and new.off_peak and old.off_peak.windows != new.off_peak.windows:
        blocks = _off_peak(old.entry), _off_peak(new.entry)
        for key in HOURS:
            hours = [block.get(key) for block in blocks]
            if hours[0] != hours[1]:
                yield ConditionChange((OFF_PEAK, key), hours[0], hours[1], APPLY)
    if old.counting != new.counting:
        yield ConditionChange((COUNTING,), old.entry.get(COUNTING), new.entry.get(COUNTING), APPLY)
    if old.uplifts != new.uplifts:
        before, after = _factors(old.entry), _factors(new.entry)
        for path in dict.fromkeys((*before, *after)):
            factors = before.get(path), after.get(path)
            if factors[0] != factors[1]:
                # As a charge: what is charged for one dollar at the plain price.
                charges = (
                    pico_usd(value) if isinstance(value, (int, Decimal)) else PICO_PER_USD
                    for value in factors
                )
                yield ConditionChange(path, *factors, FACTOR, (Move(*charges),))


def is_factor(member: str) -> bool:
    """Whether a member of a row is a factor on prices, or holds some."""
    return member == OWN_FACTORS or member in UPLIFT_KEYS


def _off_peak(entry: Entry) -> dict[str, Json]:
    """The off-peak block of an entry."""
    off_peak = entry.get(OFF_PEAK)
    return off_peak if isinstance(off_peak, dict) else {}


def _factors(entry: Entry) -> dict[MemberPath, Json]:
    own = entry.get(OWN_FACTORS)
    factors: dict[MemberPath, Json] = {(key,): entry[key] for key in UPLIFT_KEYS if key in entry}
    named = own.items() if isinstance(own, dict) else ()
    return factors | {(OWN_FACTORS, word): factor for word, factor in named}
