"""Read a provider's response: what it says the call used, strictly or as far as it can be read."""

from contextlib import suppress
from decimal import Decimal

from pricectl.core.errors import BadUsage, DocumentError
from pricectl.core.labels import service_word
from pricectl.core.priced_call import quantity
from pricectl.core.responses.contradictions import in_the_providers_words
from pricectl.core.responses.formats import (
    ENDED_EARLY,
    OTHER_SERVICE,
    Reading,
    ReadingBuilder,
    ResponseFormat,
    Round,
    UsageLocation,
)
from pricectl.core.responses.locate import locate
from pricectl.core.responses.media import split_cached_media
from pricectl.core.responses.openai_text import read_openai_text
from pricectl.core.responses.provider import canonical_provider, model_of, provider_of
from pricectl.core.responses.recorded import read_recorded
from pricectl.core.responses.service import (
    has_no_hints,
    is_batch,
    region_of,
    reported_cost,
    service_of,
)
from pricectl.core.responses.values import lacks_all, member, text, value_at
from pricectl.core.units import STANDARD, UNITS
from pricectl.core.usage import MAX_COUNT, Usage, sum_of_usages, usage_of

# Of OpenAI's batch object, while its usage still grows.
_UNFINISHED_BATCHES = ("validating", "in_progress", "finalizing", "cancelling")


def read_response(body: object, *, provider: str | None = None) -> Reading:
    """What a provider's response says the call used.

    Args:
        body: a response, its usage object or a list of its stream's events; parsed or as text. A
            framework's result, a span of OpenTelemetry or a row of LiteLLM's log is read, too.
        provider: who served it, if the caller knows.

    Raises:
        BadUsage: no usage is stated, a count is not valid, or counts contradict each other.

    >>> body = {"model": "claude-x", "usage": {
    ...     "input_tokens": 50, "cache_read_input_tokens": 200, "output_tokens": 7}}
    >>> read_response(body).usage.counts
    (('input', 50), ('cache_read', 200), ('output', 7))
    """
    try:
        parsed = _parsed(body)
        return read_openai_text(parsed, provider) or _read_all(locate(parsed), provider)
    except BadUsage:
        raise
    except Exception as error:  # noqa: BLE001 - a foreign object may raise anything, anywhere
        raise _unreadable(error) from None


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
    try:
        locations = locate(parsed)
    except BadUsage:
        raise
    except Exception as error:  # noqa: BLE001 - as in `read_response`
        raise _unreadable(error) from None
    with suppress(Exception):  # a foreign object may raise anything, anywhere
        return _read_all(locations, provider), None
    builders = [_attributed(location, provider, forgiving=True) for location in locations]
    counts: dict[str, int] = {}
    for builder, location in zip(builders, locations, strict=True):
        with suppress(BadUsage):
            _count(builder, location.format)
        for name, count in builder.counts.items():
            counts[name] = counts.get(name, 0) + count
    first = builders[0]
    region, service = region_of(first), service_of(first)
    reading = Reading(Usage(), first.model, first.provider, service, region)
    said = reading._replace(
        signals=tuple(dict.fromkeys(name for found in builders for name in found.signals)),
        flags=tuple(dict.fromkeys(name for found in builders for name in found.flags)),
    )
    return said, {
        name: quantity(name, count) if name in UNITS else count
        for name, count in counts.items()
        if count > 0
    }


def _unreadable(error: Exception) -> BadUsage:
    return BadUsage(
        f"cannot be read: {type(error).__name__:.80}",
        where="response",
        next_step="pass the parsed JSON",
    )


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
    total = builder.take("total")
    if total and not builder.rounds:
        missing = total - builder.count("input_tokens") - builder.count("output_tokens")
        if missing > 0:
            builder.signal("unattributed_tokens", missing)


def _read_all(locations: tuple[UsageLocation, ...], provider: str | None) -> Reading:
    """What a response used: the sum of its rounds, where it states several."""
    readings = [_read(location, provider) for location in locations]
    first = readings[0]
    if len(readings) == 1:
        return first
    rounds = [
        Round(found.usage, "" if found.model == first.model else found.model, location.kind)
        for found, location in zip(readings, locations, strict=True)
    ]
    return first._replace(
        usage=sum_of_usages([found.usage for found in readings]),
        reported_pico_usd=None,
        signals=tuple(dict.fromkeys(name for found in readings for name in found.signals)),
        flags=tuple(dict.fromkeys(name for found in readings for name in found.flags)),
        rounds=tuple(rounds),
    )


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
    if text(member(builder.body, "status")) in _UNFINISHED_BATCHES and is_batch(builder):
        builder.flags[ENDED_EARLY] = None
    rounds = tuple(
        Round(_usage(builder, found.counts), found.model, found.kind) for found in builder.rounds
    )
    usage = _usage(builder, builder.counts)
    service = service_of(builder)
    asked = builder.stated.asked_service
    if asked and service and service_word(asked) not in {service_word(service), STANDARD}:
        builder.flags[OTHER_SERVICE] = None
    return Reading(
        usage,
        builder.model,
        builder.provider,
        service or asked,
        region_of(builder),
        reported_cost(builder),
        tuple(builder.signals),
        tuple(builder.flags),
        rounds,
        _requests(builder),
        asked,
        "" if asked and not service else None,
    )


def _requests(builder: ReadingBuilder) -> int:
    """How many requests a usage is the sum of: a batch object and a framework's run say so."""
    if lacks_all(builder.body, ("request_counts",)):
        return builder.requests
    completed = value_at(builder.body, ("request_counts", "completed"))
    if type(completed) is int and 1 < completed <= MAX_COUNT:
        return completed
    return builder.requests


def _usage(builder: ReadingBuilder, counts: dict[str, int]) -> Usage:
    try:
        return usage_of(counts)
    except BadUsage as error:
        raise BadUsage(
            in_the_providers_words(builder, counts) or error.what,
            where="usage",
            next_step=error.next_step,
        ) from None
