"""A quote: for people the number, then the arithmetic, then the credits; and as a document."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.calculator import Line
from pricectl.core.estimate import Estimate, ModeCredits
from pricectl.core.labels import count, plain
from pricectl.core.model import Match
from pricectl.core.money import usd, usd_per_mtok
from pricectl.core.units import is_token
from pricectl.explain import explain
from pricectl.report.assumptions import FOUND, NO_PRICE, cost, warnings
from pricectl.report.canvas import Canvas, at_point, clean, grid
from pricectl.report.comparison import comparison
from pricectl.report.json_text import catalog_id, resolved

if TYPE_CHECKING:
    from rich.table import Table

# The fields of a quote that depend on a credit profile.
_OF_A_PROFILE = ("markup_percent", "client_cost_usd", "profile", "rounding", "credits")


def document(
    estimates: Sequence[Estimate], *, flags: Sequence[str] = (), charged: bool = True
) -> dict[str, Any]:
    """One quote as the document itself, several as its `quotes`.

    Args:
        estimates: the quotes; at least one.
        flags: those of the running process that answers.
        charged: without it no profile is known, and what depends on one is null.
    """
    unknown = {} if charged else dict.fromkeys(_OF_A_PROFILE)
    bodies = [
        {**_estimate(estimate), **unknown, **_stated(estimate), "flags": list(flags)}
        for estimate in estimates
    ]
    body = bodies[0] if len(bodies) == 1 else {"quotes": bodies}
    return {"schema": "pricectl.quote/1", **body}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    quote = estimate.quote
    return {
        "model": quote.match.asked,
        "resolved": resolved(quote.match),
        "service": quote.service or "standard",
        "missing_service": quote.missing_service,
        "region": quote.region,
        "missing_region": quote.missing_region,
        "above_tokens": quote.above_tokens,
        "period": quote.period,
        "calls": estimate.calls,
        "lines": [_line(line) for line in estimate.lines],
        "provider_cost_usd": usd(estimate.pico_usd),
        "markup_percent": plain(estimate.profile.markup_percent),
        "client_cost_usd": usd(estimate.client_pico_usd),
        "profile": estimate.profile.name,
        "rounding": estimate.profile.rounding,
        "credits": {mode.mode: mode.charged for mode in estimate.credits},
        "signals": list(estimate.signals),
        "catalog": catalog_id(quote.catalog),
    }


def _stated(estimate: Estimate) -> dict[str, str | None]:
    """The cost of the call that its response states, and what ours is beyond it."""
    if estimate.reading is None:
        return {}
    reported = estimate.reading.reported_pico_usd
    return {
        "reported_usd": None if reported is None else usd(reported),
        "difference_usd": None if reported is None else usd(estimate.quote.pico_usd - reported),
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "unit": line.unit,
        "quantity": line.quantity if isinstance(line.quantity, int) else float(line.quantity),
        "usd_per_unit": usd(line.pico_usd_per_unit) if line.priced else None,
        "usd": usd(line.pico_usd) if line.priced else None,
        "key": line.key,
        "assumed": line.assumed,
        "note": line.note,
    }


def text(estimates: Sequence[Estimate], canvas: Canvas, mode: str | None = None) -> str:
    """One quote in full or a comparison of several; quiet, the numbers alone.

    `mode` shows the credits of one budget mode only.
    """
    if canvas.quiet:
        return _numbers(estimates, mode)
    return (
        _one(estimates[0], canvas, mode) if len(estimates) == 1 else comparison(estimates, canvas)
    )


def _numbers(estimates: Sequence[Estimate], mode: str | None) -> str:
    """The numbers alone, one a line: the provider's cost in dollars, or a mode's credits."""
    if mode is None:
        return "\n".join(usd(estimate.pico_usd) for estimate in estimates)
    return "\n".join(
        str(found.charged)
        for estimate in estimates
        for found in estimate.credits
        if found.mode == mode
    )


def _one(estimate: Estimate, canvas: Canvas, mode: str | None) -> str:
    """One quote with its arithmetic."""
    from rich.text import Text

    quote = estimate.quote
    headline = Text(cost(estimate), style="bold")
    headline.append(f"  {_title(quote.match)}", style="not bold")
    if estimate.calls > 1:
        headline.append(f", {count(estimate.calls)} calls", style="not bold")
    beside = [Text(f"! {words}", style="yellow") for words in warnings(estimate)]
    steps = explain(quote) if canvas.verbose else ()
    footer = [Text(), *(Text(clean(step), style="dim") for step in steps)] if steps else []
    body = _arithmetic(estimate)
    return canvas.draw(headline, *beside, "", body, "", _credits(estimate, mode), *footer)


def _title(match: Match) -> str:
    asked, row = clean(match.asked), clean(match.model.full_name)
    if match.how == "default":
        return f"{asked or 'no name'}: a guess at the default price"
    title = row if match.asked in (match.model.name, match.model.full_name) else f"{asked} as {row}"
    return f"{title}, {FOUND[match.how]}" if FOUND[match.how] else title


def _arithmetic(estimate: Estimate) -> "Table":
    table = grid("left", "right", "left", "left")
    markup = plain(estimate.profile.markup_percent)
    totals = (
        ("provider cost", usd(estimate.pico_usd)),
        (f"with {markup}% markup", usd(estimate.client_pico_usd)),
    )
    lines = estimate.lines
    amounts = [f"${usd(line.pico_usd)}" if line.priced else "" for line in lines]
    amounts += ["" if estimate.quote.nothing_priced else f"${total}" for _, total in totals]
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
