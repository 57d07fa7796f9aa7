"""LiteLLM's spend logs, and the payload of its callbacks.

The flat columns hide what was cached, so the usage inside `metadata` is read, by `core`.
"""

import json
from collections.abc import Iterator
from typing import Any

from pricectl.core.errors import BadUsage
from pricectl.core.responses import read_response
from pricectl.replay.logs.items import (
    FAILED,
    LogItem,
    Row,
    calls_of,
    first_word,
    rejected,
    stated_cost,
    time_at,
)

_PAYLOAD = "standard_logging_object"
# What decides a cost; the rest of the metadata is large, and most of it is about the key.
_METADATA = ("usage_object", "additional_usage_values", "cost_breakdown")
_COLUMNS = (
    *("call_type", "cache_hit", "status", "model", "custom_llm_provider", "spend"),
    *("prompt_tokens", "completion_tokens", "total_tokens", "response_cost"),
    *("cost_breakdown", "model_parameters", "response"),
)


def is_litellm(row: Row) -> bool:
    """Whether it is a row of LiteLLM_SpendLogs or a StandardLoggingPayload."""
    found = row.get(_PAYLOAD) or row
    return (
        isinstance(found, dict)
        and {"call_type", "metadata"} <= found.keys()
        and not {"spend", "response_cost"}.isdisjoint(found)
    )


def read_litellm(row: Row) -> Iterator[LogItem]:
    """The call of a row."""
    row = row.get(_PAYLOAD) or row
    stated = stated_cost(row.get("spend")) or stated_cost(row.get("response_cost"))
    if row.get("status") == "failure":
        yield FAILED._replace(stated_pico=stated)
        return
    metadata = _parsed(row.get("metadata"))
    usage = metadata.get("usage_object") or metadata.get("additional_usage_values")
    body = {name: row[name] for name in _COLUMNS if row.get(name) not in (None, "")} | {
        "metadata": {name: metadata[name] for name in _METADATA if metadata.get(name)},
        "spend": stated and row.get("spend"),
    }
    for name in ("prompt_tokens", "completion_tokens", "total_tokens"):
        if isinstance(body.get(name), str):
            body[name] = int(body[name]) if body[name].isdigit() else None
    if isinstance(body.get("response"), str):
        body["response"] = _parsed(body["response"])
    try:
        reading = read_response(body)
    except BadUsage as error:
        yield rejected(error, stated)
        return
    record = {**row, "metadata": metadata}
    yield from calls_of(
        reading,
        says_lifetime="ephemeral_1h" in str(usage),
        call_id=first_word(row, "request_id", "id", "litellm_call_id"),
        job=first_word(row, "session_id", "trace_id"),
        at=time_at(row, "startTime", "endTime"),
        team=first_word(record, "team_id", "metadata.user_api_key_team_id"),
        account=first_word(record, "end_user", "user", "metadata.user_api_key_user_id"),
        stated_pico=stated,
        record=record,
    )


def _parsed(value: Any) -> dict[str, Any]:
    """A column of JSON text as a dict; empty where it is something else."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}
