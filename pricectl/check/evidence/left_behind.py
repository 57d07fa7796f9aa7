"""What an edit left behind: prices that moved with others before and do not any more.

A row's tiers, services and cache prices keep their ratio to its base price, and a cloud's row its
distance to the maker's. Where one of two moved alone, one of them is mostly forgotten.
"""

from collections.abc import Iterable, Iterator

from pricectl.check.evidence.market import MAX_OTHERS, Market
from pricectl.check.evidence.offers import (
    CLOUDS,
    INPUT,
    MAKERS,
    OUTPUT,
    identity,
    is_reseller,
    seller_of,
)
from pricectl.check.evidence.prices import is_listed, prices_of
from pricectl.check.evidence.rows import EditedRow, edited_rows
from pricectl.check.evidence.witnesses import Witness, beside, evidence_line
from pricectl.check.findings import Finding
from pricectl.check.rules.base import Context, Rule
from pricectl.core.labels import label, plural
from pricectl.core.model import Model
from pricectl.core.sanity.moves import move_words
from pricectl.core.units import STANDARD


def _row(base: str, batches: str) -> str:
    return (
        f'{{"x": {{"m": {{"input_cost_per_token": {base},\n'
        f'             "input_cost_per_token_batches": {batches}}}}}}}'
    )


def _rows(maker: str, cloud: str) -> str:
    def row(price: str) -> str:
        return f'{{"input_cost_per_token": {price}, "output_cost_per_token": 1e-05}}'

    return (
        f'{{"openai": {{"gpt-4o": {row(maker)}}},\n "azure": {{"azure/eu/gpt-4o": {row(cloud)}}}}}'
    )


PRICE_LEFT_BEHIND = Rule(
    "price-left-behind",
    "warning",
    "a tier, a service or another row of the model kept its price when the base price moved",
    "They had one ratio before; whoever edits the base price easily forgets the others.",
    _row("5e-07", "5e-07"),
    _row("5e-07", "2.5e-07"),
    "Move them alike, if the seller did.",
    base=_row("1e-06", "5e-07"),
)
MAKERS_PRICE_COPIED = Rule(
    "makers-price-copied",
    "warning",
    "a cloud's row was changed to exactly the maker's price",
    "The cloud asked another price before, so the maker's page was probably read for it.",
    _rows("2e-06", "2e-06"),
    _rows("2e-06", "2.2e-06"),
    "Compare it with the cloud's page.",
    base=_rows("2.5e-06", "2.75e-06"),
)
RULES = (PRICE_LEFT_BEHIND, MAKERS_PRICE_COPIED)


def check(context: Context, market: Market) -> Iterator[Finding]:
    """Inside each edited row, then between the rows of one model."""
    edited = [*edited_rows(context)]
    for edit in edited:
        yield from _left_behind_in_row(market, context, edit)
    rows: dict[str, list[Model]] = {}
    for model in context.catalog.models if edited else ():
        rows.setdefault(identity(model.name), []).append(model)
    for edit in edited:
        same_model = rows[identity(edit.new.name)][:MAX_OTHERS]
        yield from _makers_price(market, context, edit, same_model)
        yield from _left_behind_rows(context, edit, same_model)


def _left_behind_in_row(market: Market, context: Context, edit: EditedRow) -> Iterator[Finding]:
    """One finding for the tiers and services that stayed when their unit's base price moved."""
    listed = market.listed(edit.new)
    behind = [
        price
        for price in prices_of(edit.new)
        if (price.key[1] or price.key[2])
        and price.key in edit.old.prices.rates
        and edit.moved(price.key) == 1
        and edit.moved((price.unit, 0, STANDARD)) != 1
        and not is_listed(listed, price)
    ]
    if behind:
        first, standard = behind[0], (behind[0].unit, 0, STANDARD)
        was, now = (row.prices.charged_pico_usd(standard) or 0 for row in (edit.old, edit.new))
        deployed = Witness(context.evidence.base_name, edit.deployed(first.key))
        beside_it = [deployed, *beside(market, edit.new, first.key)]
        line = evidence_line(first.key, first.pico_usd, beside_it)
        also = f", as did {plural(len(behind) - 1, 'other price')}" if behind[1:] else ""
        moved = move_words(was, now, first.unit)
        message = f"{line}; it stayed when {label(first.unit)} {moved}{also}"
        yield PRICE_LEFT_BEHIND.finding(first.pointer, message)


def _makers_price(
    market: Market, context: Context, edit: EditedRow, rows: Iterable[Model]
) -> Iterator[Finding]:
    """A cloud's row that now has the maker's input and output and had others."""
    base = context.evidence.base
    if base is None or seller_of(edit.new) not in CLOUDS or edit.moved(INPUT) == 1:
        return
    own = edit.new.prices.rates.get(INPUT)
    listed = market.listed(edit.new)
    if not own or (listed and own[0] in listed.prices(INPUT)):
        return
    for maker in rows:
        is_maker = seller_of(maker) in MAKERS - CLOUDS
        before = base.by_full_name.get(maker.full_name) if is_maker else None
        if before and _pair(maker) == _pair(edit.new) and _pair(before) != _pair(edit.old):
            witnesses = [
                Witness(context.evidence.base_name, edit.deployed(INPUT)),
                Witness(maker.full_name, own[0]),
            ]
            line = evidence_line(INPUT, own[0], witnesses)
            where = edit.new.prices.pointer_to(own[1])
            yield MAKERS_PRICE_COPIED.finding(where, line).beside(maker.pointer, "the maker's row")


def _left_behind_rows(
    context: Context, edit: EditedRow, rows: Iterable[Model]
) -> Iterator[Finding]:
    """Snapshots and clouds' copies that had the row's prices before and kept them."""
    base, pair = context.evidence.base, _pair(edit.old)
    if base is None or _pair(edit.new) == pair or not all(pair):
        return
    for row in rows:
        if row.full_name == edit.new.full_name or is_reseller(row):
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
            yield PRICE_LEFT_BEHIND.finding(where, message).beside(edit.new.pointer, "moved")


def _pair(model: Model) -> tuple[int, int]:
    prices = model.prices
    return prices.charged_pico_usd(INPUT) or 0, prices.charged_pico_usd(OUTPUT) or 0
