"""A quote: for people the number, then the arithmetic, then the credits; and as a document."""

from collections.abc import Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, plural, short_decimal
from pricectl.core.money import usd, usd_per_mtok
from pricectl.core.units import is_token_unit
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
    bodies = [{**_estimate(each), **unknown, "flags": list(flags)} for each in estimates]
    body = bodies[0] if len(bodies) == 1 else {"quotes": bodies}
    return {"schema": "pricectl.quote/1", **body}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    quote, stated = estimate.quote, {}
    if estimate.reading is not None:
        # The cost of the call that its response states, and what ours is beyond it.
        reported = estimate.reading.reported_pico_usd
        stated = {
            "reported_usd": None if reported is None else usd(reported),
            "difference_usd": None if reported is None else usd(quote.pico_usd - reported),
        }
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
        "lines": [
            {
                "unit": line.unit,
                # An amount of seconds is a Decimal, which JSON does not have.
                "quantity": line.quantity
                if isinstance(line.quantity, int)
                else float(line.quantity),
                "usd_per_unit": usd(line.pico_usd_per_unit) if line.priced else None,
                "usd": usd(line.pico_usd) if line.priced else None,
                "key": line.key,
                "assumed": line.assumed,
                "note": line.note,
            }
            for line in estimate.lines
        ],
        "provider_cost_usd": usd(estimate.pico_usd),
        "markup_percent": short_decimal(estimate.profile.markup_percent),
        "client_cost_usd": usd(estimate.client_pico_usd),
        "profile": estimate.profile.name,
        "rounding": estimate.profile.rounding,
        "credits": {mode.mode: mode.charged for mode in estimate.credits},
        "signals": list(estimate.signals),
        "catalog": catalog_id(quote.catalog),
        **stated,
    }


def text(
    estimates: Sequence[Estimate],
    assumed: Sequence[Sequence[str]],
    canvas: Canvas,
    mode: str | None = None,
) -> str:
    """One quote in full or a comparison of several; quiet, the numbers alone.

    `assumed` has the assumptions of each quote; `mode` shows the credits of one budget mode only.
    """
    if not canvas.quiet:
        if len(estimates) > 1:
            return comparison(estimates, assumed, canvas)
        return _one(estimates[0], assumed[0], canvas, mode)
    if mode is None:
        return "\n".join(usd(estimate.pico_usd) for estimate in estimates)
    modes = [found for estimate in estimates for found in estimate.credits]
    return "\n".join(str(found.charged) for found in modes if found.mode == mode)


def _one(estimate: Estimate, assumed: Sequence[str], canvas: Canvas, mode: str | None) -> str:
    """One quote with its arithmetic."""
    from rich.text import Text

    quote, match = estimate.quote, estimate.quote.match
    asked, title = clean(match.asked), clean(match.model.full_name)
    if match.is_guess:
        title = f"{asked or 'no name'}: a guess at the default price"
    else:
        if match.asked not in (match.model.name, match.model.full_name):
            title = f"{asked} as {title}"
        title += f", {FOUND[match.how]}" if FOUND[match.how] else ""
    headline = Text(cost(estimate), style="bold")
    headline.append(f"  {title}", style="not bold")
    if estimate.calls > 1:
        headline.append(f", {count(estimate.calls)} calls", style="not bold")
    beside = [Text(f"! {words}", style="yellow") for words in warnings(estimate, assumed)]
    steps = explain(quote) if canvas.verbose else ()
    footer = [Text(), *(Text(clean(step), style="dim") for step in steps)] if steps else []
    body = _arithmetic(estimate)
    return canvas.draw(headline, *beside, "", body, "", _credits(estimate, mode), *footer)


def _arithmetic(estimate: Estimate) -> "Table":
    table = grid("left", "right", "left", "left")
    markup = short_decimal(estimate.profile.markup_percent)
    totals = (
        ("provider cost", usd(estimate.pico_usd)),
        (f"with {markup}% markup", usd(estimate.client_pico_usd)),
    )
    lines = estimate.lines
    amounts = [f"${usd(line.pico_usd)}" if line.priced else "" for line in lines]
    amounts += ["" if estimate.quote.nothing_priced else f"${total}" for _, total in totals]
    products = [amount if amount.strip() else NO_PRICE for amount in at_point(amounts)]
    rates = at_point(
        f"${(usd_per_mtok if is_token_unit(line.unit) else usd)(line.pico_usd_per_unit)}"
        if line.priced
        else ""
        for line in lines
    )
    for line, rate, product in zip(lines, rates, products, strict=False):
        per = " / 1M" if is_token_unit(line.unit) else ""
        times = f"x {rate}{per}" if line.priced else ""
        table.add_row(f"  {line.unit}", count(line.quantity), times, f"= {product}")
    for (name, _), total in zip(totals, products[len(lines) :], strict=True):
        table.add_row(f"  {name}", "", "", f"= {total}")
    return table


def _amount(number: Fraction) -> str:
    return f"{number.numerator:,}" if number.denominator == 1 else short_decimal(number)


def _credits(estimate: Estimate, only: str | None) -> "Table":
    """What each budget mode charges, and the formula that it is charged by."""
    client_usd = usd(estimate.client_pico_usd)
    table = grid("left", "right", "wrap")
    for mode in estimate.credits:
        if only not in {None, mode.mode}:
            continue
        why = mode.reason(client_usd, _amount)
        table.add_row(f"  {mode.mode}", plural(mode.charged, "credit"), why)
    return table
