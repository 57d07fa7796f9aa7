"""Read a provider's response: what it says the call used, strictly or as far as it can be read."""

from contextlib import suppress
from decimal import Decimal

from pricectl.core.calculator import quantity
from pricectl.core.errors import BadUsage, DocumentError
from pricectl.core.responses.formats import Reading, ReadingBuilder, ResponseFormat, UsageLocation
from pricectl.core.responses.locate import locate
from pricectl.core.responses.media import split_cached_media
from pricectl.core.responses.openai_text import read_openai_text
from pricectl.core.responses.provider import canonical_provider, model_of, provider_of
from pricectl.core.responses.recorded import read_recorded
from pricectl.core.responses.service import has_no_hints, region_of, reported_cost, service_of
from pricectl.core.responses.values import member
from pricectl.core.units import UNITS
from pricectl.core.usage import Usage, usage_of


def read_response(body: object, *, provider: str | None = None) -> Reading:
    """What a provider's response says the call used.

    Args:
        body: a response, its usage object or a list of its stream's events; parsed or as text.
        provider: who served it, if the caller knows.

    Raises:
        BadUsage: no usage is stated, or a count is not valid.

    >>> body = {"model": "claude-x", "usage": {
    ...     "input_tokens": 50, "cache_read_input_tokens": 200, "output_tokens": 7}}
    >>> read_response(body).usage.counts
    (('input', 50), ('cache_read', 200), ('output', 7))
    """
    try:
        parsed = _parsed(body)
        return read_openai_text(parsed, provider) or _read(locate(parsed), provider)
    except BadUsage:
        raise
    except Exception as error:  # noqa: BLE001 - a foreign object may raise anything, anywhere
        raise BadUsage(
            f"cannot be read: {type(error).__name__:.80}",
            where="response",
            next_step="pass the parsed JSON",
        ) from None


def salvage_response(
    body: object, *, provider: str | None = None
) -> tuple[Reading, dict[str, int | Decimal] | None]:
    """Read a response as `read_response` does, and what can be read of one that it refuses.

    Returns (reading, None) for a valid response; else a reading with an empty usage, and its raw
    counts by the arguments of `Usage`, which may contradict each other. Raises BadUsage if no
    usage is stated.

    >>> usage = {"prompt_tokens": 10.0, "prompt_tokens_details": {"cached_tokens": 11}}
    >>> salvage_response({"model": "m", "usage": usage})[1]
    {'input_tokens': 10, 'cache_read_tokens': 11}
    """
    parsed = _parsed(body)
    common = read_openai_text(parsed, provider)
    if common:
        return common, None
    location = locate(parsed)
    with suppress(Exception):  # a foreign object may raise anything, anywhere
        return _read(location, provider), None
    builder = _attributed(location, provider, forgiving=True)
    with suppress(BadUsage):
        _count(builder, location.format)
    region, service = region_of(builder), service_of(builder)
    signals = tuple(builder.signals)
    reading = Reading(Usage(), builder.model, builder.provider, service, region, signals=signals)
    return reading, {
        name: quantity(name, count) if name in UNITS else count
        for name, count in builder.counts.items()
        if count > 0
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


def _attributed(
    location: UsageLocation, provider: str | None, *, forgiving: bool = False
) -> ReadingBuilder:
    """A reading of who served which model, which the counts depend on."""
    builder = ReadingBuilder(location, forgiving=forgiving)
    builder.has_no_hints = has_no_hints(builder)
    builder.model = model_of(builder)
    stated = canonical_provider(provider) if provider else ""
    builder.provider = stated or provider_of(builder, location.format.provider)
    return builder


def _count(builder: ReadingBuilder, response_format: ResponseFormat) -> None:
    builder.fill(response_format.table)
    if response_format.finish:
        response_format.finish(builder)
    split_cached_media(builder)


def _read(location: UsageLocation, provider: str | None) -> Reading:
    builder = _attributed(location, provider)
    required = location.format.required
    if required and member(builder.usage, required) is None:
        raise BadUsage(
            f"{required} is missing",
            where="usage",
            next_step="is the response, or its list of stream events, complete?",
        )
    _count(builder, location.format)
    try:
        usage = usage_of(builder.counts)
    except BadUsage as error:
        raise BadUsage(error.what, where="usage", next_step=error.next_step) from None
    return Reading(
        usage,
        builder.model,
        builder.provider,
        service_of(builder),
        region_of(builder),
        reported_cost(builder),
        tuple(builder.signals),
    )
