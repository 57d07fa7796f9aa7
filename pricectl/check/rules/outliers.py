"""Rules about prices far from those of their family, or from their own past."""

from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from statistics import median_low
from typing import NamedTuple

from pricectl.check.findings import Finding
from pricectl.check.rules.base import TEXT_MODES, Context, Rule, mode_of, own_key
from pricectl.core.labels import label, ratio_text, short_rate
from pricectl.core.model import Model

SLIP = 300
JUMP = 5
# How far a family, or all of a provider's rows, spread without anybody wondering.
FAMILY_SPREAD, PROVIDER_SPREAD = 30, 100
MIN_FAMILY, MIN_PROVIDER = 3, 6
SIDES = ("input", "output")
# In other modes the tokens of a row count images, seconds or nothing at all.
COMPARABLE_MODES = TEXT_MODES | {"embedding"}


def _example(nano: str) -> str:
    return (
        '{"x": {"m-1": {"input_cost_per_token": 1e-06},\n'
        '       "m-1-mini": {"input_cost_per_token": 8e-07},\n'
        '       "m-1-pro": {"input_cost_per_token": 5e-06},\n'
        f'       "m-1-nano": {{"input_cost_per_token": {nano}}}}}}}'
    )


UNIT_SLIP = Rule(
    "unit-slip",
    "error",
    "a price is hundreds of times off comparable prices",
    "It looks like a price per 1,000 or per 1M tokens in a file of prices per token.",
    _example("2.5e-09"),
    _example("1e-07"),
    "Check the exponent: $2.50 per 1M tokens is 2.5e-06 per token.",
)
PRICE_OUTLIER = Rule(
    "price-outlier",
    "warning",
    "a price is far from those of its model family",
    "Models of one family differ a lot in price, but rarely this much.",
    _example("2e-08"),
    _example("1e-07"),
    "Compare it with the provider's page; waive the rule for the row if it is right.",
)
PRICE_JUMP = Rule(
    "price-jump",
    "warning",
    "a price moved by more than five times",
    "Providers seldom move a price this far at once.",
    '{"x": {"m": {"input_cost_per_token": 1e-05,\n'
    '             "previous": [{"until": "2026-10-01", "input_cost_per_token": 1e-06}]}}}',
    '{"x": {"m": {"input_cost_per_token": 1.5e-06,\n'
    '             "previous": [{"until": "2026-10-01", "input_cost_per_token": 1e-06}]}}}',
    "Compare both prices with the provider's page.",
)
RULES = (UNIT_SLIP, PRICE_OUTLIER, PRICE_JUMP)


class _BasePrice(NamedTuple):
    model: Model
    unit: str
    pico: int
    key: str


def check(context: Context) -> Iterator[Finding]:
    """Each base price against its family's or provider's median, and against its own past."""
    prices = [
        _BasePrice(model, unit, *rate)
        for model in context.catalog.models
        if mode_of(model) in COMPARABLE_MODES
        for unit in SIDES
        if (rate := model.prices.rates.get((unit, 0, ""))) and rate[0]
    ]
    families = _medians(prices, _family, MIN_FAMILY)
    providers = _medians(prices, _provider, MIN_PROVIDER)
    for price in prices:
        if context.bounds[price.unit].contains(price.pico):
            family, provider = families.get(_family(price)), providers.get(_provider(price))
            yield from _against(price, family, provider)
    for model in context.catalog.models:
        if model.dated:
            yield from _moves(model)
            yield from _off_peak_slips(model)


def _provider(price: _BasePrice) -> tuple[object, ...]:
    return price.unit, price.model.provider, mode_of(price.model)


def _family(price: _BasePrice) -> tuple[object, ...]:
    """Rows whose names begin alike: gpt-4o and gpt-4o-mini, claude-opus-4 and claude-opus-4-1."""
    return (*_provider(price), *price.model.name.rpartition("/")[2].split("-")[:2])


def _medians(
    prices: list[_BasePrice], group: Callable[[_BasePrice], tuple[object, ...]], at_least: int
) -> dict[tuple[object, ...], int]:
    groups: dict[tuple[object, ...], list[int]] = {}
    for price in prices:
        groups.setdefault(group(price), []).append(price.pico)
    return {key: median_low(found) for key, found in groups.items() if len(found) >= at_least}


def _against(price: _BasePrice, family: int | None, provider: int | None) -> Iterator[Finding]:
    """Compare with the nearer of both medians: a small family with odd prices proves nothing."""
    spread = FAMILY_SPREAD if family else PROVIDER_SPREAD
    groups = [(family, "its family"), (provider, price.model.provider)]
    known = [(median, name) for median, name in groups if median]
    if known and all(
        max(price.pico, median) > spread * min(price.pico, median) for median, _ in known
    ):
        median, name = min(known, key=lambda group: _ratio(price.pico, group[0]))
        rule = UNIT_SLIP if _ratio(price.pico, median) >= SLIP else PRICE_OUTLIER
        low, high = sorted((price.pico, median))
        side = "above" if price.pico == high else "below"
        yield rule.finding(
            price.model.prices.pointer_to(price.key),
            f"{price.unit} price {short_rate(price.pico, price.unit)} is {ratio_text(high, low)} "
            f"{side} "
            f"the median of {name}, {short_rate(median, price.unit)}",
        )


def _ratio(price: int, other: int) -> Fraction:
    """How many times the lower of two prices the higher one is."""
    low, high = sorted((price, other))
    return Fraction(high, low)


def _moves(model: Model) -> Iterator[Finding]:
    """Each price list against the one before it; the finding is at the newer one."""
    pairs = [*pairwise(model.price_lists)]
    pairs += [(old.off_peak, new.off_peak) for old, new in pairs if old.off_peak and new.off_peak]
    for before, after in pairs:
        for rate_key, (pico, key) in after.rates.items():
            old = before.rates.get(rate_key)
            if not old or not old[0] or not pico or not own_key(after, key):
                continue
            low, high = sorted((pico, old[0]))
            if high > JUMP * low:
                rule = UNIT_SLIP if high >= SLIP * low else PRICE_JUMP
                change = "up" if pico == high else "down"
                yield rule.finding(
                    after.pointer_to(key),
                    f"{label(*rate_key)} went {change} {ratio_text(high, low)}, from "
                    f"{short_rate(old[0], rate_key[0])} to {short_rate(pico, rate_key[0])}",
                )


def _off_peak_slips(model: Model) -> Iterator[Finding]:
    """Each off-peak price against that of the other hours: no discount is hundredfold."""
    for whole_day in model.price_lists:
        off_peak = whole_day.off_peak
        for rate_key, (pico, key) in off_peak.rates.items() if off_peak else ():
            usual = whole_day.rates.get(rate_key, (0, ""))[0]
            low, high = sorted((pico, usual))
            if off_peak and low and high >= SLIP * low:
                unit, side = rate_key[0], "above" if pico == high else "below"
                yield UNIT_SLIP.finding(
                    off_peak.pointer_to(key),
                    f"off-peak {label(*rate_key)} {short_rate(pico, unit)} is "
                    f"{ratio_text(high, low)} {side} the price of the other hours, "
                    f"{short_rate(usual, unit)}",
                )
