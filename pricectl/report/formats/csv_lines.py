"""Lines and cells of CSV that a spreadsheet can open: what every report in that format shares."""

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any

from pricectl.core.labels import clean

# A spreadsheet takes a text that begins so for a formula, in full width, too.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")


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
