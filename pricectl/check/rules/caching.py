"""Rules about the prices of cached tokens."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import label, short_rate
from pricectl.core.prices import PriceList

# A one-hour cache write costs twice the input; this much either way is still "about".
HOUR_WRITE_LOW, HOUR_WRITE_HIGH = 1.6, 2.4

CACHE_READ_ABOVE_INPUT = Rule(
    "cache-read-above-input",
    "error",
    "reading from the cache costs more than fresh input",
    "Caching exists to be cheaper; the price is another model's, or its exponent slipped.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-05}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-07}}}',
    "Write the provider's cache price; it is mostly a tenth to a half of input.",
)
CACHE_READ_EQUALS_INPUT = Rule(
    "cache-read-equals-input",
    "warning",
    "reading from the cache costs as much as fresh input",
    "The input price was probably copied; cached tokens would be billed without their discount.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-07}}}',
    "Write the provider's cache price, or leave the key out.",
)
CACHE_READ_ZERO = Rule(
    "cache-read-zero",
    "warning",
    "reading from the cache costs nothing",
    "Cached tokens are most of a long conversation; at zero they are given away.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 0}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-07}}}',
    "Write the provider's cache price; waive the rule for the row if it is really free.",
)
CACHE_WRITE_BELOW_INPUT = Rule(
    "cache-write-below-input",
    "error",
    "writing to the cache costs less than plain input",
    "A write costs the input and the storage, so it is the read price, or its exponent slipped.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_creation_input_token_cost": 1e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_creation_input_token_cost": 1.25e-06}}}',
    "Write the provider's price; it is mostly 1.25 times input.",
)
HOUR_WRITE_RATIO = Rule(
    "hour-write-ratio",
    "warning",
    "a one-hour cache write is not about twice the input",
    "It is mostly exactly twice; other ratios were found to be another model's price.",
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "cache_creation_input_token_cost_above_1hr": 6e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06,\n'
    '             "cache_creation_input_token_cost_above_1hr": 2e-06}}}',
    "Compare it with the provider's page.",
)
CACHE_PRICE_MISSING = Rule(
    "cache-price-missing",
    "warning",
    "the model caches prompts but has no cache price",
    "Cached tokens are quoted at the input rate, marked as assumed, which is too much.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "supports_prompt_caching": true}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "supports_prompt_caching": true,\n'
    '             "cache_read_input_token_cost": 1e-07}}}',
    "Add cache_read_input_token_cost.",
)
RULES = (
    CACHE_READ_ABOVE_INPUT,
    CACHE_READ_EQUALS_INPUT,
    CACHE_READ_ZERO,
    CACHE_WRITE_BELOW_INPUT,
    HOUR_WRITE_RATIO,
    CACHE_PRICE_MISSING,
)


def check(context: Context) -> Iterator[Finding]:
    """Every cache price against the input price of the same tier and service."""
    for model in context.catalog.models:
        for prices in model.price_lists:
            yield from _against_input(prices)
        if model.entry.get("supports_prompt_caching") is True:
            rates = model.prices.rates
            if ("cache_read", 0, "") not in rates and ("input", 0, "") in rates:
                yield CACHE_PRICE_MISSING.finding(
                    f"{model.pointer}/supports_prompt_caching",
                    "the model caches prompts but has no cache_read_input_token_cost",
                    "cached tokens are quoted at the input rate until it is added",
                )


def _against_input(prices: PriceList) -> Iterator[Finding]:
    rates = prices.rates
    for (unit, above, service), (pico, key) in rates.items():
        if unit not in _COMPARED:
            continue
        base, _ = rates.get(("input", above, service), (0, ""))
        rule = _COMPARED[unit](pico, base) if base else None
        if rule:
            yield rule.finding(
                prices.pointer_to(key),
                f"{label(unit, above, service)} at {short_rate(pico, unit)}, input at "
                f"{short_rate(base, 'input')}",
            )


def _read(pico: int, base: int) -> Rule | None:
    if pico > base:
        return CACHE_READ_ABOVE_INPUT
    if pico == base:
        return CACHE_READ_EQUALS_INPUT
    return None if pico else CACHE_READ_ZERO


def _write(pico: int, base: int) -> Rule | None:
    return CACHE_WRITE_BELOW_INPUT if 0 < pico < base else None


def _hour_write(pico: int, base: int) -> Rule | None:
    if 0 < pico < base:
        return CACHE_WRITE_BELOW_INPUT
    about = HOUR_WRITE_LOW * base <= pico <= HOUR_WRITE_HIGH * base
    return None if about or not pico else HOUR_WRITE_RATIO


_COMPARED = {"cache_read": _read, "cache_write": _write, "cache_write_1h": _hour_write}
