"""Parse a recorded response: one JSON value, or a stream's events line by line."""

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


class _StreamLine(NamedTuple):
    """One event as it is written: the number of its line and the column it begins at."""

    number: int
    column: int
    text: str


def read_recorded(data: bytes | str) -> Json:
    """Parse a response: JSON, or the events of a stream as JSON lines or server-sent events.

    A byte order mark before it is left out. Raises DocumentError, with the line, and BadUsage for
    too many events.
    """
    if isinstance(data, str):
        data = data.removeprefix(_BYTE_ORDER_MARK)
    else:
        data = data.removeprefix(_BYTE_ORDER_MARK.encode())
    try:
        return _read(document.decode(data))
    except DocumentError as error:
        # The JSON reader's other advice is about catalogs.
        about_syntax = error.rule == "json-syntax" and error.what != document.EMPTY
        raise DocumentError(
            error.what,
            rule=error.rule,
            line=error.line,
            column=error.column,
            next_step=error.next_step if about_syntax else _AS_SENT,
        ) from None


def _read(text: str) -> Json:
    lines = [
        _StreamLine(number, 1, line)
        for number, line in enumerate(_LINE_END.split(text), 1)
        if line.strip()
    ]
    if _FIELD.fullmatch(lines[0].text):
        return _events([found for line in lines for found in _data(line)])
    first = lines[0].text.strip()
    # A whole object on line 1 means JSON lines. Other first lines are not parsed to find out.
    if len(lines) > 1 and first[0] == "{" and first[-1] == "}":
        try:
            event = document.parse(lines[0].text)
        except DocumentError:
            pass  # the error of the whole text says more
        else:
            _check_number(len(lines))
            return [event, *_events(lines[1:])]
    body = document.parse(text)
    if isinstance(body, list):
        _check_number(len(body))
    return body


def _data(line: _StreamLine) -> list[_StreamLine]:
    """The event in a line of a stream, if it has one; fields other than data say nothing."""
    found = _FIELD.fullmatch(line.text)
    if not found:
        raise DocumentError(
            "is not a line of a server-sent event",
            rule="json-syntax",
            line=line.number,
            column=1,
            next_step="pass the stream as it was sent: data: {...}",
        )
    value = found["value"].strip()
    if found["name"] != "data" or value in {"", _DONE}:
        return []
    return [_StreamLine(line.number, found.start("value") + 1, found["value"])]


def _events(lines: list[_StreamLine]) -> list[Json]:
    """Parse each event; an error says where in the whole text it is."""
    _check_number(len(lines))
    events = []
    for line in lines:
        try:
            events.append(document.parse(line.text))
        except DocumentError as error:
            raise DocumentError(
                error.what,
                rule=error.rule,
                line=line.number,
                column=line.column + max(error.column, 1) - 1,
                next_step=error.next_step,
            ) from None
    return events


def _check_number(events: int) -> None:
    if events > MAX_EVENTS:
        raise BadUsage(
            f"holds more than {MAX_EVENTS:,} events",
            where="stream",
            next_step="pass the events of one response",
        )
