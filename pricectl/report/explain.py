"""Why a name is answered and a call costs what it costs: layers tried, then steps to a price."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pricectl.core.labels import clean, dollar_text, plural
from pricectl.core.lookup import LayerTried
from pricectl.core.model import Match
from pricectl.core.money import usd_per_mtok
from pricectl.core.naming.parts import NamePart
from pricectl.explain import ExplanationStep
from pricectl.explain.explanation import Explanation
from pricectl.models import PricedRow
from pricectl.report.assumptions import NO_PRICE, cost
from pricectl.report.canvas import Canvas
from pricectl.report.figures import figures
from pricectl.report.json_text import catalog_id, resolved
from pricectl.report.listing import Grid
from pricectl.report.recorded import document as recorded_document
from pricectl.report.recorded import later_steps
from pricectl.report.show import dated_price

if TYPE_CHECKING:
    from rich.console import RenderableType

# The steps that stand between the lookup's layers and the figures.
_CIRCUMSTANCES = ("row", "period", "tier", "service", "region", "usage")
_LABEL_WIDTH = len("response")


def document(result: Explanation) -> dict[str, Any]:
    """Each lookup layer tried, what answered, and each step to a price if one was asked for."""
    return {
        "schema": "pricectl.explain/2",
        "asked": result.match.asked,
        "steps": [
            {"layer": tried.layer, "matched": tried.matched, "why": tried.why}
            for tried in result.layers
        ],
        "parts": [
            {"text": part.text, "kind": part.kind, "meaning": part.meaning} for part in result.parts
        ],
        "chain": [
            {"step": step.step, "text": step.text, **_with_numbers(step.facts)}
            for step in result.steps
        ],
        "resolved": resolved(result.match),
        "catalog": catalog_id(result.catalog),
        **recorded_document(result),
    }


def _with_numbers(value: Any) -> Any:
    """Facts with amounts of seconds as JSON numbers; money is decimal strings already."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _with_numbers(item) for key, item in value.items()}
    return [_with_numbers(item) for item in value] if isinstance(value, list) else value


def text(result: Explanation, canvas: Canvas) -> str:
    """The layers tried in order, then the row with its prices in force, or the way to a price.

    -q: the matching row only.
    """
    from rich.text import Text

    match, estimate = result.match, result.estimate
    if canvas.quiet:
        return clean(match.model.full_name)
    headline = Text(clean(match.asked) or "(no usable name)", style="bold")
    if estimate is None:
        row = PricedRow.at(match.model, result.at)
        answer = Text(_answer(match, row, result.near_names))
        parts = _parts(result.parts)
        return canvas.draw(headline, "", _layers(result.layers), "", *parts, answer)
    # Only the steps that a chain has once are looked up here.
    steps = {step.step: step for step in result.steps}
    requests = _requests(result.steps)
    price = cost(estimate)
    headline.append(f" has {price}" if price == NO_PRICE else f" costs {price}")
    if result.record and result.record.written_at:
        headline.append(f", as recorded on {result.record.written_at:%Y-%m-%d %H:%M} UTC")
    if estimate.calls > 1:
        headline.append(f" for {plural(estimate.calls, 'call')}")
    response = (_described([steps["response"]]), "") if "response" in steps else ()
    last = _described([steps["catalog"], *later_steps(result)])
    unpriced = estimate.quote.nothing_priced
    if len(requests) == 1:
        layers = _layers(result.layers, steps["name"].remarks)
        way = _described([step for step in requests[0] if step.step in _CIRCUMSTANCES])
        figured = figures(result.steps, canvas.width, unpriced=unpriced)
        return canvas.draw(headline, "", *response, layers, "", way, "", *figured, "", last)
    layers = _layers(result.layers)
    blocks = (part for request in requests for part in _block(request, canvas.width))
    summed = [step for step in result.steps if step.step != "line"]
    figured = figures(summed, canvas.width, unpriced=unpriced)
    return canvas.draw(headline, "", *response, layers, "", *blocks, *figured, "", last)


def _requests(steps: Sequence[ExplanationStep]) -> list[list[ExplanationStep]]:
    """The steps of each request of the response, which begin with its name."""
    requests: list[list[ExplanationStep]] = []
    for step in steps:
        if step.step == "name":
            requests.append([])
        if step.step in ("name", *_CIRCUMSTANCES, "line"):
            requests[-1].append(step)
    return requests


def _block(request: Sequence[ExplanationStep], width: int) -> "Iterator[RenderableType]":
    """One of several requests: how it was priced, then its products."""
    yield _described([step for step in request if step.step != "line"])
    products = tuple(figures(request, width))
    yield from ("", *products, "") if products else ("",)


def _layers(layers: Sequence[LayerTried], remarks: Sequence[str] = ()) -> "Grid":
    from rich.text import Text

    table = Grid(["left", "left", "wrap"])
    for step in layers:
        style = "bold" if step.matched else "dim"
        mark = Text("yes" if step.matched else "no", style=style)
        table.add_row(_label(step.layer), mark, Text(clean(step.why), style=style))
    for remark in remarks:
        table.add_row("", "", Text(f"! {clean(remark)}", style="yellow"))
    return table


def _parts(parts: Sequence[NamePart]) -> "tuple[Grid | str, ...]":
    """What each part of the name was taken for, unless a row has the whole name."""
    from rich.text import Text

    if len(parts) < 2:  # noqa: PLR2004 - the name itself
        return ()
    table = Grid(["left", "left", "wrap"])
    for part in parts:
        table.add_row(f"  {clean(part.text)}", part.kind, Text(clean(part.meaning), style="dim"))
    return table, ""


def _described(steps: Sequence[ExplanationStep]) -> "Grid":
    from rich.text import Text

    table = Grid(["left", "wrap"])
    for step in steps:
        table.add_row(_label(step.step), Text(clean(step.summary)))
        for remark in step.remarks:
            table.add_row("", Text(f"! {clean(remark)}", style="yellow"))
    return table


def _label(name: str) -> str:
    return f"  {name:<{_LABEL_WIDTH}}"


def _answer(match: Match, row: PricedRow, near: Sequence[str]) -> str:
    rates = [
        f"{unit} {dollar_text(usd_per_mtok(pico))}"
        for unit in ("input", "output")
        if (pico := row.prices.base_rate(unit)) is not None
    ]
    prices = f": {', '.join(rates)} per 1M tokens" if rates else ""
    prices += f", {dated_price(row.prices)}" if row.period else ""
    if not match.is_guess:
        return f"answered by {clean(match.model.full_name)}{prices}"
    meant = f"; similar names: {', '.join(map(clean, near))}" if near else ""
    return f"answered by the default price{prices}{meant}"
