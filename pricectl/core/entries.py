"""Reads a row's entry in the document into a model with its price lists."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from pricectl.core.document import Json, Unreadable
from pricectl.core.model import Model, Periods
from pricectl.core.money import pico_usd
from pricectl.core.prices import (
    DATED_LISTS,
    NO_UPLIFTS,
    Entry,
    ListKind,
    PriceList,
    Problem,
    key_path,
)
from pricectl.core.rates import OwnRate, RateKey, Rates
from pricectl.core.units import MAX_KEY, NESTED_KEYS, SYNONYMS, parse_key
from pricectl.core.windows import read_instant, read_off_peak

MAX_NAME = 256
_SCOPES = {"request": False, "marginal": True}
_BOUNDARIES = {"gt": False, "gte": True}
# Factors by region: the key and the region's word.
UPLIFT_KEYS = MappingProxyType(
    {
        "regional_processing_uplift_multiplier_eu": "eu",
        "regional_processing_uplift_multiplier_us": "us",
        "regional_endpoint_uplift_multiplier": "regional",
    }
)
# Factors by a word of the provider's own: an inference geography, a service.
OWN_FACTORS = "provider_specific_entry"
_FACTOR_KEYS = (*UPLIFT_KEYS, OWN_FACTORS)


def read_model(
    provider: str, name: str, entry: dict[str, Json], pointer: str, problems: list[Problem]
) -> Model:
    """One row with its price lists; unreadable parts are added to `problems`.

    `pointer` is the entry's JSON Pointer.
    """
    ended, begun = (
        _dated_entries(entry.get(member), date_key, f"{pointer}/{member}", problems)
        for member, date_key in DATED_LISTS.items()
    )
    # A list starts and ends where its neighbours end and start.
    ends = (None, *(dated.instant for dated in ended))
    starts = (*(dated.instant for dated in begun), None)
    prices = read_prices(entry, pointer, problems, start=ends[-1], end=starts[0])
    previous = _read_dated("previous", ended, ends, problems)
    upcoming = _read_dated("upcoming", begun, starts, problems)
    listed = entry.get("aliases")
    given = listed if isinstance(listed, list) else [] if listed is None else [None]
    aliases = tuple(it for it in given if isinstance(it, str) and 0 < len(it) <= MAX_NAME)
    if len(aliases) != len(given):
        problems.append(Problem(f"{pointer}/aliases", "aliases is not a list of names"))
    return Model(
        provider,
        name,
        MappingProxyType(entry),
        prices,
        aliases,
        previous,
        upcoming,
        bool(previous or upcoming or prices.off_peak),
        pointer,
    )


class _DatedEntry(NamedTuple):
    """An element of `previous` or `upcoming`: its instant in UTC, its prices, its pointer."""

    instant: datetime
    entry: Entry
    pointer: str


def _dated_entries(
    value: Json, key: str, pointer: str, problems: list[Problem]
) -> tuple[_DatedEntry, ...]:
    """The elements of a list of dated prices, sorted by time."""
    if value is None:
        return ()
    found = []
    for index, entry in enumerate(value if isinstance(value, list) else [None]):
        where = f"{pointer}/{index}"
        instant = read_instant(entry.get(key)) if isinstance(entry, dict) else None
        if instant is None or not isinstance(entry, dict):
            problems.append(Problem(where, f"not an object with a date in {key!r} and its prices"))
        else:
            found.append(_DatedEntry(instant, entry, where))
    return tuple(sorted(found, key=lambda dated: dated.instant))


def _read_dated(
    kind: ListKind,
    entries: tuple[_DatedEntry, ...],
    bounds: tuple[datetime | None, ...],
    problems: list[Problem],
) -> Periods:
    """The price lists of dated entries; each is in force between two neighbouring `bounds`."""
    return tuple(
        (it.instant, read_prices(it.entry, it.pointer, problems, kind=kind, start=start, end=end))
        for it, (start, end) in zip(entries, pairwise(bounds), strict=True)
    )


def read_prices(  # noqa: PLR0913 - all but three by keyword
    entry: Entry,
    pointer: str,
    problems: list[Problem],
    *,
    kind: ListKind = "own",
    start: datetime | None = None,
    end: datetime | None = None,
) -> PriceList:
    """The price list of one entry; unreadable parts are added to `problems`.

    `pointer` is the entry's JSON Pointer; the others are those of `PriceList`.
    """
    rates = _read_rates(entry, pointer, problems)
    if entry.get("tiered_pricing") is not None:
        rates.update(_read_tiered(entry["tiered_pricing"], pointer, problems))
    marginal = inclusive = False
    if entry.get("context_tier") is not None:
        marginal, inclusive = _read_context_tier(entry["context_tier"], pointer, problems)
    uplifts = _read_uplifts(entry)
    off_peak, value = None, entry.get("off_peak_pricing")
    windows = read_off_peak(value.get("windows")) if isinstance(value, dict) else None
    if windows is not None and isinstance(value, dict):
        lower = _read_rates(value, pointer, problems, "off_peak_pricing/")
        off_peak = PriceList(
            {**rates, **lower},
            entry,
            pointer=pointer,
            kind=kind,
            start=start,
            end=end,
            marginal=marginal,
            inclusive=inclusive,
            is_off_peak=True,
            windows=windows,
            uplifts=uplifts,
        )
    elif value is not None:
        problems.append(Problem(f"{pointer}/off_peak_pricing", "windows cannot be read"))
    return PriceList(
        rates,
        entry,
        pointer=pointer,
        kind=kind,
        start=start,
        end=end,
        marginal=marginal,
        inclusive=inclusive,
        off_peak=off_peak,
        uplifts=uplifts,
    )


@lru_cache(maxsize=4096)
def _rate_key(key: str) -> tuple[RateKey, bool] | None:
    """What a price key pays for, and whether it is a synonym of the usual key."""
    parsed = parse_key(key)
    if parsed is None:
        return None
    return (parsed.unit.name, parsed.above_tokens, parsed.service), key.startswith(tuple(SYNONYMS))


def _read_rates(entry: Entry, pointer: str, problems: list[Problem], prefix: str = "") -> Rates:
    """Every price of an entry; a synonym yields to the key itself when a row has both."""
    rates: Rates = {}
    synonyms: Rates = {}
    for key, value in entry.items():
        parsed = _rate_key(key) if len(key) <= MAX_KEY else None
        if parsed is None:
            if key in NESTED_KEYS and isinstance(value, dict):
                nested = {f"{key}.{name}": cost for name, cost in value.items()}
                rates.update(_read_rates(nested, pointer, problems, prefix))
        elif (type(value) is Decimal or type(value) is int) and value >= 0:
            rate_key, is_synonym = parsed
            target = synonyms if is_synonym else rates
            target[rate_key] = pico_usd(value), prefix + key
        elif value is not None:
            where = f"{pointer}/{key_path(prefix + key)}"
            problems.append(Problem(where, price_problem(value)))
    return {**synonyms, **rates} if synonyms else rates


def price_problem(value: Json) -> str:
    """Why a value is not a price, in words; empty if it is one.

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
) -> Iterator[tuple[RateKey, OwnRate]]:
    if not isinstance(tiers, list):
        problems.append(Problem(f"{pointer}/tiered_pricing", "tiered_pricing is not a list"))
        return
    for index, tier in enumerate(tiers):
        if not isinstance(tier, dict) or "range" not in tier:
            continue  # ranges of something else than input tokens, such as search results
        bounds, where = tier["range"], f"tiered_pricing/{index}"
        start = bounds[0] if isinstance(bounds, list) and bounds else None
        if isinstance(start, bool) or not isinstance(start, (int, Decimal)) or start < 0:
            start = None
        if start is None or start != int(start):
            problems.append(Problem(f"{pointer}/{where}", "range is not [low, high]"))
            continue
        rates = _read_rates(tier, pointer, problems, f"{where}/")
        for (unit, _, service), own in rates.items():
            yield (unit, int(start), service), own


def _read_context_tier(tier: Json, pointer: str, problems: list[Problem]) -> tuple[bool, bool]:
    settings = tier if isinstance(tier, dict) else {"scope": tier}
    marginal = _SCOPES.get(str(settings.get("scope", "request")))
    inclusive = _BOUNDARIES.get(str(settings.get("boundary", "gt")))
    if marginal is None or inclusive is None:
        message = 'context_tier is not {"scope": "request"|"marginal", "boundary": "gt"|"gte"}'
        problems.append(Problem(f"{pointer}/context_tier", message))
        return False, False
    return marginal, inclusive


def _read_uplifts(entry: Entry) -> "MappingProxyType[str, Decimal]":
    """Factors by region or service word; `validate` reports those that are not positive numbers."""
    if not any(key in entry for key in _FACTOR_KEYS):
        return NO_UPLIFTS
    found = {word: entry[key] for key, word in UPLIFT_KEYS.items() if key in entry}
    own = entry.get(OWN_FACTORS)
    found.update(own if isinstance(own, dict) else {})
    uplifts = {
        word: Decimal(factor)
        for word, factor in found.items()
        if isinstance(factor, (int, Decimal)) and not isinstance(factor, bool) and factor > 0
    }
    return MappingProxyType(uplifts) if uplifts else NO_UPLIFTS
