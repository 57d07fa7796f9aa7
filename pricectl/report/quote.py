"""A quote: for people the number, then the arithmetic, then the credits; and as a document."""

from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.core.estimate import Estimate
from pricectl.core.labels import (
    clean,
    count,
    dollar_text,
    grouped,
    plural,
    service_label,
    short_decimal,
)
from pricectl.core.model import Match
from pricectl.core.money import usd, usd_per_mtok
from pricectl.core.priced_call import Line, Quote
from pricectl.core.units import is_token_unit
from pricectl.explain import explain
from pricectl.explain.prices import customer_label, decided, has_contract_line
from pricectl.explain.sources import FOUND
from pricectl.flags import STATED_COST
from pricectl.report.assumptions import NO_PRICE, QuotedCall, cost
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.comparison import comparison
from pricectl.report.figures import FigureRow, arithmetic
from pricectl.report.json_text import catalog_id, resolved
from pricectl.report.listing import Grid

# The fields of a quote that depend on a credit profile.
_OF_A_PROFILE = (
    "contract_cost_usd",
    "markup_percent",
    "fees_usd",
    "client_cost_usd",
    "profile",
    "rules",
    "rounding",
    "credits",
)


class QuoteResult(NamedTuple):
    """One call priced for each model; at least one.

    `mode`: only this budget mode's credits are shown. `flags` are those of the running process that
    answers. `charged=False`: no profile is known, so the fields of a profile are null.
    """

    calls: tuple[QuotedCall, ...]
    mode: str | None = None
    flags: tuple[str, ...] = ()
    charged: bool = True


def document(result: QuoteResult) -> dict[str, Any]:
    """One quote as the document itself, several as its `quotes`."""
    unknown = {} if result.charged else dict.fromkeys(_OF_A_PROFILE)
    flags = list(result.flags)
    bodies = [
        {
            **_estimate(call.estimate),
            **unknown,
            "flags": list(
                dict.fromkeys((*call.estimate.quote.flags, *_stated(call.estimate), *flags))
            ),
            **_listed(call.listed),
        }
        for call in result.calls
    ]
    body = bodies[0] if len(bodies) == 1 else {"quotes": bodies}
    return {"schema": "pricectl.quote/1", **body}


def _stated(estimate: Estimate) -> tuple[str, ...]:
    return (STATED_COST,) if estimate.price.is_stated else ()


def _listed(listed: Match | None) -> dict[str, Any]:
    """What the reference says about a name that only the default price answers."""
    if listed is None:
        return {}
    rates = (None if pico is None else usd_per_mtok(pico) for pico in listed.input_and_output)
    names = ("input_usd_per_mtok", "output_usd_per_mtok")
    return {"list_price": {"row": listed.model.full_name, **dict(zip(names, rates, strict=True))}}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    quote, stated = estimate.quote, {}
    if estimate.reading is not None:
        # The stated cost, and ours minus it.
        reported = estimate.reading.reported_pico_usd
        stated = {
            "reported_usd": None if reported is None else usd(reported),
            "difference_usd": None if reported is None else usd(quote.pico_usd - reported),
            "asked_service": estimate.reading.asked_service,
            "stated_service": estimate.reading.stated_service,
        }
    markup = estimate.price.markup_percent
    return {
        "model": quote.match.asked,
        "resolved": resolved(quote.match),
        "service": service_label(quote.service),
        "missing_service": quote.missing_service,
        "region": quote.region,
        "missing_region": quote.missing_region,
        "above_tokens": quote.above_tokens,
        "above_output_tokens": quote.prices.above_output_tokens,
        "unread_pricing": [part.pointer for part in quote.unread],
        "period": quote.period,
        "calls": estimate.calls,
        "lines": [_line(line) for line in estimate.lines],
        "provider_cost_usd": usd(estimate.pico_usd),
        "contract_cost_usd": usd(estimate.contract_pico_usd),
        "stated_cost_booked": estimate.price.is_stated,
        "markup_percent": None if markup is None else short_decimal(markup),
        "fees_usd": usd(estimate.fees_pico_usd),
        "client_cost_usd": usd(estimate.client_pico_usd),
        "account": estimate.account,
        "profile": estimate.profile.name,
        "rules": decided(estimate.price),
        "rounding": estimate.profile.rounding,
        "credits": {mode.mode: mode.charged for mode in estimate.credits},
        "signals": list(estimate.signals),
        "response_flags": list(estimate.response_flags),
        "rounds": [_round(part) for part in quote.rounds],
        "catalog": catalog_id(quote.catalog),
        **stated,
    }


def _line(line: Line) -> dict[str, Any]:
    return {
        "unit": line.unit,
        # JSON has no Decimal, the type of amounts of seconds.
        "quantity": line.quantity if isinstance(line.quantity, int) else float(line.quantity),
        "usd_per_unit": usd(line.pico_usd_per_unit) if line.priced else None,
        "usd": usd(line.pico_usd) if line.priced else None,
        "key": line.key,
        "assumed": line.assumed,
        "note": line.note,
    }


def _round(part: Quote) -> dict[str, Any]:
    """One of several requests of a response, which was priced on its own."""
    return {
        "model": part.match.asked,
        "resolved": resolved(part.match),
        "above_tokens": part.above_tokens,
        "input_tokens": part.usage.input_tokens,
        "output_tokens": part.usage.output_tokens,
        "usd": usd(part.pico_usd),
    }


def text(result: QuoteResult, canvas: Canvas) -> str:
    """One quote in full or a comparison of several; quiet: only the numbers."""
    calls, mode = result.calls, result.mode
    if not canvas.quiet:
        return _one(calls[0], canvas, mode) if len(calls) == 1 else comparison(calls, canvas)
    if mode is None:
        return "\n".join(usd(call.estimate.contract_pico_usd) for call in calls)
    modes = [found for call in calls for found in call.estimate.credits]
    return "\n".join(str(found.charged) for found in modes if found.mode == mode)


def _one(call: QuotedCall, canvas: Canvas, mode: str | None) -> str:
    """One quote with its arithmetic."""
    from rich.text import Text

    estimate, quote, match = call.estimate, call.estimate.quote, call.estimate.quote.match
    requested_name, title = clean(match.asked), clean(match.model.full_name)
    if match.is_guess:
        title = f"{requested_name or 'no name'}: a guess at the default price"
    else:
        if match.asked not in (match.model.name, match.model.full_name):
            title = f"{requested_name} as {title}"
        found_by = FOUND[match.how].label
        title += f", {found_by}" if found_by else ""
    headline = Text(cost(estimate), style="bold")
    headline.append(f"  {title}", style="not bold")
    if estimate.calls > 1:
        headline.append(f", {count(estimate.calls)} calls", style="not bold")
    beside = [Text(f"! {remark}", style="yellow") for remark in call.remarks]
    steps = explain(quote, call.near_names) if canvas.verbose else ()
    footer = [Text(), *(Text(clean(step), style="dim") for step in steps)] if steps else []
    figured = arithmetic(_rows(estimate), canvas.width)
    return canvas.draw(headline, *beside, "", *figured, "", _credits(estimate, mode), *footer)


def _rows(estimate: Estimate) -> list[FigureRow]:
    """A row for each product, then the totals."""
    lines = estimate.lines
    # The rates are aligned without "/ 1M", so that all of them stand at one column.
    rates = at_point(
        dollar_text((usd_per_mtok if is_token_unit(line.unit) else usd)(line.pico_usd_per_unit))
        if line.priced
        else ""
        for line in lines
    )
    rows = []
    for line, rate in zip(lines, rates, strict=True):
        quantity = count(line.quantity)
        if line.priced:
            per = " / 1M" if is_token_unit(line.unit) else ""
            rows.append(FigureRow(line.unit, quantity, rate + per, dollar_text(usd(line.pico_usd))))
        else:
            rows.append(FigureRow(line.unit, quantity, "", NO_PRICE))
    no_list_price = estimate.quote.nothing_priced
    reported = estimate.reading.reported_pico_usd if estimate.reading else None
    if reported is not None:
        amount = dollar_text(usd(reported * estimate.calls))
        rows.append(FigureRow("stated cost", "", "", amount))
    totals = [("provider cost", estimate.pico_usd, no_list_price)]
    if has_contract_line(estimate):
        no_contract_price = no_list_price and not estimate.contract_pico_usd
        totals = [
            ("list price", estimate.pico_usd, no_list_price),
            ("contract price", estimate.contract_pico_usd, no_contract_price),
        ]
    no_price = no_list_price and not estimate.client_pico_usd
    markup = estimate.price.markup_percent
    percent = None if markup is None else short_decimal(markup)
    label = customer_label(percent, has_fee=bool(estimate.fees_pico_usd))
    totals.append((label, estimate.client_pico_usd, no_price))
    for label, pico_usd, is_unknown in totals:
        total = NO_PRICE if is_unknown else dollar_text(usd(pico_usd))
        rows.append(FigureRow(label, "", "", total))
    return rows


def _amount(number: Fraction) -> str:
    return f"{number.numerator:,}" if number.denominator == 1 else grouped(short_decimal(number))


def _credits(estimate: Estimate, only: str | None) -> Grid:
    """What each budget mode charges, and the formula that it is charged by."""
    client_usd = usd(estimate.client_pico_usd)
    table = Grid(["left", "right", "wrap"])
    for mode in estimate.credits:
        if only not in {None, mode.mode}:
            continue
        why = mode.reason(client_usd, _amount)
        table.add_row(f"  {mode.mode}", plural(mode.charged, "credit"), why)
    return table
