"""Several quotes of one call, compared in a table."""

from collections.abc import Sequence
from fractions import Fraction

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import clean, count, dollar_text, listed, short_decimal
from pricectl.core.money import usd
from pricectl.explain.prices import has_contract_line
from pricectl.explain.sources import FOUND
from pricectl.report.assumptions import NO_PRICE, QuotedCall, cost
from pricectl.report.canvas import Canvas, at_point, listing


def comparison(calls: Sequence[QuotedCall], canvas: Canvas) -> str:
    """One table: cheapest first; unpriced and guessed last, without a ratio."""
    from rich.text import Text

    # A guess does not say what that model costs, so it never leads the table, however cheap.
    def rank(call: QuotedCall) -> tuple[bool, bool, int, str]:
        quote = call.estimate.quote
        return quote.guessed, quote.nothing_priced, call.estimate.pico_usd, quote.match.asked

    ordered = sorted(calls, key=rank)
    estimates = [call.estimate for call in ordered]
    markups = {estimate.price.markup_percent for estimate in estimates}
    has_client = markups != {0} or any(has_contract_line(estimate) for estimate in estimates)
    # Job charges do not depend on the model, so they tell nothing apart.
    modes = [mode for mode in BUDGET_MODES.values() if mode.basis != "job"]
    charges = [f"{mode.label} cr>" for mode in modes]
    table = listing(
        "Model", "Cost>", *(("Client>",) if has_client else ()), "Ratio>", *charges, "Found"
    )
    costs = at_point(map(cost, estimates))
    bills = at_point(
        NO_PRICE if estimate.quote.nothing_priced else dollar_text(usd(estimate.client_pico_usd))
        for estimate in estimates
    )
    cheapest = estimates[0].pico_usd
    notes = []
    for call, own, bill in zip(ordered, costs, bills, strict=True):
        estimate, quote, match = call.estimate, call.estimate.quote, call.estimate.quote.match
        requested_name = clean(match.asked)
        # No ratio to an unknown or zero cost.
        known = cheapest and not (quote.guessed or quote.nothing_priced)
        ratio = (
            f"{short_decimal(Fraction(estimate.pico_usd, cheapest), 1).lstrip('~')}x"
            if known
            else ""
        )
        charged = (
            count(credit.charged) for credit in estimate.credits if credit.budget_mode in modes
        )
        how = Text(FOUND[match.how].label or match.how, style="yellow" if quote.guessed else "")
        client = (bill,) if has_client else ()
        table.add_row(Text(requested_name), own, *client, ratio, *charged, how)
        notes += [Text(f"! {requested_name}: {remark}", "yellow") for remark in call.remarks]
    caption = f"cr: credits of {listed([mode.name for mode in modes])}"
    percent = markups.pop() if len(markups) == 1 else None
    by_rules = "; Client: as the customer pays"
    with_markup = f"; Client: with {short_decimal(percent)}% markup" if percent else by_rules
    caption += with_markup if has_client else ""
    return canvas.draw(table, Text(), *notes, Text(caption, style="dim"))
