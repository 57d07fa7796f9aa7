"""Several quotes of one call, compared in a table."""

from collections.abc import Sequence
from fractions import Fraction

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, plain
from pricectl.core.money import usd
from pricectl.report.assumptions import FOUND, NO_PRICE, cost, warnings
from pricectl.report.canvas import Canvas, at_point, clean, listing


def comparison(estimates: Sequence[Estimate], canvas: Canvas) -> str:
    """One table, cheapest first; what has no price and guesses come last, without a ratio."""
    from rich.text import Text

    ordered = sorted(estimates, key=_rank)
    percent = estimates[0].profile.markup_percent
    # What is charged for a job alone is the same for every model.
    modes = [mode for mode in BUDGET_MODES.values() if mode.basis != "job"]
    charges = [f"{mode.label} cr>" for mode in modes]
    table = listing(
        "Model", "Cost>", *(("Client>",) if percent else ()), "Ratio>", *charges, "Found"
    )
    costs = at_point(cost(estimate) for estimate in ordered)
    bills = at_point(
        NO_PRICE if estimate.quote.nothing_priced else f"${usd(estimate.client_pico_usd)}"
        for estimate in ordered
    )
    for estimate, cell, bill in zip(ordered, costs, bills, strict=True):
        match = estimate.quote.match
        charged = (count(it.charged) for it in estimate.credits if it.budget_mode in modes)
        ratio = _ratio(estimate, ordered[0])
        how = Text(FOUND[match.how] or match.how, style="yellow" if match.how == "default" else "")
        client = (bill,) if percent else ()
        table.add_row(Text(clean(match.asked)), cell, *client, ratio, *charged, how)
    notes = [
        Text(f"! {clean(estimate.quote.match.asked)}: {words}", style="yellow")
        for estimate in ordered
        for words in warnings(estimate)
    ]
    caption = f"cr: credits of {' and '.join(mode.name for mode in modes)}"
    caption += f"; Client: with {plain(percent)}% markup" if percent else ""
    return canvas.draw(table, Text(), *notes, Text(caption, style="dim"))


def _rank(estimate: Estimate) -> tuple[bool, bool, int, str]:
    quote = estimate.quote
    return quote.guessed, quote.nothing_priced, estimate.pico_usd, quote.match.asked


def _ratio(estimate: Estimate, cheapest: Estimate) -> str:
    """How many times the cheapest one's cost; empty where a cost is not known, or is zero."""
    if estimate.quote.guessed or estimate.quote.nothing_priced or not cheapest.pico_usd:
        return ""
    return f"{plain(Fraction(estimate.pico_usd, cheapest.pico_usd), 1).lstrip('~')}x"
