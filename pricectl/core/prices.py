"""The price lists of a row: all rates of one period, their pointers and when they apply."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Literal, NamedTuple

from pricectl.core.counting import NO_COUNTING, CountRule
from pricectl.core.document import Json
from pricectl.core.rates import OwnRate, RateCard, RateKey, Rates, nearest
from pricectl.core.units import NESTED_KEYS, SOLD_AS, STANDARD
from pricectl.core.windows import OffPeak, day_text

Entry = Mapping[str, Json]
# Which of a row's lists: its own, or one of its `previous` or `upcoming` ones.
ListKind = Literal["own", "previous", "upcoming"]
# The members of a row that hold dated price lists, and the key of a list with its day or instant.
DATED_LISTS = MappingProxyType({"previous": "until", "upcoming": "from"})


class Problem(NamedTuple):
    """Why a part of the document cannot price a call, with its JSON Pointer."""

    pointer: str
    message: str


NO_TIER = 10**18
# The factor for every region without its own.
ANY_REGION = "regional"
NO_UPLIFTS: MappingProxyType[str, Decimal] = MappingProxyType({})
NO_ENTRY: Entry = MappingProxyType({})
MAX_CARDS = 256


class PriceList:
    """All prices of one row in one period: rates by (unit, tier threshold, service).

    `marginal` charges only the tokens above a threshold at the tier's rate; `inclusive` lets the
    tier begin at the threshold itself. By default a request strictly above it moves as a whole.
    `uplifts` are factors on the token rates by region or service word.

    `entry` is the part of the document that the rates' keys are relative to, and `pointer` its JSON
    Pointer ("" where the list is not in the document). It is in force from `start` until `end`,
    instants in UTC; None has no bound on that side. `off_peak` is the list of the off-peak hours in
    the same period: it has the same pointer, `is_off_peak`, its hours in `windows`, and in
    `off_peak_units` the units that have an off-peak price.

    `by_output` are the lists for long outputs, ascending: each holds for outputs of more than
    `above_output_tokens`, has the same pointer and names in `own_keys` the keys that it does not
    take from the list of shorter outputs. `counting` says how the seller counts a unit,
    where it rounds. `unread` are the parts of the entry that are not understood; the list charges
    as if they were absent. A request with fewer input tokens than `plain_below_tokens` is charged
    count x base rate, and nothing needs to be said about it.

    `period` says for display when the list applies: "" for the row's own, "until DAY" or "from DAY"
    for a dated one, ending in "off-peak" where only those hours count.
    """

    __slots__ = (
        "_cards",
        "above_output_tokens",
        "base",
        "by_output",
        "counting",
        "end",
        "entry",
        "first_tier_tokens",
        "inclusive",
        "is_off_peak",
        "kind",
        "marginal",
        "off_peak",
        "off_peak_units",
        "own_keys",
        "period",
        "plain_below_tokens",
        "pointer",
        "rates",
        "start",
        "thresholds",
        "unread",
        "uplifts",
        "windows",
    )

    def __init__(  # noqa: PLR0913 - what a row may say, all but two by keyword
        self,
        rates: Rates,
        entry: Entry = NO_ENTRY,
        *,
        pointer: str = "",
        kind: ListKind = "own",
        start: datetime | None = None,
        end: datetime | None = None,
        marginal: bool = False,
        inclusive: bool = False,
        off_peak: "PriceList | None" = None,
        is_off_peak: bool = False,
        off_peak_units: frozenset[str] = frozenset(),
        windows: tuple[OffPeak, ...] = (),
        uplifts: Mapping[str, Decimal] = NO_UPLIFTS,
        above_output_tokens: int = 0,
        by_output: "tuple[PriceList, ...]" = (),
        own_keys: frozenset[str] = frozenset(),
        counting: Mapping[str, CountRule] = NO_COUNTING,
        unread: tuple[Problem, ...] = (),
    ) -> None:
        self.rates = MappingProxyType(rates)
        self.entry = entry
        self.pointer = pointer
        self.kind = kind
        self.start = start
        self.end = end
        self.is_off_peak = is_off_peak
        self.period = _period_text(kind, start, end, is_off_peak=is_off_peak)
        self.thresholds = tuple(sorted({tier for _, tier, _ in rates if tier}))
        # No request with fewer input tokens has passed a threshold.
        self.first_tier_tokens = self.thresholds[0] if self.thresholds else NO_TIER
        self.marginal = marginal
        self.inclusive = inclusive
        self.off_peak = off_peak
        self.off_peak_units = off_peak_units
        self.windows = windows
        self.uplifts = uplifts
        self.above_output_tokens = above_output_tokens
        self.by_output = by_output
        self.own_keys = own_keys
        self.counting = counting
        self.unread = unread
        is_plain = not (by_output or counting or unread)
        self.plain_below_tokens = self.first_tier_tokens if is_plain else 0
        self.base = RateCard(self.rates, (), STANDARD, counting=counting, off_peak=off_peak_units)
        self._cards: dict[tuple[int, str, str], RateCard] = {}

    def at_hour(self, instant: datetime) -> "PriceList":
        """The list in force at that hour (UTC): the off-peak list or this one."""
        cheaper = self.off_peak
        if cheaper and any(window.covers(instant) for window in cheaper.windows):
            return cheaper
        return self

    def for_output(self, tokens: int) -> "PriceList":
        """The list for an output of that many tokens: the longest one reached, or this one."""
        reached = [prices for prices in self.by_output if tokens > prices.above_output_tokens]
        return reached[-1] if reached else self

    @property
    def services(self) -> tuple[str, ...]:
        """The service words the row has a price for."""
        return tuple(sorted({service for _, _, service in self.rates if service}))

    @property
    def is_free(self) -> bool:
        """Whether the list's part of the document is marked as free."""
        return self.entry.get("free") is True

    @property
    def in_off_peak_hours(self) -> bool | None:
        """Whether it holds in the off-peak hours of its period; None if there are none."""
        return bool(self.windows) if self.windows or self.off_peak else None

    def base_rate(self, unit: str, service: str = STANDARD) -> int | None:
        """What a unit without a tier costs, in picodollars; None if the list has no own price.

        Where a service is a factor, the standard price times the factor.
        """
        word = self.sold_as(service)
        priced_as = STANDARD if self.service_factor(word) else word
        own = self.rates.get((unit, 0, priced_as))
        return own and self.card(0, word)[unit].pico_usd

    @property
    def is_all_zero(self) -> bool:
        """Whether no price is above zero."""
        return not any(pico_usd for pico_usd, _ in self.rates.values())

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
            # A service may be a factor on the standard prices instead of prices of its own.
            factor = self.service_factor(service)
            uplift = Fraction(factor or 1) * Fraction(self.region_factor(region) or 1)
            card = RateCard(
                self.rates,
                passed,
                STANDARD if factor else service,
                uplift,
                self.counting,
                off_peak=self.off_peak_units,
            )
            # Words of services come from requests: bounded, so that they cannot fill the memory.
            if len(self._cards) < MAX_CARDS:
                self._cards[tiers_passed, service, region] = card
        return card

    def service_factor(self, service: str) -> Decimal | None:
        """A service's factor on standard token rates; None if it has own prices, or no factor."""
        return None if service in self.services else self.uplifts.get(service)

    def sells(self, service: str) -> bool:
        """Whether the row has a price, or a factor, for a service."""
        return service in self.services or service in self.uplifts

    def sold_as(self, service: str) -> str:
        """The row's word for this service: another name if it sells it only under that."""
        other = SOLD_AS.get(service)
        return other if other and self.sells(other) and not self.sells(service) else service

    def region_factor(self, region: str) -> Decimal | None:
        """The factor of a region on the token rates; None if the row has none."""
        # The region's own factor goes before the one for all regions.
        return self.uplifts.get(region, self.uplifts.get(ANY_REGION)) if region else None

    def charged(self, key: RateKey) -> OwnRate | None:
        """What a unit costs at a tier and service: its own price, else the `nearest` one."""
        own = self.rates.get(key)
        unit, tier, service = key
        if own is None and (tier or service):
            passed = [threshold for threshold in self.thresholds if threshold <= tier][::-1]
            found = nearest(self.rates, unit, passed, service)
            own = self.rates[found] if found else None
        return own

    def charged_pico_usd(self, key: RateKey) -> int | None:
        """What `charged` finds, in picodollars."""
        own = self.charged(key)
        return own[0] if own else None

    def pointer_to(self, key: str) -> str:
        """The JSON Pointer of a price key of this list; "" where the list is not in the document.

        >>> PriceList({}, pointer="/o/m").pointer_to("search_context_cost_per_query.x")
        '/o/m/search_context_cost_per_query/x'
        """
        return self.pointer and f"{self.pointer}/{key_path(key)}"

    def value_of(self, key: str) -> Decimal | int | None:
        """The number in the document at a price key, in USD; None if it has none there."""
        found: object = self.entry
        with suppress(LookupError, TypeError, ValueError):
            for step in key_path(key).split("/"):
                found = found[int(step)] if isinstance(found, list) else found[step]  # type: ignore[index]
        return found if isinstance(found, (int, Decimal)) else None

    def same_prices(self, other: "PriceList") -> bool:
        """Whether both lists charge the same for everything, key names aside."""
        return (
            _pico_usd(self) == _pico_usd(other)
            and (self.marginal, self.inclusive) == (other.marginal, other.inclusive)
            and self.uplifts == other.uplifts
            and _off_peak_prices(self) == _off_peak_prices(other)
            and _prices_by_output(self) == _prices_by_output(other)
            and self.counting == other.counting
        )


def _period_text(
    kind: ListKind, start: datetime | None, end: datetime | None, *, is_off_peak: bool
) -> str:
    text = "off-peak" if is_off_peak else ""
    if kind == "previous" and end:
        text = f"until {day_text(end)} {text}"
    elif kind == "upcoming" and start:
        text = f"from {day_text(start)} {text}"
    return text.rstrip()


def _pico_usd(prices: PriceList) -> dict[RateKey, int]:
    return {key: pico for key, (pico, _) in prices.rates.items()}


def _off_peak_prices(prices: PriceList) -> object:
    cheaper = prices.off_peak
    return cheaper and (cheaper.windows, _pico_usd(cheaper), _prices_by_output(cheaper))


def _prices_by_output(prices: PriceList) -> object:
    return [(longer.above_output_tokens, _pico_usd(longer)) for longer in prices.by_output]


def key_path(key: str) -> str:
    """A price key as a path below its list: a dotted key names a price of a nested object.

    >>> key_path("tiered_pricing/0/input_cost_per_token")
    'tiered_pricing/0/input_cost_per_token'
    >>> key_path("search_context_cost_per_query.search_context_size_low")
    'search_context_cost_per_query/search_context_size_low'
    """
    nested = key.partition(".")[0].rpartition("/")[2] in NESTED_KEYS
    return key.replace(".", "/", 1) if nested else key
