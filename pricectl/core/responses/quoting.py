"""Price a provider's response: the row it is charged by, and its exact cost."""

from datetime import date

from pricectl.core.calculator import quote, sum_of_quotes
from pricectl.core.catalog import Catalog
from pricectl.core.errors import UnpricedUnit
from pricectl.core.labels import region_word, service_word
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.priced_call import Quote
from pricectl.core.responses.formats import OTHER_SERVICE, Reading, Round
from pricectl.core.responses.reading import read_response
from pricectl.core.units import STANDARD

BATCHES = service_word("batch")


def quote_response(  # noqa: PLR0913 - the domain's question, all but two by keyword
    catalog: Catalog,
    body: object,
    *,
    model: str | None = None,
    provider: str | None = None,
    service: str | None = None,
    region: str | None = None,
    at: date | None = None,
    strict: bool = False,
) -> Quote:
    """Price a provider's response exactly; what is not given is taken from the body.

    The row is that of `find_row`. `service` is what the caller asked for; the service that the body
    states wins. A response of several requests is priced request by request, see `Quote.rounds`.

    Raises:
        BadUsage: as `read_response` does.
        UnknownModel: strict, and no row matches the name.
        UnpricedUnit: strict, and there is no price for something that was used or signalled.

    >>> catalog = Catalog.load('{"o": {"m": {"input_cost_per_token": 2.5e-06}}}')
    >>> quote_response(catalog, {"model": "m", "usage": {"prompt_tokens": 1000}}).pico_usd
    2500000000
    """
    reading = read_response(body, provider=provider)
    return quote_reading(
        catalog, reading, model=model, service=service, region=region, at=at, strict=strict
    )


def quote_reading(  # noqa: PLR0913 - as `quote_response`
    catalog: Catalog,
    reading: Reading,
    *,
    model: str | None = None,
    service: str | None = None,
    region: str | None = None,
    at: date | None = None,
    strict: bool = False,
) -> Quote:
    """Price a Reading; arguments and errors are those of `quote_response`.

    For callers that price one response more than once, as at the prices of several models.
    """
    match = find_row(catalog, reading, model=model, region=region)
    if strict and reading.signals:
        raise UnpricedUnit(
            f"no price for {', '.join(reading.signals)}",
            where=match.asked,
            next_step="price it separately, or call without strict",
        )
    served = with_service(reading, service).service
    if region is None:
        region = reading.region
    if not reading.rounds:
        return quote(
            catalog,
            match,
            reading.usage,
            service=served,
            region=region,
            at=at,
            strict=strict,
            requests=reading.requests,
        )
    quotes = [
        quote(catalog, row, part.usage, service=served, region=region, at=at, strict=strict)
        for row, part in rows_of_rounds(catalog, reading, match, region)
    ]
    return sum_of_quotes(quotes, reading.usage)


def rows_of_rounds(
    catalog: Catalog, reading: Reading, match: Match, region: str | None
) -> list[tuple[Match, Round]]:
    """Each round with its row: `match`, unless another model made it."""
    return [
        (
            find_row(catalog, reading, model=part.model, region=region) if part.model else match,
            part,
        )
        for part in reading.rounds
    ]


def with_service(reading: Reading, asked: str | None) -> Reading:
    """The reading with the service that is charged, if the caller asked for one.

    The service that the response states wins, and the flag "other-service" tells that it is another
    one. But a batch's responses call themselves standard.
    """
    if not asked:
        return reading
    reading = reading._replace(asked_service=asked)
    stated, wanted = service_word(reading.service), service_word(asked)
    if not reading.service or (stated == STANDARD and wanted == BATCHES):
        return reading._replace(service=asked, other_stated_service=reading.service)
    if stated == wanted or asked.lower() == "auto":
        return reading
    return reading._replace(flags=tuple(dict.fromkeys((*reading.flags, OTHER_SERVICE))))


def find_row(
    catalog: Catalog, reading: Reading, *, model: str | None = None, region: str | None = None
) -> Match:
    """The row that a response is charged by: the seller's own before another's.

    A cloud sells one model at several prices, so `azure/us/gpt-4o` and `azure/gpt-4o` are tried
    before `gpt-4o`.
    """
    name = reading.model if model is None else model
    seller = reading.provider
    if seller:
        own = name.strip()
        zone = region_word(reading.region if region is None else region)
        # Only exact or alias counts: a partial match finds what the plain name finds.
        for sold in (f"{seller}/{zone}/{own}", f"{seller}/{own}") if zone else (f"{seller}/{own}",):
            match = find(catalog, sold)
            if match.is_as_written:
                return match
    return find(catalog, name)
