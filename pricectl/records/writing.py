"""Writes the record of a charge, from the quote and what the customer was charged for it."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from pricectl.core.estimate import Estimate
from pricectl.core.priced_call import Quote, product
from pricectl.core.prices import PriceList
from pricectl.core.rates import Rate
from pricectl.core.units import UNITS
from pricectl.core.windows import as_instant
from pricectl.records.charge import charge_facts
from pricectl.records.values import (
    RECORD_SCHEMA,
    number_text,
    quantity_text,
    usd_text,
    with_checksum,
)

if TYPE_CHECKING:
    from pricectl.core.responses import Reading

# What a row says about itself that an explanation repeats.
ABOUT_ROW = ("source", "verified_on", "deprecation_date")


def record_of(  # noqa: PLR0913 - what a record is of, all but one by keyword
    quote: Quote,
    *,
    written_at: datetime,
    calculator: str,
    at: date | None = None,
    flags: tuple[str, ...] | None = None,
    reading: "Reading | None" = None,
    prices: Mapping[str, Any] | None = None,
    charge: Estimate | None = None,
    modes: Collection[str] = (),
) -> dict[str, Any]:
    """All that `explain --record` needs to repeat a quote, as JSON values.

    Args:
        quote: the priced call.
        written_at: now, with a time zone.
        calculator: the version of the calculator.
        at: the day or instant that the prices were looked up for; None: no date decided.
        flags: those of the answer; without them, those of the quote.
        reading: what the response stated, if the usage was read from one.
        prices: further facts about the prices of the process, such as their generation.
        charge: the call as it was charged, with the job before it.
        modes: the budget modes of the charge; without any, each of them.

    Raises BadProfile for an unknown mode.

    >>> from datetime import UTC
    >>> from pricectl.core import Catalog, Usage, quote
    >>> text = '{"openai": {"gpt-4o": {"input_cost_per_token": 2.5e-06}}}'
    >>> priced = quote(Catalog.load(text), "gpt-4o", Usage(1000))
    >>> record = record_of(priced, written_at=datetime.now(UTC), calculator="1")
    >>> record["requests"][0]["lines"]
    [{'unit': 'input', 'quantity': 1000, 'price_usd': '0.0000025', \
'key': 'input_cost_per_token', 'usd': '0.0025'}]
    """
    catalog = quote.catalog
    record = {
        "schema": RECORD_SCHEMA,
        "calculator": calculator,
        "written_at": as_instant(written_at).isoformat(timespec="seconds"),
        "catalog": {
            "sha256": catalog.sha256,
            "last_updated": catalog.last_updated,
            **(prices or {}),
        },
        **({"at": _instant(at)} if at else {}),
        "requests": [_request(part) for part in quote.rounds or (quote,)],
        "usd": usd_text(quote.pico_usd),
        "flags": list(quote.flags if flags is None else flags),
    }
    if reading:
        record["response"] = _response(reading)
    if charge:
        record["charge"] = charge_facts(charge, modes)
    return with_checksum(_storable(record))


def _storable(value: Any) -> Any:
    """A value whose texts every store takes: half of a UTF-16 pair is not a character in UTF-8."""
    if isinstance(value, str):
        return value if value.isascii() else value.encode("utf-8", "replace").decode("utf-8")
    if isinstance(value, dict):
        return {_storable(name): _storable(inner) for name, inner in value.items()}
    return [_storable(inner) for inner in value] if isinstance(value, list) else value


def _request(quote: Quote) -> dict[str, Any]:
    """One priced request: how its row was found, what decided the rates, each product."""
    match, usage, prices = quote.match, quote.usage, quote.prices
    request = {
        "asked": match.asked,
        "match": match.how,
        "name": match.name,
        "ignored": list(match.ignored),
        "name_flags": list(match.flags),
        "reference_sha256": match.reference_sha256,
        "row": _row(quote),
        "prices": _price_list(quote),
        "tier": {
            "above_tokens": quote.above_tokens,
            "thresholds": list(prices.thresholds),
            "inclusive": prices.inclusive,
            "marginal": prices.marginal,
            "output_thresholds": [longer.above_output_tokens for longer in prices.by_output],
        },
        "service": {
            "name": quote.service,
            "sold": bool(quote.service) and prices.sells(quote.service),
            "factor": _factor(prices.service_factor(quote.service)),
        },
        "region": {"name": quote.region, "factor": _factor(prices.region_factor(quote.region))},
        "number": quote.requests,
        "usage": {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "counts": {unit: quantity_text(unit, count) for unit, count in usage.counts},
        },
        "lines": list(_lines(quote)),
        "usd": usd_text(quote.pico_usd),
    }
    return _without_defaults(request)


# Members that are left out where they say nothing, so that a record of a plain call is small.
REQUEST_DEFAULTS: Mapping[str, Any] = {
    "ignored": [],
    "name_flags": [],
    "reference_sha256": "",
    "tier": {
        "above_tokens": 0,
        "thresholds": [],
        "inclusive": False,
        "marginal": False,
        "output_thresholds": [],
    },
    "service": {"name": "", "sold": False, "factor": None},
    "region": {"name": "", "factor": None},
    "number": 1,
}


def _without_defaults(request: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in request.items()
        if name not in REQUEST_DEFAULTS or value != REQUEST_DEFAULTS[name]
    }


def _row(quote: Quote) -> dict[str, Any]:
    """The row that answered, with what it says about itself."""
    model = quote.match.model
    about = {key: str(value) for key in ABOUT_ROW if (value := model.entry.get(key)) is not None}
    retired = {"retired": True} if model.is_retired else {}
    return {
        "provider": model.provider,
        "model": model.name,
        "pointer": model.pointer,
        **about,
        **retired,
    }


def _price_list(quote: Quote) -> dict[str, Any]:
    """Which of the row's price lists applied, and when it is in force."""
    prices = quote.prices
    facts = {
        "pointer": prices.pointer,
        "dated": quote.match.model.dated,
        "period": quote.period,
        "from": _instant(prices.start),
        "until": _instant(prices.end),
        "off_peak": prices.in_off_peak_hours,
        "above_output_tokens": prices.above_output_tokens,
        "unread": [part._asdict() for part in prices.unread],
    }
    # The pointer is always there; the rest only where it says something.
    return {name: value for name, value in facts.items() if value or name == "pointer"} | (
        {"off_peak": False} if facts["off_peak"] is False else {}
    )


def _instant(at: date | None) -> str | None:
    return None if at is None else as_instant(at).isoformat()


def _factor(factor: Any) -> str | None:
    return number_text(Fraction(factor)) if factor else None


def _lines(quote: Quote) -> Iterator[dict[str, Any]]:
    """Each product of count and price, with the price key that it is from."""
    above = (0, *quote.prices.thresholds) if len(quote.parts) > 1 else (quote.above_tokens,)
    notes = iter(quote.line_notes)
    for tier, (counts, card) in zip(above, quote.parts, strict=False):
        for unit, count in counts:
            line = _line(quote.prices, unit, count, card[unit], next(notes))
            if len(quote.parts) > 1:
                line["above_tokens"] = tier
            yield line


def _line(prices: PriceList, unit: str, count: int, rate: Rate, remark: str) -> dict[str, Any]:
    line: dict[str, Any] = {"unit": unit, "quantity": quantity_text(unit, count)}
    if rate.key:
        line["price_usd"] = usd_text(rate.pico_usd)
        # How many of what people count the price buys: a thousand searches, one second.
        buys = UNITS[unit].priced_by // (1000 if UNITS[unit].divisible else 1)
        if buys > 1:
            line["buys"] = buys
        if rate.loaded_pico_usd != rate.pico_usd:
            line["before_factors_usd"] = usd_text(rate.loaded_pico_usd)
        stated = Fraction(prices.value_of(rate.key) or 0)
        if (stated * 10**12).denominator != 1:
            line["in_the_file_usd"] = number_text(stated)
    line |= {"key": rate.key, "usd": usd_text(product(unit, count, rate))}
    if unit in prices.counting:
        line["counted_by_seller"] = True
    if rate.assumed:
        line["assumed"] = True
    if rate.note:
        line["note"] = rate.note
    if remark != rate.note:
        line["remark"] = remark
    return line


def _response(reading: "Reading") -> dict[str, Any]:
    """What the response stated about the call."""
    reported = reading.reported_pico_usd
    return {
        "model": reading.model,
        "provider": reading.provider,
        "service": reading.service,
        "region": reading.region,
        "reported_usd": None if reported is None else usd_text(reported),
        "signals": list(reading.signals),
        "flags": list(reading.flags),
        "asked_service": reading.asked_service,
        "stated_service": reading.stated_service,
    }
