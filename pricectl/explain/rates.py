"""What decides the rates besides the row: date, context length, service tier, region."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.labels import service_label
from pricectl.core.money import exact
from pricectl.core.units import is_token_unit
from pricectl.core.windows import as_instant
from pricectl.explain.steps import ExplanationStep


def period(quote: Quote, at: date | None) -> ExplanationStep:
    """Which of the row's dated price lists applied, from when until when."""
    prices, instant = quote.prices, None if at is None else as_instant(at)
    off_peak = prices.in_off_peak_hours
    facts = {
        "at": _iso(instant),
        "period": quote.period,
        "from": _iso(prices.start),
        "until": _iso(prices.end),
        "off_peak": off_peak,
    }
    if not quote.match.model.dated:
        return ExplanationStep("period", "one price list for all dates", facts)
    bounds = (("from", prices.start), ("until", prices.end))
    days = [f"{word} {_minute(day)}" for word, day in bounds if day]
    hours = {None: (), True: ("in off-peak hours",), False: ("outside off-peak hours",)}
    summary = " ".join(("prices", *days, *hours[off_peak]))
    return ExplanationStep(
        "period", f"at {_minute(instant)} UTC: {summary}" if instant else summary, facts
    )


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _minute(instant: datetime) -> str:
    """The day; with the minute unless it is midnight."""
    return f"{instant:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def tier(quote: Quote) -> ExplanationStep:
    """Which context threshold the request passed, and what that moved."""
    prices, tokens = quote.prices, quote.usage.input_tokens
    facts = {
        "input_tokens": tokens,
        "above_tokens": quote.above_tokens,
        "thresholds": list(prices.thresholds),
        "boundary": "gte" if prices.inclusive else "gt",
        "scope": "marginal" if prices.marginal else "request",
    }
    if not prices.thresholds:
        return ExplanationStep("tier", "one rate for every length", facts)
    if quote.requests > 1:
        tokens = -(-tokens // quote.requests)
    of = f" on average of {quote.requests:,} requests" if quote.requests > 1 else ""
    if not quote.above_tokens:
        short_of = "are below" if prices.inclusive else "are not above"
        summary = f"{tokens:,} input tokens{of} {short_of} {prices.thresholds[0]:,}: base rates"
        return ExplanationStep("tier", summary, facts)
    passed = "reach" if prices.inclusive else "are above"
    moved = "only the tokens beyond it move" if prices.marginal else "the whole request moves"
    summary = f"{tokens:,} input tokens{of} {passed} {quote.above_tokens:,}: {moved}"
    return ExplanationStep("tier", summary, facts)


def service(quote: Quote) -> ExplanationStep:
    """The service tier, and whether the row has prices or a factor for it."""
    word = service_label(quote.service)
    times = _times(quote.prices.service_factor(quote.service))
    facts = {"service": word, "factor": times}
    if times:
        return ExplanationStep("service", f"{word}: token rates x {times}", facts)
    if quote.service and not quote.prices.sells(quote.service):
        word = f"{word}, for which the row has no price"
    return ExplanationStep("service", word, facts)


def region(quote: Quote) -> Iterator[ExplanationStep]:
    """The region, if the question named one, and the factor it puts on token rates."""
    if not quote.region:
        return
    times = _times(quote.prices.region_factor(quote.region))
    facts = {"region": quote.region, "factor": times}
    words = f": token rates x {times}" if times else ", for which the row has no price"
    yield ExplanationStep("region", f"{quote.region}{words}", facts)


def _times(factor: Decimal | None) -> str | None:
    return exact(Fraction(factor)) if factor else None


def factor_on(quote: Quote, unit: str) -> Fraction:
    """The factor that the service and the region together put on a unit's rate.

    It is 1 on everything but tokens, as providers raise token rates only.
    """
    if not is_token_unit(unit):
        return Fraction(1)
    service_factor = quote.prices.service_factor(quote.service)
    region_factor = quote.prices.region_factor(quote.region)
    return Fraction(service_factor or 1) * Fraction(region_factor or 1)
