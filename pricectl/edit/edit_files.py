"""Reads many edits from one file, CSV or JSON, for `set --edits`.

CSV has a heading with `model`, `field` and `value`, and a line for each field. JSON is a list of
objects with `model` and `set`, an object of fields and values. Both may have `from`, `was`,
`source` and `verified`, as the options of `set`.
"""

import codecs
import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import groupby

from pricectl.core import document
from pricectl.core.document import Json
from pricectl.core.errors import DocumentError
from pricectl.core.windows import read_day
from pricectl.edit.assignments import NONE, Assignment, BadEdit, RowRequest, read_assignment

MAX_BYTES = 1024 * 1024
MAX_EDITS = 20_000
MAX_CELL = 4096
OPTIONS = ("from", "was", "source", "verified")
CSV_COLUMNS = ("model", "field", "value")
# Spreadsheets of many countries write semicolons; a copied table has tabs.
DELIMITERS = (",", ";", "\t")


def read_edits(data: bytes, name: str) -> list[RowRequest]:
    """The requests of a file, in its order. Raises BadEdit, with the line or the item.

    What begins with a bracket is JSON. Spreadsheets write CSV with a byte order mark.
    """
    if len(data) > MAX_BYTES:
        raise BadEdit(f"is larger than {MAX_BYTES // 1024} KiB", where=name)
    try:
        text = document.decode(data.removeprefix(codecs.BOM_UTF8))
    except DocumentError as error:
        raise BadEdit(error.what, where=name, next_step=error.next_step) from None
    is_json = text.lstrip().startswith(("[", "{"))
    found = list(_of_json(text, name) if is_json else _of_csv(text, name))
    if not found:
        raise BadEdit("has no edits", where=name)
    if sum(max(1, len(one.assignments)) for one in found) > MAX_EDITS:
        raise BadEdit(f"has more than {MAX_EDITS:,} edits", where=name)
    return found


def _of_csv(text: str, name: str) -> Iterator[RowRequest]:
    """Consecutive lines with the same model and options are one request."""
    numbered = list(_csv_lines(text, name))

    def request(line: tuple[int, Mapping[str, str]]) -> tuple[str, ...]:
        return tuple(line[1].get(column, "") for column in ("model", *OPTIONS))

    for (model, *options), group in groupby(numbered, key=request):
        cells = [
            (f"{name}, line {number}", line.get("field", ""), line.get("value", ""))
            for number, line in group
        ]
        for where, field, value in cells:
            if value and not field:
                raise BadEdit("has a value and no field", where=where)
        assignments = [_assignment(where, field, value) for where, field, value in cells if field]
        given = dict(zip(OPTIONS, options, strict=True))
        yield _request(cells[0][0], model, assignments, given)


def _csv_lines(text: str, name: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The records below the heading by its columns, each with the line that it ends in."""
    heading = text.split("\n", 1)[0]
    delimiter = next((each for each in DELIMITERS if each in heading), DELIMITERS[0])
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: list[str] = []
    try:
        for cells in filter(None, reader):
            if not columns:
                columns = cells
                _check_columns(columns, name)
                continue
            if len(cells) > len(columns):
                what = "has more cells than the heading"
                step = "put a cell with a comma in quotes"
                raise BadEdit(what, where=f"{name}, line {reader.line_num}", next_step=step)
            yield reader.line_num, dict(zip(columns, map(str.strip, cells), strict=False))
    except csv.Error as error:
        raise BadEdit(f"is not CSV: {error}", where=name) from None


def _check_columns(columns: Sequence[str], name: str) -> None:
    known = (*CSV_COLUMNS, *OPTIONS)
    missing = [f"has no column {column!r}" for column in CSV_COLUMNS if column not in columns]
    unknown = [f"has a column {column!r:.40}" for column in columns if column not in known]
    twice = [f"has two columns {column!r}" for column in known if columns.count(column) > 1]
    for what in (*missing, *unknown, *twice):
        raise BadEdit(what, where=name, next_step=f"its heading has some of {', '.join(known)}")


def _of_json(text: str, name: str) -> Iterator[RowRequest]:
    try:
        values = document.parse_text(text)
    except DocumentError as error:
        raise BadEdit(error.what, where=f"{name}, {error.where}") from None
    for number, item in enumerate(values if isinstance(values, list) else [values], 1):
        where = f"{name}, item {number}"
        if not isinstance(item, dict):
            raise BadEdit("is not an object with model and set", where=where)
        unknown = [key for key in item if key not in ("model", "set", *OPTIONS)]
        fields = item.get("set", {})
        if unknown or not isinstance(fields, dict):
            what = (
                f"has a member {unknown[0]!r:.40}" if unknown else "has a `set` that is no object"
            )
            step = f"it has model, set and some of {', '.join(OPTIONS)}"
            raise BadEdit(what, where=where, next_step=step)
        assignments = [
            _assignment(where, field, word)
            for field, value in fields.items()
            for word in _words(field, value, where)
        ]
        given = {key: item.get(key) for key in OPTIONS}
        if any(not isinstance(value, (str, type(None))) for value in given.values()):
            raise BadEdit("has an option that is not a text", where=where)
        options = {key: str(value or "") for key, value in given.items()}
        yield _request(where, item.get("model"), assignments, options)


def _words(field: str, value: Json, where: str) -> Iterable[str]:
    """A value of JSON as the words of the command line.

    Of a field that ends in + or -, each name of a list is one word; else the list is the value.
    """
    if isinstance(value, list):
        names = [name for name in value if isinstance(name, str)]
        if len(names) < len(value):
            raise BadEdit("has a list with something else than names", where=where)
        return names if field.endswith(("+", "-")) else [json.dumps(names, ensure_ascii=False)]
    if value is None:
        return [NONE]
    if isinstance(value, bool):
        return [str(value).lower()]
    if isinstance(value, (str, int, Decimal)):
        return [str(value)]
    raise BadEdit("has a value that is neither a text nor a number", where=where)


def _assignment(where: str, field: str, value: str) -> Assignment:
    """A field may end in + or -, which adds a name to a list or takes it out."""
    if len(field) + len(value) > MAX_CELL or "=" in field:
        raise BadEdit("is not the name of a field", where=f"{where}: {field:.60}")
    try:
        return read_assignment(f"{field}={value}")
    except BadEdit as error:
        raise BadEdit(
            error.what, where=f"{where}: {error.where}", next_step=error.next_step
        ) from None


def _request(
    where: str, model: Json, assignments: list[Assignment], options: Mapping[str, str]
) -> RowRequest:
    if not isinstance(model, str) or not model.strip():
        raise BadEdit("names no model", where=where)
    days = {key: _day(where, key, options[key]) for key in ("from", "was", "verified")}
    return RowRequest(
        model.strip(),
        tuple(assignments),
        days["from"],
        days["was"],
        options["source"],
        days["verified"],
        origin=where,
    )


def _day(where: str, key: str, word: str) -> date | None:
    day = read_day(word) if word else None
    if word and day is None:
        raise BadEdit(
            "is not a valid date such as 2026-12-01", where=f"{where}: {key} {word!r:.40}"
        )
    return day
