"""`pricectl models`: which models the catalog sells, filtered and sorted."""

from typing import Annotated

import typer

from pricectl.commands import common, filters
from pricectl.commands.common import View
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.models import SORTS, Filter, select
from pricectl.report import json
from pricectl.report.text import models as text


def models(
    pattern: Annotated[
        str | None,
        typer.Argument(help="Part of a name or alias, or a glob such as 'gpt-*'."),
    ] = None,
    provider: Annotated[str | None, typer.Option("--provider", "-p", help="One provider.")] = None,
    service: Annotated[
        str | None, typer.Option(help="Models with a price for this service, such as batch.")
    ] = None,
    min_input: Annotated[
        str | None, typer.Option(metavar="USD", help="Input price per 1M tokens from here.")
    ] = None,
    max_input: Annotated[
        str | None, typer.Option(metavar="USD", help="Input price per 1M tokens up to here.")
    ] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired models too.")] = False,
    sort: Annotated[
        str, typer.Option(help=f"One of {', '.join(SORTS)}.", callback=filters.check_sort)
    ] = "name",
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """List models with the prices in force, per 1M tokens.

    -q prints the names alone, one a line. Exits 1 when nothing matches.
    """
    work = common.open_catalog(file)
    wanted = Filter(
        pattern=pattern,
        provider=provider,
        service=service,
        min_input_pico_usd=filters.price_per_mtok(min_input, "--min-input"),
        max_input_pico_usd=filters.price_per_mtok(max_input, "--max-input"),
        retired=retired,
    )
    rows = select(work.catalog, wanted, sort, common.instant(at))
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(rows, canvas, service=service, quiet=quiet),
            "json": lambda _: json.models(rows, work.catalog),
        },
    )
    common.leave(CLEAN if rows else FINDINGS)
