"""What a row charges: rates by unit, context tier, service and region."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.money import divide
from pricectl.core.units import SOLD_AS, STANDARD, UNITS, is_token
from pricectl.core.windows import OffPeak

Entry = Mapping[str, Json]


class Problem(NamedTuple):
    """Why a part of the document cannot price a call, with its JSON Pointer."""

    pointer: str
    message: str


class Rate(NamedTuple):
    """What a unit costs and why: `pico_usd` buys `priced_by` counts of it (most units: one).

    `key` is the price key used, relative to the row; an unpriced unit has none. `assumed` marks a
    guess, `note` says in words what was missing.
    """

    pico_usd: int
    key: str
    assumed: bool = False
    note: str = ""


NO_TIER = 10**18
NO_UPLIFT = Fraction(1)
# The word of an uplift on every region that has none of its own.
ANY_REGION = "regional"
NO_UPLIFTS: MappingProxyType[str, Decimal] = MappingProxyType({})
NO_ENTRY: Entry = MappingProxyType({})
MAX_CARDS = 256
UNPRICED = Rate(0, "", note="unpriced")

# (picodollars, price key) by (unit, tier threshold in tokens, service).
Own = tuple[int, str]
At = tuple[str, int, str]
Rates = dict[At, Own]


class RateCard(dict[str, Rate]):
    """The rates of one row at one tier, service and uplift, filled as units are asked for.

    `divides` says that one of them buys several counts, so that its product must be divided.
    """

    __slots__ = ("_passed", "_rates", "_service", "_uplift", "divides")

    def __init__(
        self,
        rates: Mapping[At, Own],
        passed: tuple[int, ...],
        service: str,
        uplift: Fraction = NO_UPLIFT,
    ) -> None:
        super().__init__()
        self._rates = rates
        self._passed = passed
        self._service = service
        self._uplift = uplift
        self.divides = False

    def __missing__(self, unit: str) -> Rate:
        rate = self._resolve(unit)
        self.divides = self.divides or UNITS[unit].priced_by > 1
        self[unit] = rate
        return rate

    def _resolve(self, unit: str) -> Rate:
        rate = self._own(unit)
        if rate:
            return rate
        for other in UNITS[unit].fallbacks:
            rate = self._own(other)
            if rate:
                if not UNITS[unit].assumed:
                    return rate
                note = f"no {unit} price: {other} rate assumed"
                note = f"{note}, {rate.note}".rstrip(", ")
                return rate._replace(assumed=True, note=note)
        return UNPRICED

    def _own(self, unit: str) -> Rate | None:
        """The unit's own price: the highest tier passed, then the service, then the base."""
        wanted = (self._passed[0] if self._passed else 0, self._service)
        for tier, service in self._preferences():
            own = self._rates.get((unit, tier, service))
            if own:
                note = _missing_note((tier, service), wanted)
                return Rate(self._uplifted(unit, own[0]), own[1], note=note)
        return None

    def _uplifted(self, unit: str, pico: int) -> int:
        """A rate with the region's uplift, which providers put on tokens only."""
        if self._uplift == 1 or not is_token(unit):
            return pico
        return divide(pico * self._uplift.numerator, self._uplift.denominator, "half-even")

    def _preferences(self) -> Iterator[tuple[int, str]]:
        for tier in self._passed:
            yield tier, self._service
            if self._service:
                yield tier, STANDARD
        yield 0, self._service
        if self._service:
            yield 0, STANDARD


def _missing_note(found: tuple[int, str], wanted: tuple[int, str]) -> str:
    missing = []
    if found[1] != wanted[1]:
        missing.append(f"{wanted[1]} price")
    if found[0] != wanted[0]:
        missing.append(f"price above {wanted[0] // 1000}k")
    if not missing:
        return ""
    used = f"above {found[0] // 1000}k" if found[0] else "base"
    return f"no {' and no '.join(missing)}: {found[1] or 'standard'} {used} rate"


class PriceList:
    """All prices of one row in one period: rates by (unit, tier threshold, service).

    `marginal` charges only the tokens above a threshold at the tier's rate; `inclusive` lets the
    tier begin at the threshold itself. By default a request strictly above it moves as a whole.
    `uplifts` are factors on the token rates by region or service word.

    `entry` is the part of the document that the rates' keys are relative to, and `pointer` its JSON
    Pointer ("" where the list is not in the document). `period` says when the list applies: "" for
    the row's own, "until DAY" or "from DAY" for a dated one, ending in "off-peak" where only the
    recurring hours in `windows` count. `start` and `end` are the same as instants in UTC, without
    the hours; None has no bound on that side. `off_peak` is the list of the off-peak hours within
    the same period: it has the same pointer.
    """

    __slots__ = (
        "_cards",
        "base",
        "end",
        "entry",
        "first_tier_tokens",
        "inclusive",
        "marginal",
        "off_peak",
        "period",
        "pointer",
        "rates",
        "start",
        "thresholds",
        "uplifts",
        "windows",
    )

    def __init__(  # noqa: PLR0913 - what a row may say, all but two by keyword
        self,
        rates: Rates,
        entry: Entry = NO_ENTRY,
        *,
        pointer: str = "",
        period: str = "",
        marginal: bool = False,
        inclusive: bool = False,
        off_peak: "PriceList | None" = None,
        windows: tuple[OffPeak, ...] = (),
        uplifts: Mapping[str, Decimal] = NO_UPLIFTS,
    ) -> None:
        self.rates = MappingProxyType(rates)
        self.entry = entry
        self.pointer = pointer
        self.period = period
        # Set by the row, which knows its other lists; here none of them is known.
        self.start: datetime | None = None
        self.end: datetime | None = None
        self.thresholds = tuple(sorted({tier for _, tier, _ in rates if tier}))
        # No request with fewer input tokens has passed a threshold.
        self.first_tier_tokens = self.thresholds[0] if self.thresholds else NO_TIER
        self.marginal = marginal
        self.inclusive = inclusive
        self.off_peak = off_peak
        self.windows = windows
        self.uplifts = uplifts
        self.base = RateCard(self.rates, (), STANDARD)
        self._cards: dict[tuple[int, str, str], RateCard] = {}

    def at_hour(self, instant: datetime) -> "PriceList":
        """The list of the hour an instant in UTC lies in: the off-peak list or this one."""
        cheaper = self.off_peak
        if cheaper and any(window.covers(instant) for window in cheaper.windows):
            return cheaper
        return self

    @property
    def services(self) -> tuple[str, ...]:
        """The service words the row has a price for."""
        return tuple(sorted({service for _, _, service in self.rates if service}))

    def tiers_passed(self, input_tokens: int) -> int:
        """How many context thresholds a request with that many input tokens has passed."""
        if self.inclusive:
            return sum(input_tokens >= threshold for threshold in self.thresholds)
        return sum(input_tokens > threshold for threshold in self.thresholds)

    def card(self, tiers_passed: int, service: str, region: str = "") -> RateCard:
        """The rates above that many thresholds, for a service ("" is standard) and region."""
        card = self._cards.get((tiers_passed, service, region))
        if card is None:
            passed = self.thresholds[:tiers_passed][::-1]
            word, uplift = self._uplift(service, region)
            card = RateCard(self.rates, passed, word, uplift)
            self._remember((tiers_passed, service, region), card)
        return card

    def _uplift(self, service: str, region: str) -> tuple[str, Fraction]:
        """The service whose prices count, and the factor on them; a service may be a factor."""
        uplift = Fraction(self.region_factor(region) or 1)
        factor = self.service_factor(service)
        return (STANDARD, uplift * Fraction(factor)) if factor else (service, uplift)

    def service_factor(self, service: str) -> Decimal | None:
        """The factor that a service puts on the standard token rates; None if it has prices."""
        return None if service in self.services else self.uplifts.get(service)

    def sells(self, service: str) -> bool:
        """Whether the row has a price, or a factor, for a service."""
        return service in self.services or service in self.uplifts

    def sold_as(self, service: str) -> str:
        """The row's own word for a service that it sells under another name."""
        other = SOLD_AS.get(service)
        return other if other and self.sells(other) and not self.sells(service) else service

    def region_factor(self, region: str) -> Decimal | None:
        """The factor that a region puts on the token rates; None if the row says none."""
        return self.uplifts.get(region, self.uplifts.get(ANY_REGION)) if region else None

    def _remember(self, key: tuple[int, str, str], card: RateCard) -> None:
        if len(self._cards) < MAX_CARDS:
            self._cards[key] = card

    def charged(self, at: At) -> Own | None:
        """What a unit costs at a tier and service: its own price, else the one it falls back on.

        The highest tier passed comes first, then the service, then the base price of the unit.
        """
        unit, tier, service = at
        own = self.rates.get(at)
        if own is None and (tier or service):
            passed = [threshold for threshold in self.thresholds if threshold <= tier][::-1]
            for threshold in (*passed, 0):
                own = self.rates.get((unit, threshold, service))
                own = own or self.rates.get((unit, threshold, STANDARD))
                if own:
                    break
        return own

    def charged_pico_usd(self, at: At) -> int | None:
        """What `charged` finds, in picodollars."""
        own = self.charged(at)
        if own is None:
            return None
        pico_usd, _ = own
        return pico_usd

    def same_prices(self, other: "PriceList") -> bool:
        """Whether both lists charge the same for everything, whatever their keys are called."""
        return (
            {at: own[0] for at, own in self.rates.items()}
            == {at: own[0] for at, own in other.rates.items()}
            and (self.marginal, self.inclusive) == (other.marginal, other.inclusive)
            and self.uplifts == other.uplifts
            and _off_peak_prices(self) == _off_peak_prices(other)
        )


def _off_peak_prices(prices: PriceList) -> object:
    if prices.off_peak is None:
        return None
    cheaper = prices.off_peak
    return cheaper.windows, {at: own[0] for at, own in cheaper.rates.items()}
