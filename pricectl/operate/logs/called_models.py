"""Which models a usage log names, and how often: a JSON document, JSON lines, CSV, or plain text.

Apart from the reader of production's signs, which looks for phrases; this one looks for a member or
a column that names the model. Memory does not grow with the length of the log.
"""

import csv
import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any, NamedTuple

from pricectl.core.document import MAX_BYTES
from pricectl.core.entries import MAX_NAME
from pricectl.operate.logs.reading import MAX_NAMES, LogReader

# The members or columns that name the model, the most telling first: a record often has several,
# such as `model` beside `model_id`, the hash of a deployment.
MODEL_KEYS = (
    "model",
    "gen_ai.request.model",
    "gen_ai.response.model",
    "llm.request.model",
    "llm.response.model",
    "llm.model_name",
    "ai.model.id",
    "request_model",
    "response_model",
    "model_name",
    "provided_model_name",
    "modelname",
    "model_group",
    "x_model",
    "modelid",
    "model_id",
)
_DELIMITERS = ",;\t"
_MAX_DEPTH = 24


class CalledModel(NamedTuple):
    """A name that a log has, and in how many of its records."""

    name: str
    records: int


def called_models(
    log: Iterable[bytes], warn: Callable[[str], object] = lambda _: None
) -> tuple[CalledModel, ...]:
    r"""The models that a log names, the most frequent first; none where it names no model.

    The bytes come in blocks of any size. Of very many names, the rarest are dropped. `warn` gets a
    sentence where lines between JSON records are damaged, whose models may be missing.

    >>> called_models([b'{"model": "gpt-4o"}', b'\n{"response": {"model": "o3"}}'])
    (CalledModel(name='gpt-4o', records=1), CalledModel(name='o3', records=1))
    """
    blocks = iter(log)
    head = b""
    for block in blocks:
        head += block
        if len(head) > MAX_BYTES:
            break
    counter = _Names()
    record = _record(head.decode("utf-8-sig", "replace")) if len(head) <= MAX_BYTES else None
    if record is not None:
        counter.add_record(record)
        return counter.sorted()
    lines = _lines(chain([head], blocks))
    first = next(lines, "")
    columns = _columns(first)
    if columns:
        counter.add_table(lines, *columns)
        return counter.sorted()

    records = damaged = 0

    def plain() -> Iterator[bytes]:
        """The lines that are not JSON; those that are have been counted."""
        nonlocal records, damaged
        for line in chain([first], lines):
            record = _record(line)
            if record is None:
                damaged += line.lstrip().startswith("{")
                yield line.encode() + b"\n"
            else:
                records += 1
                counter.add_record(record)

    # Production's own plain lines say `model="gpt-9"` after a phrase that `logs` knows.
    for sighting in LogReader().sightings(plain()):
        counter.add(sighting.model)
    if records and damaged:
        lines_left = "1 line is" if damaged == 1 else f"{damaged:,} lines are"
        warn(f"{lines_left} damaged JSON and left out: is the log cut off?")
    return counter.sorted()


class _Names:
    """Counts names, in bounded memory."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: object) -> None:
        """Count a name; what cannot be one is ignored."""
        text = name.strip() if isinstance(name, str) else ""
        if not 0 < len(text) <= MAX_NAME:
            return
        self._counts[text] += 1
        if len(self._counts) > 2 * MAX_NAMES:  # only then, so that sorting is rare
            self._counts = Counter(dict(self._counts.most_common(MAX_NAMES)))

    def add_record(self, record: Any) -> None:
        """Count the names in a parsed record, one for each object that has any."""
        pending: list[tuple[Any, int]] = [(record, 0)]
        while pending:
            value, depth = pending.pop()
            if isinstance(value, dict):
                self.add(_named_in(value))
            inner = value.values() if isinstance(value, dict) else value
            if depth < _MAX_DEPTH:
                pending += [(each, depth + 1) for each in inner if isinstance(each, dict | list)]

    def add_table(self, lines: Iterable[str], delimiter: str, indexes: Sequence[int]) -> None:
        """Count the names in the rows of a CSV file: the first of some columns that has one."""
        csv.field_size_limit(MAX_BYTES)
        rows = csv.reader((f"{line}\n" for line in lines), delimiter=delimiter)
        for row in rows:
            cells = (row[index] for index in indexes if index < len(row))
            self.add(next((cell for cell in cells if cell.strip()), ""))

    def sorted(self) -> tuple[CalledModel, ...]:
        """The most frequent first."""
        ordered = sorted(self._counts.items(), key=lambda item: (-item[1], item[0]))
        return tuple(CalledModel(name, records) for name, records in ordered)


def _named_in(members: Mapping[str, Any]) -> object:
    """What an object says the model is; None if it does not say it."""
    folded = {key.lower(): value for key, value in members.items()}
    listed = folded.get("attributes")
    if isinstance(listed, list):  # of OpenTelemetry: {"key": NAME, "value": {"stringValue": TEXT}}
        pairs = (item for item in listed if isinstance(item, dict))
        folded |= {
            str(pair.get("key")).lower(): pair["value"].get("stringValue")
            for pair in pairs
            if isinstance(pair.get("value"), dict)
        }
    found = (folded.get(key) for key in MODEL_KEYS)
    return next((name for name in found if isinstance(name, str) and name.strip()), None)


def _record(line: str) -> Any:
    """A line or document as JSON; None if it is not an object or a list."""
    stripped = line.strip()
    if not stripped.startswith(("{", "[")):
        return None
    try:
        return json.loads(stripped)
    except (ValueError, RecursionError):
        return None


def _columns(header: str) -> tuple[str, list[int]] | None:
    """The delimiter of a CSV file and its columns that name the model; None if it has none."""
    for delimiter in _DELIMITERS:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        folded = [cell.strip().lower() for cell in cells]
        if len(cells) > 1 or folded[:1] == ["model"]:
            indexes = [folded.index(key) for key in MODEL_KEYS if key in folded]
            if indexes:
                return delimiter, indexes
    return None


def _lines(blocks: Iterable[bytes]) -> Iterator[str]:
    """The lines of a log as text, without their ends; a very long one comes in pieces."""
    rest = b""
    start = "utf-8-sig"
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        if len(rest) > MAX_BYTES:
            whole, rest = [*whole, rest], b""
        for line in whole:
            yield line.decode(start, "replace").rstrip("\r")
            start = "utf-8"
    if rest:
        yield rest.decode(start, "replace").rstrip("\r")
