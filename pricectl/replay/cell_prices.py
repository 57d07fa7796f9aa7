"""What one count costs the customer in a cell of a price list, at least and at most."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple

from pricectl.core.contract import ContractCard, with_rule_prices
from pricectl.core.labels import region_word, service_word
from pricectl.core.model import Match
from pricectl.core.prices import PriceList
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import ProfileRule, RuleCall
from pricectl.core.units import UNITS
from pricectl.replay.bill_side import BillSide
from pricectl.replay.customer_rules import RuledModel, RuleTerms, customer_terms
from pricectl.replay.ratebook import Band, RateCell, UnitRate, bands, list_cells
from pricectl.replay.usage_summary import KeySums, UsageSummary

Amounts = tuple[Fraction, ...]
_ZERO, _HALF = Fraction(0), Fraction(1, 2)


class CountPrices(NamedTuple):
    """What one count of each column costs the customer in picodollars, at least and at most."""

    lowest: Amounts
    highest: Amounts


class CallLength(NamedTuple):
    """A length of calls: input and output tokens of one request."""

    input_tokens: int
    output_tokens: int


class ChargeTerms(NamedTuple):
    """How a customer is charged for a call; `rule` is one with prices, if any."""

    rule: ProfileRule | None
    factor: Fraction
    markup: Fraction
    fee_pico_usd: int


class SideCells(NamedTuple):
    """The cells of one price list for a key, and the terms of its customers."""

    prices: PriceList
    cells: tuple[RateCell, ...]
    region: str
    units: tuple[str, ...]
    profile: Profile
    model: RuledModel

    @classmethod
    def of(
        cls, side: BillSide, match: Match, prices: PriceList, key: KeySums, units: tuple[str, ...]
    ) -> "SideCells":
        """The cells by which one version charges a key."""
        service = service_word(key.key.service or match.service)
        region = region_word(key.key.region or match.region)
        cells = tuple(list_cells(prices, service, region, units))
        model = RuledModel(match.model.provider, match.model.name, "")
        return cls(prices, cells, region, units, side.profile, model)

    @property
    def input_starts(self) -> set[int]:
        """The input tokens at which other prices begin, those of rules among them."""
        ruled = {
            start
            for rule in self.profile.rules
            if rule.prices
            for cell in self.cells
            for start in _starts(with_rule_prices(cell.prices, rule, cell.service))
        }
        return ruled | {cell.band.input_from for cell in self.cells}

    @property
    def output_starts(self) -> set[int]:
        """The output tokens at which other prices begin."""
        return {cell.output_from for cell in self.cells}

    def cells_at(self, position: CallLength) -> list[RateCell]:
        """The cells of an output length."""
        tokens = position.output_tokens
        return [cell for cell in self.cells if cell.output_from <= tokens < cell.output_until]

    def terms_at(self, position: CallLength) -> tuple[ChargeTerms, ...]:
        """The terms that calls may have; first those without a rule for single accounts."""
        service = self.cells_at(position)[0].service
        return customer_terms_of(self.profile, self.model._replace(service=service))

    def bands_at(self, position: CallLength, rule: ProfileRule | None) -> tuple[Band, ...]:
        """The band of a length, or the steps of marginal tiers; by the prices of a rule, if any."""
        cells = self.cells_at(position)
        if rule is None:
            return _reached([cell.band for cell in cells], position.input_tokens)
        cell = cells[0]
        prices = with_rule_prices(cell.prices, rule, cell.service)
        cards = [
            ContractCard(prices, cell.prices, tier, cell.service, self.region)
            for tier in range(len(prices.thresholds) + 1)
        ]
        found = bands(prices, lambda unit, tier: cards[tier][unit], self.units)
        return _reached(list(found), position.input_tokens)

    def count_prices(
        self, steps: Sequence[Band], terms: ChargeTerms, key: KeySums, summary: UsageSummary
    ) -> CountPrices:
        """What one count of each column costs the customer in a band, or in marginal steps."""
        found = _listed_prices(steps, self.units, key, summary)
        scale = terms.factor * terms.markup
        lowest, highest = (
            (scale * amounts[0] + terms.fee_pico_usd, *(scale * each for each in amounts[1:]))
            for amounts in found
        )
        return CountPrices(lowest, highest)


def _starts(prices: PriceList) -> list[int]:
    return [threshold + (not prices.inclusive) for threshold in prices.thresholds]


def _reached(found: Sequence[Band], input_tokens: int) -> tuple[Band, ...]:
    """The band of a length, or the steps of marginal tiers that it has reached, in order."""
    steps = [band for band in found if band.scope == "marginal" and band.input_from <= input_tokens]
    if steps:
        return tuple(sorted(steps, key=lambda band: band.step_from))
    return tuple(band for band in found if band.input_from <= input_tokens < band.input_until)


def customer_terms_of(profile: Profile, model: RuledModel) -> tuple[ChargeTerms, ...]:
    """The terms of calls of a row: first those of a customer whom no rule names."""
    row: RuleTerms = customer_terms(profile, [model], [""]).rows[0]
    rule = None if row.price_rule is None else profile.rules[row.price_rule]
    texts = RuleCall(*model).texts
    own = [
        each._replace(account=())
        for each in profile.rules
        if each.account and each._replace(account=()).fits_texts(texts)
    ]
    markups = {1 + each.markup_percent / 100 for each in own if each.markup_percent is not None}
    fees = {each.fee_pico_usd for each in own if each.fee_pico_usd is not None}
    found = [
        ChargeTerms(rule, row.factor, markup, fee)
        for markup in (row.markup, *sorted(markups - {row.markup}))
        for fee in (row.fee_pico_usd, *sorted(fees - {row.fee_pico_usd}))
    ]
    return tuple(found)


def _listed_prices(
    steps: Sequence[Band], units: Sequence[str], key: KeySums, summary: UsageSummary
) -> tuple[list[Fraction], list[Fraction]]:
    """The list prices of the columns in a band, or in the steps of marginal tiers."""
    offset = len(summary.columns) - len(units)
    used = [place for place in range(len(units)) if key.sums[offset + place]]
    lowest = [_ZERO] * len(summary.columns)
    highest = list(lowest)
    # A call without a count of its own number of requests is one.
    by_request = offset - 1
    for place, unit in enumerate(units):
        is_input = UNITS[unit].side == "input"
        rates = [step.rates[place] for step in (steps if is_input else steps[-1:])]
        each = [Fraction(rate.pico_usd, rate.priced_by) for rate in rates]
        lowest[offset + place], highest[offset + place] = min(each), max(each)
        if place in used:
            below, above = _rounding(rates)
            lowest[by_request] -= below
            highest[by_request] += above
    inputs = [place for place in used if UNITS[units[place]].side == "input"]
    if len(steps) > 1 and _all_alike(steps, inputs):
        filled = _ZERO
        for step, after in pairwise(steps):
            rate, last = (one.rates[inputs[0]] for one in (step, steps[-1]))
            difference = Fraction(rate.pico_usd - last.pico_usd, rate.priced_by)
            filled += difference * (after.step_from - step.step_from)
        for amounts in (lowest, highest):
            amounts[by_request] += filled
            for place in inputs:
                rate = steps[-1].rates[place]
                amounts[offset + place] = Fraction(rate.pico_usd, rate.priced_by)
    return lowest, highest


def _all_alike(steps: Sequence[Band], inputs: Sequence[int]) -> bool:
    """Whether it is all one which input fills the steps: each costs the same in each of them."""
    return bool(inputs) and all(
        step.rates[place].pico_usd == step.rates[inputs[0]].pico_usd
        and step.rates[place].priced_by == step.rates[inputs[0]].priced_by
        and not step.rates[place].counting
        for step in steps
        for place in inputs
    )


def _rounding(rates: Sequence[UnitRate]) -> tuple[Fraction, Fraction]:
    """How much less and more than count x rate a request may cost, in picodollars."""
    below = above = _ZERO
    for rate in rates:
        price = Fraction(rate.pico_usd, rate.priced_by)
        if rate.pico_usd % rate.priced_by:
            below, above = below + _HALF, above + _HALF
        if rate.counting:
            below += price * rate.counting.free
            above += price * max(rate.counting.step - 1, rate.counting.minimum)
    return below, above
