"""`pricectl remove`: rows taken out of the price file."""

from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model
from pricectl.commands.editing import EditingOptions
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.operate.remove import remove_rows
from pricectl.report import remove as report


def remove(
    models: Annotated[
        list[str],
        typer.Argument(
            metavar="MODEL...",
            help="Rows by their names, or patterns such as 'openai/o1*'.",
            autocompletion=complete_model,
        ),
    ],
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Take models out of the price file.

    Shows who answers for their names then, and what refers to them: successors, settings. A model
    that is only retired stays better as a row with retired=true, for old logs.

    Exits with 1, and writes nothing, if the edit brings a finding that fails 'validate'.

    Example: pricectl remove o3 --dry-run
    """
    result = remove_rows(editing.open(), models, editing.options, warn_beside)
    show(view, "remove", result, report)
    return result.exit_code
