"""What `replay --at` tells beside the costs: retired models, and the bill of a month."""

from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.changes.bill import MONTH_DAYS
from pricectl.core.labels import count, plural
from pricectl.core.money import usd
from pricectl.replay.logs.log import days_of
from pricectl.replay.price_files import BASE, NEW
from pricectl.replay.prices_at import RetiredModel
from pricectl.replay.run import ReplayResult
from pricectl.report.amounts import dollars
from pricectl.report.report_table import ReportTable


class RetiredUse(NamedTuple):
    """The calls of a retired row: their list price so far, and by the row that takes over."""

    model: RetiredModel
    calls: int
    old_pico_usd: int
    new_pico_usd: int


def retired_uses(result: ReplayResult) -> list[RetiredUse]:
    """The calls of rows that are retired on the day of `--at`, the most calls first."""
    found = []
    for model in result.files.retired:
        rows = [one for one in result.coverage if one.catalog_model == model.full_name]
        calls = sum(one.calls for one in rows if one.side == NEW)
        old, new = (sum(one.pico_usd for one in rows if one.side == side) for side in (BASE, NEW))
        if calls:
            found.append(RetiredUse(model, calls, old, new))
    return sorted(found, key=lambda one: (-one.calls, one.model.full_name))


def retired_table(result: ReplayResult) -> ReportTable:
    """The retired models of the log, and who answers instead."""
    lines = tuple(
        (
            one.model.full_name,
            one.model.since,
            one.model.successor or "nobody: unpriced",
            count(one.calls),
            dollars(one.old_pico_usd),
            dollars(one.new_pico_usd),
        )
        for one in retired_uses(result)
    )
    headings = ("model", "retired", "charged as", "calls", "old cost", "new cost")
    return ReportTable(f"retired on {result.files.at}", headings, lines, "lllrrr")


def retired_document(result: ReplayResult) -> list[dict[str, Any]]:
    """The same for programs."""
    return [
        {
            "model": one.model.full_name,
            "since": one.model.since,
            "charged_as": one.model.successor or None,
            "in_file": not one.model.of_reference if one.model.successor else None,
            "calls": one.calls,
            "old_usd": usd(one.old_pico_usd),
            "new_usd": usd(one.new_pico_usd),
        }
        for one in retired_uses(result)
    ]


def reference_notes(result: ReplayResult) -> list[str]:
    """The successors that have no row in the file, whose list price was taken."""
    names = [one.model.successor for one in retired_uses(result) if one.model.of_reference]
    if not names:
        return []
    shown = ", ".join(dict.fromkeys(names))
    return [f"not in the file, so at list price: {shown}; pricectl add NAME takes a row over"]


def later_notes(result: ReplayResult) -> list[str]:
    """What changes again in the same month, of the models of the log and of the rules."""
    called = {row.catalog_model for row in result.coverage}
    return [
        f"{move.words} on {move.day}; ask for --at {move.day}, too"
        for move in result.files.later
        if not move.full_name or move.full_name in called
    ]


def monthly_note(result: ReplayResult) -> str:
    """What the log comes to in a month, if the traffic stays."""
    days = days_of(result.log)
    scale = Fraction(MONTH_DAYS, days) if days else Fraction(1)
    costs = []
    for name in (BASE, NEW):
        side = result.total.sides[name]
        paid = dollars(side.customer_pico_usd * scale)
        costs.append(f"{dollars(side.contract_pico_usd * scale)} (customers {paid})")
    length = f"{plural(days, 'day')} scaled to {MONTH_DAYS}" if days else "the log has no times"
    unserved = any(not one.model.successor for one in retired_uses(result))
    without = ", without the calls that nobody serves" if unserved else ""
    return (
        f"a month of this traffic: {costs[0]} before, {costs[1]} on {result.files.at}{without}; "
        f"{length}"
    )
