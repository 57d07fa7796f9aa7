"""A history as CSV for a spreadsheet: one line a change, with both of its dates."""

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any

from pricectl.core.labels import clean
from pricectl.report.history_document import History, document

MODEL_COLUMNS = (
    *("known_at", "commit", "path", "event", "was", "effective_from", "effective_until"),
    *("provider", "model", "field", "unit", "above_tokens", "service", "period"),
    *("usd_per", "old", "new", "percent"),
)
CATALOG_COLUMNS = (
    *("known_at", "commit", "path", "moved_from", "first"),
    *("repriced", "added", "removed", "renamed", "other"),
    *("provider", "model", "field", "usd_per", "old", "new", "percent", "problem"),
)
# A spreadsheet takes a text that begins so for a formula, in full width, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def history(result: History) -> str:
    """The changes of a model, or the commits of a catalog with the largest move of each."""
    found = document(result)
    if found["kind"] == "model":
        return written(MODEL_COLUMNS, _model_lines(found))
    return written(CATALOG_COLUMNS, _catalog_lines(found))


def _model_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for step in found["steps"]:
        for change in step["changes"] or [{}]:
            yield {**step, **change}
    for version in found["unreadable"]:
        yield {**version, "event": f"unreadable: {version['problem']}"}


def _catalog_lines(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for commit in found["commits"]:
        yield {**commit, **(commit["largest"] or [{}])[0]}
    yield from found["unreadable"]


def written(columns: tuple[str, ...], lines: Iterable[Mapping[str, Any]]) -> str:
    """Lines as CSV with a head; a column that a line lacks is empty."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(columns)
    for line in lines:
        writer.writerow(cell(line.get(column)) for column in columns)
    return out.getvalue()


def cell(value: object) -> str:
    """A value as text that no spreadsheet runs; a negative number stays one."""
    text = "" if value is None or value is False else clean(str(value))
    # Some spreadsheets pass over blanks first.
    if (
        text.lstrip().startswith(_FORMULA)
        and not text.removeprefix("-").replace(".", "", 1).isdigit()
    ):
        return f"'{text}"
    return text
