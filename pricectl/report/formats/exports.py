"""The catalog in the formats of `export`: lines for `set --edits`, and litellm's price map."""

import csv
import json
from collections.abc import Mapping
from decimal import Decimal
from io import StringIO

from pricectl.core.labels import catalog_number, clean
from pricectl.report.export import ExportResult

COLUMNS = ("model", "field", "value", "from")


def csv_edits(result: ExportResult) -> str:
    """A line for each price and member; a name's control signs are left out."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in result.edits.lines:
        writer.writerow(map(clean, line))
    return out.getvalue()


def litellm(result: ExportResult) -> str:
    """Litellm's map as JSON, every number as the catalog has it."""
    # json writes the one control sign that JSON may have as it is, which a terminal obeys.
    return _written(result.litellm.rows).replace("\x7f", "\\u007f")


def _written(value: object, indent: str = "") -> str:
    """A value as JSON in ASCII: json has no exact decimal numbers."""
    inner = f"{indent}  "
    if isinstance(value, Mapping) and value:
        members = (f"{json.dumps(key)}: {_written(each, inner)}" for key, each in value.items())
        between = f",\n{inner}"
        return f"{{\n{inner}{between.join(members)}\n{indent}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(_written(each, inner) for each in value)}]"
    if isinstance(value, Decimal):
        return catalog_number(value) if value >= 0 else str(value)
    return json.dumps(value)
