"""Which rate a used unit is charged: by context tier, service and region.

It also splits a request with marginal tiers into the counts that each tier charges.
"""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from pricectl.core.counting import NO_COUNTING, CountRule
from pricectl.core.labels import above, service_label
from pricectl.core.money import divide
from pricectl.core.units import PARTS, STANDARD, UNITS, is_token_unit
from pricectl.core.usage import Counts, Usage

# A price's place in a list: unit, tier threshold in tokens (0: none), service ("": standard). Both
# are plain tuples because a catalog has tens of thousands and loads in a tenth of a second.
RateKey: TypeAlias = tuple[str, int, str]
# A price as it was loaded: picodollars for what its price key buys, and that key.
OwnRate: TypeAlias = tuple[int, str]
Rates: TypeAlias = dict[RateKey, OwnRate]

NO_UPLIFT = Fraction(1)
OFF_PEAK_KEY = "off_peak_pricing"
# How the keys of off-peak prices begin, relative to the row.
OFF_PEAK_PREFIX = f"{OFF_PEAK_KEY}/"


class Rate(NamedTuple):
    """What a unit costs and why: `pico_usd` buys `priced_by` counts of it (most units: one).

    `key` is the price key used, relative to the row; an unpriced unit has none. `assumed` marks a
    guess, `note` says in words what was missing. `loaded_pico_usd` is the price before the factors
    of service and region.
    """

    pico_usd: int
    key: str
    assumed: bool = False
    note: str = ""
    loaded_pico_usd: int = 0


UNPRICED = Rate(0, "", note="unpriced")


def nearest(
    rates: Mapping[RateKey, OwnRate], unit: str, passed: Sequence[int], service: str
) -> RateKey | None:
    """The key of the price charged for a unit at a tier and service; None if it has none.

    The highest tier passed comes first, with the service's price before the standard one; then the
    service's base price, then the standard one. A tier comes before a service so that a long
    request is not charged the lower rate of a short one.

    A part's price that repeats that of its side, such as reasoning at the price of output, says
    nothing of its own: the part follows its side to the prices of a tier or service.

    `passed` are the thresholds of the tiers passed, the highest first.
    """
    found = _own_nearest(rates, unit, passed, service)
    if found and unit in PARTS:
        _, tier, sold_as = found
        repeated = rates.get((PARTS[unit], tier, sold_as))
        if repeated and repeated[0] == rates[found][0]:
            followed = _own_nearest(rates, PARTS[unit], passed, service)
            if followed and followed[1:] != (tier, sold_as):
                return followed
    return found


def _own_nearest(
    rates: Mapping[RateKey, OwnRate], unit: str, passed: Sequence[int], service: str
) -> RateKey | None:
    for tier in (*passed, 0):
        if (unit, tier, service) in rates:
            return unit, tier, service
        if service and (unit, tier, STANDARD) in rates:
            return unit, tier, STANDARD
    return None


def overlaid(usual: Rates, own: Rates) -> Rates:
    """The usual prices with those that replace them.

    A part that repeats the usual price of its side follows the side to its other price.
    """
    found = {**usual, **own}
    for part, side in PARTS.items():
        for (unit, tier, service), price in own.items():
            key = part, tier, service
            if unit == side and key in usual and key not in own:
                repeated = usual.get((side, tier, service))
                if repeated and repeated[0] == usual[key][0]:
                    found[key] = price
    return found


class RateCard(dict[str, Rate]):
    """The rates of one row at one tier, service and uplift, filled as units are asked for.

    `divides` says that one of them buys several counts, so that its product must be divided;
    `guesses`, that one of them is assumed or missing. `counting` are the units that the seller
    counts in a way of its own, which their notes say.
    """

    __slots__ = (
        "_counting",
        "_off_peak",
        "_passed",
        "_rates",
        "_service",
        "_uplift",
        "divides",
        "guesses",
    )

    def __init__(  # noqa: PLR0913 - what a rate depends on
        self,
        rates: Mapping[RateKey, OwnRate],
        passed: tuple[int, ...],
        service: str,
        uplift: Fraction = NO_UPLIFT,
        counting: Mapping[str, CountRule] = NO_COUNTING,
        *,
        off_peak: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__()
        self._rates = rates
        self._passed = passed
        self._service = service
        self._uplift = uplift
        self._counting = counting
        # The units whose price depends on the hour; a tier or service may lack an off-peak price.
        self._off_peak = off_peak
        self.divides = False
        self.guesses = False

    def __missing__(self, unit: str) -> Rate:
        rate = self._own(unit) or self._of_another(unit)
        self.divides = self.divides or UNITS[unit].priced_by > 1
        if rate and unit in self._counting:
            words = self._counting[unit].words
            rate = rate._replace(note=f"{rate.note}; {words}".lstrip("; "))
        self.guesses = self.guesses or not rate or rate.assumed
        self[unit] = rate or UNPRICED
        return self[unit]

    def _of_another(self, unit: str) -> Rate | None:
        """The rate of the unit that this one falls back on, which it is assumed to cost."""
        # Fallbacks are in the order of likeness: the first with a price wins. Of sizes, one that
        # costs something goes before a free one, so that no guess gives a call away.
        priced = [(other, rate) for other in UNITS[unit].fallbacks if (rate := self._own(other))]
        if not is_token_unit(unit):
            priced.sort(key=lambda found: found[1].pico_usd == 0)
        if not priced:
            return None
        other, rate = priced[0]
        if not UNITS[unit].assumed:
            return rate
        note = f"no {unit} price; charged at the {other} rate"
        return rate._replace(assumed=True, note=f"{note}; {rate.note}".rstrip("; "))

    def _own(self, unit: str) -> Rate | None:
        """The unit's own price with the uplift, which providers put on tokens only."""
        found = nearest(self._rates, unit, self._passed, self._service)
        if found is None:
            return None
        loaded, key = self._rates[found]
        charged, uplift = loaded, self._uplift
        if uplift != 1 and is_token_unit(unit):
            charged = divide(loaded * uplift.numerator, uplift.denominator, "half-even")
        highest = self._passed[0] if self._passed else 0
        is_usual = unit in self._off_peak and not key.startswith(OFF_PEAK_PREFIX)
        note = _missing_note(found, (unit, highest, self._service), is_usual=is_usual)
        return Rate(charged, key, note=note, loaded_pico_usd=loaded)


def _missing_note(found: RateKey, wanted: RateKey, *, is_usual: bool) -> str:
    """What the row has no price for, and the price that is charged instead.

    `is_usual`: it is the usual price, although the unit has another in the off-peak hours.
    """
    (_, found_tier, found_service), (_, tier, service) = found, wanted
    missing = ["off-peak price"] if is_usual else []
    if found_service != service:
        missing.append(f"{service} price")
    if found_tier != tier:
        missing.append(f"price {above(tier)}")
    if not missing:
        return ""
    sold = service_label(found_service)
    used = f"{sold} rate {above(found_tier)}" if found_tier else f"{sold} base rate"
    return f"no {' and no '.join(missing)}; charged at the {used}"


def split_by_tier(usage: Usage, ends: Sequence[int]) -> tuple[Counts, ...]:
    """The counts of each tier where only the tokens above a threshold cost more.

    `ends` are the input tokens at which a tier is full, ascending. The prompt fills the tiers in
    its order: the cached prefix first, then the rest. Output comes after the whole prompt, so it is
    charged in the last tier that the prompt reaches.

    >>> split_by_tier(Usage(10, 3, cache_read_tokens=4), [6])
    ((('cache_read', 4), ('input', 2)), (('input', 4), ('output', 3)))
    """
    inputs = [pair for pair in usage.counts if UNITS[pair[0]].side == "input"]
    prompt = sorted(inputs, key=lambda pair: "cache" not in pair[0])
    *tiers, last = (
        tuple(_between(prompt, low, high))
        for low, high in zip((0, *ends), (*ends, usage.input_tokens), strict=True)
    )
    rest = tuple(pair for pair in usage.counts if UNITS[pair[0]].side != "input")
    return (*tiers, last + rest)


def _between(counts: Sequence[tuple[str, int]], low: int, high: int) -> Iterator[tuple[str, int]]:
    """The part of the counts that lies between two positions, counted from the first token."""
    start = 0
    for unit, count in counts:
        inside = min(start + count, high) - max(start, low)
        if inside > 0:
            yield unit, inside
        start += count
