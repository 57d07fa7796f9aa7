"""Several quotes of one call, compared in a table."""

from collections.abc import Sequence
from fractions import Fraction

from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import clean, count, dollar_text, listed, short_decimal
from pricectl.core.money import usd
from pricectl.explain.prices import has_contract_line
from pricectl.explain.sources import FOUND
from pricectl.report.assumptions import NO_PRICE, QuotedCall, cost
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.listing import Listing


def comparison(calls: Sequence[QuotedCall], canvas: Canvas) -> str:
    """One table: cheapest first; unpriced and guessed last, without a ratio."""
    from rich.text import Text

    # A guess does not say what that model costs, so it never leads the table, however cheap.
    def rank(call: QuotedCall) -> tuple[bool, bool, Fraction, str]:
        estimate, quote = call.estimate, call.estimate.quote
        cost = estimate.exact_contract_pico_usd
        return quote.guessed, _has_no_price(estimate), cost, quote.match.asked

    ordered = sorted(calls, key=rank)
    estimates = [call.estimate for call in ordered]
    markups = {estimate.price.markup_percent for estimate in estimates}
    has_contract = any(has_contract_line(estimate) for estimate in estimates)
    has_client = markups != {0} or has_contract
    # Job charges do not depend on the model, so they tell nothing apart.
    modes = [mode for mode in BUDGET_MODES.values() if mode.basis != "job"]
    charges = [f"{mode.label} cr>" for mode in modes]
    client = ["Client>"] if has_client else []
    table = Listing(["Model", "Cost>", *client, "Ratio>", *charges, "Found"])
    costs = at_point(map(cost, estimates))
    bills = at_point(
        NO_PRICE
        if estimate.quote.nothing_priced and not estimate.client_pico_usd
        else dollar_text(usd(estimate.client_pico_usd))
        for estimate in estimates
    )
    ratios = at_point(_ratio(call, estimates[0].exact_contract_pico_usd) for call in ordered)
    notes = []
    for call, own, bill, ratio in zip(ordered, costs, bills, ratios, strict=True):
        estimate, quote, match = call.estimate, call.estimate.quote, call.estimate.quote.match
        requested_name = clean(match.asked)
        charged = (
            count(credit.charged) for credit in estimate.credits if credit.budget_mode in modes
        )
        how = Text(FOUND[match.how].label or match.how, style="yellow" if quote.guessed else "")
        billed = (bill,) if has_client else ()
        table.add_row(Text(requested_name), own, *billed, ratio, *charged, how)
        notes += [Text(f"! {requested_name}: {remark}", "yellow") for remark in call.remarks]
    caption = f"cr: credits of {listed([mode.name for mode in modes])}"
    caption += "; Cost: the contract price" if has_contract else ""
    percent = markups.pop() if len(markups) == 1 else None
    by_rules = "; Client: as the customer pays"
    with_markup = f"; Client: with {short_decimal(percent)}% markup" if percent else by_rules
    caption += with_markup if has_client else ""
    return canvas.draw(table, Text(), *notes, Text(caption, style="dim"))


def _has_no_price(estimate: Estimate) -> bool:
    """Whether nothing says what the team pays: neither the row nor a rule."""
    return estimate.quote.nothing_priced and not estimate.contract_pico_usd


def _ratio(call: QuotedCall, cheapest_pico_usd: Fraction) -> str:
    """How many times the cheapest cost; empty for an unknown cost, and beside a zero one."""
    estimate = call.estimate
    if not cheapest_pico_usd or estimate.quote.guessed or _has_no_price(estimate):
        return ""
    ratio = estimate.exact_contract_pico_usd / cheapest_pico_usd
    return f"{short_decimal(ratio, 1).lstrip('~')}x"
