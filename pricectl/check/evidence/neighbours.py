"""What an edit left behind: prices that moved with others before and do not any more.

A row's tiers, services and cache prices keep their ratio to its base price, and a cloud's row its
distance to the maker's. Where one of two moved alone, one of them is mostly forgotten.
"""

from collections.abc import Iterator
from fractions import Fraction
from typing import NamedTuple

from pricectl.check.evidence.added import is_far_off
from pricectl.check.evidence.base import beside
from pricectl.check.evidence.market import (
    CLOUDS,
    MAKERS,
    Market,
    Offer,
    Witness,
    evidence_line,
    identity,
    is_reseller,
    seller_of,
)
from pricectl.check.evidence.prices import INPUT, OUTPUT, FoundPrice, prices_of
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import label, plural
from pricectl.core.model import Model
from pricectl.core.rates import RateKey
from pricectl.core.sanity.moves import is_cache, move_words
from pricectl.core.units import STANDARD

BATCHES = "batches"


def _row(base: str, batches: str, cached: str = "1e-07") -> str:
    return (
        f'{{"x": {{"m": {{"input_cost_per_token": {base},\n'
        f'             "input_cost_per_token_batches": {batches},\n'
        f'             "cache_read_input_token_cost": {cached}}}}}}}'
    )


def _rows(maker: str, cloud: str) -> str:
    def row(price: str) -> str:
        return f'{{"input_cost_per_token": {price}, "output_cost_per_token": 1e-05}}'

    return (
        f'{{"openai": {{"gpt-4o": {row(maker)}}},\n "azure": {{"azure/eu/gpt-4o": {row(cloud)}}}}}'
    )


LEFT_BEHIND = Rule(
    "price-left-behind",
    "warning",
    "a tier, a service or another row of the model kept its price when the base price moved",
    "They had one ratio before; whoever edits the base price easily forgets the others.",
    _row("5e-07", "5e-07"),
    _row("5e-07", "2.5e-07"),
    "Move them alike, if the seller did.",
    base=_row("1e-06", "5e-07"),
)
MAKERS_PRICE = Rule(
    "makers-price-copied",
    "warning",
    "a cloud's row was changed to exactly the maker's price",
    "The cloud asked another price before, so the maker's page was probably read for it.",
    _rows("2e-06", "2e-06"),
    _rows("2e-06", "2.2e-06"),
    "Compare it with the cloud's page.",
    base=_rows("2.5e-06", "2.75e-06"),
)
BATCH_EQUALS_BASE = Rule(
    "batch-equals-base",
    "warning",
    "a batch price is the standard price",
    "Batch is sold at a discount, mostly half; the standard price was probably copied.",
    _row("1e-06", "1e-06"),
    _row("1e-06", "5e-07"),
    "Write the batch price, or leave the key out.",
    base=_row("1e-06", "5e-07"),
)
SHARE_MOVED = Rule(
    "cache-share-moved",
    "warning",
    "a cache price moved to another share of input, by a power of ten or 9.5 times and more",
    "Real cuts of this size exist, so it is no error; mostly a digit slipped.",
    _row("1e-06", "5e-07", "1e-08"),
    _row("1e-06", "5e-07", "5e-08"),
    "Compare it with the seller's page.",
    base=_row("1e-06", "5e-07", "1e-07"),
)
OFF_STANDARD = Rule(
    "price-off-standard",
    "error",
    "a tier or a service is a power of ten, or 9.5 times and more, off the price below it",
    "Batch costs half, long context and priority twice the standard price; six times was seen.",
    _row("1e-06", "5e-08"),
    _row("1e-06", "5e-07"),
    "Check the exponent; if it is right, acknowledge it in metadata.acknowledged.",
    reference='{"y": {"m-0": {"input_cost_per_token": 1e-06}}}',
)
RULES = (OFF_STANDARD, LEFT_BEHIND, MAKERS_PRICE, BATCH_EQUALS_BASE, SHARE_MOVED)


class _Edit(NamedTuple):
    """A row that the base has with other prices."""

    old: Model
    new: Model
    listed: Offer | None

    def is_listed(self, price: FoundPrice) -> bool:
        """Whether the reference has the price too."""
        return self.listed is not None and price.pico_usd in self.listed.prices(price.key)

    def moved(self, key: RateKey) -> Fraction:
        """The new price over the old one; 1 where either is missing or zero."""
        old, new = self.old.prices.charged_pico_usd(key), self.new.prices.charged_pico_usd(key)
        return Fraction(new, old) if old and new else Fraction(1)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Tiers and services off the standard price, and what an edit of the base left behind."""
    base = context.evidence.base
    for model in context.catalog.models:
        same = base.by_full_name.get(model.full_name) if base else None
        if same is None or same.entry != model.entry:
            yield from _off_standard(market, model)
    if base is None:
        return
    edited = []
    for model in context.catalog.models:
        old = base.by_full_name.get(model.full_name)
        if old is None:
            yield from _batch_equals_base(market, _Edit(model, model, market.listed(model)))
        elif old.entry != model.entry:
            edit = _Edit(old, model, market.listed(model))
            edited.append(edit)
            yield from _left_behind_in_row(market, context, edit)
            yield from _shares(market, context, edit)
            yield from _batch_equals_base(market, edit)
    for edit in edited:
        yield from _makers_price(context, edit)
        yield from _left_behind_rows(context, edit)


def _off_standard(market: Market, model: Model) -> Iterator[Finding]:
    """Each price of a tier or service that no seller's ratio to the standard price explains."""
    listed = market.listed(model)
    for price in prices_of(model):
        _, tier, service = price.key
        below = _next_below(model, price.key) if tier or service else None
        standard, _ = model.prices.rates[below] if below else (0, "")
        if below is None or not standard or not price.pico_usd or is_cache(price.unit):
            continue
        known = listed is not None and price.pico_usd in listed.prices(price.key)
        if is_far_off(price.pico_usd, standard) and not known:
            witnesses = [Witness(label(*below), standard), *beside(market, model, price.key)]
            line = evidence_line(price.key, price.pico_usd, witnesses)
            yield OFF_STANDARD.finding(price.pointer, line)


def _next_below(model: Model, key: RateKey) -> RateKey | None:
    """The price that a tier or service is compared with: the tier below it, else the standard."""
    unit, tier, service = key
    lower = [known for known in (0, *model.prices.thresholds) if known < tier]
    keys: list[RateKey] = [(unit, known, service) for known in reversed(lower)]
    return next((one for one in (*keys, (unit, tier, STANDARD)) if one in model.prices.rates), None)


def _left_behind_in_row(market: Market, context: Context, edit: _Edit) -> Iterator[Finding]:
    """One finding for the tiers and services that stayed when their unit's base price moved."""
    behind = [
        price
        for price in prices_of(edit.new)
        if (price.key[1] or price.key[2])
        and price.key in edit.old.prices.rates
        and edit.moved(price.key) == 1
        and edit.moved((price.unit, 0, STANDARD)) != 1
        and not edit.is_listed(price)
    ]
    if behind:
        first, standard = behind[0], (behind[0].unit, 0, STANDARD)
        was, now = (row.prices.charged_pico_usd(standard) or 0 for row in (edit.old, edit.new))
        line = _line(market, context, edit, first)
        also = f", as did {plural(len(behind) - 1, 'other price')}" if behind[1:] else ""
        moved = move_words(was, now, first.unit)
        message = f"{line}; it stayed when {label(first.unit)} {moved}{also}"
        yield LEFT_BEHIND.finding(first.pointer, message)


def _shares(market: Market, context: Context, edit: _Edit) -> Iterator[Finding]:
    for price in prices_of(edit.new):
        _, tier, service = price.key
        if not is_cache(price.unit) or price.key not in edit.old.prices.rates:
            continue
        moved = edit.moved(price.key) / edit.moved(("input", tier, service))
        if is_far_off(moved.numerator, moved.denominator) and not edit.is_listed(price):
            yield SHARE_MOVED.finding(price.pointer, _line(market, context, edit, price))


def _batch_equals_base(market: Market, edit: _Edit) -> Iterator[Finding]:
    """Batch prices that are new or changed, and equal to the standard one."""
    old = edit.old.prices.rates if edit.old is not edit.new else {}
    for price in prices_of(edit.new):
        unit, tier, service = price.key
        standard = edit.new.prices.rates.get((unit, tier, STANDARD))
        is_new = old.get(price.key) != price.own
        is_equal = standard is not None and standard[0] == price.pico_usd != 0
        if service == BATCHES and is_equal and is_new and not edit.is_listed(price):
            witnesses = [Witness("standard", price.pico_usd)]
            witnesses += beside(market, edit.new, price.key)
            line = evidence_line(price.key, price.pico_usd, witnesses)
            yield BATCH_EQUALS_BASE.finding(price.pointer, line)


def _makers_price(context: Context, edit: _Edit) -> Iterator[Finding]:
    """A cloud's row that now has the maker's input and output and had others."""
    base = context.evidence.base
    if base is None or seller_of(edit.new) not in CLOUDS or edit.moved(INPUT) == 1:
        return
    own, name = edit.new.prices.rates.get(INPUT), identity(edit.new.name)
    if not own or (edit.listed and own[0] in edit.listed.prices(INPUT)):
        return
    for maker in context.catalog.models:
        is_maker = seller_of(maker) in MAKERS - CLOUDS and identity(maker.name) == name
        before = base.by_full_name.get(maker.full_name) if is_maker else None
        if before and _pair(maker) == _pair(edit.new) and _pair(before) != _pair(edit.old):
            witnesses = [
                Witness(context.evidence.base_name, edit.old.prices.charged_pico_usd(INPUT) or 0),
                Witness(maker.full_name, own[0]),
            ]
            line = evidence_line(INPUT, own[0], witnesses)
            where = edit.new.prices.pointer_to(own[1])
            yield MAKERS_PRICE.finding(where, line, other=maker.pointer)


def _left_behind_rows(context: Context, edit: _Edit) -> Iterator[Finding]:
    """Snapshots and clouds' copies that had the row's prices before and kept them."""
    base, pair = context.evidence.base, _pair(edit.old)
    if base is None or _pair(edit.new) == pair or not all(pair):
        return
    name = identity(edit.new.name)
    for row in context.catalog.models:
        if row.full_name == edit.new.full_name or identity(row.name) != name or is_reseller(row):
            continue
        before = base.by_full_name.get(row.full_name)
        if before and _pair(before) == pair and _pair(row) == pair:
            own = row.prices.rates[INPUT]
            line = evidence_line(
                INPUT,
                own[0],
                [Witness(edit.new.full_name, edit.new.prices.charged_pico_usd(INPUT) or 0)],
            )
            message = f"{line}, which had the same prices before"
            where = row.prices.pointer_to(own[1])
            yield LEFT_BEHIND.finding(where, message, other=edit.new.pointer)


def _pair(model: Model) -> tuple[int, int]:
    prices = model.prices
    return prices.charged_pico_usd(INPUT) or 0, prices.charged_pico_usd(OUTPUT) or 0


def _line(market: Market, context: Context, edit: _Edit, price: FoundPrice) -> str:
    old = edit.old.prices.charged_pico_usd(price.key) or 0
    witnesses = [Witness(context.evidence.base_name, old)]
    witnesses += beside(market, edit.new, price.key)
    return evidence_line(price.key, price.pico_usd, witnesses)
