"""A job call by call: what each call deducts, in columns."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import clean, dollar_text, grouped
from pricectl.explain import ExplanationStep
from pricectl.report.canvas import at_point
from pricectl.report.listing import Listing

if TYPE_CHECKING:
    from rich.console import RenderableType


def running_total(step: ExplanationStep) -> "Iterator[RenderableType]":
    """The calls of a job under one budget mode; nothing for a single call.

    A mode that charges the job as such deducts it with the first call, which needs no table.
    """
    rows, basis = step.facts.get("calls", []), BUDGET_MODES[step.of].basis
    if not rows or basis == "job":
        return
    totals = [
        dollar_text(row["client_cost_usd"]) if basis == "cost" else f"{row['tokens']:,}"
        for row in rows
    ]
    exact = [_grouped(row["exact_credits"]) for row in rows]
    table = Listing(
        [
            "call>",
            "total so far>" if basis == "cost" else "tokens so far>",
            "exact credits>",
            "rounded>",
            "charged before>",
            "deducted>",
        ]
    )
    left_out = step.facts["calls_left_out"]
    last = 0
    for row, total, each in zip(rows, at_point(totals), at_point(exact), strict=True):
        if row["call"] > last + 1:
            table.add_row(f"({left_out:,} more)", "", "", "", "", "")
        last = row["call"]
        numbers = (row["rounded_total"], row["charged_before"], row["deducted"])
        # Alone it need not be the first call of its job, whose others are not known.
        call = f"{last:,}" if len(rows) > 1 else "this"
        table.add_row(call, total, each, *(f"{number:,}" for number in numbers))
    which = ", call by call" if len(rows) > 1 else ""
    heading = f"  {clean(step.of)}{which}: deducted = rounded total - charged before"
    yield from ("", heading, table)


def _grouped(number: str) -> str:
    return number if "/" in number else grouped(number)
