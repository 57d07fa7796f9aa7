"""The most that a call can cost, worked out before it is made.

Whoever pays a provider for a customer holds this much of the customer's credits first: what is not
known yet (cached or not, reasoning or not, the hour of the call) is taken at its dearest.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate, pairwise
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.contract import with_rule_prices
from pricectl.core.counting import CountRule, billed_counts
from pricectl.core.credits import BUDGET_MODES, Job, Mode, client_cost, exact_credits, job_credits
from pricectl.core.customer_price import with_markup
from pricectl.core.errors import BadUsage
from pricectl.core.labels import region_word, service_word
from pricectl.core.lookup import find
from pricectl.core.model import Match, Model
from pricectl.core.money import divide
from pricectl.core.priced_call import product
from pricectl.core.prices import PriceList
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import EFFECTS, Effect, ProfileRule, RuleCall
from pricectl.core.rates import RateCard
from pricectl.core.token_kinds import TOKEN_KINDS
from pricectl.core.units import KNOWN_SERVICES, STANDARD, UNITS
from pricectl.core.usage import Counts, Usage
from pricectl.core.windows import as_instant, is_naive

# As a service or a region: whichever of the row's is the dearest.
ANY = "*"

_UNITS_OF_SIDE = {
    side: tuple(kind.unit for kind in TOKEN_KINDS if kind.side == side)
    for side in ("input", "output")
}


class UpperBound(NamedTuple):
    """The most that a call can cost: picodollars, and the tokens it can use in all.

    `match` is the row that was assumed. A call with fewer tokens never costs more. `terms` are the
    price lists that can be charged, each with its service and region, and the usage and number of
    requests at most.
    """

    match: Match
    pico_usd: int
    tokens: int
    used: bool
    terms: "tuple[BoundTerms, ...]" = ()

    def credits(
        self, mode: Mode, profile: Profile, before: Job | None = None, account: str = ""
    ) -> int:
        """The most whole credits that the call adds to its job, the profile's rules included.

        `before` is what the job has used so far; None: whatever it has used, which is rounded up
        and can be a credit more. `account` is the customer. A cost that a response states, which a
        profile may prefer, is not bounded. Raises BadProfile: unknown mode.
        """
        by_rules = Fraction(0)
        if profile.rules:
            by_rules = self._customer_pico_usd(profile, account)
            by_rules -= client_cost(self.pico_usd, profile)
        if before is not None:
            after = Job(
                before.pico_usd + self.pico_usd,
                before.tokens + self.tokens,
                before.used or self.used,
                before.rules_pico_usd + by_rules,
            )
            return job_credits(after, mode, profile) - job_credits(before, mode, profile)
        exact = exact_credits(Job(self.pico_usd, self.tokens, self.used, by_rules), mode, profile)
        if not self.used:
            return 0
        whole = divide(exact.numerator, exact.denominator, "up")
        if exact.denominator == 1 and BUDGET_MODES[mode].basis != "job":
            # Half-even takes 0.5 to 0 and 1.5 to 2: one credit more is two credits more there.
            whole += divide(3, 2, profile.rounding) - divide(1, 2, profile.rounding) - 1
        return max(whole, profile.minimum_credits)

    def _customer_pico_usd(self, profile: Profile, account: str) -> Fraction:
        """The most that the customer pays: any rule that may decide, whatever service and day."""
        rules = {
            effect: _may_decide(profile.rules, effect, self.match.model, account)
            for effect in EFFECTS
        }
        costs = [self._contract_pico_usd(rule) for rule in rules["cost"]]
        markups = [
            profile.markup_percent if rule is None else rule.markup_percent or Fraction(0)
            for rule in rules["markup"]
        ]
        fees = [rule.fee_pico_usd or 0 if rule else 0 for rule in rules["fee"]]
        return with_markup(max(costs), max(markups)) + (max(fees) if self.used else 0)

    def _contract_pico_usd(self, rule: ProfileRule | None) -> Fraction:
        """The most that the team pays by a rule; None is the list price."""
        if rule is None:
            return Fraction(self.pico_usd)
        if rule.factor is not None:
            return self.pico_usd * rule.factor
        most = 0
        for prices, service, region, usage, requests in self.terms:
            own = with_rule_prices(prices, rule, service)
            listed = 0
            if prices.service_factor(service) is not None:
                # Each unit costs by the rule or by the row, so both together are never less.
                listed = _most(prices, usage, service, region, requests)
            most = max(most, listed + _most(own, usage, service, region, requests))
        return Fraction(most)


class BoundTerms(NamedTuple):
    """One way in which a call can be priced: a list, service and region, and at most what."""

    prices: PriceList
    service: str
    region: str
    usage: Usage
    requests: int


def _may_decide(
    rules: Sequence[ProfileRule], effect: Effect, model: Model, account: str
) -> list[ProfileRule | None]:
    """The rules that can decide an effect, whatever the service and day; None: perhaps no rule."""
    found: list[ProfileRule | None] = []
    for rule in rules:
        whenever = rule._replace(service=(), from_day=None, until_day=None)
        if rule.has(effect) and whenever.fits(RuleCall(model.provider, model.name, "", account)):
            found.append(rule)
            if rule == whenever:
                return found
    return [*found, None]


def upper_bound(  # noqa: PLR0913 - what is known of a call, all but four by keyword
    catalog: Catalog,
    name: str | Match,
    input_tokens: int,
    max_tokens: int,
    *,
    service: str | None = None,
    region: str | None = None,
    at: date | None = None,
    until: date | None = None,
    requests: int = 1,
    **amounts: int | Decimal,
) -> UpperBound:
    """The most that a call can cost, before it is made.

    Every token is taken at the dearest rate that it can have: of any kind (cache write, audio,
    reasoning ...) and of any context tier that the prompt can reach, in peak or off-peak hours.

    Args:
        catalog: the prices.
        name: the model's name, or what `find` found for it.
        input_tokens: at most this many in the prompt, cached tokens included.
        max_tokens: at most this many in the answer, reasoning included.
        service: the service tier; None is standard, ANY is the dearest that the row sells.
        region: the inference geography; None is standard, ANY is the dearest of the row.
        at: the day or UTC instant of the call; None: any, so every dated price list counts.
        until: the call is made between `at` and the end of this day, or this instant.
        requests: at most how many requests the response is the sum of; a seller that rounds counts
            rounds each of them up.
        amounts: at most this much of units other than tokens, by their names: `search=2`.

    Raises:
        BadUsage: a count that is not a whole number from 0 to 1e15, an unknown unit, a datetime
            without a time zone, or fewer than one request.

    >>> text = '{"o": {"m": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}'
    >>> upper_bound(Catalog.load(text), "m", 1000, 500).pico_usd
    7500000000
    """
    if any(moment and is_naive(moment) for moment in (at, until)):
        step = "give it a time zone, such as datetime.UTC"
        raise BadUsage("the datetime has no time zone", where="at or until", next_step=step)
    if type(requests) is not int or requests < 1:
        step = "give a whole number above zero"
        raise BadUsage("the number of requests is not valid", where="requests", next_step=step)
    usage = Usage(input_tokens, max_tokens, **amounts)
    match = name if type(name) is Match else find(catalog, name)
    # What the caller says goes before what the name says, as in a quote.
    service, region = service or match.service, region or match.region
    words = service_word(service) if service else STANDARD, region_word(region) if region else ""
    terms = tuple(
        BoundTerms(prices, one_service, one_region, usage, requests)
        for prices in _lists_in_force(match.model, at, until)
        for one_service in _services(prices, words[0])
        for one_region in _regions(prices, words[1])
    )
    most = max(_most(each.prices, usage, each.service, each.region, requests) for each in terms)
    return UpperBound(match, most, usage.total_tokens, bool(usage.counts), terms)


def _lists_in_force(model: Model, at: date | None, until: date | None) -> Iterator[PriceList]:
    """Every list that can price a call of that time, those of off-peak and outputs included."""
    if at is None:
        yield from model.all_lists
        return
    first, last = as_instant(at), _last_instant(until or at)
    changes = (instant for instant, _ in (*model.previous, *model.upcoming))
    for instant in (first, *(change for change in changes if first < change <= last)):
        prices = model.list_at(instant)
        yield from (prices, *prices.by_output)
        if prices.off_peak:
            yield from (prices.off_peak, *prices.off_peak.by_output)


def _last_instant(at: date) -> datetime:
    return as_instant(at) if isinstance(at, datetime) else datetime.combine(at, time.max, UTC)


def _services(prices: PriceList, service: str) -> tuple[str, ...]:
    if service != ANY:
        return (prices.sold_as(service),)
    # A word with prices of its own is charged by them, whatever its factor.
    own = prices.services
    words = [word for word in prices.uplifts if word in KNOWN_SERVICES and word not in own]
    return (STANDARD, *own, *_with_largest_factor(prices, words))


def _regions(prices: PriceList, region: str) -> tuple[str, ...]:
    if region != ANY:
        return (region,)
    words = [word for word in prices.uplifts if word not in KNOWN_SERVICES]
    return ("", *_with_largest_factor(prices, words))


def _with_largest_factor(prices: PriceList, words: list[str]) -> tuple[str, ...]:
    return (max(words, key=prices.uplifts.__getitem__),) if words else ()


def _most(prices: PriceList, usage: Usage, service: str, region: str, requests: int) -> int:
    """The most that a usage of at most these counts costs by one price list."""
    passed = prices.tiers_passed(usage.input_tokens)
    cards = [prices.card(tier, service, region) for tier in range(passed + 1)]
    # A shorter prompt reaches fewer tiers, and a lower tier may be the dearer one.
    dearest_input = list(accumulate((_dearest(card, "input") for card in cards), max))
    dearest_output = max(_dearest(card, "output") for card in cards)
    if prices.marginal:
        ends = [threshold - prices.inclusive for threshold in prices.thresholds[:passed]]
        bounds = (0, *ends, usage.input_tokens)
        tiers = zip(pairwise(bounds), dearest_input, strict=True)
        pico = sum((end - start) * rate for (start, end), rate in tiers)
    else:
        pico = usage.input_tokens * dearest_input[-1]
    pico += usage.output_tokens * dearest_output
    counts = billed_counts(usage.counts, prices.counting)
    pico += max(_beside(counts, card) for card in cards)
    return pico + (_rounding_beside(counts, prices, cards) * requests if requests > 1 else 0)


def _dearest(card: RateCard, side: str) -> int:
    return max(card[unit].pico_usd for unit in _UNITS_OF_SIDE[side])


def _beside(counts: Counts, card: RateCard) -> int:
    """What is counted beside the tokens."""
    tokens = ("input", "output")
    return sum(product(unit, count, card[unit]) for unit, count in counts if unit not in tokens)


def _rounding_beside(counts: Counts, prices: PriceList, cards: list[RateCard]) -> int:
    """What each of several requests can add beside the tokens, for the same counts in all."""
    extra = tuple(
        (unit, _most_added(prices.counting.get(unit))) for unit, _ in counts if not UNITS[unit].side
    )
    # A product of each request may be rounded up to the next picodollar.
    return max(_beside(extra, card) for card in cards) + len(extra)


def _most_added(rule: CountRule | None) -> int:
    return max(rule.step - 1, rule.minimum) if rule else 0
