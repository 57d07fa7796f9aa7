"""Rules about single prices."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction

from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule, own_key
from pricectl.core.document import Json
from pricectl.core.labels import dollar_text, label, short_rate
from pricectl.core.money import is_exact, pico_usd, usd_per_mtok
from pricectl.core.pointers import pointer_to
from pricectl.core.prices import PriceList
from pricectl.core.sanity.bounds import BOUNDS, Bound, Bounds
from pricectl.core.units import NESTED_KEYS, UNITS, Unit, is_token_unit, parse_key
from pricectl.policy import RuleLimits

# No provider asks less than this for 1M tokens, or more than that for one piece of anything else.
MIN_PICO_USD_PER_TOKEN = 500
MAX_PICO_USD_PER_PIECE = 100 * 10**12
# What sellers charge for a cache write, by its lifetime, as a multiple of fresh input.
CACHE_WRITE_TIMES = {
    "cache_write": Fraction(5, 4),
    "cache_write_1h": Fraction(2),
    "cache_write_12h": Fraction(5, 2),
}
# By which factors people mistake the unit, and between which prices per token they then meant.
SLIPS = (
    (10**6, "per 1M tokens"),
    (10**3, "per 1,000 tokens"),
    (Fraction(1, 10**3), "in thousandths of a dollar"),
    (Fraction(1, 10**6), "in millionths of a dollar"),
)
LIKELY_PICO_USD = (20_000, 200_000_000)
PRICE_TYPE = Rule(
    "price-type",
    "error",
    "a price is not a number",
    "Many readers count true as 1; a string is a number to some readers and an error to others.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": "2.5e-06"}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Write the price as a number, without quotes; leave out a price that is unknown.",
)
PRICE_NEGATIVE = Rule(
    "price-negative",
    "error",
    "a price is below zero",
    "Every call would pay the customer.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": -2.5e-06}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Remove the sign. Leave out a dynamic price (-1): it cannot be quoted.",
)
NUMBER_NOT_FINITE = Rule(
    "number-not-finite",
    "error",
    "a number is NaN, infinite or far too large or small",
    "NaN is neither above nor below any limit, so it passes checks and then bills nothing or all.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": NaN}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Write a plain number such as 2.5e-06.",
)
PRICE_OUT_OF_BOUNDS = Rule(
    "price-out-of-bounds",
    "error",
    "a price is outside the range of all known prices",
    "One wrong exponent bills every customer a thousand or a million times too much or too little.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    "Prices are per token: $2.50 per 1M tokens is 2.5e-06. The bounds are in `limits` of the "
    "settings.",
)
FLOAT_DIRT = Rule(
    "float-dirt",
    "warning",
    "a price has digits below a picodollar (1e-12 USD)",
    "It came out of a float calculation and nobody published it. Beyond six decimals per 1M "
    "tokens, or twelve for any other unit, it is rounded when loaded.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 0.0000024999900000000002}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 0.0000025}}}',
    "Write the published price.",
)
RULES = (
    PRICE_TYPE,
    PRICE_NEGATIVE,
    NUMBER_NOT_FINITE,
    PRICE_OUT_OF_BOUNDS,
    FLOAT_DIRT,
)


def check(context: Context) -> Iterator[Finding]:
    """Bounds and dirt, for every price list of every row."""
    for model in context.rows_alone:
        for prices in model.all_lists:
            yield from _bounds(prices, context.bounds)
        yield from _dirt(model.entry, model.pointer)


def pico_bounds(limits: RuleLimits) -> Bounds:
    """The lowest and highest believable price of each unit, in picodollars of its key."""
    per_token = {
        "input": pico_usd(limits.max_input_usd_per_mtok.scaleb(-6)),
        "output": pico_usd(limits.max_output_usd_per_mtok.scaleb(-6)),
    }
    bounds = {}
    for unit in UNITS.values():
        if is_token_unit(unit.name):
            low = MIN_PICO_USD_PER_TOKEN * unit.priced_by
            times = CACHE_WRITE_TIMES.get(unit.name, Fraction(1))
            high = int(per_token.get(unit.side, per_token["output"]) * unit.priced_by * times)
        else:
            low = 0
            high = MAX_PICO_USD_PER_PIECE * unit.priced_by // (1000 if unit.divisible else 1)
        # What the unit costs anywhere is narrower, where it is known; of tokens the settings say.
        known = BOUNDS.get(unit.name)
        if known and not is_token_unit(unit.name):
            low, high = known.lowest, known.highest or high
        bounds[unit.name] = Bound(low, high)
    return limits.widened(bounds)


def _bounds(prices: PriceList, bounds: Bounds) -> Iterator[Finding]:
    for (unit, above, service), (pico, key) in prices.rates.items():
        bound = bounds[unit]
        limit = bound.exceeded_limit(pico)
        if limit is None or not own_key(prices, key):
            continue
        side = "below" if pico < limit else "above"
        yield PRICE_OUT_OF_BOUNDS.finding(
            prices.pointer_to(key),
            f"{label(unit, above, service)} price {short_rate(pico, unit)} is {side} "
            f"{short_rate(limit, unit)}",
            likely_slip(pico, unit) or PRICE_OUT_OF_BOUNDS.hint,
        )


def likely_slip(pico: int, unit: str) -> str:
    """What the price would be if its unit had slipped; "" where that is not likely."""
    for factor, written in SLIPS if is_token_unit(unit) else ():
        meant = Fraction(pico, UNITS[unit].priced_by) / factor
        if LIKELY_PICO_USD[0] <= meant <= LIKELY_PICO_USD[1] and meant.denominator == 1:
            price = f"{dollar_text(usd_per_mtok(int(meant)))} / 1M"
            mantissa, _, exponent = f"{Decimal(int(meant)).normalize():e}".partition("e")
            number = f"{mantissa}e-{12 - int(exponent):02d}"  # as a catalog writes it: 2.5e-06
            return f"written {written}? {price} is {number} per token"
    return ""


def _dirt(value: Mapping[str, Json], pointer: str, table: str = "") -> Iterator[Finding]:
    """`table` is the key that the prices stand under, where a key holds an object of them."""
    for key, price in value.items():
        where = pointer + pointer_to(key)
        if type(price) is Decimal:
            dotted = f"{table}.{key}" if table in NESTED_KEYS else key
            if not is_exact(price) and (parsed := parse_key(dotted)):
                yield _dirty(price, where, parsed.unit)
        elif type(price) is dict:
            yield from _dirt(price, where, key)
        elif type(price) is list:
            items = {str(index): item for index, item in enumerate(price)}
            yield from _dirt(items, where)


def _dirty(price: Decimal, pointer: str, unit: Unit) -> Finding:
    token = is_token_unit(unit.name) and unit.priced_by == 1
    written = f"{dollar_text(f'{price.scaleb(6):f}')} / 1M" if token else dollar_text(f"{price:f}")
    limit = "six" if token else "twelve"
    loaded = short_rate(pico_usd(price), unit.name)
    return FLOAT_DIRT.finding(
        pointer,
        f"{written} has more than {limit} decimals",
        f"it is loaded as {loaded}; write the published price",
    )
