"""A side as it is rated: its cells, the terms of its customers, and the width of every number."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from pricectl.core.contract import ContractCard, with_rule_prices
from pricectl.core.profile import Profile
from pricectl.replay.bounds import CostBound, cost_bound, listed_cells, number_type
from pricectl.replay.cells import BITS_OF_SIDE, LISTED, CellTable, PlacedCell
from pricectl.replay.customer_rules import CustomerTerms, RuledModel, customer_terms
from pricectl.replay.engines import Engine
from pricectl.replay.log_stats import LogStats
from pricectl.replay.ratebook import RateBook, RateCell, bands
from pricectl.replay.rated_calls import RatedSide


def rated_side(  # noqa: PLR0913, PLR0917 - what a side is made of
    engine: Engine,
    place: int,
    book: RateBook,
    stats: LogStats,
    profile: Profile,
    accounts: Sequence[str],
) -> RatedSide:
    """A side with its cells, terms and bounds. Raises ReplayRefused: a number fits no type."""
    placed = [
        PlacedCell(tariff, LISTED, cell)
        for tariff, each in enumerate(book.tariffs)
        for cell in each.cells
    ]
    bound = cost_bound(book.units, stats.keys, listed_cells(book))
    terms = contract = None
    first_bit = place * BITS_OF_SIDE
    customer_bound = bound.total
    if profile.rules or profile.prefer_stated_cost:
        terms = _terms(book, profile, accounts)
        placed = [
            each._replace(model_class=terms.model_classes[_ruled(book, each.tariff, each.cell)])
            for each in placed
        ]
        if terms.price_rules:
            found = list(_contract_cells(book, profile, terms))
            contract = CellTable.of(f"contract_{place}", book.units, found, first_bit)
            bound = _larger(bound, _contract_bound(book, stats, found))
        customer_bound = _customer_bound(bound, stats, terms)
    return RatedSide(
        place,
        CellTable.of(f"cells_{place}", book.units, placed, first_bit),
        contract,
        terms,
        bound,
        customer_bound,
        number_type(engine, bound.intermediate, "the cost of a call"),
        number_type(engine, customer_bound, "what the log costs the customers"),
    )


def _ruled(book: RateBook, tariff: int, cell: RateCell) -> RuledModel:
    model = book.tariffs[tariff].model
    return RuledModel(model.provider, model.name, cell.service)


def _terms(book: RateBook, profile: Profile, accounts: Sequence[str]) -> CustomerTerms:
    models = {
        _ruled(book, tariff, cell): None
        for tariff, each in enumerate(book.tariffs)
        for cell in each.cells
    }
    return customer_terms(profile, models, accounts, at=book.side.rules_at or book.side.at)


def _contract_cells(book: RateBook, profile: Profile, terms: CustomerTerms) -> Iterator[PlacedCell]:
    """The cells of the rules with prices, beside each list that such a rule may stand over."""
    decided = {(row.model_class, row.price_rule) for row in terms.rows}
    for place, tariff in enumerate(book.tariffs):
        done = set()
        for cell in tariff.cells:
            model_class = terms.model_classes[_ruled(book, place, cell)]
            for position in terms.price_rules:
                listed = (position, cell.period, cell.output_from)
                if (model_class, position) in decided and listed not in done:
                    done.add(listed)
                    rule = profile.rules[position]
                    prices = with_rule_prices(cell.prices, rule, cell.service)
                    cards = [
                        ContractCard(prices, cell.prices, tier, cell.service, tariff.region)
                        for tier in range(len(prices.thresholds) + 1)
                    ]
                    for band in bands(prices, lambda unit, tier: cards[tier][unit], book.units):  # noqa: B023 - used at once
                        yield PlacedCell(place, position, cell._replace(band=band))


def _contract_bound(book: RateBook, stats: LogStats, placed: Sequence[PlacedCell]) -> CostBound:
    by_tariff: dict[int, list[RateCell]] = {}
    for each in placed:
        by_tariff.setdefault(each.tariff, []).append(each.cell)
    cells = [by_tariff.get(entry.tariff, []) for entry in book.entries]
    return cost_bound(book.units, stats.keys, cells)


def _larger(one: CostBound, other: CostBound) -> CostBound:
    # The sum of both totals, since some calls may be charged by one and others by the other.
    return CostBound(
        max(one.call, other.call),
        one.total + other.total,
        max(one.intermediate, other.intermediate),
    )


def _customer_bound(bound: CostBound, stats: LogStats, terms: CustomerTerms) -> int:
    factors = [max(row.factor, Fraction(1)) * max(row.markup, Fraction(1)) for row in terms.rows]
    fee = max((row.fee_pico_usd for row in terms.rows), default=0)
    scale = max(terms.denominator, terms.contract_denominator)
    # Some calls may cost what the log states, the others what the row says.
    total = bound.total + stats.most_stated_pico * stats.calls
    return int(total * max(factors, default=Fraction(1)) * scale) + fee * stats.calls * scale
