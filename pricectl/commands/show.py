"""`pricectl show`: everything the catalog knows of one model. Floor 3."""

from typing import Annotated

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.lookup import require
from pricectl.report import json
from pricectl.report.text import show as text


def show(
    model: Annotated[
        str,
        typer.Argument(help="A model's name or alias.", autocompletion=common.complete_model),
    ],
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Show all rates of a model, per service and context tier.

    -q prints the rates alone. Exits 1 when no row answers for the name.
    """
    work = common.open_catalog(file)
    match = require(work.catalog, model)
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(match, canvas, quiet=quiet),
            "json": lambda _: json.show(match, work.catalog),
        },
    )
