"""Rows and prices that the base does not have, against the reference and other sellers.

Most real mistakes come with a new row, where no old price can be compared: the same model elsewhere
says what its price may be.
"""

from collections.abc import Iterator

from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, OUTPUT, Offer, is_reseller, median_price
from pricectl.check.evidence.prices import (
    ERROR_TWICE,
    FoundPrice,
    added_prices,
    dated_prices_of,
    is_far_off,
    is_listed,
)
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import plural
from pricectl.core.model import Model
from pricectl.core.sanity.moves import is_cache

# Times off the market, doubled: an error from 9.5, a warning beyond 3. Resellers choose their
# prices: theirs spread further.
WARNING_TWICE = 6
RESELLER_ERROR_TWICE, RESELLER_WARNING_TWICE = 40, 10


def _row(model: str, prices: str) -> str:
    return f'{{"openai": {{"{model}": {{{prices}}}}}}}'


_BASE = _row("gpt-4o", '"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05')
_RIGHT = '"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06'
_KNOWN = (
    '{"openai": {"gpt-4.1": {"input_cost_per_token": 2e-06, "output_cost_per_token": 8e-06,\n'
    '                        "cache_read_input_token_cost": 5e-07},\n'
    '            "gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
)
OFF_MARKET = Rule(
    "price-off-market",
    "error",
    "a new price is a power of ten, or 9.5 times and more, off what the model costs elsewhere",
    "Sellers of one model differ by a few times at most; a slipped exponent is ten times off. "
    "More than three times (five for a reseller) is a warning.",
    _row("gpt-4.1", '"input_cost_per_token": 2e-05, "output_cost_per_token": 8e-05'),
    _row("gpt-4.1", _RIGHT),
    "Check the exponent and the seller's page; if it is right, acknowledge it in "
    "metadata.acknowledged.",
    base=_BASE,
    reference=_KNOWN,
)
UNLIKE_REFERENCE = Rule(
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
COPIED = Rule(
    "price-copied",
    "error",
    "a new row has another model's prices, and the reference has others for it",
    "A row that was copied to make another one keeps its prices until somebody looks.",
    _row("gpt-4.1", '"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05'),
    _row("gpt-4.1", _RIGHT),
    "Write the model's own prices.",
    base=_BASE,
    reference=_KNOWN,
)
RULES = (OFF_MARKET, UNLIKE_REFERENCE, COPIED)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Each price that the base does not have, and each row that it does not have."""
    base = context.evidence.base
    for model, added in added_prices(context):
        is_new = base is not None and model.full_name not in base.by_full_name
        yield from _judge(market, model, added, is_new=is_new)
    for model in context.catalog.models if base else ():
        old = base.by_full_name.get(model.full_name) if base else None
        if model.dated and (old is None or old.entry != model.entry):
            yield from _dated(market, model, old)


def _judge(
    market: Market, model: Model, added: list[FoundPrice], *, is_new: bool
) -> Iterator[Finding]:
    listed = market.listed(model)
    doubted = [price for price in added if not is_listed(listed, price)]
    far_off = [found for price in doubted if (found := off_market(market, model, price))]
    yield from far_off
    denied = [price for price in doubted if listed and listed.price(price.key)]
    copy_of = _copied_from(market, model, denied) if is_new else None
    if copy_of:
        first = next(price for price in denied if price.key == INPUT)
        line = evidence_line(INPUT, first.pico_usd, beside(market, model, INPUT))
        message = f"{line}; input and output are those of {copy_of.name}"
        yield COPIED.finding(first.pointer, message)
    elif denied and not far_off:
        first, more = denied[0], len(denied) - 1
        line = evidence_line(first.key, first.pico_usd, beside(market, model, first.key))
        also = f"; {plural(more, 'other price')} of the row differ too" if more else ""
        yield UNLIKE_REFERENCE.finding(first.pointer, line + also)


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
    is_error = is_far_off(median, price.pico_usd, RESELLER_ERROR_TWICE if looser else ERROR_TWICE)
    # True cuts of a cache price by 50 times exist, so its list may be behind.
    is_error = is_error and not is_cache(price.unit)
    if not is_error and high * 2 <= low * (RESELLER_WARNING_TWICE if looser else WARNING_TWICE):
        return None
    witnesses = beside(market, model, price.key)
    if not known:
        witnesses.insert(0, Witness("median of the model's sellers", median))
    finding = OFF_MARKET.finding(price.pointer, evidence_line(price.key, price.pico_usd, witnesses))
    return finding if is_error else finding._replace(severity="warning")


def _copied_from(market: Market, model: Model, denied: list[FoundPrice]) -> Offer | None:
    """The seller's row for another model with the same input and output."""
    own = {price.key: price.pico_usd for price in denied}
    if INPUT not in own or OUTPUT not in own:
        return None
    return market.seller(model).first_with_pair(model, (own[INPUT], own[OUTPUT]))
