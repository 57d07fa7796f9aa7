"""Logs of coding agents: Claude Code's projects, Codex's sessions.

Claude Code writes a message several times while it streams (one call an id); Codex counts totals
that repeat and start anew.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from pricectl.core.errors import BadUsage
from pricectl.core.responses import Reading, read_response
from pricectl.core.usage import Usage
from pricectl.replay.logs.items import (
    LogItem,
    NotBilled,
    Row,
    calls_of,
    first_word,
    rejected,
    stated_cost,
    time_at,
    value_at,
    whole_number,
    word,
)

OTHER_LINES = NotBilled("lines about something else than a call")
REPEATED = NotBilled("totals that were written again")
_SYNTHETIC = "<synthetic>"


def is_claude_code(row: Row) -> bool:
    """Whether it is a message of Claude Code with its usage."""
    return isinstance(value_at(row, "message.usage"), Mapping) and not {
        "sessionId",
        "requestId",
        "costUSD",
    }.isdisjoint(row)


def read_claude_code(row: Row) -> Iterator[LogItem]:
    """The call of a line."""
    message = row.get("message")
    if not isinstance(value_at(message, "usage"), Mapping):
        yield OTHER_LINES
        return
    stated = stated_cost(row.get("costUSD"))
    # What the tool itself wrote, such as a notice of an error.
    if value_at(message, "model") == _SYNTHETIC:
        yield OTHER_LINES
        return
    try:
        reading = read_response(message)
    except BadUsage as error:
        yield rejected(error, stated)
        return
    own, request = first_word(message, "id"), first_word(row, "requestId")
    yield from calls_of(
        reading,
        says_lifetime="ephemeral_1h" in str(value_at(message, "usage")),
        call_id=f"{own} {request}".strip(),
        job=first_word(row, "sessionId"),
        at=time_at(row, "timestamp"),
        team=first_word(row, "cwd"),
        stated_pico=stated,
    )


def is_codex(row: Row) -> bool:
    """Whether it is a line of a session of Codex."""
    kind = row.get("type")
    if kind == "event_msg":
        return first_word(row, "payload.type") == "token_count"
    return kind in {"turn_context", "session_meta"} and isinstance(row.get("payload"), Mapping)


class CodexReader:
    """Reads one session's lines in order: the model stands in an earlier line than the usage."""

    def __init__(self) -> None:
        self._model = self._session = ""
        self._totals: Mapping[str, Any] = {}

    def __call__(self, row: Row) -> Iterator[LogItem]:
        """The call of a line, if it ends one."""
        self._model = first_word(row, "payload.info.model", "payload.model") or self._model
        if row.get("type") == "session_meta":
            self._session = first_word(row, "payload.id")
        last = value_at(row, "payload.info.last_token_usage")
        if not isinstance(last, Mapping):
            yield OTHER_LINES
            return
        totals = value_at(row, "payload.info.total_token_usage") or {}
        if totals and totals == self._totals:
            yield REPEATED
            return
        self._totals = totals
        try:
            usage = Usage(
                whole_number(last.get("input_tokens")),
                whole_number(last.get("output_tokens")),
                cache_read_tokens=whole_number(last.get("cached_input_tokens")),
                reasoning_tokens=whole_number(last.get("reasoning_output_tokens")),
            )
        except BadUsage as error:
            yield rejected(error)
            return
        model = word(self._model)
        reading = Reading(usage, model, "openai")
        yield from calls_of(reading, job=self._session, at=time_at(row, "timestamp"))
