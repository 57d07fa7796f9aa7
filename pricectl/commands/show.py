"""`pricectl show`: everything the catalog knows of one model."""

from typing import Annotated

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.lookup import require
from pricectl.models import Priced
from pricectl.report import json
from pricectl.report.text import show as text


def show(
    model: Annotated[
        str,
        typer.Argument(help="A model's name or alias.", autocompletion=common.complete_model),
    ],
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Show all rates of a model in force, per service and context tier, then those of other times.

    -q prints the rates in force alone. Exits 1 when no row answers for the name.
    """
    if not model.strip():
        raise typer.BadParameter("a model's name is blank", param_hint="MODEL")
    work = common.open_catalog(file)
    match = require(work.catalog, model)
    row = Priced.at(match.model, common.instant(at))
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(match, row, canvas, quiet=quiet),
            "json": lambda _: json.show(match, row, work.catalog),
        },
    )
