"""Parses one line of a log, plain or JSON: its phrases and the values next to them."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from pricectl.core.typed_counts import read_count

MAX_TEXT = 256
# How much of a plain line is searched for values after its phrase, and for a time before it.
_NEAR, _HEAD = 4096, 160
_DEPTH, _MEMBERS = 4, 200
# Of the number of lines held back; a larger number is not believed.
MAX_DIGITS = 9

# Lowers ASCII only, so that every offset stays the same.
_LOWER = {code: chr(code).lower() for code in range(128)}

EVENT = "event"
_MESSAGES = (EVENT, "message", "msg", "log", "text", "body")
_TIMES = ("timestamp", "@timestamp", "time", "asctime", "datetime", "ts", "repr", "date")
_PAIR = re.compile(
    r"\b(kind|model|reason|suppressed)[\"']?\s{0,3}[=:]\s{0,3}"
    r"(\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^\s\\\"',;)}\]]+)",
    re.IGNORECASE,
)
# What follows the phrase in a line with values of its own: nothing else in it is a sign.
_VALUES = re.compile(r": \w+=")
_IN_WORDS = re.compile(r"\bmodel:?\s{1,3}['\"`]?(\w[\w./:@-]{0,255})", re.IGNORECASE)
_TIME = re.compile(
    r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?"
    r"|\b[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d"
)


class LogLine(NamedTuple):
    """The signs' phrases in a line, its time, and what it says of a fallback.

    `held_back` is how many like lines the writer left out before it.
    """

    phrases: tuple[str, ...]
    time: str
    kind: str
    model: str
    reason: str
    held_back: int


def read_line(text: str, phrases: Sequence[str]) -> LogLine:
    """Read a line that contains one of the phrases, ignoring case."""
    start = text.find("{") if text.endswith("}") else -1
    fields = _fields(text[start:]) if start >= 0 else {}
    # The member that has a phrase in it, else the whole line.
    members = (fields.get(key) for key in _MESSAGES)
    texts = (value for value in members if isinstance(value, str))
    message = next((each for each in texts if any(it in each.lower() for it in phrases)), text)
    start_of_phrase, found = _phrases_in(message, phrases)
    near = message[start_of_phrase : start_of_phrase + _NEAR]
    # Reversed, so that of two values with one name the first wins.
    values: dict[str, Any] = {
        key.lower(): _decoded(value, value.strip("\"'"))
        for key, value in reversed(_PAIR.findall(near))
    }
    # The runtime escapes the values it hands to a JSON formatter, which escapes them again.
    escaped = fields.get(EVENT) in found
    for key, value in fields.items():
        again = escaped and isinstance(value, str)
        values[key] = _decoded(f'"{value}"', value) if again else value
    held_back = values.get("suppressed")
    if isinstance(held_back, str):
        held_back = read_count(held_back) or 0
    elif isinstance(held_back, float) and held_back.is_integer():  # some formatters know no int
        held_back = int(held_back)
    return LogLine(
        found,
        _time(fields, text),
        _text(values.get("kind")),
        _text(values.get("model")) or _named_in_words(message),
        _text(values.get("reason")),
        held_back if type(held_back) is int and 0 < held_back < 10**MAX_DIGITS else 0,
    )


def _fields(text: str) -> Mapping[str, Any]:
    """The scalar members of a JSON object, outermost and first of a name first."""
    try:
        record = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    found: dict[str, Any] = {}
    for key, value in _members(record, _DEPTH):
        found.setdefault(key, value)
    return found


def _members(record: Any, depth: int) -> Iterator[tuple[str, Any]]:
    if not isinstance(record, dict) or not depth:
        return
    members = list(record.items())[:_MEMBERS]
    yield from (
        (key.lower(), value) for key, value in members if isinstance(value, str | int | float)
    )
    for _, value in members:
        yield from _members(value, depth - 1)


def _phrases_in(message: str, phrases: Sequence[str]) -> tuple[int, tuple[str, ...]]:
    """The position of the first phrase, and every phrase; values after the first are not signs."""
    lowered = message.lower() if message.isascii() else message.translate(_LOWER)
    found = sorted([(lowered.find(phrase), phrase) for phrase in phrases if phrase in lowered])
    if not found:
        return 0, ()
    start, first = found[0]
    if _VALUES.match(message, start + len(first)):
        return start, (first,)
    return start, tuple(phrase for _, phrase in found)


def _named_in_words(message: str) -> str:
    """A name as in "model gpt-9 not found"; a word without digit or dash is hardly one."""
    for found in _IN_WORDS.findall(message[:_NEAR]):
        name = found.rstrip(".:-/")
        if re.search(r"[\d-]", name):
            return str(name)
    return ""


def _decoded(literal: str, otherwise: str) -> str:
    """What a JSON string with escapes says; `otherwise` if it has none, or is not one."""
    try:
        return str(json.loads(literal)) if "\\" in literal else otherwise
    except ValueError:
        return otherwise


def _text(value: Any) -> str:
    return value[:MAX_TEXT] if isinstance(value, str) else ""


def _time(fields: Mapping[str, Any], text: str) -> str:
    """The time of a line as it is written; a number of seconds or less since 1970 as ISO 8601."""
    for key in _TIMES if fields else ():
        value = fields.get(key)
        found = _TIME.search(value) if isinstance(value, str) else None
        if found:
            return found[0]
        if not isinstance(value, int | float):
            continue
        # Seconds, or milli-, micro- or nanoseconds, told apart by their size.
        for scale in (1, 10**3, 10**6, 10**9):
            if 10**9 * scale <= value < 10**10 * scale:
                since = datetime.fromtimestamp(value / scale, UTC)
                return since.isoformat(timespec="seconds")
    head = _TIME.search(text[:_HEAD])
    return head[0] if head else ""
