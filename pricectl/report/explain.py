"""Why a name is answered and a call costs what it costs: layers tried, then steps to a price."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import LayerTried
from pricectl.core.model import Match
from pricectl.core.money import usd_per_mtok
from pricectl.explain import ExplanationStep
from pricectl.models import Priced
from pricectl.report.assumptions import NO_PRICE
from pricectl.report.canvas import Canvas, clean, grid
from pricectl.report.figures import figures, is_unpriced
from pricectl.report.json_text import catalog_id, resolved
from pricectl.report.show import dated_price

if TYPE_CHECKING:
    from rich.table import Table

# The steps told in words between the lookup's layers and the figures.
_CIRCUMSTANCES = ("row", "period", "tier", "service", "region", "usage")
_LABEL_WIDTH = len("response")


def document(
    steps: Sequence[LayerTried], match: Match, chain: Sequence[ExplanationStep], catalog: Catalog
) -> dict[str, Any]:
    """Each lookup layer tried, what answered, and each step to a price if one was asked for."""
    return {
        "schema": "pricectl.explain/2",
        "asked": match.asked,
        "steps": [step._asdict() for step in steps],
        "chain": [
            {"step": link.step, "text": link.text, **_with_numbers(link.facts)} for link in chain
        ],
        "resolved": resolved(match),
        "catalog": catalog_id(catalog),
    }


def _with_numbers(value: Any) -> Any:
    """Facts with amounts of seconds as JSON numbers; money is decimal strings already."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return {key: _with_numbers(item) for key, item in value.items()}
    return [_with_numbers(item) for item in value] if isinstance(value, list) else value


def text(  # noqa: PLR0913, PLR0917 - what is shown, and how
    match: Match,
    row: Priced,
    steps: Sequence[LayerTried],
    chain: Sequence[ExplanationStep],
    near: Sequence[str],
    canvas: Canvas,
) -> str:
    """The layers tried in order, then the row with its prices in force, or the way to a price.

    Quiet, the row that answers alone. `near` are the names that may have been meant.
    """
    from rich.text import Text

    if canvas.quiet:
        return clean(match.model.full_name)
    headline = Text(clean(match.asked) or "(no usable name)", style="bold")
    if not chain:
        answer = Text(_answer(match, row, near))
        return canvas.draw(headline, "", _layers(steps), "", answer)
    links = {link.step: link for link in chain}
    cost = f" costs ${links['total'].facts['provider_cost_usd']}"
    headline.append(f" has {NO_PRICE}" if is_unpriced(chain) else cost)
    response = (_words([links["response"]]), "") if "response" in links else ()
    layers = _layers(steps, links["name"].remarks)
    way = _words([links[step] for step in _CIRCUMSTANCES if step in links])
    last = _words([links["catalog"]])
    figured = figures(chain, canvas.width)
    return canvas.draw(headline, "", *response, layers, "", way, "", *figured, "", last)


def _layers(steps: Sequence[LayerTried], remarks: Sequence[str] = ()) -> "Table":
    from rich.text import Text

    table = grid("left", "left", "wrap")
    for step in steps:
        style = "bold" if step.matched else "dim"
        mark = Text("yes" if step.matched else "no", style=style)
        table.add_row(_label(step.layer), mark, Text(clean(step.why), style=style))
    for remark in remarks:
        table.add_row("", "", Text(f"! {clean(remark)}", style="yellow"))
    return table


def _words(links: Sequence[ExplanationStep]) -> "Table":
    from rich.text import Text

    table = grid("left", "wrap")
    for link in links:
        table.add_row(_label(link.step), Text(clean(link.summary)))
        for remark in link.remarks:
            table.add_row("", Text(f"! {clean(remark)}", style="yellow"))
    return table


def _label(word: str) -> str:
    return f"  {word:<{_LABEL_WIDTH}}"


def _answer(match: Match, row: Priced, near: Sequence[str]) -> str:
    rates = [
        f"{unit} ${usd_per_mtok(pico)}"
        for unit in ("input", "output")
        if (pico := row.prices.base_rate(unit)) is not None
    ]
    prices = f": {', '.join(rates)} per 1M tokens" if rates else ""
    prices += f", {dated_price(row.prices)}" if row.period else ""
    if not match.is_guess:
        return f"answered by {clean(match.model.full_name)}{prices}"
    meant = f"; near names: {', '.join(map(clean, near))}" if near else ""
    return f"answered by the default price{prices}{meant}"
