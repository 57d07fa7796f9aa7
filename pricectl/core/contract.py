"""What a team pays for a call by a rule of its profile, instead of the list price."""

from fractions import Fraction

from pricectl.core.calculator import parts_of
from pricectl.core.priced_call import Quote, product
from pricectl.core.prices import PriceList
from pricectl.core.profile_rules import ProfileRule
from pricectl.core.rates import Rate, Rates, overlaid
from pricectl.core.units import STANDARD, parse_key

# Begins the key of a rate that a rule states, so that it differs from the row's key.
RULE_PREFIX = "rule:"


def contract_pico_usd(quote: Quote, rule: ProfileRule) -> Fraction:
    """What the team pays for one request by the rule, exact, in picodollars.

    A factor multiplies the exact total. Prices are written over the row's of the same keys, and the
    call is priced by the result, at the row's factors for service and region.
    """
    if rule.factor is not None:
        return quote.pico_usd * rule.factor
    prices = with_rule_prices(quote.prices, rule, quote.service)
    passed = prices.tiers_passed(-(-quote.usage.input_tokens // quote.requests))
    parts = parts_of(prices, quote.usage, passed, quote.service, quote.region, quote.requests)
    tiers = range(len(parts)) if len(parts) > 1 else (passed,)
    total = 0
    for tier, (counts, _) in zip(tiers, parts, strict=True):
        card = ContractCard(prices, quote.prices, tier, quote.service, quote.region)
        total += sum(product(unit, count, card[unit]) for unit, count in counts)
    return Fraction(total)


def with_rule_prices(prices: PriceList, rule: ProfileRule, service: str) -> PriceList:
    """The price list with the rule's prices in place of its own.

    A price key without a service is the standard price; in a rule about services it is the price
    at the call's service.
    """
    own: Rates = {}
    for key, pico_usd in rule.prices:
        parsed = parse_key(key)
        if parsed:
            word = service if rule.service and parsed.service == STANDARD else parsed.service
            own[parsed.unit.name, parsed.above_tokens, word] = pico_usd, RULE_PREFIX + key
    return PriceList(
        overlaid(dict(prices.rates), own),
        prices.entry,
        pointer=prices.pointer,
        kind=prices.kind,
        marginal=prices.marginal,
        inclusive=prices.inclusive,
        is_off_peak=prices.is_off_peak,
        uplifts=prices.uplifts,
        counting=prices.counting,
    )


class ContractCard:
    """The rates of a request that has passed `tier` thresholds, where a rule states prices.

    `prices` are those of `with_rule_prices`, `listed` the row's own. Where the row has a factor for
    the service, a price of the rule at that service must not take the factor off the other units:
    they keep the row's rate.
    """

    __slots__ = ("_card", "_listed")

    def __init__(
        self, prices: PriceList, listed: PriceList, tier: int, service: str, region: str
    ) -> None:
        self._card = self._listed = prices.card(tier, service, region)
        if listed.service_factor(service) is not None:
            above = prices.thresholds[tier - 1] if tier else 0
            passed = sum(threshold <= above for threshold in listed.thresholds)
            self._listed = listed.card(passed, service, region)

    def __getitem__(self, unit: str) -> Rate:
        own = self._card[unit]
        return own if own.key.startswith(RULE_PREFIX) else self._listed[unit]
