"""The ratios of a row's own prices: what sellers ask for a tier, a service, output, reasoning.

A slip that moves one price of a row, or a price copied from another place, shows here even where
no other seller is known.
"""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, OUTPUT
from pricectl.check.evidence.prices import (
    FoundPrice,
    dated_prices_of,
    is_far_off,
    is_listed,
    prices_of,
)
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import TEXT_MODES, Context, Rule, mode_of
from pricectl.core.labels import label
from pricectl.core.model import Model
from pricectl.core.prices import PriceList
from pricectl.core.rates import RateKey
from pricectl.core.sanity.moves import is_cache
from pricectl.core.units import STANDARD

BATCHES = "batches"
# Output close to input, in a seller's list where it costs three to five times as much.
CLOSE, MIN_ROWS = Fraction(3, 2), 4


def _row(more: str) -> str:
    prices = '"input_cost_per_token": 1e-06, "output_cost_per_token": 4e-06'
    return f'{{"x": {{"m": {{{prices}{more}}}}}}}'


def _batches(price: str) -> str:
    return _row(f', "input_cost_per_token_batches": {price}')


_BASE = '{"x": {"m-0": {"input_cost_per_token": 1e-06}}}'
PRICE_OFF_STANDARD = Rule(
    "price-off-standard",
    "error",
    "a tier or service price is 9.5 times or more off the price below it",
    "Batch costs half, long context and priority twice the standard price; six times was seen.",
    _batches("5e-08"),
    _batches("5e-07"),
    "Check the exponent; if it is right, acknowledge it in metadata.acknowledged.",
    reference='{"y": {"m-0": {"input_cost_per_token": 1e-06}}}',
)
BATCH_EQUALS_BASE = Rule(
    "batch-equals-base",
    "warning",
    "a batch price is the standard price",
    "Batch is sold at a discount, mostly half; the standard price was probably copied.",
    _batches("1e-06"),
    _batches("5e-07"),
    "Write the batch price, or leave the key out.",
    base=_batches("5e-07"),
)
REASONING_OFF_OUTPUT = Rule(
    "reasoning-off-output",
    "error",
    "reasoning costs 9.5 times or more what output costs, or as little as a tenth",
    "Reasoning tokens are output tokens; sellers charge them alike or a few times as much.",
    _row(', "output_cost_per_reasoning_token": 4e-05'),
    _row(', "output_cost_per_reasoning_token": 4e-06'),
    "Check the exponent, or leave the key out.",
    base=_BASE,
)
OUTPUT_CLOSE_TO_INPUT = Rule(
    "output-close-to-input",
    "warning",
    "output costs about as much as input, which it does in no other row of the seller",
    "The price of another side or service was probably copied.",
    '{"x": {"m": {"input_cost_per_token": 1e-06, "output_cost_per_token": 1.2e-06}}}',
    _row(""),
    "Compare both with the seller's page.",
    base=_BASE,
    reference='{"x": {'
    + ",\n       ".join(
        f'"m-{number}": {{"input_cost_per_token": 1e-06, "output_cost_per_token": {number}e-06}}'
        for number in (3, 4, 5, 6)
    )
    + "}}",
)
RULES = (PRICE_OFF_STANDARD, BATCH_EQUALS_BASE, REASONING_OFF_OUTPUT, OUTPUT_CLOSE_TO_INPUT)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Rows that are new or changed since the base; without a base every row."""
    base = context.evidence.base
    for model in context.catalog.models:
        old = context.evidence.base_row(model)
        if old is not None and old.entry == model.entry:
            continue
        yield from _off_standard(market, model)
        if base:
            yield from _batch_equals_base(market, old, model)
        if market.judges_structure(model):
            yield from _reasoning(market, model)
            yield from _close(market, model)


def _off_standard(market: Market, model: Model) -> Iterator[Finding]:
    """Each price of a tier or service that no seller's ratio to the standard price explains."""
    listed = market.listed(model)
    for price in (*prices_of(model), *dated_prices_of(model)):
        _, tier, service = price.key
        below = _next_below(price.prices, price.key) if tier or service else None
        standard, _ = price.prices.rates[below] if below else (0, "")
        if below is None or not standard or not price.pico_usd or is_cache(price.unit):
            continue
        if is_far_off(price.pico_usd, standard) and not is_listed(listed, price):
            witnesses = [Witness(label(*below), standard), *beside(market, model, price.key)]
            line = evidence_line(price.key, price.pico_usd, witnesses)
            yield PRICE_OFF_STANDARD.finding(price.pointer, line)


def _next_below(prices: PriceList, key: RateKey) -> RateKey | None:
    """The price that a tier or service is compared with: the tier below it, else the standard."""
    unit, tier, service = key
    lower = [known for known in (0, *prices.thresholds) if known < tier]
    keys: list[RateKey] = [(unit, known, service) for known in reversed(lower)]
    return next((one for one in (*keys, (unit, tier, STANDARD)) if one in prices.rates), None)


def _batch_equals_base(market: Market, old: Model | None, model: Model) -> Iterator[Finding]:
    """Batch prices that are new or changed, and equal to the standard one."""
    had, listed = old.prices.rates if old else {}, market.listed(model)
    for price in prices_of(model):
        unit, tier, service = price.key
        standard = model.prices.rates.get((unit, tier, STANDARD))
        is_new = had.get(price.key) != price.own
        is_equal = standard is not None and standard[0] == price.pico_usd != 0
        if service == BATCHES and is_equal and is_new and not is_listed(listed, price):
            witnesses = [Witness("standard", price.pico_usd), *beside(market, model, price.key)]
            line = evidence_line(price.key, price.pico_usd, witnesses)
            yield BATCH_EQUALS_BASE.finding(price.pointer, line)


def _reasoning(market: Market, model: Model) -> Iterator[Finding]:
    listed = market.listed(model)
    for price in prices_of(model):
        _, tier, service = price.key
        output, _ = model.prices.rates.get(("output", tier, service), (0, ""))
        if price.unit != "reasoning" or not output or not price.pico_usd:
            continue
        if is_far_off(price.pico_usd, output) and not is_listed(listed, price):
            line = evidence_line(price.key, price.pico_usd, [Witness("output", output)])
            yield REASONING_OFF_OUTPUT.finding(price.pointer, line)


def _close(market: Market, model: Model) -> Iterator[Finding]:
    """A finding if output is close to input and in every other row of the seller far above it."""
    rates = model.prices.rates
    if INPUT not in rates or OUTPUT not in rates or mode_of(model) not in TEXT_MODES:
        return
    (cost, _), output = rates[INPUT], FoundPrice(model.prices, OUTPUT, rates[OUTPUT])
    is_close = cost and cost <= output.pico_usd < cost * CLOSE
    if not is_close or is_listed(market.listed(model), output):
        return
    if market.seller(model).rows_with_usual_output(model) >= MIN_ROWS:
        line = evidence_line(OUTPUT, output.pico_usd, [Witness("input", cost)])
        yield OUTPUT_CLOSE_TO_INPUT.finding(output.pointer, line)
