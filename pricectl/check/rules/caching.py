"""Rules about the prices of cached tokens."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, own_key
from pricectl.core.labels import label, short_rate

# A one-hour cache write costs twice the input; this much either way is still "about".
HOUR_WRITE_THOUSANDTHS = (1600, 2400)
COMPARED = ("cache_read", "cache_write", "cache_write_1h", "cache_write_12h")

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
    "A write costs the input and the storage, so it is the read price, or its exponent slipped."
    " Of half the input and more it is a warning.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_creation_input_token_cost": 1e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_creation_input_token_cost": 1.25e-06}}}',
    "Write the provider's price; it is mostly 1.25 times input.",
)
HOUR_WRITE_RATIO = Rule(
    "hour-write-ratio",
    "warning",
    "a one-hour cache write is not about twice the input",
    "It is mostly exactly twice; at other ratios it mostly was another model's price.",
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
    for model in context.rows_alone:
        for prices in model.all_lists:
            for (unit, above, service), (pico, key) in prices.rates.items():
                base, base_key = prices.rates.get(("input", above, service), (0, ""))
                where = own_key(prices, key, base_key)
                if base and where and unit in COMPARED and (rule := _broken(unit, pico, base)):
                    found = rule.finding(
                        prices.pointer_to(where),
                        f"{label(unit, above, service)} at {short_rate(pico, unit)}, input at "
                        f"{short_rate(base, 'input')}",
                    )
                    # One seller charges the write of its plain model for its fast one, too. Less
                    # than half of input is a read price or an exponent.
                    is_near = rule is CACHE_WRITE_BELOW_INPUT and pico * 2 >= base
                    yield found._replace(severity="warning") if is_near else found
        rates, caches = model.prices.rates, model.entry.get("supports_prompt_caching") is True
        if caches and ("cache_read", 0, "") not in rates and ("input", 0, "") in rates:
            yield CACHE_PRICE_MISSING.finding(
                f"{model.pointer}/supports_prompt_caching",
                "the model caches prompts but has no cache_read_input_token_cost",
                "cached tokens are quoted at the input rate until it is added",
            )


def _broken(unit: str, pico: int, base: int) -> Rule | None:
    """The rule that a cache price breaks compared with the input price."""
    if unit == "cache_read":
        if pico >= base:
            return CACHE_READ_ABOVE_INPUT if pico > base else CACHE_READ_EQUALS_INPUT
        return None if pico else CACHE_READ_ZERO
    # A free write is plausible: not every provider charges for it.
    if 0 < pico < base:
        return CACHE_WRITE_BELOW_INPUT
    low, high = HOUR_WRITE_THOUSANDTHS
    if unit == "cache_write_1h" and pico and not low * base <= pico * 1000 <= high * base:
        return HOUR_WRITE_RATIO
    return None
