"""A response as text: one JSON value, or a stream's events line by line."""

import re
from typing import NamedTuple

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import BadUsage, DocumentError

_LINE_END = re.compile(r"\r\n|\n|\r")
_FIELD = re.compile(r"(?P<name>data|event|id|retry|): ?(?P<value>.*)")
_DONE = "[DONE]"
_BYTE_ORDER_MARK = "\ufeff"
_AS_SENT = "pass the body as the provider sent it: JSON, JSON lines or server-sent events, in UTF-8"
MAX_EVENTS = 100_000


def read_recorded(data: bytes | str) -> Json:
    """Parse a response: JSON, or the events of a stream as JSON lines or server-sent events.

    A byte order mark before it is left out. Raises DocumentError, with the line, and BadUsage for
    too many events.
    """
    try:
        return _read(document.decode(_without_mark(data)))
    except DocumentError as error:
        raise _about_response(error) from None


def _without_mark(data: bytes | str) -> bytes | str:
    if isinstance(data, str):
        return data.removeprefix(_BYTE_ORDER_MARK)
    return data.removeprefix(_BYTE_ORDER_MARK.encode())


def _about_response(error: DocumentError) -> DocumentError:
    """The same error with a next step for a response: the JSON reader's own is about a catalog."""
    about_syntax = error.rule == "json-syntax" and error.line
    return DocumentError(
        error.what,
        rule=error.rule,
        line=error.line,
        column=error.column,
        next_step=error.next_step if about_syntax else _AS_SENT,
    )


def _read(text: str) -> Json:
    lines = [(number, line) for number, line in enumerate(_LINE_END.split(text), 1) if line.strip()]
    if _FIELD.fullmatch(lines[0][1]):
        data_lines = [found for number, line in lines for found in _data(number, line)]
        return _events(data_lines)
    try:
        body = document.parse(text)
    except DocumentError:
        if len(lines) == 1 or not _is_object(lines[0][1]):
            raise
        return _events([_StreamLine(number, 1, line) for number, line in lines])
    if isinstance(body, list):
        _check_number(len(body))
    return body


class _StreamLine(NamedTuple):
    """One event as it is written: the number of its line and the column it begins at."""

    number: int
    column: int
    text: str


def _data(number: int, line: str) -> list[_StreamLine]:
    """The event in a line of a stream, if it has one; fields other than data say nothing."""
    found = _FIELD.fullmatch(line)
    if not found:
        raise DocumentError(
            "is not a line of a server-sent event",
            rule="json-syntax",
            line=number,
            column=1,
            next_step="pass the stream as it was sent: data: {...}",
        )
    value = found["value"].strip()
    if found["name"] != "data" or value in {"", _DONE}:
        return []
    return [_StreamLine(number, found.start("value") + 1, found["value"])]


def _events(lines: list[_StreamLine]) -> list[Json]:
    _check_number(len(lines))
    return [_parse(line) for line in lines]


def _check_number(events: int) -> None:
    if events > MAX_EVENTS:
        raise BadUsage(
            f"holds more than {MAX_EVENTS:,} events",
            where="stream",
            next_step="pass the events of one response",
        )


def _parse(line: _StreamLine) -> Json:
    try:
        return document.parse(line.text)
    except DocumentError as error:
        raise DocumentError(
            error.what,
            rule=error.rule,
            line=line.number,
            column=line.column + max(error.column, 1) - 1,
            next_step=error.next_step,
        ) from None


def _is_object(line: str) -> bool:
    try:
        return isinstance(document.parse(line), dict)
    except DocumentError:
        return False
