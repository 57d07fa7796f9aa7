"""Rules about input against output, and about prices that are zero or missing."""

from collections.abc import Iterator

from pricectl.check.findings import Finding
from pricectl.check.rules.base import TEXT_MODES, Context, Rule, mode_of, own_key
from pricectl.core.labels import label, ratio_text, short_rate
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.sanity.bounds import Bounds
from pricectl.core.sanity.rows import SIDES, gives_away
from pricectl.core.units import UNITS, is_price_like

# Of the models that sell both, few charge more for output than this many times input.
MAX_OUTPUT_OVER_INPUT = 10
ZERO_PRICE = Rule(
    "zero-price",
    "error",
    "a price is zero and the row is not marked free",
    "A price that is missing often arrives as 0; calls then cost nothing and budgets never end.",
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0}}}',
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 0, "output_cost_per_token": 0,\n'
    '             "free": true}}}',
    'Write the price, or "free": true if it costs nothing.',
)
FREE_BUT_PRICED = Rule(
    "free-but-priced",
    "warning",
    "a row marked free has prices",
    "The mark and the prices cannot both be right.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "free": true}}}',
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}}',
    "Delete the mark, or the prices.",
)
PRICE_MISSING = Rule(
    "price-missing",
    "warning",
    "a row lacks a price that its calls need",
    "The tokens are quoted as unpriced and add nothing to the bill.",
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 1e-06}}}',
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-06}}}',
    'Add the price, or "free": true with prices of zero.',
)
OUTPUT_BELOW_INPUT = Rule(
    "output-below-input",
    "error",
    "output is cheaper than input",
    "Providers charge more for output, so the two prices are probably swapped.",
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 1e-05, "output_cost_per_token": 2e-06}}}',
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 1e-05}}}',
    "Swap them, or waive the rule for this row with the provider's page as the reason.",
)
OUTPUT_FAR_ABOVE_INPUT = Rule(
    "output-far-above-input",
    "warning",
    "output costs more than ten times input",
    "Output usually costs 1 to 10 times input, so one of the two is probably wrong.",
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 1e-06, "output_cost_per_token": 2e-05}}}',
    '{"x": {"m": {"mode": "chat", "input_cost_per_token": 2e-06, "output_cost_per_token": 2e-05}}}',
    "Compare both with the provider's page.",
)
RULES = (
    ZERO_PRICE,
    FREE_BUT_PRICED,
    PRICE_MISSING,
    OUTPUT_BELOW_INPUT,
    OUTPUT_FAR_ABOVE_INPUT,
)


def check(context: Context) -> Iterator[Finding]:
    """Zeros, missing prices, and input against output of every row."""
    for model in context.rows_alone:
        yield from _zero(model)
        if mode_of(model) in TEXT_MODES:
            for prices in model.all_lists:
                yield from _output_against_input(prices, context.bounds)


def _output_against_input(prices: PriceList, bounds: Bounds) -> Iterator[Finding]:
    rates = prices.rates
    for (unit, above, service), (output, key) in rates.items():
        own = rates.get(("input", above, service)) if unit == "output" else None
        where = own_key(prices, key, own[1]) if own else ""
        if not own or not own[0] or not output or not where:
            continue
        if not (bounds["output"].contains(output) and bounds["input"].contains(own[0])):
            continue  # reported already, and it proves nothing about the other price
        pointer, cost = prices.pointer_to(where), own[0]
        name = label("output", above, service)
        if output < cost:
            yield OUTPUT_BELOW_INPUT.finding(
                pointer,
                f"{name} at {short_rate(output, 'output')} is below input at "
                f"{short_rate(cost, 'input')}",
                "are the two swapped?",
            )
        elif output > MAX_OUTPUT_OVER_INPUT * cost:
            yield OUTPUT_FAR_ABOVE_INPUT.finding(
                pointer,
                f"{name} at {short_rate(output, 'output')} is {ratio_text(output, cost)} "
                "the input at "
                f"{short_rate(cost, 'input')}",
            )


def _zero(model: Model) -> Iterator[Finding]:
    row, rates = model.pointer, model.prices.rates
    if model.is_free:
        if any(pico for pico, _ in rates.values()):
            message = "the row is marked free and has prices"
            yield FREE_BUT_PRICED.finding(f"{row}/free", message)
        return
    zero = [key for key in rates if not rates[key][0] and gives_away(key, model.prices, model)]
    is_text = mode_of(model) in TEXT_MODES
    if zero:
        units = " and ".join(unit for unit, _, _ in zero)
        message = f"the {units} price is zero" if is_text else "every price of the row is zero"
        yield ZERO_PRICE.finding(model.prices.pointer_to(rates[zero[0]][1]), message)
    if is_text:
        yield from _missing_sides(model)
    elif not rates and not any(map(is_price_like, model.entry)):
        yield PRICE_MISSING.finding(row, "the row has no price", on_key=True)


def _missing_sides(model: Model) -> Iterator[Finding]:
    """Rows that write text need a price on both sides."""
    row, rates = model.pointer, model.prices.rates
    missing = [
        unit for unit in SIDES if (unit, 0, "") not in rates and UNITS[unit].key not in model.entry
    ]
    units = {unit for unit, _, _ in rates}
    # Rows that charge requests, seconds or characters need no price of tokens.
    if missing and (not units or units & {*SIDES}):
        message = f"no {' and no '.join(missing)} price: those tokens add nothing to a bill"
        yield PRICE_MISSING.finding(row, message, on_key=True)
