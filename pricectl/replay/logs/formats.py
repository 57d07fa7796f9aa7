"""The table of log formats: how each is recognised, and which reader its rows have.

A log of any other shape is read by its columns, see `columns`. A new format is a file and a row.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pricectl.replay.logs import (
    agents,
    gateway,
    langfuse,
    own,
    responses,
    spans,
    usage_exports,
)
from pricectl.replay.logs.items import Row, RowReader


class LogFormat(NamedTuple):
    """One format.

    `recognises` tells by a row; `reader` makes the reader of one file's rows. `is_summed`: a row is
    the sum of many requests, so there are no jobs in it, and its last day may be incomplete.
    """

    name: str
    title: str
    recognises: Callable[[Row], bool]
    reader: Callable[[], RowReader]
    is_summed: bool = False


def _always(reader: RowReader) -> Callable[[], RowReader]:
    return lambda: reader


# The first that recognises a row reads the file; those that go by fewer members come later.
FORMATS = (
    LogFormat("record", "records of pricectl", own.is_record, _always(own.read_charge_record)),
    LogFormat(
        "ledger",
        "the ledger of the example service",
        own.is_ledger_row,
        _always(own.read_ledger_row),
    ),
    LogFormat("litellm", "LiteLLM's spend logs", gateway.is_litellm, _always(gateway.read_litellm)),
    LogFormat("langfuse", "Langfuse", langfuse.is_langfuse, _always(langfuse.read_langfuse)),
    LogFormat(
        "openai-usage",
        "OpenAI's usage export",
        usage_exports.is_openai_usage,
        _always(usage_exports.read_openai_usage),
        is_summed=True,
    ),
    LogFormat(
        "anthropic-usage",
        "Anthropic's usage report",
        usage_exports.is_anthropic_usage,
        _always(usage_exports.read_anthropic_usage),
        is_summed=True,
    ),
    LogFormat(
        "batch", "results of a batch", responses.is_batch_line, _always(responses.read_batch_line)
    ),
    LogFormat(
        "claude-code", "Claude Code", agents.is_claude_code, _always(agents.read_claude_code)
    ),
    LogFormat("codex", "Codex", agents.is_codex, agents.CodexReader),
    LogFormat("otel", "OpenTelemetry spans", spans.is_span, _always(spans.read_spans)),
    LogFormat(
        "responses",
        "responses of providers",
        responses.is_response,
        _always(responses.read_logged_response),
    ),
)
BY_NAME = {known.name: known for known in FORMATS}


def format_of_rows(rows: Sequence[Row]) -> LogFormat | None:
    """The format that the first rows of a file have; None for plain columns."""
    return next((known for known in FORMATS if any(map(known.recognises, rows))), None)
