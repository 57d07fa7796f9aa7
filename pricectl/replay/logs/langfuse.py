"""Observations of Langfuse: its exports as JSON lines or CSV, its API, and its ingestion.

Only generations are calls. The kinds in `usageDetails` are the sender's own: `total` says whether
`input` includes what was cached. Source: Langfuse's page on model usage and cost.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.core.errors import BadUsage
from pricectl.core.responses import Reading
from pricectl.core.responses.provider import provider_by_model_name
from pricectl.core.usage import usage_of
from pricectl.replay.logs.items import (
    LogItem,
    NotBilled,
    RejectedRow,
    Row,
    calls_of,
    first_word,
    guarded,
    rejected,
    stated_cost,
    time_at,
    value_at,
    whole_number,
)

_TYPES = frozenset(("GENERATION", "EMBEDDING"))
OTHERS = NotBilled("observations of another type than a generation")
_USAGES = ("usageDetails", "usage_details", "usage")
_CREATED = ("generation-create", "generation-update")
# Kinds of `usageDetails` -> the argument of `Usage`, in the spellings of Langfuse's own clients, of
# OpenTelemetry's, and of the providers.
_KINDS = {
    "input": "input_tokens",
    "output": "output_tokens",
    "input_cache_read": "cache_read_tokens",
    "input_cached_tokens": "cache_read_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "prompt_details.cache_read": "cache_read_tokens",
    "input_cache_creation": "cache_write_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
    "prompt_details.cache_write": "cache_write_tokens",
    "input_cache_creation_5m": "cache_write_tokens",
    "input_cache_creation_1h": "cache_write_1h_tokens",
    "input_audio": "input_audio_tokens",
    "input_audio_tokens": "input_audio_tokens",
    "output_audio": "output_audio_tokens",
    "output_audio_tokens": "output_audio_tokens",
    "output_reasoning": "reasoning_tokens",
    "output_reasoning_tokens": "reasoning_tokens",
    "completion_details.reasoning": "reasoning_tokens",
}
_OUTPUT_PARTS = frozenset(("output_audio_tokens", "reasoning_tokens"))
_NOT_COUNTS = frozenset(("unit", "inputCost", "outputCost", "totalCost"))


def is_langfuse(row: Row) -> bool:
    """Whether it is an observation, or a batch of events that make some."""
    events = row.get("batch")
    if isinstance(events, list):
        return any(value_at(event, "type") in _CREATED for event in events)
    return "type" in row and not {"usageDetails", "usage_details"}.isdisjoint(row)


def read_langfuse(row: Row) -> Iterator[LogItem]:
    """The calls of a row."""
    events = row.get("batch")
    if isinstance(events, list):
        for event in events:
            if value_at(event, "type") in _CREATED:
                yield from guarded(_read_event(event))
            else:
                yield OTHERS
    else:
        yield from _read(row)


def _read_event(event: Row) -> Iterator[LogItem]:
    yield from _read({**event["body"], "type": "GENERATION"})


def _read(row: Row) -> Iterator[LogItem]:
    if str(row.get("type", "")).upper() not in _TYPES:
        yield OTHERS
        return
    stated = stated_cost(row.get("totalCost") or row.get("total_cost")) or stated_cost(
        value_at(row, "costDetails.total") or value_at(row, "cost_details.total")
    )
    details: Mapping[str, Any] = next(
        (row[name] for name in _USAGES if isinstance(row.get(name), Mapping)), {}
    )
    name = first_word(row, "provided_model_name", "providedModelName", "model")
    try:
        counts, remarks = _counts(details)
        usage = usage_of(counts)
    except BadUsage as error:
        yield rejected(error, stated)
        return
    if not details:
        yield RejectedRow("states no usage", stated)
        return
    region = first_word(row, "modelParameters.aws_region")
    seller = provider_by_model_name(name)
    reading = Reading(usage, name, seller, region=region, signals=remarks)
    yield from calls_of(
        reading,
        says_lifetime="input_cache_creation_1h" in details,
        call_id=first_word(row, "id"),
        job=first_word(row, "sessionId", "session_id", "traceId", "trace_id"),
        at=time_at(row, "startTime", "start_time"),
        account=first_word(row, "userId", "user_id"),
        stated_pico=stated,
        record=row,
    )


def _counts(details: Mapping[str, Any]) -> tuple[dict[str, int], tuple[str, ...]]:
    """The counts by the arguments of `Usage`, and the names of others. Raises BadUsage."""
    counts: dict[str, int] = {}
    unknown = []
    for name, value in details.items():
        if name in _NOT_COUNTS or name == "total":
            continue
        amount = whole_number(value)
        if name not in _KINDS:
            unknown += [f"{name}={amount}"] if amount else []
            continue
        kind = _KINDS[name]
        counts[kind] = max(counts.get(kind, 0), amount)
    outputs = sum(amount for kind, amount in counts.items() if kind in _OUTPUT_PARTS)
    totals = counts.get("input_tokens", 0) + counts.get("output_tokens", 0)
    inputs = sum(counts.values()) - totals - outputs
    total = whole_number(details.get("total"))
    if inputs or outputs:
        _include(counts, inputs, outputs, total)
    missing = total - counts.get("input_tokens", 0) - counts.get("output_tokens", 0)
    if total and missing > 0:
        unknown.append(f"unattributed_tokens={missing}")
    return counts, tuple(unknown)


def _include(counts: dict[str, int], inputs: int, outputs: int, total: int) -> None:
    """Make input and output include their parts, where the total says that they do not.

    Raises BadUsage where it cannot be told.
    """
    tokens_in, tokens_out = counts.get("input_tokens", 0), counts.get("output_tokens", 0)
    fits = [
        (outside_in, outside_out)
        for outside_in in dict.fromkeys((0, inputs))
        for outside_out in dict.fromkeys((0, outputs))
        if tokens_in + outside_in + tokens_out + outside_out == total
        and inputs <= tokens_in + outside_in
        and outputs <= tokens_out + outside_out
    ]
    if len(fits) != 1:
        raise BadUsage("input may include the cached tokens or not, and no total tells")
    counts["input_tokens"] = tokens_in + fits[0][0]
    counts["output_tokens"] = tokens_out + fits[0][1]
