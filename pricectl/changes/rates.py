"""The price changes of a row, from its two versions."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from pricectl.changes.change import Change, Move, PriceRef
from pricectl.changes.conditions import HOURS, OFF_PEAK, ConditionChange, condition_changes
from pricectl.changes.limits import Allowance
from pricectl.changes.periods import PricePeriod, in_force, member_and_day, price_periods
from pricectl.changes.rate_moves import RateMove, every_rate_move, rate_steps
from pricectl.changes.rows import text_of
from pricectl.check.findings import Severity
from pricectl.core.labels import plural, price_of
from pricectl.core.model import Model
from pricectl.core.money import usd
from pricectl.core.pointers import DEFAULT_PRICING_POINTER, pointer_to
from pricectl.core.prices import PriceList, key_path
from pricectl.core.rates import RateKey
from pricectl.core.units import NESTED_KEYS, is_token_unit

TIERED = "tiered_pricing"
# A price that moves this much at once is more often a slip than a new price.
SUSPICIOUS_FACTOR = 5
# A part of a row: a price by unit, tier and service, else a member.
RowPart = RateKey | str


class Repricing(NamedTuple):
    """A price change, the parts of the row, old or new, that it accounts for, and its instant.

    `whole_row`: it accounts for every price of the row, because they were not compared.
    """

    change: Change
    parts: frozenset[RowPart]
    at: datetime | None
    whole_row: bool = False


def row_changes(old: Model, new: Model, at: datetime | None = None) -> Iterator[Change]:
    """The price changes of a row: at an instant, before it and after it.

    Without an instant, the row as it stands, its previous and its upcoming prices.
    """
    return (repricing.change for repricing in repricings(old, new, at, Allowance()))


def repricings(
    old: Model, new: Model, at: datetime | None, allowance: Allowance
) -> Iterator[Repricing]:
    """Compare the price lists in force, so that prices that only moved in the text are the same."""
    for period in price_periods((old, new), at):
        before, after = in_force(old, period.at), in_force(new, period.at)
        pair = _ListsInForce(new, period, before, after)
        if not allowance.take("row", rate_steps(before, after)):
            yield pair.left_out()
            return
        yield from map(pair.repriced, every_rate_move(before, after))
        yield from map(pair.condition_changed, condition_changes(before, after))


class _ListsInForce(NamedTuple):
    """The price lists of a row in one period, before and after."""

    row: Model
    period: PricePeriod
    old: PriceList
    new: PriceList

    def repriced(self, rate: RateMove) -> Repricing:
        """The change of one price."""
        period = f"{self.period.name} {rate.price.period}".strip()
        price = rate.price._replace(period=period)
        old, new = (
            None if pico_usd is None else rate_text(pico_usd, price.unit)
            for pico_usd in (rate.old_pico_usd, rate.new_pico_usd)
        )
        pointer = f"/{key_path(rate.new_key)}" if rate.new_key else ""
        change = self._change(rate.new_key or rate.old_key, old, new, pointer)._replace(
            severity=severity_of(rate.move),
            moves=(rate.move,),
            price=price,
            note=_note(rate),
            fallback=rate.fallback,
        )
        parts = _parts(price, self.old, rate.old_key) | _parts(price, self.new, rate.new_key)
        return Repricing(change, parts, self.period.at)

    def left_out(self) -> Repricing:
        """One change that stands for the prices of the row from this period on: not compared."""
        old, new = (plural(len(prices.rates), "price") for prices in (self.old, self.new))
        change = self._change("prices", old, new, "")._replace(note="not compared")
        return Repricing(change, frozenset(), self.period.at, whole_row=True)

    def condition_changed(self, condition: ConditionChange) -> Repricing:
        """The change of a member that says how prices apply."""
        path = condition.path
        old, new = (
            None if value is None else text_of(value) for value in (condition.old, condition.new)
        )
        pointer = "" if condition.new is None else pointer_to(*path)
        change = self._change("/".join(path), old, new, pointer)._replace(
            moves=condition.moves, note=condition.note
        )
        member = next((key for key in path if key in HOURS), path[0])
        parts = frozenset(member_and_day(prices)[0] or member for prices in (self.old, self.new))
        return Repricing(change, parts, self.period.at)

    def _change(self, field: str, old: str | None, new: str | None, pointer: str) -> Change:
        member, day = member_and_day(self.new)
        if self.period.name and not member:
            # The row's own list is in force there now; the old list says which prices were dated.
            member, day = member_and_day(self.old)
        return Change(
            "repriced",
            "warning",
            self.row.provider,
            self.row.name,
            f"{member}/{day}/{field}" if member else field,
            old,
            new,
            # Without a default price in the file, the built-in one has no pointer.
            (self.new.pointer or DEFAULT_PRICING_POINTER) + pointer,
            period=self.period.name,
        )


def _parts(price: PriceRef, prices: PriceList, key: str) -> frozenset[RowPart]:
    """The parts of a row that a price is written in: its own key, its table, or a list."""
    dated, _ = member_and_day(prices)
    member = key.partition("/")[0]
    if dated or member in (TIERED, OFF_PEAK):
        return frozenset({dated or member})
    table = member.partition(".")[0]
    return frozenset({price.key, table if table in NESTED_KEYS else ""})


def _note(rate: RateMove) -> str:
    """What is charged on the side without a price of its own."""
    if rate.old_pico_usd is not None and rate.new_pico_usd is not None:
        return ""
    side = "before" if rate.old_pico_usd is None else "now"
    pico_usd = rate.move.old_pico_usd if rate.old_pico_usd is None else rate.move.new_pico_usd
    if pico_usd is None:
        return f"unpriced {side}"
    return f"charged at {rate_text(pico_usd, rate.price.unit)} {side}"


def severity_of(move: Move) -> Severity:
    """How closely a reviewer must look at a move of a charge."""
    if not move.difference_pico_usd:
        return "info"
    if move.old_pico_usd is None:
        return "warning"
    low, high = sorted((move.old_pico_usd, move.new_pico_usd or 0))
    return "error" if high >= low * SUSPICIOUS_FACTOR else "warning"


def rate_text(pico_usd: int, unit: str) -> str:
    """A rate as people read it, in USD: per 1M tokens, else for one of what is counted.

    >>> rate_text(2_500_000, "input"), rate_text(40_000_000_000, "output_image_file")
    ('2.50', '0.04')
    """
    return usd(price_of(pico_usd, unit, 1_000_000 if is_token_unit(unit) else 1))
