"""The rules about what an edit moved or lost: those of `core.sanity`, as findings of a review.

The hint of an error names the acknowledgement that accepts it, so the fixes here do not.
"""

from pricectl.check.rules.base import Rule
from pricectl.check.rules.names import CRITICAL_MODEL_MISSING
from pricectl.check.rules.prices import PRICE_OUT_OF_BOUNDS
from pricectl.check.rules.services import BATCH_ABOVE_BASE
from pricectl.check.rules.shape import EMPTY_CATALOG
from pricectl.check.rules.sides import OUTPUT_BELOW_INPUT, ZERO_PRICE


def _row(input_price: str, output_price: str) -> str:
    return (
        f'{{"openai": {{"gpt-4o": {{"input_cost_per_token": {input_price},\n'
        f'                       "output_cost_per_token": {output_price}}}}}}}'
    )


def _rows(count: int, price: str = "1e-06") -> str:
    rows = ",\n       ".join(
        f'"m-{number}": {{"input_cost_per_token": {price}}}' for number in range(1, count + 1)
    )
    return f'{{"x": {{{rows}}}}}'


RIGHT = _row("2.5e-06", "1e-05")
LOWERED = _row("2e-06", "8e-06")
PRICE_MOVED = Rule(
    "price-moved",
    "error",
    "a price moved far from the one in use",
    "By 9.5 times or a power of ten it is an error until somebody acknowledges it, by more than "
    "three times a warning, by more than 1.5 times a note. A note, too, below 50 times if the "
    "reference has the new price.",
    _row("2.5e-05", "2.6e-05"),
    LOWERED,
    "Compare it with the provider's page.",
    base=RIGHT,
)
ROW_MOVED = Rule(
    "row-moved",
    "error",
    "every price of a row moved by one power of ten",
    "No provider does that; a unit was mistaken, per 1,000 tokens for per token.",
    _row("2.5e-05", "1e-04"),
    LOWERED,
    "Divide by what was mistaken.",
    base=RIGHT,
)
FACTOR_MOVED = Rule(
    "factor-moved",
    "error",
    "a factor on every price of a row moved far",
    "One factor multiplies all prices of the row, so it is judged like a price.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "provider_specific_entry": {"us": 11}}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "provider_specific_entry": {"us": 1.2}}}}',
    "Compare it with the provider's page.",
    base='{"x": {"m": {"input_cost_per_token": 1e-06, "provider_specific_entry": {"us": 1.1}}}}',
)
FACTOR_OUT_OF_BOUNDS = Rule(
    "factor-out-of-bounds",
    "error",
    "a factor that no provider uses",
    "Known factors are 1.1 to 6; a tenth or ten times is a slip.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "provider_specific_entry": {"us": 11}}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "provider_specific_entry": {"us": 1.1}}}}',
    "Write the factor, not the percentage.",
    base='{"x": {"m": {"input_cost_per_token": 1e-06}}}',
)
CACHE_PRICE_OFF = Rule(
    "cache-price-off",
    "error",
    "a cache price lost its relation to input",
    "Cache reads cost 0.8 to 100% of input, writes 100 to 250%; a slipped digit leaves that range.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-09}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 5e-08}}}',
    "Compare it with the provider's page.",
    base='{"x": {"m": {"input_cost_per_token": 1e-06, "cache_read_input_token_cost": 1e-07}}}',
)
PRICE_LOST = Rule(
    "price-lost",
    "warning",
    "a row has no price any more for something it charged",
    "Its calls are then charged another price, or nothing.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}',
    RIGHT,
    "Put the price back, or mark the row retired.",
    base=RIGHT,
)
MODEL_GONE = Rule(
    "model-gone",
    "warning",
    "a model of the base is gone and no row answers for its name",
    "Its calls are charged the price of an unknown model.",
    _rows(4),
    _rows(5),
    "Keep the row and mark it retired, or name it as another row's alias.",
    base=_rows(5),
)
MANY_MODELS_GONE = Rule(
    "many-models-gone",
    "error",
    "a tenth of the models are gone",
    "A merge or an import cut the file short.",
    _rows(2),
    _rows(4),
    "Restore the rows.",
    base=_rows(5),
)
MANY_ALIASES_GONE = Rule(
    "many-aliases-gone",
    "error",
    "a tenth of the aliases are gone",
    "Names that clients send would be charged the price of an unknown model.",
    '{"x": {"m": {"input_cost_per_token": 1e-06}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "aliases": ["one", "two", "three"]}}}',
    "Restore the aliases.",
    base='{"x": {"m": {"input_cost_per_token": 1e-06, "aliases": ["one", "two", "three"]}}}',
)
MANY_PRICES_MOVED = Rule(
    "many-prices-moved",
    "error",
    "a third of the rows moved five times or more",
    "A mistaken unit shows in many rows at once.",
    _rows(5, "8e-06"),
    _rows(5, "2e-06"),
    "Find the unit that was mistaken.",
    base=_rows(5),
)
UNIT_WITHOUT_BOUNDS = Rule(
    "unit-without-bounds",
    "info",
    "a price of a unit that no known row has",
    "Nothing is known that it could be compared with.",
    '{"x": {"m": {"input_cost_per_pixel": 1e-07}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06}}}',
    "Compare it with the provider's page; `limits` of the settings can bound it.",
    base='{"x": {"m-0": {"input_cost_per_token": 1e-06}}}',
)
RULES = (
    PRICE_MOVED,
    ROW_MOVED,
    FACTOR_MOVED,
    FACTOR_OUT_OF_BOUNDS,
    CACHE_PRICE_OFF,
    PRICE_LOST,
    MODEL_GONE,
    MANY_MODELS_GONE,
    MANY_ALIASES_GONE,
    MANY_PRICES_MOVED,
    UNIT_WITHOUT_BOUNDS,
)
# Every rule of `core.sanity` under its name there; a test compares both tables.
BY_ID = {
    rule.id: rule
    for rule in (
        *RULES,
        EMPTY_CATALOG,
        CRITICAL_MODEL_MISSING,
        ZERO_PRICE,
        PRICE_OUT_OF_BOUNDS,
        OUTPUT_BELOW_INPUT,
        BATCH_ABOVE_BASE,
    )
}
