"""`pricectl show`: everything the catalog knows of one model."""

from typing import Annotated

import typer

from pricectl.check.positions import Positions
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

    The prices in use come first, by service and context length, then earlier and announced ones,
    then where the row stands as FILE:LINE. -q prints only the prices in use.

    Exits with 1 if there is no such model.

    Example: pricectl show gemini-2.5-pro
    """
    if not model.strip():
        raise typer.BadParameter("a model's name is blank", param_hint="MODEL")
    opened = open_known(file, known_at)
    match = require(opened.catalog, model)
    # A version in git is not the file that an editor would open.
    own = opened.data and opened.catalog.by_full_name.get(match.model.full_name) is match.model
    line = Positions(opened.data.decode()).key(match.model.pointer).line if own else 0
    row = PricedRow.at(match.model, instant(at))
    result = FoundRow(opened.catalog, match, row, opened.file, line)
    output.show(view, "show", result, report)
