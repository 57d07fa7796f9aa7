"""The three prices of a call: by the list, by the team's contract, and for the customer.

The rules of a profile decide the second and third. Without rules the contract price is the list
price, and the customer pays it with the profile's markup.
"""

from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.contract import contract_pico_usd
from pricectl.core.naming.sellers import varies_by_upstream
from pricectl.core.priced_call import Quote
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import Effect, ProfileRule, RuleCall, day_of, first_fitting

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


class StatedCost(NamedTuple):
    """What a response says that the call cost, in picodollars, and who served it."""

    pico_usd: int
    seller: str = ""


def stated_cost(reading: "Reading | None") -> StatedCost | None:
    """What a response says that it cost; None if it does not say."""
    if reading is None or reading.reported_pico_usd is None:
        return None
    return StatedCost(reading.reported_pico_usd, reading.provider)


class DecidingRule(NamedTuple):
    """A rule that decides an effect for a call; `position` counts the profile's rules from 0."""

    effect: Effect
    position: int
    rule: ProfileRule


def with_markup(pico_usd: int | Fraction, markup_percent: Fraction) -> Fraction:
    """A cost with a markup, exact.

    In whole numbers, because each charge of a job needs it twice, and the same formula of fractions
    takes three times as long.

    >>> with_markup(1000, Fraction(30))
    Fraction(1300, 1)
    """
    hundred = 100 * markup_percent.denominator
    numerator = pico_usd.numerator * (hundred + markup_percent.numerator)
    return Fraction(numerator, pico_usd.denominator * hundred)


class CustomerPrice(NamedTuple):
    """The list, contract and customer price of one call, exact, in picodollars.

    `contract_pico_usd` is what the team pays: the list price, that of a cost rule, or with
    `is_stated` what the response says. `markup_percent` is None where several requests of the call
    have different markups. `customer_pico_usd` is the contract price with markup, plus the fee.
    """

    quote: Quote
    contract_pico_usd: Fraction
    markup_percent: Fraction | None
    fee_pico_usd: int
    customer_pico_usd: Fraction
    rules: tuple[DecidingRule, ...] = ()
    is_stated: bool = False

    @property
    def list_pico_usd(self) -> int:
        """The price by the catalog."""
        return self.quote.pico_usd


def customer_price(
    quote: Quote,
    profile: Profile,
    *,
    account: str = "",
    at: date | None = None,
    stated: StatedCost | None = None,
) -> CustomerPrice:
    """What a call costs by the list, by contract, and the customer.

    Args:
        quote: the call at list prices.
        profile: how the customer is charged.
        account: the customer, for the rules that name accounts.
        at: the day or UTC instant of the call; None: only rules without dates fit.
        stated: what the response says that the call cost. It is the contract price if the profile
            prefers it and the seller's price varies by upstream.

    A call that used nothing has no fee. Several requests of one call have one fee, by the rule for
    the first of them, and each its own cost and markup.
    """
    if not profile.rules and not profile.prefer_stated_cost:  # nearly every profile
        return _priced(quote, Fraction(quote.pico_usd), profile.markup_percent)
    calls = [(request, _rule_call(request, account, at)) for request in (quote.rounds or (quote,))]
    found: dict[DecidingRule, None] = {}
    fee = _decide(profile, "fee", calls[0][1], found)
    fee_pico_usd = (fee.fee_pico_usd or 0) if fee and quote.usage.counts else 0
    if profile.prefer_stated_cost and stated and is_booked(quote, stated):
        markup = _markup(profile, calls[0][1], found)
        price = _priced(quote, Fraction(stated.pico_usd), markup, fee_pico_usd)
        return price._replace(rules=tuple(found), is_stated=True)
    contract, customer, markups = Fraction(0), Fraction(0), set()
    for request, call in calls:
        cost_rule = _decide(profile, "cost", call, found)
        cost = contract_pico_usd(request, cost_rule) if cost_rule else request.pico_usd
        markup = _markup(profile, call, found)
        contract += cost
        customer += with_markup(cost, markup)
        markups.add(markup)
    only = markups.pop() if len(markups) == 1 else None
    return CustomerPrice(quote, contract, only, fee_pico_usd, customer + fee_pico_usd, tuple(found))


def is_booked(quote: Quote, stated: StatedCost) -> bool:
    """Whether a stated cost can say more than the row, since the seller's price varies by upstream.

    The seller is who served the call, as the response says, or whose row answers. A row says for
    itself with `varies_by_upstream`, true or false.
    """
    said = quote.match.model.entry.get("varies_by_upstream")
    if isinstance(said, bool):
        return said
    return varies_by_upstream(stated.seller) or varies_by_upstream(quote.match.model.provider)


def _priced(
    quote: Quote, cost: Fraction, markup_percent: Fraction, fee_pico_usd: int = 0
) -> CustomerPrice:
    customer = with_markup(cost, markup_percent) + fee_pico_usd
    return CustomerPrice(quote, cost, markup_percent, fee_pico_usd, customer)


def _rule_call(request: Quote, account: str, at: date | None) -> RuleCall:
    model = request.match.model
    return RuleCall(model.provider, model.name, request.service, account, day_of(at))


def _markup(profile: Profile, call: RuleCall, found: dict[DecidingRule, None]) -> Fraction:
    rule = _decide(profile, "markup", call, found)
    if rule is None or rule.markup_percent is None:
        return profile.markup_percent
    return rule.markup_percent


def _decide(
    profile: Profile, effect: Effect, call: RuleCall, found: dict[DecidingRule, None]
) -> ProfileRule | None:
    """The rule that decides an effect, noted in `found`."""
    position = first_fitting(profile.rules, effect, call)
    if position is None:
        return None
    rule = profile.rules[position]
    found[DecidingRule(effect, position, rule)] = None
    return rule
