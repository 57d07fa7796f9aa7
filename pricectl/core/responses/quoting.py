"""Price a provider's response: the row it is charged by, and its exact cost."""

from datetime import date

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import UnpricedUnit
from pricectl.core.labels import region_word
from pricectl.core.lookup import find
from pricectl.core.model import Match
from pricectl.core.responses.formats import Reading
from pricectl.core.responses.reading import read_response


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

    The row is that of `find_row`.

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
    return quote(
        catalog,
        match,
        reading.usage,
        service=reading.service if service is None else service,
        region=reading.region if region is None else region,
        at=at,
        strict=strict,
    )


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
