"""A file without a base against the reference: each price that the same row there has otherwise.

A first version has no old prices, and a price list can be behind: only what no list is behind by is
an error, the rest is told once a provider.
"""

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from statistics import median_low
from typing import NamedTuple

from pricectl.check.evidence.added import off_market
from pricectl.check.evidence.market import Market
from pricectl.check.evidence.offers import INPUT, Offer, is_same_row
from pricectl.check.evidence.prices import (
    FoundPrice,
    dated_prices_of,
    is_far_off,
    is_listed,
    prices_of,
)
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding, Severity
from pricectl.check.rules.base import Context, Rule
from pricectl.core.catalog import Catalog
from pricectl.core.labels import plural, short_decimal, short_rate
from pricectl.core.model import Model
from pricectl.core.pointers import pointer_to
from pricectl.core.sanity.moves import is_cache

REFERENCE_DIFFERS = Rule(
    "reference-differs",
    "error",
    "prices are not those of the reference",
    "Without a base, 9.5 times or more off the reference is an error; beside a base that has the "
    "same row it is a warning. Other differences are one warning a provider without a base, or a "
    "note if the file is newer than the reference.",
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-05, "output_cost_per_token": 1e-04}}}',
    '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06, "output_cost_per_token": 1e-05}}}',
    "Compare them with the provider's page; a base (--base) says which prices an edit changed.",
    reference='{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06,\n'
    '                       "output_cost_per_token": 1e-05}}}',
)
RULES = (REFERENCE_DIFFERS,)


class _Difference(NamedTuple):
    model: Model
    price: FoundPrice
    listed: Witness

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.price.pico_usd, self.listed.pico_usd)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Every price that the reference has otherwise; beside a base only old ones far off."""
    evidence = context.evidence
    if evidence.base is not None:
        yield from _long_since(context, market, evidence.base)
        return
    by_provider: dict[str, list[_Difference]] = {}
    for model in context.catalog.models:
        listed = market.listed(model)
        if listed and model.is_free and not listed.model.is_free:
            yield from _given_away(listed, model)
        for difference in _differences(listed, model) if listed else ():
            if is_far_off(difference.price.pico_usd, difference.listed.pico_usd):
                yield _far_off(market, difference)
            else:
                by_provider.setdefault(model.provider, []).append(difference)
        dated = (one for one in dated_prices_of(model) if not is_listed(listed, one))
        for price in chain(() if listed else prices_of(model), dated):
            yield from _off_market(market, model, price)
    for provider, differences in by_provider.items():
        yield _together(context, provider, differences)


def _long_since(context: Context, market: Market, base: Catalog) -> Iterator[Finding]:
    """A warning a row with a price that the base has, too, and that is far off: a live slip."""
    for model in context.catalog.models:
        old = base.by_full_name.get(model.full_name)
        listed = market.listed(model) if old else None
        if old is None or listed is None or is_same_row(listed.model, model):
            continue
        for one in _differences(listed, model):
            is_old = old.prices.rates.get(one.price.key, (0, ""))[0] == one.price.pico_usd
            far_off = is_far_off(one.price.pico_usd, one.listed.pico_usd)
            if is_old and far_off and not is_cache(one.price.unit):
                yield _far_off(market, one)._replace(severity="warning")
                break


def _differences(listed: Offer, model: Model) -> Iterator[_Difference]:
    """Today's prices that the reference's row has at no date; not those that either gives away."""
    for price in prices_of(model):
        known = listed.price(price.key)
        if known and price.pico_usd and not is_listed(listed, price):
            yield _Difference(model, price, Witness(listed.name, known))


def _given_away(listed: Offer, model: Model) -> Iterator[Finding]:
    """A warning about a row that says it is free, and whose row in the reference is not."""
    key = next((key for key in (INPUT, *listed.model.prices.rates) if listed.price(key)), None)
    if key:
        message = f"the row is free; {listed.name} {short_rate(listed.price(key), key[0])}"
        finding = REFERENCE_DIFFERS.finding(model.pointer, message, on_key=True)
        yield finding._replace(severity="warning")


def _off_market(market: Market, model: Model, price: FoundPrice) -> Iterator[Finding]:
    """An error about a price that is far off other sellers, or off every date of the reference."""
    finding = off_market(market, model, price)
    if finding and finding.severity == "error":
        yield finding


def _far_off(market: Market, difference: _Difference) -> Finding:
    price = difference.price
    line = evidence_line(price.key, price.pico_usd, beside(market, difference.model, price.key))
    finding = REFERENCE_DIFFERS.finding(price.pointer, line)
    # True cuts of cache prices by 50 times exist; their share of input is judged elsewhere.
    return finding._replace(severity="warning") if is_cache(price.key[0]) else finding


def _together(context: Context, provider: str, differences: list[_Difference]) -> Finding:
    """One finding for the prices of a provider that differ by less."""
    evidence = context.evidence
    reference = evidence.reference
    newer = reference is not None and context.catalog.last_updated > reference.last_updated
    severity: Severity = "info" if newer else "warning"
    first = max(differences, key=lambda one: max(one.ratio, 1 / one.ratio))
    middle = short_decimal(median_low([one.ratio for one in differences]), 2)
    rows = len({one.model.full_name for one in differences})
    name = evidence.reference_name
    line = evidence_line(first.price.key, first.price.pico_usd, [first.listed])
    message = f"a price differs from {name} in {first.model.name}: {line}"
    if len(differences) > 1:
        message = (
            f"{plural(len(differences), 'price')} in {plural(rows, 'row')} differ from {name}, in "
            f"the median {middle} times its own; most in {first.model.name}: {line}"
        )
    where, row = pointer_to(provider), first.model.pointer
    finding = REFERENCE_DIFFERS.finding(where, message, on_key=True).beside(row, "differs most")
    return finding._replace(severity=severity)
