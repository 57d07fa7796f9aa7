"""Answers of providers as they came: results of batches, logged responses of any known format."""

from collections.abc import Iterator, Mapping

from pricectl.core.errors import BadUsage
from pricectl.core.responses import read_response
from pricectl.replay.logs.items import (
    LogItem,
    NotBilled,
    Row,
    calls_of,
    first_word,
    rejected,
    value_at,
)
from pricectl.replay.logs.times import stated_time

FAILED_REQUESTS = NotBilled("requests of a batch that failed or expired")
_TIMES = ("timestamp", "time", "at", "created_at", "createdAt", "created", "startTime")
_OK = 200


def is_batch_line(row: Row) -> bool:
    """Whether it is a line of the results of OpenAI's or Anthropic's batches."""
    return "custom_id" in row and not {"response", "result"}.isdisjoint(row)


def read_batch_line(row: Row) -> Iterator[LogItem]:
    """The call of a line; who failed or expired is not charged."""
    status, kind = value_at(row, "response.status_code"), value_at(row, "result.type")
    if row.get("error") or status not in {None, _OK} or kind not in {None, "succeeded"}:
        yield FAILED_REQUESTS
        return
    body = value_at(row, "response.body") or value_at(row, "result.message")
    if body is None:
        yield FAILED_REQUESTS
        return
    yield from _read(row, body, "")


def is_response(row: Row) -> bool:
    """Whether `core` finds a usage in it; counts in columns of their own are no response."""
    if not any(isinstance(value, (Mapping, list)) for value in row.values()):
        return False
    try:
        return bool(read_response(dict(row)).usage.counts)
    except BadUsage:
        return False


def read_logged_response(row: Row) -> Iterator[LogItem]:
    """The call of a response, or of a row around one."""
    yield from _read(row, row, first_word(row, "session_id", "trace_id", "job", "job_id"))


def _read(row: Row, body: object, job: str) -> Iterator[LogItem]:
    try:
        reading = read_response(dict(row))
    except BadUsage as error:
        yield rejected(error)
        return
    yield from calls_of(
        reading,
        says_lifetime="ephemeral_1h" in str(value_at(body, "usage")),
        call_id=first_word(body, "id", "response.id", "request_id"),
        job=job,
        at=stated_time(*(value_at(part, path) for part in (body, row) for path in _TIMES)),
        team=first_word(row, "team", "team_id", "project"),
        account=first_word(row, "account", "customer", "user_id", "user"),
    )
