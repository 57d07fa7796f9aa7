"""A row's price keys made into rates: by unit, context tier and service. Floor 0."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json, Unreadable
from pricectl.core.money import pico_usd
from pricectl.core.units import SEARCH_KEY, STANDARD, SYNONYMS, UNITS, PriceKey, parse_key
from pricectl.core.windows import OffPeak, read_off_peak

Entry = Mapping[str, Json]


class Problem(NamedTuple):
    """Why a part of the document cannot price a call, with its JSON Pointer."""

    pointer: str
    message: str


class Rate(NamedTuple):
    """What one unit costs and why: `key` is the price key used, relative to the row.

    `assumed` marks a guess, `note` says in words what was missing. An unpriced unit has no key.
    """

    pico_usd: int
    key: str
    assumed: bool = False
    note: str = ""


NO_TIER = 10**18
UNPRICED = Rate(0, "", note="unpriced")

_Own = tuple[int, str]
_Rates = Mapping[tuple[str, int, str], _Own]


class RateCard(dict[str, Rate]):
    """The rates of one row at one tier and service, by unit; filled as units are asked for."""

    __slots__ = ("_passed", "_rates", "_service")

    def __init__(self, rates: _Rates, passed: tuple[int, ...], service: str) -> None:
        super().__init__()
        self._rates = rates
        self._passed = passed
        self._service = service

    def __missing__(self, unit: str) -> Rate:
        rate = self._resolve(unit)
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
                return Rate(*own, note=_missing_note((tier, service), wanted))
        return None

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
    """

    __slots__ = (
        "_cards",
        "base",
        "first_tier_tokens",
        "inclusive",
        "marginal",
        "off_peak",
        "rates",
        "thresholds",
    )

    def __init__(
        self,
        rates: _Rates,
        *,
        marginal: bool = False,
        inclusive: bool = False,
        off_peak: "tuple[tuple[OffPeak, ...], PriceList] | None" = None,
    ) -> None:
        self.rates = MappingProxyType(dict(rates))
        self.thresholds = tuple(sorted({tier for _, tier, _ in rates if tier}))
        # No request with fewer input tokens has passed a threshold.
        self.first_tier_tokens = self.thresholds[0] if self.thresholds else NO_TIER
        self.marginal = marginal
        self.inclusive = inclusive
        self.off_peak = off_peak
        self.base = RateCard(self.rates, (), STANDARD)
        self._cards: dict[tuple[int, str], RateCard] = {(0, STANDARD): self.base}

    @property
    def services(self) -> tuple[str, ...]:
        """The service words the row has a price for."""
        return tuple(sorted({service for _, _, service in self.rates if service}))

    def tiers_passed(self, input_tokens: int) -> int:
        """How many context thresholds a request with that many input tokens has passed."""
        if self.inclusive:
            return sum(input_tokens >= threshold for threshold in self.thresholds)
        return sum(input_tokens > threshold for threshold in self.thresholds)

    def card(self, tiers_passed: int, service: str) -> RateCard:
        """The rates above that many thresholds, for a service ("" is standard)."""
        card = self._cards.get((tiers_passed, service))
        if card is None:
            passed = self.thresholds[:tiers_passed][::-1]
            card = RateCard(self.rates, passed, service)
            if service in self.services or not service:
                self._cards[tiers_passed, service] = card
        return card

    def same_prices(self, other: "PriceList") -> bool:
        """Whether both lists charge the same for everything, whatever their keys are called."""
        return (
            {at: own[0] for at, own in self.rates.items()}
            == {at: own[0] for at, own in other.rates.items()}
            and (self.marginal, self.inclusive) == (other.marginal, other.inclusive)
            and _off_peak_prices(self) == _off_peak_prices(other)
        )


def _off_peak_prices(prices: PriceList) -> object:
    if prices.off_peak is None:
        return None
    windows, cheaper = prices.off_peak
    return windows, {at: own[0] for at, own in cheaper.rates.items()}


MAX_KNOWN_KEYS = 4096
_PARSED: dict[str, PriceKey | None] = {}
_SCOPES = {"request": False, "marginal": True}
_BOUNDARIES = {"gt": False, "gte": True}


def read_prices(entry: Entry, pointer: str, problems: list[Problem]) -> PriceList:
    """The price list of one entry; what cannot be read is added to `problems`."""
    rates = dict(_read_rates(entry, pointer, problems))
    rates.update(_read_tiered(entry.get("tiered_pricing"), pointer, problems))
    tier = entry.get("context_tier")
    scope, boundary = _read_context_tier(tier, pointer, problems) if tier else (False, False)
    off_peak = entry.get("off_peak_pricing")
    return PriceList(
        rates,
        marginal=scope,
        inclusive=boundary,
        off_peak=_read_off_peak(off_peak, rates, (scope, boundary), pointer, problems)
        if off_peak
        else None,
    )


def _read_rates(
    entry: Entry, pointer: str, problems: list[Problem], prefix: str = ""
) -> Iterator[tuple[tuple[str, int, str], _Own]]:
    for key, value in entry.items():
        parsed = _PARSED[key] if key in _PARSED else _parse(key)
        if parsed is None:
            if key == SEARCH_KEY and isinstance(value, dict):
                dotted = {f"{key}.{size}": price for size, price in value.items()}
                yield from _read_rates(dotted, pointer, problems, prefix)
            continue
        if (type(value) is not Decimal and type(value) is not int) or value < 0:
            if value is not None:
                path = key.replace(f"{SEARCH_KEY}.", f"{SEARCH_KEY}/")
                problems.append(Problem(f"{pointer}/{prefix}{path}", price_problem(value)))
            continue
        if key in SYNONYMS and SYNONYMS[key] in entry:
            continue
        yield (
            (parsed.unit.name, parsed.above_tokens, parsed.service),
            (pico_usd(value), prefix + key),
        )


def _parse(key: str) -> PriceKey | None:
    parsed = parse_key(key)
    if len(_PARSED) < MAX_KNOWN_KEYS:
        _PARSED[key] = parsed
    return parsed


def price_problem(value: Json) -> str:
    """Why a value is no price, in words; empty if it is one.

    >>> price_problem("2.5"), price_problem(True)
    ('price is a string', 'price is a boolean')
    """
    kinds = {
        bool: "a boolean",
        str: "a string",
        list: "a list",
        dict: "an object",
        type(None): "null",
        float: "a float; read the file with Catalog.load",
    }
    if type(value) in kinds:
        return f"price is {kinds[type(value)]}"
    if isinstance(value, Unreadable):
        return f"price is {value.literal:.20}, not a finite number"
    return "price is negative" if value < 0 else ""  # type: ignore[operator]


def _read_tiered(
    tiers: Json, pointer: str, problems: list[Problem]
) -> Iterator[tuple[tuple[str, int, str], _Own]]:
    for index, tier in enumerate(tiers if isinstance(tiers, list) else ()):
        if not isinstance(tier, dict) or "range" not in tier:
            continue  # ranges of something else than input tokens, such as search results
        start = _range_start(tier["range"])
        if start is None:
            problems.append(
                Problem(f"{pointer}/tiered_pricing/{index}", "range is not [low, high]")
            )
            continue
        for (unit, _, service), own in _read_rates(
            tier, pointer, problems, f"tiered_pricing/{index}/"
        ):
            yield (unit, start, service), own


def _range_start(bounds: Json) -> int | None:
    start = bounds[0] if isinstance(bounds, list) and bounds else None
    if isinstance(start, bool) or not isinstance(start, (int, Decimal)) or start < 0:
        return None
    return int(start) if start == int(start) else None


def _read_context_tier(tier: Json, pointer: str, problems: list[Problem]) -> tuple[bool, bool]:
    settings = tier if isinstance(tier, dict) else {"scope": tier}
    marginal = _SCOPES.get(str(settings.get("scope", "request")))
    inclusive = _BOUNDARIES.get(str(settings.get("boundary", "gt")))
    if marginal is None or inclusive is None:
        message = 'context_tier is not {"scope": "request"|"marginal", "boundary": "gt"|"gte"}'
        problems.append(Problem(f"{pointer}/context_tier", message))
        return False, False
    return marginal, inclusive


def _read_off_peak(
    value: Json, rates: _Rates, tier: tuple[bool, bool], pointer: str, problems: list[Problem]
) -> tuple[tuple[OffPeak, ...], PriceList] | None:
    windows = read_off_peak(value.get("windows")) if isinstance(value, dict) else None
    if windows is None or not isinstance(value, dict):
        problems.append(Problem(f"{pointer}/off_peak_pricing", "windows cannot be read"))
        return None
    cheaper = _read_rates(value, pointer, problems, "off_peak_pricing/")
    marginal, inclusive = tier
    return windows, PriceList({**rates, **dict(cheaper)}, marginal=marginal, inclusive=inclusive)
