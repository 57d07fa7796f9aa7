"""What decides a rate beside the row: date, context length, service, region."""

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction

from pricectl.core.calculator import Quote
from pricectl.core.money import exact
from pricectl.core.windows import as_instant
from pricectl.explain.steps import Link


def period(quote: Quote, at: date | None) -> Link:
    """Which of the row's dated price lists applied, from when until when."""
    start, end, off_peak = _window(quote)
    instant = None if at is None else as_instant(at)
    facts = {
        "at": _iso(instant),
        "period": quote.period,
        "from": _iso(start),
        "until": _iso(end),
        "off_peak": off_peak,
    }
    if not quote.match.model.dated:
        return Link("period", "one price list, whatever the date", facts)
    days = [f"{word} {_moment(day)}" for word, day in (("from", start), ("until", end)) if day]
    hours = {None: (), True: ("in off-peak hours",), False: ("outside off-peak hours",)}
    said = " ".join(("prices", *days, *hours[off_peak]))
    return Link("period", f"at {_moment(instant)} UTC: {said}" if instant else said, facts)


def _window(quote: Quote) -> tuple[datetime | None, datetime | None, bool | None]:
    """When the price list holds, and whether in off-peak hours (None: the row has none)."""
    model = quote.match.model
    lists = [own for _, own in model.previous] + [model.prices, *(own for _, own in model.upcoming)]
    edges = (None, *(end for end, _ in model.previous), *(day for day, _ in model.upcoming), None)
    off_peak = [own.off_peak for own in lists]
    calm = quote.prices in off_peak
    place = (off_peak if calm else lists).index(quote.prices)
    return edges[place], edges[place + 1], calm if off_peak[place] else None


def _iso(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _moment(instant: datetime) -> str:
    """A day, or the minute where that is not its first one."""
    return f"{instant:%Y-%m-%d %H:%M}".removesuffix(" 00:00")


def tier(quote: Quote) -> Link:
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
        return Link("tier", "one rate for every length", facts)
    if not quote.above_tokens:
        short_of = "are below" if prices.inclusive else "are not above"
        said = f"{tokens:,} input tokens {short_of} {prices.thresholds[0]:,}: base rates"
        return Link("tier", said, facts)
    passed = "reach" if prices.inclusive else "are above"
    moved = "only the tokens beyond it move" if prices.marginal else "the whole request moves"
    return Link("tier", f"{tokens:,} input tokens {passed} {quote.above_tokens:,}: {moved}", facts)


def service(quote: Quote) -> Link:
    """The service tier, and whether the row has prices or a factor for it."""
    word = quote.service or "standard"
    factor = quote.prices.service_factor(quote.service)
    times = exact(Fraction(factor)) if factor else None
    facts = {"service": word, "factor": times}
    if times:
        return Link("service", f"{word}: token rates x {times}", facts)
    if quote.service and not quote.prices.sells(quote.service):
        word = f"{word}, for which the row has no price"
    return Link("service", word, facts)


def region(quote: Quote) -> Iterator[Link]:
    """The region, if one was asked for, and the factor it puts on token rates."""
    if not quote.region:
        return
    factor = quote.prices.region_factor(quote.region)
    times = exact(Fraction(factor)) if factor else None
    facts = {"region": quote.region, "factor": times}
    words = f": token rates x {times}" if times else ", for which the row has no price"
    yield Link("region", f"{quote.region}{words}", facts)
