"""Spans of OpenTelemetry: the usage of one call among the attributes of its span.

The conventions count cached tokens among the input; Vercel's AI SDK 4 and 5 and older
instrumentations write the provider's own count under the same name, so the source decides. Sources:
the semantic conventions for generative AI (both cache spellings, and the older names),
OpenInference's conventions, the AI SDK's telemetry page.
"""

from collections.abc import Iterator

from pricectl.core import document
from pricectl.core.errors import BadUsage, DocumentError
from pricectl.core.responses.count_table import CountTable, field
from pricectl.core.responses.formats import ReadingBuilder, ResponseFormat, Stated, UsageLocation
from pricectl.core.responses.frameworks import is_cache_outside, place_cache
from pricectl.core.responses.registry import format_of
from pricectl.core.responses.values import digits, items, lacks_all, member, text, value_at

_USAGE = "gen_ai.usage."
_DETAILS = f"{_USAGE}details."
_OPEN_INFERENCE = "llm.token_count."
_INPUT = (
    f"{_USAGE}input_tokens",
    f"{_USAGE}prompt_tokens",
    "llm.usage.prompt_tokens",
    f"{_OPEN_INFERENCE}prompt",
    "ai.usage.inputTokens",
    "ai.usage.promptTokens",
)
_OUTPUT = (
    f"{_USAGE}output_tokens",
    f"{_USAGE}completion_tokens",
    "llm.usage.completion_tokens",
    f"{_OPEN_INFERENCE}completion",
    "ai.usage.outputTokens",
    "ai.usage.completionTokens",
)
# By these names the input includes the cache; by the others it is as the provider counts it.
_READ_INSIDE = (
    f"{_USAGE}cache_read.input_tokens",
    f"{_DETAILS}cache_read_tokens",
    f"{_OPEN_INFERENCE}prompt_details.cache_read",
)
_WRITE_INSIDE = (
    f"{_USAGE}cache_write.input_tokens",
    f"{_USAGE}cache_creation.input_tokens",
    f"{_DETAILS}cache_write_tokens",
    f"{_OPEN_INFERENCE}prompt_details.cache_write",
)
_READ = (
    *_READ_INSIDE,
    f"{_USAGE}cache_read_input_tokens",
    "llm.usage.cache_read_input_tokens",
    "ai.usage.cachedInputTokens",
)
_WRITE = (
    *_WRITE_INSIDE,
    f"{_USAGE}cache_creation_input_tokens",
    "llm.usage.cache_creation_input_tokens",
)
_REASONING = (
    f"{_USAGE}reasoning.output_tokens",
    f"{_USAGE}reasoning_tokens",
    f"{_DETAILS}reasoning_tokens",
    f"{_OPEN_INFERENCE}completion_details.reasoning",
    "llm.usage.reasoning_tokens",
    "ai.usage.reasoningTokens",
)
_OPENLLMETRY_TOTAL = "llm.usage.total_tokens"
_TOTAL = (
    f"{_USAGE}total_tokens",
    _OPENLLMETRY_TOTAL,
    f"{_OPEN_INFERENCE}total",
    "ai.usage.totalTokens",
)
_HOUR = "anthropic.usage.cache_creation.ephemeral_1h_input_tokens"
_MARKS = frozenset((*_INPUT, *_OUTPUT))
_MODELS = (
    "gen_ai.response.model",
    "ai.response.model",
    "llm.response.model_name",
    "llm.response.model",
    "llm.model_name",
    "gen_ai.request.model",
    "llm.request.model",
    "ai.model.id",
)
_PROVIDERS = (
    "gen_ai.provider.name",
    "gen_ai.system",
    "llm.provider",
    "llm.system",
    "ai.model.provider",
)
_SERVICES = (
    "openai.response.service_tier",
    "gen_ai.openai.response.service_tier",
    "anthropic.response.service_tier",
)
_ASKED_SERVICES = ("openai.request.service_tier", "gen_ai.openai.request.service_tier")
_COSTS = (f"{_USAGE}cost", "operation.cost", "llm.cost.total")
# The provider's own usage, as JSON text; it says more than the attributes.
_RAW = f"{_USAGE}raw"
_METADATA = "ai.response.providerMetadata"
# Spans that repeat the usage of the calls below them.
_REPEATING = ("invoke_agent", "ai.generateText", "ai.streamText", "ai.generateObject")
SPAN_MEMBERS = frozenset(("attributes", "resourceSpans", *_MARKS))


def _named(names: tuple[str, ...]) -> str:
    return " | ".join(names)


def _finish(builder: ReadingBuilder) -> None:
    inside = (*_READ_INSIDE, *_WRITE_INSIDE)
    if lacks_all(builder.usage, inside) and not _includes_cache(builder):
        place_cache(builder, _INPUT[0])
    elif not lacks_all(builder.usage, ("ai.usage.promptTokens",)) and is_cache_outside(builder):
        builder.refuse("may include the cached tokens or not", _INPUT[0])


def _includes_cache(builder: ReadingBuilder) -> bool:
    """Whether the input includes the cache, by the total of OpenLLMetry 0.33.4 and later.

    It adds what Claude counts apart, and writes the sum of that and the output under a name that
    nobody else uses. Source: its instrumentation of Anthropic.
    """
    total = builder.count("input_tokens") + builder.count("output_tokens")
    return not lacks_all(builder.usage, (_OPENLLMETRY_TOTAL,)) and builder.count("total") == total


SPAN = ResponseFormat(
    "span",
    (),
    CountTable(
        field(_named(_INPUT), "input_tokens", digits),
        field(_named(_OUTPUT), "output_tokens", digits),
        field(_named(_READ), "cache_read_tokens", digits),
        field(_named(_WRITE), "cache_write_tokens", digits),
        field(_HOUR, "cache_write_1h_tokens -cache_write_tokens", digits),
        field(_named(_REASONING), "reasoning_tokens", digits),
        field(f"{_OPEN_INFERENCE}prompt_details.audio", "input_audio_tokens", digits),
        field(
            f"{_OPEN_INFERENCE}completion_details.audio | {_DETAILS}audio_tokens",
            "output_audio_tokens",
            digits,
        ),
        field(_named(_TOTAL), "total", digits),
        known=f"""
            anthropic.usage.cache_creation.ephemeral_5m_input_tokens
            {_DETAILS}accepted_prediction_tokens {_DETAILS}rejected_prediction_tokens
            pydantic_ai.cache.established_tokens
        """,
        flat=True,
    ),
    finish=_finish,
)


def locate_span(body: object) -> UsageLocation | None:
    """The usage in a span, its attributes, or an export with one span of a call.

    Raises BadUsage for an export of several calls, and for a span that only repeats others.
    """
    if lacks_all(body, SPAN_MEMBERS) or not isinstance(body, dict):
        return None
    spans = [found for span in spans_of(body) if (found := usage_attributes(span))]
    calls = [found for found in spans if not repeats_calls(found)]
    if not calls and spans:
        raise BadUsage(
            "repeats the usage of the calls below it",
            where="span",
            next_step="price the spans of the calls",
        )
    if len(calls) > 1:
        raise BadUsage(
            f"holds the spans of {len(calls)} calls",
            where="spans",
            next_step="price each span separately",
        )
    return _located(calls[0], body) if calls else None


def spans_of(body: dict[str, object]) -> Iterator[object]:
    """The spans of an export of OTLP; any other body is taken for a span itself."""
    if "resourceSpans" not in body:
        yield body
        return
    for resource in items(body, "resourceSpans"):
        for scope in items(resource, "scopeSpans"):
            yield from items(scope, "spans")


def usage_attributes(span: object) -> dict[str, object] | None:
    """The attributes of a span as a dict; None if no usage is among them."""
    found = attributes_of(span)
    return found if any(name in found for name in _MARKS) else None


def attributes_of(span: object) -> dict[str, object]:
    """The attributes of a span as a dict."""
    listed = member(span, "attributes")
    if isinstance(listed, (list, tuple)):  # OTLP
        return {text(member(item, "key")): _otlp_value(member(item, "value")) for item in listed}
    if isinstance(listed, dict):
        return listed
    return span if isinstance(span, dict) else {}


def _otlp_value(value: object) -> object:
    """An attribute's value: OTLP writes an integer as text, by the name of its type."""
    for name in ("intValue", "stringValue", "doubleValue"):
        found = member(value, name)
        if found is not None:
            return found
    return None


def repeats_calls(found: dict[str, object]) -> bool:
    """Whether a span with these attributes repeats the usage of the calls below it."""
    words = (found.get("gen_ai.operation.name"), found.get("ai.operationId"))
    return any(word in _REPEATING for word in map(text, words))


def _located(found: dict[str, object], body: object) -> UsageLocation:
    cost = next(((name, found[name]) for name in _COSTS if found.get(name) is not None), None)
    stated = Stated(
        model=_first(found, _MODELS),
        provider=_first(found, _PROVIDERS),
        service=_first(found, _SERVICES),
        asked_service=_first(found, _ASKED_SERVICES),
        cost=cost,
    )
    raw = _parsed(found.get(_RAW))
    if raw is None:
        raw = value_at(_parsed(found.get(_METADATA)), ("anthropic", "usage"))
    known = format_of(raw) if isinstance(raw, dict) else None
    if known:
        return UsageLocation(raw, known, {}, body, (), stated)
    return UsageLocation(found, SPAN, {}, body, (), stated)


def _first(found: dict[str, object], names: tuple[str, ...]) -> str:
    return next(filter(None, (text(found.get(name)) for name in names)), "")


def _parsed(value: object) -> object:
    """What the JSON text of an attribute says; None where it is cut off or no text."""
    try:
        return document.parse(value) if isinstance(value, str) else None
    except DocumentError:
        return None
