"""`pricectl export`: the catalog in a format that others read."""

from enum import StrEnum
from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model, open_catalog
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn_beside
from pricectl.models import Filter, PricedRow
from pricectl.report import export as report
from pricectl.report.export import ExportResult


class ExportFormat(StrEnum):
    """The formats of an export."""

    CSV = "csv"
    LITELLM = "litellm"
    RATEBOOK = "ratebook"


def export(
    format_name: Annotated[
        ExportFormat,
        typer.Argument(
            metavar="csv|litellm|ratebook",
            help="csv: lines for 'pricectl set --edits'. litellm: a price map for litellm."
            " ratebook: every rate resolved, for engines such as DuckDB or Spark.",
            show_default=False,
        ),
    ],
    pattern: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|PATTERN]",
            help="Part of a name or alias, or a pattern such as 'gpt-*'.",
            autocompletion=complete_model,
            show_default="all models",
        ),
    ] = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Write the prices in a format that others read.

    csv has a line for each price, limit and date of a row, which 'pricectl set --edits' reads.
    litellm has the prices of the day. ratebook has every rate in whole picodollars with all that
    decides it, as CSV, or with -o parquet=FILE and -o json. What a format cannot hold is told on
    stderr.

    Example: pricectl export csv 'gpt-*'
    """
    opened = open_catalog(file)
    wanted = Filter(pattern=pattern, retired=True)
    rows = (model for model in opened.catalog.models if wanted.accepts(PricedRow.at(model, None)))
    result = ExportResult(format_name.value, tuple(rows), instant(at), opened.file)
    if not view.quiet:
        for reason, number in result.left_out.items():
            warn_beside(f"left out: {reason}, {number} times")
    show(
        view if view.output else view._replace(output=[result.format_name]),
        "export",
        result,
        report,
    )
    return 0
