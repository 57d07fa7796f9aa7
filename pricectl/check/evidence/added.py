"""Rows and prices that the base does not have, against the reference and other sellers.

Most real mistakes come with a new row, where no old price can be compared: the same model elsewhere
says what its price may be.
"""

from collections.abc import Collection, Iterator

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, OUTPUT, is_reseller, median_price
from pricectl.check.evidence.prices import (
    FoundPrice,
    dated_prices_of,
    is_far_off,
    is_listed,
    prices_of,
)
from pricectl.check.evidence.rows import added_prices, added_rows, edited_rows
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import plural
from pricectl.core.model import Model
from pricectl.core.sanity.moves import ERROR_TIMES_DOUBLED, WARNING_TIMES, is_cache

# Times off the market. Resellers choose their prices: theirs spread further.
RESELLER_ERROR_TIMES, RESELLER_WARNING_TIMES = 20, 5


def _row(model: str, prices: str) -> str:
    return f'{{"openai": {{"{model}": {{{prices}}}}}}}'


_BASE = _row("gpt-4o", '"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05')
_RIGHT = '"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06'
_KNOWN = (
    '{"openai": {"gpt-4.1": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,\n'
    '                        "cache_read_input_token_cost": 5e-07},\n'
    '            "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
)
PRICE_OFF_MARKET = Rule(
    "price-off-market",
    "error",
    "a new price is 9.5 times or more off what the model costs elsewhere",
    "Sellers of one model differ by a few times at most; a slipped exponent is ten times off. "
    "For a reseller it is a power of ten, or 20 times. More than three times, for a reseller five, "
    "is a warning.",
    _row("gpt-4.1", '"input_cost_per_token": 2e-05, "output_cost_per_token": 8e-05'),
    _row("gpt-4.1", _RIGHT),
    "Check the exponent and the seller's page; if it is right, acknowledge it in "
    "metadata.acknowledged.",
    base=_BASE,
    reference=_KNOWN,
)
PRICE_UNLIKE_REFERENCE = Rule(
    "price-unlike-reference",
    "warning",
    "a new price is not the one that the reference has for the same row",
    "For a row that a price list knows, its value is right in six of seven cases.",
    _row("gpt-4.1", '"input_cost_per_token": 3e-06, "output_cost_per_token": 8e-06'),
    _row("gpt-4.1", _RIGHT),
    "Compare it with the seller's page; waive the rule for the row if you pay another price.",
    base=_BASE,
    reference=_KNOWN,
)
PRICE_COPIED = Rule(
    "price-copied",
    "error",
    "a row has newly the input and output prices of another model of its seller",
    "A row that was copied to make another one keeps its prices until somebody looks. An error if "
    "the row is new and the reference has others for it, else a warning.",
    _row("gpt-4.1", '"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05'),
    _row("gpt-4.1", _RIGHT),
    "Write the model's own prices; acknowledge or waive it if both models cost the same.",
    base=_BASE,
    reference=_KNOWN,
)
RULES = (PRICE_OFF_MARKET, PRICE_UNLIKE_REFERENCE, PRICE_COPIED)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Each price that the base does not have, and each row that it does not have."""
    for model, added in added_prices(context):
        is_new = context.evidence.base_row(model) is None
        yield from _judge(market, model, added, is_new=is_new)
    for model in added_rows(context):
        yield from _dated(market, model, None)
    for old, new in edited_rows(context):
        yield from _dated(market, new, old)
        if _pair(old) != _pair(new):
            yield from _copied(market, new, [], is_new=False)


def _judge(
    market: Market, model: Model, added: list[FoundPrice], *, is_new: bool
) -> Iterator[Finding]:
    listed = market.listed(model)
    doubted = [price for price in added if not is_listed(listed, price)]
    far_off = [found for price in doubted if (found := off_market(market, model, price))]
    yield from far_off
    denied = [price for price in doubted if listed and listed.price(price.key)]
    copied = list(_copied(market, model, denied, is_new=True)) if is_new else []
    yield from copied
    if denied and not far_off and not any(one.severity == "error" for one in copied):
        first, more = denied[0], len(denied) - 1
        line = evidence_line(first.key, first.pico_usd, beside(market, model, first.key))
        also = f"; {plural(more, 'other price')} of the row differ too" if more else ""
        yield PRICE_UNLIKE_REFERENCE.finding(first.pointer, line + also)


def _dated(market: Market, model: Model, old: Model | None) -> Iterator[Finding]:
    """Prices of dated lists that are new and that the reference has at no date."""
    listed = market.listed(model)
    for price in dated_prices_of(model, old):
        finding = None if is_listed(listed, price) else off_market(market, model, price)
        if finding and finding.severity == "error":
            yield finding


def off_market(market: Market, model: Model, price: FoundPrice) -> Finding | None:
    """A finding if a price is far off its row in the reference, else off the other sellers."""
    listed = market.listed(model)
    known = listed.nearest_price(price.key, price.pico_usd) if listed else 0
    looser = is_reseller(model) and not known
    # Sellers choose what a cached token costs: true shares of input differ by 50 times.
    median = known
    if not known and not is_cache(price.unit):
        agreed = market.negotiated(model)
        factor = (agreed.factor if agreed else None) or 1
        median = round(median_price(market.others(model), price.key) * factor)
    if not (median and price.pico_usd):
        return None
    low, high = sorted((median, price.pico_usd))
    error_doubled = 2 * RESELLER_ERROR_TIMES if looser else ERROR_TIMES_DOUBLED
    # True cuts of a cache price by 50 times exist, so its list may be behind.
    is_error = is_far_off(median, price.pico_usd, error_doubled) and not is_cache(price.unit)
    if not is_error and high <= low * (RESELLER_WARNING_TIMES if looser else WARNING_TIMES):
        return None
    witnesses = beside(market, model, price.key)
    if not known:
        witnesses.insert(0, Witness("median of the model's sellers", median))
    finding = PRICE_OFF_MARKET.finding(
        price.pointer, evidence_line(price.key, price.pico_usd, witnesses)
    )
    return finding if is_error else finding._replace(severity="warning")


def _copied(
    market: Market, model: Model, denied: Collection[FoundPrice], *, is_new: bool
) -> Iterator[Finding]:
    """A finding if a row has another model's input and output; `denied` by the reference: an error.

    Resellers have one price for many models.
    """
    if not all(_pair(model)):
        return
    own, listed = {price.key: price for price in prices_of(model)}, market.listed(model)
    pair = own[INPUT], own[OUTPUT]
    if all(is_listed(listed, price) for price in pair):
        return
    is_denied = is_new and all(price in denied for price in pair)
    if is_reseller(model) and not is_denied:
        return
    copy_of = market.seller(model).first_with_pair(model, _pair(model))
    if copy_of:
        line = evidence_line(INPUT, pair[0].pico_usd, beside(market, model, INPUT))
        message = f"{line}; input and output are those of {copy_of.name}"
        finding = PRICE_COPIED.finding(pair[0].pointer, message)
        yield finding if is_denied else finding._replace(severity="warning")


def _pair(model: Model) -> tuple[int, int]:
    rates = model.prices.rates
    return rates.get(INPUT, (0, ""))[0], rates.get(OUTPUT, (0, ""))[0]
