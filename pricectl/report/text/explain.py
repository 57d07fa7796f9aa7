"""A lookup for people: each layer in turn, and what answered. Floor 2."""

from collections.abc import Sequence

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import LAYERS, Step, near_names
from pricectl.core.model import Match
from pricectl.core.money import usd_per_mtok
from pricectl.listing import Priced, base_rate
from pricectl.report.canvas import Canvas, clean, grid
from pricectl.report.text.show import dated_price


def report(  # noqa: PLR0913, PLR0917 - what is shown, and how
    match: Match,
    row: Priced,
    steps: Sequence[Step],
    chain: Sequence[str],
    catalog: Catalog,
    canvas: Canvas,
    *,
    quiet: bool,
) -> str:
    """The layers tried in order, then the row with its prices in force, or the way to a price."""
    from rich.text import Text

    if quiet:
        return clean(match.model.full_name)
    table = grid("left", "left", "wrap")
    for layer in LAYERS:
        step = next((step for step in steps if step.layer == layer), None)
        mark = ("yes" if step.matched else "no") if step else "-"
        style = "bold" if mark == "yes" else "dim"
        why = clean(step.why) if step else "not needed"
        table.add_row(f"  {layer}", Text(mark, style=style), Text(why, style=style))
    headline = Text(clean(match.asked) or "(no usable name)", style="bold")
    if not chain:
        return canvas.draw(headline, Text(), table, Text(), Text(_answer(match, row, catalog)))
    way = grid("left", "wrap")
    for line in chain:
        word, _, said = line.partition(": ")
        way.add_row(f"  {word}", Text(clean(said)))
    return canvas.draw(headline, Text(), table, Text(), way)


def _answer(match: Match, row: Priced, catalog: Catalog) -> str:
    rates = [
        f"{word} ${usd_per_mtok(pico)}"
        for word, unit in (("input", "input"), ("output", "output"))
        if (pico := base_rate(row.prices, unit)) is not None
    ]
    prices = f": {', '.join(rates)} per 1M tokens" if rates else ""
    prices += f", {dated_price(row.period)}" if row.period else ""
    if match.how != "default":
        return f"answered by {clean(match.model.full_name)}{prices}"
    names = near_names(catalog, match.asked)
    near = f"; near names: {', '.join(map(clean, names))}" if names else ""
    return f"answered by the default price{prices}{near}"
