"""The catalog in the formats of `export`: lines for `set --edits`, litellm's map, a rate book."""

import csv
import json
from collections.abc import Mapping
from decimal import Decimal
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory

from pricectl.core.labels import catalog_number, clean
from pricectl.replay.calls import text_literal
from pricectl.replay.duckdb_engine import create_table, session
from pricectl.replay.ratebook_rows import TYPES
from pricectl.report.export import ExportResult
from pricectl.report.formats.csv_lines import cell

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


def ratebook(result: ExportResult) -> str:
    """A line for each rate; a name's control signs are left out."""
    out = StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(TYPES)
    for row in result.rates:
        writer.writerow(
            str(value).lower() if isinstance(value, bool) else cell(value) for value in row
        )
    return out.getvalue()


def ratebook_parquet(result: ExportResult) -> bytes:
    """The rates as Parquet, numbers as 64-bit integers."""
    with session() as database, TemporaryDirectory(prefix="pricectl-") as folder:
        target = Path(folder) / "ratebook.parquet"
        create_table(database, "rates", TYPES, result.rates)
        database.execute(f"COPY rates TO {text_literal(str(target))} (FORMAT parquet)")
        return target.read_bytes()


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
