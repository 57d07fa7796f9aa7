"""A quote for people: the number, then the arithmetic, then the credits."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction
from typing import TYPE_CHECKING

from pricectl.core.calculator import Line
from pricectl.core.catalog import Catalog
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import SERVICE_NAMES, count, plain
from pricectl.core.lookup import near_names
from pricectl.core.model import Match
from pricectl.core.money import usd, usd_per_mtok
from pricectl.core.units import is_token
from pricectl.explain import explain
from pricectl.report.canvas import Canvas, at_point, clean, grid, listing
from pricectl.report.text.figures import ADDS_NOTHING, NO_PRICE

if TYPE_CHECKING:
    from rich.table import Table

FOUND = {
    "exact": "",
    "alias": "by alias",
    "case": "by case",
    "partial": "partial match",
    "default": "a guess",
}


def report(
    estimates: Sequence[Estimate],
    catalog: Catalog,
    canvas: Canvas,
    *,
    mode: str | None,
    quiet: bool,
) -> str:
    """The numbers alone, one quote in full, or a comparison of several."""
    if quiet:
        return bare(estimates, mode)
    if len(estimates) == 1:
        return one(estimates[0], catalog, canvas, mode)
    return comparison(estimates, catalog, canvas)


def bare(estimates: Sequence[Estimate], mode: str | None) -> str:
    """The numbers alone, one a line: the provider's cost in dollars, or a mode's credits."""
    if mode is None:
        return "\n".join(usd(estimate.pico_usd) for estimate in estimates)
    return "\n".join(
        str(found.charged)
        for estimate in estimates
        for found in estimate.credits
        if found.mode == mode
    )


def one(estimate: Estimate, catalog: Catalog, canvas: Canvas, mode: str | None = None) -> str:
    """One quote with its arithmetic."""
    from rich.text import Text

    quote = estimate.quote
    headline = Text(_cost(estimate), style="bold")
    headline.append(f"  {_title(quote.match)}", style="not bold")
    if estimate.calls > 1:
        headline.append(f", {count(estimate.calls)} calls", style="not bold")
    warnings = [Text(f"! {words}", style="yellow") for words in _warnings(estimate, catalog)]
    steps = explain(quote) if canvas.verbose else ()
    footer = [Text(), *(Text(clean(step), style="dim") for step in steps)] if steps else []
    body = _arithmetic(estimate)
    return canvas.draw(headline, *warnings, "", body, "", _credits(estimate, mode), *footer)


def _cost(estimate: Estimate) -> str:
    return NO_PRICE if estimate.quote.nothing_priced else f"${usd(estimate.pico_usd)}"


def _title(match: Match) -> str:
    asked, row = clean(match.asked), clean(match.model.full_name)
    if match.how == "default":
        return f"{asked or 'no name'}: a guess at the default price"
    title = row if match.asked in (match.model.name, match.model.full_name) else f"{asked} as {row}"
    return f"{title}, {FOUND[match.how]}" if FOUND[match.how] else title


def _warnings(estimate: Estimate, catalog: Catalog) -> Iterator[str]:
    """What a reader of the amount should see: which rates apply, and what was assumed."""
    quote = estimate.quote
    if quote.match.model.entry.get("retired") is True:
        yield "the provider has retired this model"
    if quote.above_tokens:
        yield f"long-context rates: over {count(quote.above_tokens)} input tokens"
    if quote.period:
        yield f"dated price: {quote.period}"
    yield from assumptions(estimate, catalog)


def assumptions(estimate: Estimate, catalog: Catalog) -> Iterator[str]:
    """Why the amount may be wrong: a guess, a service or region not sold, a rate assumed."""
    quote = estimate.quote
    match = quote.match
    if quote.guessed:
        yield guess(catalog, match.asked)
    if match.ignored:
        yield f"set aside as neutral: {' '.join(map(clean, match.ignored))}"
    if quote.missing_region:
        yield f"no price for region {clean(quote.region)}: its base rates"
    if quote.missing_service:
        sold = {service for _, _, service in quote.prices.rates if service}
        words = sold | {word for word, service in SERVICE_NAMES.items() if service in sold}
        near = get_close_matches(quote.service, words, n=1)
        meant = f"; did you mean {clean(near[0])}?" if near else ""
        yield f"no price for service {clean(quote.service)}: its standard rates{meant}"
    for line, note in zip(quote.lines, quote.line_notes, strict=True):
        if note:
            yield f"{line.unit}: {clean(note) if line.priced else ADDS_NOTHING}"
    yield from (f"not in the price: {clean(signal)}" for signal in estimate.signals)


def guess(catalog: Catalog, name: str) -> str:
    """That no row answers for a name, and the names that may have been meant."""
    names = near_names(catalog, name)
    near = f"; did you mean {', '.join(map(clean, names))}?" if names else ""
    return f"no model is called that, so this is the default price{near}"


def _arithmetic(estimate: Estimate) -> "Table":
    table = grid("left", "right", "left", "left")
    markup = plain(estimate.profile.markup_percent)
    totals = (
        ("provider cost", usd(estimate.pico_usd)),
        (f"with {markup}% markup", usd(estimate.client_pico_usd)),
    )
    lines = estimate.lines
    amounts = [f"${usd(line.pico_usd)}" if line.priced else "" for line in lines]
    amounts += ["" if estimate.quote.nothing_priced else f"${cost}" for _, cost in totals]
    products = [amount if amount.strip() else NO_PRICE for amount in at_point(amounts)]
    rates = at_point(_rate(line) for line in lines)
    for line, rate, product in zip(lines, rates, products, strict=False):
        per = " / 1M" if is_token(line.unit) else ""
        times = f"x {rate}{per}" if line.priced else ""
        table.add_row(f"  {line.unit}", count(line.quantity), times, f"= {product}")
    for (name, _), total in zip(totals, products[len(lines) :], strict=True):
        table.add_row(f"  {name}", "", "", f"= {total}")
    return table


def _rate(line: Line) -> str:
    if not line.priced:
        return ""
    pico = line.pico_usd_per_unit
    return f"${usd_per_mtok(pico) if is_token(line.unit) else usd(pico)}"


def _amount(number: Fraction) -> str:
    return f"{number.numerator:,}" if number.denominator == 1 else plain(number)


def _credits(estimate: Estimate, only: str | None) -> "Table":
    table = grid("left", "right", "wrap")
    for mode in estimate.credits:
        if only in {None, mode.mode}:
            unit = "credit" if mode.charged == 1 else "credits"
            table.add_row(f"  {mode.mode}", f"{count(mode.charged)} {unit}", _why(mode, estimate))
    return table


def _why(mode: ModeCredits, estimate: Estimate) -> str:
    profile, client_usd = estimate.profile, usd(estimate.client_pico_usd)
    formula = mode.budget_mode.figures(estimate.job, profile, client_usd, _amount)
    if mode.budget_mode.basis == "job":
        return f"{_amount(mode.exact)} {formula}"
    words = f"{formula} = {plain(mode.exact)}, rounded {profile.rounding}"
    raised = mode.charged == profile.minimum_credits and mode.exact < mode.charged
    return f"{words}, at least {profile.minimum_credits}" if raised else words


def comparison(estimates: Sequence[Estimate], catalog: Catalog, canvas: Canvas) -> str:
    """Several quotes in one table, cheapest first, those without a price and guesses last."""
    from rich.text import Text

    ordered = sorted(estimates, key=_place)
    marked_up = bool(estimates[0].profile.markup_percent)
    markup = ("Client>",) if marked_up else ()
    # What is charged for a job alone is the same for every model.
    modes = [mode for mode in BUDGET_MODES.values() if mode.basis != "job"]
    charges = [f"{mode.label} cr>" for mode in modes]
    table = listing("Model", "Cost>", *markup, "Ratio>", *charges, "Found")
    costs = at_point(_cost(estimate) for estimate in ordered)
    billed = at_point(
        NO_PRICE if estimate.quote.nothing_priced else f"${usd(estimate.client_pico_usd)}"
        for estimate in ordered
    )
    for estimate, cost, bill in zip(ordered, costs, billed, strict=True):
        match = estimate.quote.match
        charged = (count(it.charged) for it in estimate.credits if it.budget_mode in modes)
        compared = not (estimate.quote.guessed or estimate.quote.nothing_priced)
        ratio = _ratio(estimate.pico_usd, ordered[0].pico_usd) if compared else ""
        how = Text(FOUND[match.how] or match.how, style="yellow" if match.how == "default" else "")
        bills = (bill,) if marked_up else ()
        table.add_row(Text(clean(match.asked)), cost, *bills, ratio, *charged, how)
    notes = [
        Text(f"! {clean(estimate.quote.match.asked)}: {words}", style="yellow")
        for estimate in ordered
        for words in _warnings(estimate, catalog)
    ]
    names = " and ".join(mode.name for mode in modes)
    words = f"cr: credits of {names}{_markup_words(estimates[0])}"
    return canvas.draw(table, Text(), *notes, Text(words, style="dim"))


def _place(estimate: Estimate) -> tuple[bool, bool, int, str]:
    quote = estimate.quote
    return quote.guessed, quote.nothing_priced, estimate.pico_usd, quote.match.asked


def _markup_words(estimate: Estimate) -> str:
    percent = plain(estimate.profile.markup_percent)
    return f"; Client: with {percent}% markup" if estimate.profile.markup_percent else ""


def _ratio(cost: int, cheapest: int) -> str:
    return f"{plain(Fraction(cost, cheapest), 1).lstrip('~')}x" if cheapest else ""
