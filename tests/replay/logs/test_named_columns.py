"""Columns that a caller names of a log that is read row by row: found in a row, or refused."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import LogColumn
from tests.replay.logs.conftest import Reader
from tests.replay.logs.test_ten_things import (
    CLAUDE_USAGE,
    OPENAI_USAGE,
    anthropic_page,
    anthropic_usage,
    gateway,
    openai_page,
    openai_usage,
    otlp,
    span,
)

COUNTS = {"gen_ai__usage__input_tokens": 10, "gen_ai__usage__output_tokens": 5}


def chat_span(**attributes: Any) -> dict[str, Any]:
    return span(**COUNTS, gen_ai__request__model="gpt-5", feature="chat", **attributes)


def claude_code() -> dict[str, Any]:
    message = {"id": "msg_1", "model": "claude-sonnet-4-5", "usage": CLAUDE_USAGE}
    return {"sessionId": "s", "cwd": "/work", "message": message, "timestamp": "2026-01-09"}


def langfuse(**changed: Any) -> dict[str, Any]:
    details = {"input": 10, "output": 5, "total": 15}
    row = {"id": "g", "type": "GENERATION", "model": "m", "usageDetails": details}
    return {**row, "metadata": {"feature": "chat"}, **changed}


def ingestion() -> dict[str, Any]:
    event = {"id": "e", "type": "generation-create", "body": langfuse()}
    return {"batch": [event]}


def codex() -> dict[str, Any]:
    info = {"last_token_usage": {"input_tokens": 10}, "model": "gpt-5"}
    payload = {"type": "token_count", "info": info, "feature": "chat"}
    return {"timestamp": "2026-05-13T09:00:00Z", "type": "event_msg", "payload": payload}


def batch_result() -> dict[str, Any]:
    body = {"id": "c1", "model": "gpt-5", "created": 1_767_225_600, "usage": OPENAI_USAGE}
    return {"custom_id": "1", "response": {"status_code": 200, "body": body}, "error": None}


def exported_span() -> dict[str, Any]:
    """An export of OTLP that says where the span comes from."""
    export = otlp(chat_span())
    (resource,) = export["resourceSpans"]
    service = {"key": "service.name", "value": {"stringValue": "shop"}}
    resource["resource"] = {"attributes": [service]}
    resource["scopeSpans"][0]["scope"] = {"name": "openllmetry", "version": "0.62"}
    return export


# A row of each format, a column of it, and what the column says.
ROWS: dict[str, tuple[Callable[[], dict[str, Any]], str, str]] = {
    "litellm": (lambda: gateway(feature="chat"), "feature", "chat"),
    "litellm-metadata": (
        # The metadata is JSON text, as the database writes it.
        lambda: gateway(metadata={"usage_object": OPENAI_USAGE, "feature": "chat"}),
        "metadata.feature",
        "chat",
    ),
    "litellm-payload": (lambda: {"standard_logging_object": gateway(x="chat")}, "x", "chat"),
    "span": (chat_span, "attributes.feature", "chat"),
    "otlp-attribute": (exported_span, "attributes.feature", "chat"),
    "otlp-bare-attribute": (exported_span, "gen_ai.request.model", "gpt-5"),
    "otlp-resource": (exported_span, "resource.service.name", "shop"),
    "otlp-scope": (exported_span, "scope.version", "0.62"),
    "openai-usage": (lambda: openai_page(openai_usage(api_key_id="k1")), "api_key_id", "k1"),
    "openai-bucket": (lambda: openai_page(openai_usage()), "start_time", "1790553600"),
    "openai-batch": (lambda: openai_page(openai_usage()), "batch", "false"),
    "anthropic-usage": (lambda: anthropic_page(anthropic_usage()), "context_window", "0-200k"),
    "langfuse": (langfuse, "metadata.feature", "chat"),
    "langfuse-ingestion": (ingestion, "metadata.feature", "chat"),
    "claude-code": (claude_code, "cwd", "/work"),
    "codex": (codex, "payload.feature", "chat"),
    "batch": (batch_result, "custom_id", "1"),
    "response": (lambda: {"model": "m", "usage": OPENAI_USAGE, "share": 0.25}, "share", "0.25"),
}
formats = pytest.mark.parametrize("name", ROWS)


@formats
def test_a_column_of_each_format_groups_its_calls(json_log: Reader, name: str) -> None:
    make, column, value = ROWS[name]
    (call,) = json_log(make(), extra=(column,)).calls
    assert call[f"log.{column}"] == value


@formats
def test_a_column_that_no_call_has_is_refused_with_those_that_there_are(
    json_log: Reader, name: str
) -> None:
    make, column, _ = ROWS[name]
    with pytest.raises(BadLog, match=f"has no column '{column}x'") as caught:
        json_log(make(), extra=(f"{column}x",))
    assert f"did you mean {column}" in caught.value.next_step
    with pytest.raises(BadLog, match="has no column 'zzzz'") as caught:
        json_log(make(), extra=("zzzz",))
    assert caught.value.next_step.startswith("one of ")


@formats
def test_a_named_column_that_no_call_has_is_refused(json_log: Reader, name: str) -> None:
    """Else every call would have no account, and the rules for accounts would not hold."""
    make, column, value = ROWS[name]
    named = {"account": LogColumn(column, guessed=False)}
    assert json_log(make(), columns=named).calls[0]["account"] == value
    with pytest.raises(BadLog, match=f"has no column '{column}x'"):
        json_log(make(), columns={"account": LogColumn(f"{column}x", guessed=False)})


def test_a_column_that_few_calls_have_groups_them(json_log: Reader) -> None:
    rows = (gateway(request_id=str(number)) for number in range(300))
    found = json_log(*rows, gateway(request_id="last", feature="chat"), extra=("feature",))
    assert {call["log.feature"] for call in found.calls} == {None, "chat"}


def test_a_column_without_any_value_is_a_column(json_log: Reader) -> None:
    found = json_log(gateway(feature=None), extra=("feature",))
    assert found.calls[0]["log.feature"] is None


def test_a_column_that_holds_an_object_names_its_members(json_log: Reader) -> None:
    metadata = {"usage_object": OPENAI_USAGE, "feature": "chat"}
    with pytest.raises(BadLog, match="column 'metadata' holds an object or a list") as caught:
        json_log(gateway(metadata=metadata), extra=("metadata",))
    assert "metadata.feature" in caught.value.next_step


def test_each_format_of_a_log_has_the_column(json_log: Reader) -> None:
    """As each plain table has it: one that lacks it would be one silent group."""
    with pytest.raises(BadLog, match="Claude Code: has no column 'team_id'"):
        json_log(claude_code(), extra=("team_id",))


def test_a_column_that_only_plain_tables_take_is_refused_where_there_are_none(
    json_log: Reader,
) -> None:
    named = {"name": LogColumn("deployment", guessed=False)}
    with pytest.raises(BadLog, match="cannot be taken from a column") as caught:
        json_log(gateway(deployment="o3"), columns=named)
    assert "account" in caught.value.next_step
    # The settings are for plain tables, and a team has logs of both kinds.
    kept = {"name": LogColumn("deployment", guessed=False, from_settings=True)}
    assert json_log(gateway(deployment="o3"), columns=kept).calls[0]["name"] == "gpt-5"


def test_the_settings_are_named_where_their_column_is_missing(json_log: Reader) -> None:
    kept = {"account": LogColumn("customer", guessed=False, from_settings=True)}
    with pytest.raises(BadLog, match="has no column 'customer'") as caught:
        json_log(gateway(), columns=kept)
    assert "setting replay.columns" in caught.value.what


def test_long_texts_that_differ_late_stay_apart(json_log: Reader) -> None:
    rows = [gateway(request_id=end, prompt="x" * 600 + end) for end in "ab"]
    found = json_log(*rows, extra=("prompt",))
    assert len({call["log.prompt"] for call in found.calls}) == 2


def test_the_time_of_a_call_can_stand_in_a_named_column(json_log: Reader) -> None:
    named = {"at": LogColumn("metadata.when", guessed=False)}
    metadata = {"usage_object": OPENAI_USAGE, "when": "2026-10-01T10:00:00Z"}
    found = json_log(gateway(metadata=metadata, startTime="yesterday"), columns=named)
    assert found.calls[0]["at"].isoformat() == "2026-10-01T10:00:00"
    metadata["when"] = json.dumps("tomorrow")
    found = json_log(gateway(metadata=metadata), gateway(request_id="2"), columns=named)
    assert found.log.rejected == {"the time is not understood": 1}
