"""`pricectl show`: everything the catalog knows of one model."""

from typing import Annotated

import typer

from pricectl.commands import output
from pricectl.commands.catalog import complete_model, open_known
from pricectl.commands.options import AtOption, FileOption, KnownAtOption, ViewOptions, instant
from pricectl.core.lookup import require
from pricectl.models import FoundRow, PricedRow
from pricectl.report import show as report


def show(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL", help="A model's name or alias.", autocompletion=complete_model
        ),
    ],
    at: AtOption = None,
    known_at: KnownAtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> None:
    """Show all prices of a model.

    The prices in use come first, by service and context length, then earlier and announced ones.
    -q prints only the prices in use.

    Exits with 1 if there is no such model.

    Example: pricectl show gemini-2.5-pro
    """
    if not model.strip():
        raise typer.BadParameter("a model's name is blank", param_hint="MODEL")
    catalog = open_known(file, known_at).catalog
    match = require(catalog, model)
    result = FoundRow(catalog, match, PricedRow.at(match.model, instant(at)))
    output.show(view, "show", result, report)
