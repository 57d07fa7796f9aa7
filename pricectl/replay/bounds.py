"""The largest numbers that a run can meet, worked out before it from the log's largest counts.

A sum that could leave the engine's widest whole number is refused, because some engines wrap or
return NULL there instead of failing.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from pricectl.core.money import usd
from pricectl.core.units import UNITS
from pricectl.replay.engines import Engine
from pricectl.replay.errors import ReplayRefused
from pricectl.replay.ratebook import CallKey, RateBook, RateCell


class KeyStats(NamedTuple):
    """The calls of one key: their number, the largest count of each unit."""

    key: CallKey
    calls: int
    most_counts: tuple[int, ...]
    most_requests: int


class CostBound(NamedTuple):
    """The largest cost of one call, of all together, and the largest number on the way to them."""

    call: int
    total: int
    intermediate: int


def cost_bound(
    units: Sequence[str], stats: Iterable[KeyStats], cells: Iterable[Sequence[RateCell]]
) -> CostBound:
    """The bound of the costs of a log; `cells` are those that may price the calls of each key."""
    call = total = intermediate = 0
    for each, priced_by in zip(stats, cells, strict=True):
        most = in_steps = 0
        for cell in priced_by:
            lines, products = _lines(units, each, cell)
            most = max(most, lines)
            # A call may have a part in each step of marginal tiers.
            in_steps += lines if cell.band.scope == "marginal" else 0
            intermediate = max(intermediate, products)
        most = max(most, in_steps)
        call = max(call, most)
        total += most * each.calls
    return CostBound(call, total, max(intermediate, call))


def _lines(units: Sequence[str], stats: KeyStats, cell: RateCell) -> tuple[int, int]:
    """The largest cost by a cell, and the largest number in working it out."""
    lines = products = 0
    for unit, count, rate in zip(units, stats.most_counts, cell.band.rates, strict=True):
        billed = count
        if rate.counting and count:
            # Each request is rounded up by less than a step, and is at least the minimum.
            step, minimum = rate.counting.step, rate.counting.minimum
            billed = count + stats.most_requests * (step + minimum)
        product = billed * rate.pico_usd
        # Half-even looks at twice the rest.
        products = max(products, product + 2 * UNITS[unit].priced_by)
        lines += -(-product // rate.priced_by)
    return lines, max(lines, products)


def listed_cells(book: RateBook) -> list[Sequence[RateCell]]:
    """The cells of each entry of a book, in order."""
    return [book.tariffs[entry.tariff].cells for entry in book.entries]


def number_type(engine: Engine, bound: int, what: str) -> str:
    """The type that holds whole numbers up to a bound. Raises ReplayRefused: none does."""
    if bound <= engine.narrow_limit:
        return engine.narrow
    if bound <= engine.wide_limit:
        return engine.wide
    raise ReplayRefused(
        f"{what} can reach {bound:.3e}, more than {engine.name} adds up exactly"
        if bound < 10**300
        else f"{what} is more than {engine.name} adds up exactly",
        next_step="look for counts that cannot be right (the largest cost of the log is "
        f"${usd(bound)[:20]}...)"
        if bound < 10**60
        else "look for counts that cannot be right",
    )
