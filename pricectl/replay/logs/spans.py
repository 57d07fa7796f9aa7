"""Spans of OpenTelemetry: exports of OTLP as JSON, and one span a row.

`core` reads the usage of a span. Here it is told which spans are calls: of a span and those around
it the innermost counts, and spans with one response's id are one call (see `staging`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.core.errors import BadUsage
from pricectl.core.responses import read_response
from pricectl.core.responses.spans import attributes_of, repeats_calls, usage_attributes
from pricectl.core.responses.values import items
from pricectl.replay.logs.items import (
    FAILED,
    LogCall,
    LogItem,
    NotBilled,
    RejectedRow,
    Row,
    calls_of,
    first_word,
    guarded,
    rejected,
    time_at,
    value_at,
    word,
)

_PREFIX = "attributes."
_CALL_OPERATIONS = frozenset(
    ("chat", "text_completion", "generate_content", "embeddings", "completion")
)
OTHER_SPANS = NotBilled("spans of something else than a call")
REPEATING_SPANS = NotBilled("spans that repeat the calls below them")
_IDS = ("gen_ai.response.id", "ai.response.id", "llm.response.id")
_JOBS = ("gen_ai.conversation.id", "session.id", "langfuse.session.id")
_ACCOUNTS = ("user.id", "enduser.id", "langfuse.user.id", "ai.telemetry.metadata.userId")
_STARTS = ("startTimeUnixNano", "start_time_unix_nano", "start_time", "startTime", "timestamp")
# The names of the input in instrumentations that may be older than their cache counts: OpenLLMetry
# has those since 0.33.4, and writes them from then on also where they are zero.
_OLD_INPUTS = frozenset(("gen_ai.usage.prompt_tokens", "llm.usage.prompt_tokens"))
_RAW_USAGE = "gen_ai.usage.raw"
CACHE_MISSING = "an old instrumentation without cache counts: cached tokens are missing in the cost"
CACHE_UNTOLD = "an old instrumentation without cache counts: cached tokens are priced as fresh"
_TRACES = ("traceId", "trace_id", "context.trace_id")
SPAN_IDS = ("spanId", "span_id", "context.span_id")
PARENT_IDS = ("parentSpanId", "parent_span_id", "parent_id")


def is_span(row: Row) -> bool:
    """Whether it is an export of OTLP, or a span with attributes."""
    if "resourceSpans" in row or not {*SPAN_IDS, *_TRACES}.isdisjoint(row):
        return "resourceSpans" in row or "attributes" in row or _is_flat(row)
    return usage_attributes(_joined(row)) is not None


def read_spans(row: Row) -> Iterator[LogItem]:
    """The calls among the spans of a row."""
    spans = [_joined(span) for span in _spans_in(row)]
    outer = _outer_spans(spans)
    for span in spans:
        if first_word(span, *SPAN_IDS) in outer:
            yield REPEATING_SPANS
        else:
            yield from guarded(_read_span(span))


def _spans_in(row: Row) -> Iterator[Row]:
    """The spans of an export of OTLP, each with where it comes from; another row is a span."""
    if "resourceSpans" not in row:
        yield row
        return
    for resource in items(row, "resourceSpans"):
        source = {"resource": attributes_of(value_at(resource, "resource"))}
        for group in items(resource, "scopeSpans"):
            scope = value_at(group, "scope")
            for span in items(group, "spans"):
                if isinstance(span, Mapping):
                    yield {**source, "scope": scope, **span}


def _is_flat(row: Row) -> bool:
    return any(name.startswith((_PREFIX, "gen_ai.", "llm.", "ai.")) for name in row)


def _joined(span: Row) -> dict[str, Any]:
    """A span whose attributes are a dict; tables write each as a column `attributes.NAME`."""
    if "attributes" not in span and any(name.startswith(_PREFIX) for name in span):
        found = {
            name.removeprefix(_PREFIX): value
            for name, value in span.items()
            if name.startswith(_PREFIX) and value not in (None, "")
        }
    else:
        found = {
            name: value for name, value in attributes_of(span).items() if value not in (None, "")
        }
    return {**span, "attributes": found}


def _outer_spans(spans: list[dict[str, Any]]) -> set[str]:
    """The ids of spans with usage around other spans with usage."""
    parents = {first_word(span, *SPAN_IDS): first_word(span, *PARENT_IDS) for span in spans}
    outer: set[str] = set()
    for span in spans:
        if usage_attributes(span) is None:
            continue
        # A chain that has been followed before, or that runs in a circle, ends.
        above = parents.get(first_word(span, *SPAN_IDS), "")
        while above and above not in outer:
            outer.add(above)
            above = parents.get(above, "")
    return outer - {""}


def _read_span(span: dict[str, Any]) -> Iterator[LogItem]:
    attributes = span["attributes"]
    if usage_attributes(span) is None:
        is_call = word(attributes.get("gen_ai.operation.name")) in _CALL_OPERATIONS
        if is_call and _failed(span):
            yield FAILED
        else:
            yield RejectedRow("states no usage") if is_call else OTHER_SPANS
        return
    if repeats_calls(attributes):
        yield REPEATING_SPANS
        return
    try:
        reading = read_response({"attributes": attributes})
    except BadUsage as error:
        yield rejected(error)
        return
    for item in calls_of(
        reading,
        says_lifetime=any("ephemeral_1h" in f"{name}{value}" for name, value in attributes.items()),
        call_id=first_word(attributes, *_IDS),
        job=first_word(attributes, *_JOBS) or first_word(span, *_TRACES),
        at=time_at(span, *_STARTS),
        account=first_word(attributes, *_ACCOUNTS),
        record={**attributes, **span},
    ):
        if isinstance(item, LogCall) and (remark := _cache_remark(attributes, item)):
            yield item._replace(remarks=(*item.remarks, remark))
        else:
            yield item


def _cache_remark(attributes: Mapping[str, Any], call: LogCall) -> str:
    """What is unknown of the cache of a call; empty where the span says it, or nothing is cached.

    Claude counts cached tokens beside the input, OpenAI among them.
    """
    stated = [name for name in attributes if "usage" in name]
    if _OLD_INPUTS.isdisjoint(stated) or any(
        "cache" in name or name == _RAW_USAGE for name in stated
    ):
        return ""
    if call.seller == "anthropic" or "claude" in call.name.lower():
        return CACHE_MISSING
    return CACHE_UNTOLD if call.seller in {"openai", "azure"} else ""


def _failed(span: Row) -> bool:
    status = span.get("status")
    code = status.get("code") if isinstance(status, Mapping) else span.get("status_code", status)
    return code in {2, "2", "ERROR", "STATUS_CODE_ERROR"} if not isinstance(code, dict) else False
