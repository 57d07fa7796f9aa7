"""Cache prices by their share of input, which sellers choose and keep for all their models."""

from collections.abc import Iterator
from fractions import Fraction

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.prices import FoundPrice, is_far_off, is_listed, prices_of
from pricectl.check.evidence.rows import EditedRow, added_prices, edited_rows
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.model import Model
from pricectl.core.sanity.moves import is_cache


def _row(cached: str) -> str:
    prices = '"input_cost_per_token": 1e-06, "output_cost_per_token": 8e-06'
    return f'{{"x": {{"m": {{{prices},\n             "cache_read_input_token_cost": {cached}}}}}}}'


CACHE_SHARE_MOVED = Rule(
    "cache-share-moved",
    "warning",
    "the share of input that a cache price is moved 9.5 times or more",
    "Real cuts of this size exist, so this is a warning; mostly a digit slipped.",
    _row("1e-08"),
    _row("5e-08"),
    "Compare it with the seller's page.",
    base=_row("1e-07"),
)
CACHE_SHARE_ODD = Rule(
    "cache-share-odd",
    "warning",
    "a new cache read price is not a usual share of input",
    "A seller has a few shares, such as a tenth or a quarter; another one is a rounded price or "
    "another model's.",
    _row("2.8e-07"),
    _row("2.5e-07"),
    "Compare it with the seller's page.",
    base='{"x": {"m-0": {"input_cost_per_token": 1e-06}}}',
    reference='{"x": {"m-1": {"input_cost_per_token": 2e-06,\n'
    '               "cache_read_input_token_cost": 5e-07}}}',
)
RULES = (CACHE_SHARE_MOVED, CACHE_SHARE_ODD)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Cache prices that moved alone, and cache reads that the base does not have."""
    for edit in edited_rows(context):
        yield from _moved(market, context, edit)
    for model, added in added_prices(context):
        listed = market.listed(model)
        for price in added:
            if price.unit == "cache_read" and not is_listed(listed, price):
                yield from _share(market, model, price)


def _moved(market: Market, context: Context, edit: EditedRow) -> Iterator[Finding]:
    listed = market.listed(edit.new)
    for price in prices_of(edit.new):
        _, tier, service = price.key
        if not is_cache(price.unit) or price.key not in edit.old.prices.rates:
            continue
        moved = edit.moved(price.key) / edit.moved(("input", tier, service))
        if is_far_off(moved.numerator, moved.denominator) and not is_listed(listed, price):
            deployed = Witness(context.evidence.base_name, edit.deployed(price.key))
            witnesses = [deployed, *beside(market, edit.new, price.key)]
            line = evidence_line(price.key, price.pico_usd, witnesses)
            yield CACHE_SHARE_MOVED.finding(price.pointer, line)


def _share(market: Market, model: Model, price: FoundPrice) -> Iterator[Finding]:
    """A finding if a cache read has a share of input that none of the seller's rows has."""
    _, tier, service = price.key
    whole = model.prices.charged_pico_usd(("input", tier, service))
    if not (whole and price.pico_usd) or price.pico_usd > whole:
        return
    known = market.seller(model).has_share(model, Fraction(price.pico_usd, whole))
    if known is False:
        witnesses = [Witness("input", whole), *beside(market, model, price.key)]
        yield CACHE_SHARE_ODD.finding(
            price.pointer, evidence_line(price.key, price.pico_usd, witnesses)
        )
