"""Rules about long-context tiers."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, own_key
from pricectl.core.document import Json
from pricectl.core.labels import label, short_rate
from pricectl.core.model import Model
from pricectl.core.prices import PriceList

SIBLINGS = ("input", "output", "cache_read", "cache_write", "cache_write_1h", "cache_write_12h")

TIER_ABOVE_WINDOW = Rule(
    "tier-above-window",
    "warning",
    "a long-context price begins above the model's window",
    "No request can reach it, so either the price or max_input_tokens is wrong.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "max_input_tokens": 128000,\n'
    '             "input_cost_per_token_above_200k_tokens": 2e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "max_input_tokens": 1000000,\n'
    '             "input_cost_per_token_above_200k_tokens": 2e-06}}}',
    "Correct max_input_tokens, or delete the price.",
)
TIER_INCOMPLETE = Rule(
    "tier-incomplete",
    "warning",
    "a long-context tier lacks a price that the row has below it",
    "A long request is charged partly at the lower rate, and the quote says so.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06,\n'
    '             "input_cost_per_token_above_200k_tokens": 2e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 5e-06,\n'
    '             "input_cost_per_token_above_200k_tokens": 2e-06,\n'
    '             "output_cost_per_token_above_200k_tokens": 7.5e-06}}}',
    "Add the missing price; repeat the base price if it stays the same.",
)
TIER_LOWERS_PRICE = Rule(
    "tier-lowers-price",
    "warning",
    "a long-context tier is cheaper than the one below it",
    "Long context mostly costs more; the two prices may be swapped.",
    '{"x": {"m": {"input_cost_per_token": 2e-06,\n'
    '             "input_cost_per_token_above_200k_tokens": 1e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "input_cost_per_token_above_200k_tokens": 2e-06}}}',
    "Compare both with the provider's page.",
)
TIER_RANGES = Rule(
    "tier-ranges",
    "error",
    "the ranges of tiered_pricing leave a gap, overlap or are unsorted",
    "A request in a gap or in two ranges has no price, or two.",
    '{"x": {"m": {"tiered_pricing": [{"range": [0, 32000], "input_cost_per_token": 1e-06},\n'
    '                                {"range": [64000, 128000], "input_cost_per_token": 2e-06}]}}}',
    '{"x": {"m": {"tiered_pricing": [{"range": [0, 32000], "input_cost_per_token": 1e-06},\n'
    '                                {"range": [32000, 128000], "input_cost_per_token": 2e-06}]}}}',
    "Let each range begin where the one before ends, the first at 0.",
)
RULES = (TIER_ABOVE_WINDOW, TIER_INCOMPLETE, TIER_LOWERS_PRICE, TIER_RANGES)


def check(context: Context) -> Iterator[Finding]:
    """Every tier against the window, its siblings and the tier below."""
    for model in context.rows_alone:
        if "tiered_pricing" in model.entry:
            yield from _ranges(model.entry["tiered_pricing"], model.pointer)
        for prices in model.all_lists:
            if prices.thresholds:
                yield from _window(model, prices)
                yield from _incomplete(prices)
                yield from _lower(prices)


def _window(model: Model, prices: PriceList) -> Iterator[Finding]:
    window = model.entry.get("max_input_tokens")
    is_dated = bool(prices.period.removesuffix("off-peak"))
    if is_dated or type(window) is not int or not window:
        return
    keys = _first_keys(prices)
    for threshold in prices.thresholds:
        if threshold >= window and threshold in keys:
            key = keys[threshold]
            yield TIER_ABOVE_WINDOW.finding(
                prices.pointer_to(key),
                f"the price above {threshold:,} tokens is out of reach: the model takes {window:,}",
            )


def _first_keys(prices: PriceList) -> dict[int, str]:
    """The first price key of each tier, of those that the list states itself."""
    found: dict[int, str] = {}
    for (_, above, _), (_, key) in prices.rates.items():
        if own_key(prices, key):
            found.setdefault(above, key)
    return found


def _incomplete(prices: PriceList) -> Iterator[Finding]:
    rates = prices.rates
    keys = _first_keys(prices)
    services: dict[int, set[str]] = {}
    for _, above, service in rates:
        services.setdefault(above, set()).add(service)
    for threshold in prices.thresholds:
        for service in sorted(services[threshold]):
            missing = [
                unit
                for unit in SIBLINGS
                if rates.get((unit, 0, service), (0, ""))[0]
                and (unit, threshold, service) not in rates
            ]
            if missing and threshold in keys:
                names = " and ".join(unit.replace("_", " ") for unit in missing)
                where = label("the tier", threshold, service)
                yield TIER_INCOMPLETE.finding(
                    prices.pointer_to(keys[threshold]),
                    f"{where} has no price for {names}",
                )


def _lower(prices: PriceList) -> Iterator[Finding]:
    rates, thresholds = prices.rates, (0, *prices.thresholds)
    for below, threshold in pairwise(thresholds):
        for unit in SIBLINGS:
            before, own = rates.get((unit, below, "")), rates.get((unit, threshold, ""))
            if not before or not own or own[0] >= before[0]:
                continue
            if where := own_key(prices, own[1], before[1]):
                yield TIER_LOWERS_PRICE.finding(
                    prices.pointer_to(where),
                    f"{label(unit, threshold)} at {short_rate(own[0], unit)} is below "
                    f"{short_rate(before[0], unit)} before it",
                )


def _ranges(tiers: Json, row: str) -> Iterator[Finding]:
    end: Json = 0
    for index, tier in enumerate(tiers if isinstance(tiers, list) else ()):
        bounds = tier.get("range") if isinstance(tier, dict) else None
        if not isinstance(bounds, list) or len(bounds) != 2:  # noqa: PLR2004 - low and high
            continue
        low, high = bounds
        if not _is_number(low) or not _is_number(high):
            return
        if low != end or high <= low:  # type: ignore[operator]
            yield TIER_RANGES.finding(
                f"{row}/tiered_pricing/{index}/range",
                f"the range {low} to {high} does not follow on {end}",
            )
        end = high


def _is_number(value: Json) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)
