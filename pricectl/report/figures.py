"""The figures of an explanation in columns: products, totals, credits."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from pricectl.core.labels import clean, count, dollar_text, plural
from pricectl.core.money import usd
from pricectl.explain import ExplanationStep
from pricectl.explain.prices import customer_label
from pricectl.report.assumptions import ADDS_NOTHING, NO_PRICE
from pricectl.report.canvas import at_point
from pricectl.report.listing import Grid
from pricectl.report.running_total import running_total

if TYPE_CHECKING:
    from rich.console import RenderableType

_REMARK_INDENT = 4
# The label of the sum of the products.
LIST = "provider cost"
NO_FEES = usd(0)


class FigureRow(NamedTuple):
    """One line of the arithmetic: the figures, why, and what a reader should notice."""

    label: str
    quantity: str
    rate: str
    amount: str
    why: str = ""
    remarks: tuple[str, ...] = ()


def figures(
    steps: Sequence[ExplanationStep], width: int, *, unpriced: bool = False
) -> "Iterator[RenderableType]":
    """Every product, the totals, then what each budget mode makes of them, as far as steps go.

    `unpriced`: no unit that was used has a price, so no amount may look like $0.
    """
    from rich.text import Text

    rows = [_READERS[step.step](step) for step in steps if step.step in _READERS]
    if any(step.step == "contract" for step in steps):
        rows = [row._replace(label="list price") if row.label == LIST else row for row in rows]
    if unpriced:
        # The sum of nothing is 0, which would read as free.
        rows = [row._replace(amount=NO_PRICE) for row in rows]
    if rows:
        yield from arithmetic(rows, width)
    credited = [step for step in steps if step.step == "credits"]
    if not credited:
        return
    table = Grid(["left", "right", "wrap"])
    for step in credited:
        table.add_row(f"  {step.of}", step.summary, Text(", ".join(step.remarks), style="dim"))
    yield from ("", table)
    for step in credited:
        yield from running_total(step)


def _line(step: ExplanationStep) -> FigureRow:
    facts = step.facts
    amount = count(facts["quantity"])
    if facts["usd"] is None:
        return FigureRow(step.of, amount, "", NO_PRICE, "", (ADDS_NOTHING,))
    per_mtok = facts["usd_per_mtok"]
    rate = f"{dollar_text(per_mtok)} / 1M" if per_mtok else dollar_text(facts["usd_per_unit"])
    if facts["factor"]:  # the price as the file has it, so that the product can be followed
        rate = f"{dollar_text(facts['base_usd_per_mtok'])} / 1M x {facts['factor']}"
    return FigureRow(step.of, amount, rate, dollar_text(facts["usd"]), facts["key"], step.remarks)


def _total(step: ExplanationStep) -> FigureRow:
    facts = step.facts
    agrees = facts["provider_cost_usd"] == facts["reported_usd"]
    why = "as the response states" if agrees else ""
    return FigureRow(LIST, "", "", dollar_text(facts["provider_cost_usd"]), why, step.remarks)


def _contract(step: ExplanationStep) -> FigureRow:
    facts = step.facts
    why = "as the response states" if facts["is_stated"] else ""
    remarks = tuple(rule["text"] for rule in facts["rules"])
    amount = dollar_text(facts["contract_cost_usd"])
    return FigureRow("contract price", "", "", amount, why, remarks)


def _client(step: ExplanationStep) -> FigureRow:
    has_fee = step.facts["fees_usd"] != NO_FEES
    label = customer_label(step.facts["markup_percent"], has_fee=has_fee)
    return FigureRow(
        label, "", "", dollar_text(step.facts["client_cost_usd"]), ", ".join(step.remarks), ()
    )


def _calls(step: ExplanationStep) -> FigureRow:
    label = plural(step.facts["calls"], "call")
    return FigureRow(label, "", "", dollar_text(step.facts["provider_cost_usd"]))


def _job(step: ExplanationStep) -> FigureRow:
    before, total = (dollar_text(step.facts[name]) for name in ("before_usd", "client_cost_usd"))
    return FigureRow("the job so far", "", "", total, f"of it {before} before")


_READERS = {
    "line": _line,
    "total": _total,
    "calls": _calls,
    "contract": _contract,
    "client": _client,
    "job": _job,
}


def arithmetic(rows: Sequence[FigureRow], width: int) -> "Iterator[RenderableType]":
    """Aligned lines; if the widest does not fit, each reason goes below its figures."""
    from rich.padding import Padding
    from rich.text import Text

    labels = max(len(row.label) for row in rows)
    quantities = max(len(row.quantity) for row in rows)
    rates = _behind("x", [row.rate for row in rows])
    amounts = _behind("=", [row.amount for row in rows])
    lines = [
        f"  {row.label:<{labels}}  {row.quantity:>{quantities}}  {rate}  {amount}  "
        for row, rate, amount in zip(rows, rates, amounts, strict=True)
    ]
    fits = all(len(line) + len(row.why) <= width for line, row in zip(lines, rows, strict=True))
    for line, row in zip(lines, rows, strict=True):
        text = Text(line, no_wrap=True, overflow="ignore")
        yield text.append(clean(row.why), style="dim") if fits else text
        if row.why and not fits:
            yield Padding(Text(clean(row.why), style="dim"), (0, 0, 0, _REMARK_INDENT))
        for remark in row.remarks:
            shown = Text(f"! {clean(remark)}", style="yellow")
            yield Padding(shown, (0, 0, 0, _REMARK_INDENT))


def _behind(sign: str, numbers: Sequence[str]) -> list[str]:
    """Numbers behind a sign, their decimal points under each other; blank where there is none."""
    aligned = at_point("" if number == NO_PRICE else number for number in numbers)
    shown = [
        f"{sign} {text if text.strip() else number}" if number else ""
        for text, number in zip(aligned, numbers, strict=True)
    ]
    width = max(map(len, shown))
    return [text.ljust(width) for text in shown]
