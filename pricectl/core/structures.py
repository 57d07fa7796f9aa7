"""Reads the structures of a price list: what says when, where and for how much its prices apply.

A structure with a member that is not understood is left out as a whole, so that a row is never
charged by half of it. The row is then charged without the structure and each quote says so; tables
of prices and factors keep their other members.
"""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from pricectl.core.counting import NO_COUNTING, CountRule, read_count_rule
from pricectl.core.document import Json
from pricectl.core.entry_rates import is_unread_price, read_rates
from pricectl.core.errors import NotUnderstoodError
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import NO_UPLIFTS, Entry, Problem
from pricectl.core.rates import OFF_PEAK_KEY, Rates
from pricectl.core.units import NESTED_KEYS, UNITS, parse_key
from pricectl.core.windows import OffPeak, read_hours, read_windows

TIERED, CONTEXT_TIER, COUNTING = "tiered_pricing", "context_tier", "billed_counts"
MAX_OUTPUT_RANGES = 16
_SCOPES = {"request": False, "marginal": True}
_BOUNDARIES = {"gt": False, "gte": True}
# Factors by region: the key and the region's word.
UPLIFT_KEYS = MappingProxyType(
    {
        "regional_processing_uplift_multiplier_eu": "eu",
        "regional_processing_uplift_multiplier_us": "us",
        "fedramp_uplift_multiplier": "fedramp",
        "regional_endpoint_uplift_multiplier": "regional",
    }
)
# Factors by a word of the provider's own: an inference geography, a service.
OWN_FACTORS = "provider_specific_entry"
# Members that are not factors: they say what a provider's interface can do.
FREE_IMAGES = "minimax_free_input_images"
OWN_FACTS = frozenset(
    (
        FREE_IMAGES,
        "realtime_ga_only",
        "transcription_json_or_text_only",
        "transcription_usage_duration",
    )
)
STRUCTURE_KEYS = frozenset(
    (*UPLIFT_KEYS, OWN_FACTORS, *NESTED_KEYS, TIERED, CONTEXT_TIER, COUNTING, OFF_PEAK_KEY)
)
# The input tokens above which a tier begins; the output tokens above which its prices hold.
RatesByOutput = tuple[int, Rates]
_Value = TypeVar("_Value")


class OffPeakPrices(NamedTuple):
    """The windows of the off-peak hours, and the prices that replace the usual ones there."""

    windows: tuple[OffPeak, ...]
    rates: Rates


class Structures(NamedTuple):
    """What the structures of an entry say; `unread` are those that were left out, and why.

    `tiers` are the prices of `tiered_pricing` for every output, `by_output` those for outputs of
    more than so many tokens, the shortest first.
    """

    tiers: Rates = MappingProxyType({})  # type: ignore[assignment]
    by_output: tuple[RatesByOutput, ...] = ()
    marginal: bool = False
    inclusive: bool = False
    off_peak: OffPeakPrices | None = None
    uplifts: Mapping[str, Decimal] = NO_UPLIFTS
    counting: Mapping[str, CountRule] = NO_COUNTING
    unread: tuple[Problem, ...] = ()


NO_STRUCTURES = Structures()


def read_structures(entry: Entry, pointer: str, problems: list[Problem]) -> Structures:
    """The structures of an entry; a price in them that is not a price is added to `problems`.

    `pointer` is the entry's JSON Pointer.
    """
    if STRUCTURE_KEYS.isdisjoint(entry):
        return NO_STRUCTURES
    unread: list[Problem] = []

    def understood(key: str, read: Callable[[Json], _Value], absent: _Value) -> _Value:
        """What `read` makes of a structure; if it is not understood, it is as if it were absent."""
        value = entry.get(key)
        if value is None:
            return absent
        try:
            return read(value)
        except NotUnderstoodError as error:
            unread.append(Problem(f"{pointer}{pointer_to(key)}{error.path}", error.message))
            return absent

    no_tiers: dict[int, Rates] = {}
    by_output = understood(TIERED, lambda it: _tiers(it, pointer, problems), no_tiers)
    marginal, inclusive = understood(CONTEXT_TIER, _context_tier, (False, False))
    off_peak = understood(OFF_PEAK_KEY, lambda it: _off_peak(it, pointer, problems), None)
    counting = understood(OWN_FACTORS, _free_images, NO_COUNTING)
    counting = {**counting, **understood(COUNTING, _counting, NO_COUNTING)} or NO_COUNTING
    uplifts = _uplifts(entry, pointer, unread)
    unread += _unread_members(entry, pointer)
    tiers = by_output.pop(0, {})
    ascending = tuple(sorted(by_output.items()))
    return Structures(
        tiers, ascending, marginal, inclusive, off_peak, uplifts, counting, tuple(unread)
    )


def _unread_members(entry: Entry, pointer: str) -> Iterator[Problem]:
    """Prices in a table that no reader knows, and tables that are not objects."""
    for table in (*NESTED_KEYS, OWN_FACTORS):
        members = entry.get(table)
        if members is not None and not isinstance(members, dict):
            yield Problem(pointer + pointer_to(table), f"{table} is not an object")
        for name in members if isinstance(members, dict) and table in NESTED_KEYS else ():
            if parse_key(f"{table}.{name}") is None:
                yield Problem(pointer + pointer_to(table, name), "no reader knows this price")


def _check_members(value: Json, known: tuple[str, ...], path: str) -> dict[str, Json]:
    """An object of prices whose other members are all known. Raises NotUnderstoodError."""
    if not isinstance(value, dict):
        raise NotUnderstoodError(path, "is not an object")
    for key in value:
        if key not in known and (is_unread_price(key) or parse_key(key) is None):
            raise NotUnderstoodError(path + pointer_to(key), f"{key!r:.80} is not understood")
    return value


def _tiers(tiers: Json, pointer: str, problems: list[Problem]) -> dict[int, Rates]:
    """The prices by the output tokens above which they hold; ranges of search results are left."""
    if not isinstance(tiers, list):
        raise NotUnderstoodError("", f"{TIERED} is not a list")
    found: dict[int, Rates] = {}
    ranges = ("range", "output_range", "max_results_range")
    for index, each in enumerate(tiers):
        tier = _check_members(each, (*ranges, *NESTED_KEYS), f"/{index}")
        if "range" not in tier and "output_range" not in tier:
            if "max_results_range" not in tier:
                raise NotUnderstoodError(f"/{index}", "has no range")
            continue  # no usage says how many results a search had
        start, above = (_range_start(tier, name, f"/{index}") for name in ranges[:2])
        rates = read_rates(tier, pointer, problems, f"{TIERED}/{index}/")
        placed = {(unit, start, service): own for (unit, _, service), own in rates.items()}
        found.setdefault(above, {}).update(placed)
        # Each length gets a price list of its own, with all prices of the row.
        if len(found) > MAX_OUTPUT_RANGES:
            message = f"more than {MAX_OUTPUT_RANGES} ranges of output"
            raise NotUnderstoodError(f"/{index}", message)
    return found


def _range_start(tier: Entry, name: str, path: str) -> int:
    """Above how many tokens a range begins; without the range at the first.

    Where it ends is not charged by, since the next range begins there; but with a broken end
    nobody knows what was meant. Null can only mean that there is no end.
    """
    if name not in tier:
        return 0
    bounds = tier[name]
    if isinstance(bounds, list) and len(bounds) == 2:  # noqa: PLR2004 - low and high
        low, high = map(_whole_count, bounds)
        if low is not None and (bounds[1] is None or (high is not None and low < high)):
            return low
    raise NotUnderstoodError(path, f"{name} is not [low, high]")


def _whole_count(value: Json) -> int | None:
    """A count of tokens from 0 up; None if it is not one."""
    is_number = isinstance(value, (int, Decimal)) and not isinstance(value, bool)
    return int(value) if is_number and value >= 0 and value == int(value) else None  # type: ignore[operator, arg-type]


def _context_tier(tier: Json) -> tuple[bool, bool]:
    settings = tier if isinstance(tier, dict) else {"scope": tier}
    marginal = _SCOPES.get(str(settings.get("scope", "request")))
    inclusive = _BOUNDARIES.get(str(settings.get("boundary", "gt")))
    if marginal is None or inclusive is None or not {"scope", "boundary"}.issuperset(settings):
        message = 'is not {"scope": "request"|"marginal", "boundary": "gt"|"gte"}'
        raise NotUnderstoodError("", f"{CONTEXT_TIER} {message}")
    return marginal, inclusive


def _off_peak(value: Json, pointer: str, problems: list[Problem]) -> OffPeakPrices:
    known = ("windows", "hours_utc", "weekday_timezone", *NESTED_KEYS)
    block = _check_members(value, known, "")
    windows = (
        *read_hours(block.get("hours_utc"), "/hours_utc"),
        *read_windows(block.get("windows"), block.get("weekday_timezone")),
    )
    if not windows:
        raise NotUnderstoodError("", "has neither windows nor hours_utc")
    return OffPeakPrices(windows, read_rates(block, pointer, problems, f"{OFF_PEAK_KEY}/"))


def _counting(value: Json) -> Mapping[str, CountRule]:
    if not isinstance(value, dict):
        raise NotUnderstoodError("", f"{COUNTING} is not an object")
    for unit in value:
        # A total counts each token once; a rounded part of it would not add up any more.
        if unit not in UNITS or UNITS[unit].side:
            raise NotUnderstoodError(pointer_to(unit), f"{unit!r:.80} is not a unit beside tokens")
    return MappingProxyType(
        {unit: read_count_rule(rule, UNITS[unit], pointer_to(unit)) for unit, rule in value.items()}
    )


def _free_images(own: Json) -> Mapping[str, CountRule]:
    """MiniMax's own word for input images that a call includes."""
    if not isinstance(own, dict) or FREE_IMAGES not in own:
        return NO_COUNTING
    unit, path = UNITS["input_image_file"], pointer_to(FREE_IMAGES)
    try:
        return {unit.name: read_count_rule({"free": own[FREE_IMAGES]}, unit, path)}
    except NotUnderstoodError as error:
        raise NotUnderstoodError(path, error.message) from None


def _uplifts(entry: Entry, pointer: str, unread: list[Problem]) -> Mapping[str, Decimal]:
    """Factors by region or service word; one that is not a positive number is left out."""
    factors: dict[str, Decimal] = {}
    for path, word, factor in _written_factors(entry):
        factors.pop(word, None)  # the provider's own word wins, whatever it says
        if isinstance(factor, (int, Decimal)) and not isinstance(factor, bool) and factor > 0:
            factors[word] = Decimal(factor)
        elif not _is_own_term(factor) or word in UPLIFT_KEYS.values():
            unread.append(Problem(pointer + path, "the factor is not a number above zero"))
    return MappingProxyType(factors) if factors else NO_UPLIFTS


def _written_factors(entry: Entry) -> Iterator[tuple[str, str, Json]]:
    """Each factor with its pointer below the entry and its word."""
    for key, word in UPLIFT_KEYS.items():
        if entry.get(key) is not None:
            yield pointer_to(key), word, entry[key]
    own = entry.get(OWN_FACTORS)
    for word, factor in own.items() if isinstance(own, dict) else ():
        if word not in OWN_FACTS:
            yield pointer_to(OWN_FACTORS, word), word, factor


def _is_own_term(value: Json) -> bool:
    """Whether a member of the provider's own entry is something else than a factor.

    A number in quotes is a factor that somebody mistyped.
    """
    if isinstance(value, str):
        return not value.strip().replace(".", "", 1).isdecimal()
    return value is None or isinstance(value, (bool, dict, list))
