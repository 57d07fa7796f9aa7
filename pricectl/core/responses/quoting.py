"""Price a provider's response: the row it is charged by, and its exact cost."""

from datetime import date

from pricectl.core.calculator import Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import UnpricedUnit
from pricectl.core.labels import region_word
from pricectl.core.lookup import find
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

    The name that is looked up is that of `row_name`.

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
    """Price what a response was read to state; arguments and errors are those of `quote_response`.

    For callers that price one response more than once, as at the prices of several models.
    """
    name = row_name(catalog, reading, model=model, region=region)
    if strict and reading.signals:
        raise UnpricedUnit(
            f"no price for {', '.join(reading.signals)}",
            where=name,
            next_step="price it apart, or ask without strict",
        )
    return quote(
        catalog,
        name,
        reading.usage,
        service=reading.service if service is None else service,
        region=reading.region if region is None else region,
        at=at,
        strict=strict,
    )


def row_name(
    catalog: Catalog, reading: Reading, *, model: str | None = None, region: str | None = None
) -> str:
    """The name to look a response's price up by: the seller's own row before another's.

    A cloud sells one model at several prices, so `azure/us/gpt-4o` and `azure/gpt-4o` are tried
    before `gpt-4o`.
    """
    name = (reading.model if model is None else model).strip()
    seller = reading.provider
    if not seller:
        return name
    zone = region_word(reading.region if region is None else region)
    for sold in (f"{seller}/{zone}/{name}", f"{seller}/{name}") if zone else (f"{seller}/{name}",):
        if find(catalog, sold).how in {"exact", "alias"}:
            return sold
    return name
