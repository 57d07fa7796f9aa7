"""Several quotes of one call, compared in a table."""

from collections.abc import Sequence
from fractions import Fraction

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, short_decimal
from pricectl.core.money import usd
from pricectl.report.assumptions import FOUND, NO_PRICE, cost, warnings
from pricectl.report.canvas import Canvas, at_point, clean, listing


def comparison(
    estimates: Sequence[Estimate], assumed: Sequence[Sequence[str]], canvas: Canvas
) -> str:
    """One table, cheapest first; what has no price and guesses come last, without a ratio.

    `assumed` has the assumptions of each quote.
    """
    from rich.text import Text

    def rank(row: tuple[Estimate, Sequence[str]]) -> tuple[bool, bool, int, str]:
        quote = row[0].quote
        return quote.guessed, quote.nothing_priced, row[0].pico_usd, quote.match.asked

    ordered = sorted(zip(estimates, assumed, strict=True), key=rank)
    percent = estimates[0].profile.markup_percent
    # What is charged for a job alone is the same for every model.
    modes = [mode for mode in BUDGET_MODES.values() if mode.basis != "job"]
    charges = [f"{mode.label} cr>" for mode in modes]
    table = listing(
        "Model", "Cost>", *(("Client>",) if percent else ()), "Ratio>", *charges, "Found"
    )
    costs = at_point(cost(estimate) for estimate, _ in ordered)
    bills = at_point(
        NO_PRICE if estimate.quote.nothing_priced else f"${usd(estimate.client_pico_usd)}"
        for estimate, _ in ordered
    )
    cheapest = ordered[0][0].pico_usd
    notes = []
    for (estimate, told), own, bill in zip(ordered, costs, bills, strict=True):
        quote, match = estimate.quote, estimate.quote.match
        asked = clean(match.asked)
        # A ratio to, or of, a cost that is not known or zero would say nothing.
        known = cheapest and not (quote.guessed or quote.nothing_priced)
        ratio = (
            f"{short_decimal(Fraction(estimate.pico_usd, cheapest), 1).lstrip('~')}x"
            if known
            else ""
        )
        charged = (count(it.charged) for it in estimate.credits if it.budget_mode in modes)
        how = Text(FOUND[match.how] or match.how, style="yellow" if quote.guessed else "")
        table.add_row(Text(asked), own, *((bill,) if percent else ()), ratio, *charged, how)
        notes += [Text(f"! {asked}: {words}", style="yellow") for words in warnings(estimate, told)]
    caption = f"cr: credits of {' and '.join(mode.name for mode in modes)}"
    caption += f"; Client: with {short_decimal(percent)}% markup" if percent else ""
    return canvas.draw(table, Text(), *notes, Text(caption, style="dim"))
