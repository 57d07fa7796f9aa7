"""What the counts of a key of a summary cost the customer, by two versions, at least and at most.

Within a context band a call's cost is linear in its counts, so that a sum costs what its calls
cost. Where it is not, there are bounds: the band holds several tiers, a part of the week several
price lists, marginal tiers fill with what is cached first, a seller rounds counts up, or rules for
single accounts may fit.
"""

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise, product
from typing import NamedTuple

from pricectl.core.calculator import quote
from pricectl.core.contract import ContractCard, with_rule_prices
from pricectl.core.customer_price import customer_price
from pricectl.core.labels import region_word, service_word
from pricectl.core.model import Match
from pricectl.core.prices import PriceList
from pricectl.core.profile import Profile
from pricectl.core.profile_rules import ProfileRule, RuleCall
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage
from pricectl.replay.bill_side import BillSide
from pricectl.replay.customer_rules import RuledModel, RuleTerms, customer_terms
from pricectl.replay.ratebook import NO_LIMIT, Band, RateCell, Side, UnitRate, bands, list_cells
from pricectl.replay.usage_summary import CALLS, REQUESTS, KeySums, UsageSummary
from pricectl.replay.week_parts import WHOLE_WEEK, ListsAtOnce, lists_of_part

Amounts = tuple[Fraction, ...]
_ZERO, _HALF = Fraction(0), Fraction(1, 2)


class CountPrices(NamedTuple):
    """What one count of each column costs the customer in picodollars, at least and at most."""

    lowest: Amounts
    highest: Amounts


class PricesAtOnce(NamedTuple):
    """The old and the new prices of calls of the same length, hour and rules."""

    old: CountPrices
    new: CountPrices
    is_same: bool


class _Position(NamedTuple):
    """A length of calls: input and output tokens of one request."""

    input_tokens: int
    output_tokens: int


class KeyPricing(NamedTuple):
    """How the keys of a summary are priced by two versions as of one instant."""

    summary: UsageSummary
    base: BillSide
    new: BillSide

    @property
    def units(self) -> tuple[str, ...]:
        """The columns that count units."""
        return tuple(name for name in self.summary.columns if name not in {CALLS, REQUESTS})

    def matches(self, key: KeySums) -> tuple[Match, Match]:
        """The rows that answer for a key by the old and the new prices."""
        old, new = (
            Side("prices", side.catalog, side.fallback).find(key.key)
            for side in (self.base, self.new)
        )
        return old, new

    def lists(self, key: KeySums, matches: tuple[Match, Match]) -> tuple[ListsAtOnce, ...]:
        """The price lists that the calls of a key are charged by."""
        part = self.summary.week_parts[key.week_part - 1] if key.week_part else WHOLE_WEEK
        hours = self.summary.hours_of(key.key.name)
        models = matches[0].model, matches[1].model
        return lists_of_part(models, part, hours, timed=bool(key.week_part))

    def prices(self, key: KeySums, matches: tuple[Match, Match]) -> Iterator[PricesAtOnce]:
        """All prices that calls of a key may have."""
        for lists in self.lists(key, matches):
            old = _SideCells.of(self.base, matches[0], lists.old, key, self.units)
            new = _SideCells.of(self.new, matches[1], lists.new, key, self.units)
            yield from self._at_once(key, old, new)

    def _at_once(
        self, key: KeySums, old: "_SideCells", new: "_SideCells"
    ) -> Iterator[PricesAtOnce]:
        for position in self._positions(key, old, new):
            before, after = old.terms_at(position), new.terms_at(position)
            pairs = list(product(before, after))
            if self.base.profile == self.new.profile and old.model == new.model and before == after:
                # An account has the same terms before and after.
                pairs = list(zip(before, after, strict=True))
            for was, now in pairs:
                bands_of = old.bands_at(position, was.rule), new.bands_at(position, now.rule)
                yield PricesAtOnce(
                    old.count_prices(bands_of[0], was, key, self.summary),
                    new.count_prices(bands_of[1], now, key, self.summary),
                    is_same=was[1:] == now[1:] and bands_of[0] == bands_of[1],
                )

    def estimate(self, key: KeySums, matches: tuple[Match, Match]) -> tuple[Fraction, Fraction]:
        """What customers pay for a key by both versions, each call like the average one."""
        old = new = _ZERO
        for lists in self.lists(key, matches):
            old += lists.share * self._quoted(key, self.base, matches[0], lists.old)
            new += lists.share * self._quoted(key, self.new, matches[1], lists.new)
        return old, new

    def _quoted(self, key: KeySums, side: BillSide, match: Match, prices: PriceList) -> Fraction:
        of_list = match._replace(model=match.model._replace(prices=prices))
        totals = {name: self.summary.tokens_of(key.sums, name) for name in ("input", "output")}
        counts = dict(zip(self.summary.columns, key.sums, strict=True))
        usage = Usage()._replace(
            input_tokens=totals["input"],
            output_tokens=totals["output"],
            counts=tuple((unit, counts[unit]) for unit in UNITS if counts.get(unit)),
        )
        priced = quote(
            side.catalog,
            of_list,
            usage.checked(),
            service=key.key.service or None,
            region=key.key.region or None,
            requests=self.summary.requests_of(key.sums),
        )
        price = customer_price(priced, side.profile)
        # One fee was added for the sum; each call has its own.
        return price.customer_pico_usd + price.fee_pico_usd * (key.sums[0] - 1)

    def _positions(
        self, key: KeySums, old: "_SideCells", new: "_SideCells"
    ) -> tuple[_Position, ...]:
        """The lengths at which calls of a key may have different prices; first the average."""
        average = average_of(self.summary, key)
        if key.sums[0] == 1:  # the average is the one call
            return (average,)
        inputs = _lengths(
            average.input_tokens,
            self.summary.edges,
            {start for side in (old, new) for start in side.input_starts},
        )
        outputs = _lengths(
            average.output_tokens,
            self.summary.output_edges,
            {start for side in (old, new) for start in side.output_starts},
        )
        others = [_Position(*lengths) for lengths in product(inputs, outputs)]
        return tuple(dict.fromkeys((average, *others)))


def average_of(summary: UsageSummary, key: KeySums) -> _Position:
    """The input and output tokens of a key's average request, rounded up."""
    requests = summary.requests_of(key.sums)
    return _Position(
        *(-(-summary.tokens_of(key.sums, side) // requests) for side in ("input", "output"))
    )


def _lengths(average: int, edges: Sequence[int], starts: Iterable[int]) -> list[int]:
    """A length of each tier that a band reaches; one that is passed by all has the average."""
    low = max((edge for edge in edges if edge <= average), default=0)
    high = min((edge for edge in edges if edge > average), default=NO_LIMIT)
    cuts = sorted({low, *(start for start in starts if low < start < high)})
    ends = [*cuts[1:], high]
    return [
        average if start <= average < end else start for start, end in zip(cuts, ends, strict=True)
    ]


class _Terms(NamedTuple):
    """How a customer is charged for a call; `rule` is one with prices, if any."""

    rule: ProfileRule | None
    factor: Fraction
    markup: Fraction
    fee_pico_usd: int


class _SideCells(NamedTuple):
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
    ) -> "_SideCells":
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

    def cells_at(self, position: _Position) -> list[RateCell]:
        """The cells of an output length."""
        tokens = position.output_tokens
        return [cell for cell in self.cells if cell.output_from <= tokens < cell.output_until]

    def terms_at(self, position: _Position) -> tuple[_Terms, ...]:
        """The terms that calls may have; first those without a rule for single accounts."""
        service = self.cells_at(position)[0].service
        return customer_terms_of(self.profile, self.model._replace(service=service))

    def bands_at(self, position: _Position, rule: ProfileRule | None) -> tuple[Band, ...]:
        """The band of a length, or the steps of marginal tiers; by the prices of a rule, if any."""
        cells = self.cells_at(position)
        if rule is None:
            return reached([cell.band for cell in cells], position.input_tokens)
        cell = cells[0]
        prices = with_rule_prices(cell.prices, rule, cell.service)
        cards = [
            ContractCard(prices, cell.prices, tier, cell.service, self.region)
            for tier in range(len(prices.thresholds) + 1)
        ]
        found = bands(prices, lambda unit, tier: cards[tier][unit], self.units)
        return reached(list(found), position.input_tokens)

    def count_prices(
        self, steps: Sequence[Band], terms: _Terms, key: KeySums, summary: UsageSummary
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


def reached(found: Sequence[Band], input_tokens: int) -> tuple[Band, ...]:
    """The band of a length, or the steps of marginal tiers that it has reached, in order."""
    steps = [band for band in found if band.scope == "marginal" and band.input_from <= input_tokens]
    if steps:
        return tuple(sorted(steps, key=lambda band: band.step_from))
    return tuple(band for band in found if band.input_from <= input_tokens < band.input_until)


def customer_terms_of(profile: Profile, model: RuledModel) -> tuple[_Terms, ...]:
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
        _Terms(rule, row.factor, markup, fee)
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
