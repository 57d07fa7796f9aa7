"""A provider's raw response to the usage it states, and to its cost.

What comes here is a dict, an object with attributes, a list of a stream's events, or the text of
one of these (JSON, JSON lines, server-sent events), and nothing in it is trusted. Strict: a count
that cannot have come from a real call raises BadUsage. A count is an int, or a Decimal that is
whole as some JSON readers give it; 12.0 is refused, except in Cohere's units, which are documented
as numbers. A started thousandth of a second counts whole.
"""

from contextlib import suppress
from datetime import date
from decimal import Decimal

from pricectl.core.calculator import Quote, quantity, quote
from pricectl.core.catalog import Catalog
from pricectl.core.errors import BadUsage, DocumentError, UnpricedUnit
from pricectl.core.labels import region_word
from pricectl.core.lookup import find
from pricectl.core.responses import origins
from pricectl.core.responses.places import Place, locate
from pricectl.core.responses.plain import plain_text
from pricectl.core.responses.recorded import read_recorded
from pricectl.core.responses.tables import Draft, Family, Reading, require
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage, usage_of

__all__ = [
    "Reading",
    "quote_reading",
    "quote_response",
    "read_response",
    "row_name",
    "salvage_response",
]


def read_response(body: object, *, provider: str | None = None) -> Reading:
    """What a provider's response says the call used.

    `body` is a response, its usage object or a list of its stream's events, parsed or as text;
    `provider` is who served it, if the caller knows. Raises BadUsage, also where no usage is
    stated.

    >>> body = {"model": "claude-x", "usage": {
    ...     "input_tokens": 50, "cache_read_input_tokens": 200, "output_tokens": 7}}
    >>> read_response(body).usage.counts
    (('input', 50), ('cache_read', 200), ('output', 7))
    """
    try:
        parsed = _parsed(body)
        return plain_text(parsed, provider) or _read(parsed, provider)
    except BadUsage:
        raise
    except Exception as error:  # noqa: BLE001 - a foreign object may raise anything, anywhere
        raise _unreadable(error) from None


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

    The name that is looked up is that of `row_name`. Raises BadUsage;
    with `strict` also UnknownModel and UnpricedUnit, the latter too for a signal of the reading.

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
    served = reading.service if service is None else service
    place = reading.region if region is None else region
    return quote(catalog, name, reading.usage, service=served, region=place, at=at, strict=strict)


def row_name(
    catalog: Catalog, reading: Reading, *, model: str | None = None, region: str | None = None
) -> str:
    """The name to look a response's price up by: the seller's own row before another's.

    A cloud sells one model at several prices, so `azure/us/gpt-4o` and `azure/gpt-4o` are tried
    before `gpt-4o`.
    """
    name = (reading.model if model is None else model).strip()
    place = region_word(reading.region if region is None else region)
    folders = (f"{reading.provider}/{place}/", f"{reading.provider}/") if reading.provider else ()
    for folder in folders:
        if find(catalog, folder + name).how in {"exact", "alias"}:
            return folder + name
    return name


def _unreadable(error: Exception) -> BadUsage:
    return BadUsage(
        f"cannot be read: {type(error).__name__:.80}",
        where="response",
        next_step="pass the parsed JSON",
    )


def salvage_response(
    body: object, *, provider: str | None = None
) -> tuple[Reading, dict[str, int | Decimal]]:
    """What is left of a response that `read_response` refuses: where it comes from, and counts.

    The counts go by the arguments of `Usage` and may contradict each other; the reading has none.
    Raises BadUsage if no usage is stated.

    >>> usage = {"prompt_tokens": 10.0, "prompt_tokens_details": {"cached_tokens": 11}}
    >>> salvage_response({"model": "m", "usage": usage})[1]
    {'input_tokens': 10, 'cache_read_tokens': 11}
    """
    place = locate(_parsed(body))
    draft = _begin(place, provider, forgiving=True)
    with suppress(BadUsage):
        _complete(draft, place.family)
        _place_cached_media(draft)
    counts = {name: count for name, count in draft.counts.items() if count > 0}
    region, service = origins.region_of(draft, place.outer), origins.service_of(draft, place.outer)
    reading = Reading(
        Usage(), draft.model, draft.provider, service, region, signals=tuple(draft.signals)
    )
    return reading, {
        name: quantity(name, count) if name in UNITS else count for name, count in counts.items()
    }


def _parsed(body: object) -> object:
    """The body itself, or what its text says. Raises BadUsage for text that is not JSON."""
    if not isinstance(body, (str, bytes, bytearray, memoryview)):
        return body
    try:
        return read_recorded(body if isinstance(body, str) else bytes(body))
    except DocumentError as error:
        raise BadUsage(
            f"is not JSON, JSON lines or server-sent events: {error.what}",
            where=f"response, line {error.line}" if error.line else "response",
            next_step="pass it as the provider sent it",
        ) from None


def _begin(place: Place, provider: str | None, *, forgiving: bool = False) -> Draft:
    draft = Draft(place.usage, place.body, place.bodies, forgiving=forgiving)
    draft.model = origins.model_of(place.body, place.outer)
    said = origins.known_as(provider) if provider else ""
    draft.provider = said or origins.provider_of(draft, place.outer, place.family.provider)
    return draft


def _complete(draft: Draft, family: Family) -> None:
    draft.fill(family.table)
    if family.finish:
        family.finish(draft)


def _read(body: object, provider: str | None) -> Reading:
    place = locate(body)
    draft = _begin(place, provider)
    require(place.family, draft.usage)
    _complete(draft, place.family)
    return Reading(
        _usage(draft),
        draft.model,
        draft.provider,
        origins.service_of(draft, place.outer),
        origins.region_of(draft, place.outer),
        origins.reported_cost(draft, place.outer),
        tuple(draft.signals),
    )


def _usage(draft: Draft) -> Usage:
    _place_cached_media(draft)
    try:
        return usage_of(draft.counts)
    except BadUsage as error:
        raise BadUsage(error.what, where="usage", next_step=error.next_step) from None


_MEDIA = ("audio", "image", "video")
_VIDEO = "input_video_tokens"


def _place_cached_media(draft: Draft) -> None:
    """Cached tokens and audio that overlap, where the body does not say by how much.

    They overlap by what the total leaves no room for, and text is cached first.
    """
    count = draft.count
    if not any(count(f"input_{kind}_tokens") for kind in _MEDIA):
        return
    if count("cache_read_audio_tokens") or count("cache_read_image_tokens"):
        return
    parts = [name for name in draft.counts if name.startswith(("input_", "cache_"))]
    tokens = [name for name in parts if name.endswith("_tokens") and name != "input_tokens"]
    excess = min(sum(map(count, tokens)) - count("input_tokens"), count("cache_read_tokens"))
    for kind in _MEDIA:
        share = min(excess, count(f"input_{kind}_tokens"))
        if share > 0:
            # A cached video token has no unit of its own: it is no longer a video one.
            name, sign = (f"cache_read_{kind}_tokens", 1) if kind != "video" else (_VIDEO, -1)
            draft.add(name, sign * share)
            excess -= share
