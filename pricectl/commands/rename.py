"""`pricectl rename`: another name for a row."""

from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model
from pricectl.commands.editing import EditingOptions
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.operate.rename import rename_row
from pricectl.report import rename as report


def rename(
    old: Annotated[
        str, typer.Argument(metavar="OLD", help="The row's name.", autocompletion=complete_model)
    ],
    new: Annotated[str, typer.Argument(metavar="NEW", help="Its new name, in the same section.")],
    alias: Annotated[
        bool, typer.Option("--alias/--no-alias", help="Keep the old name as an alias.")
    ] = True,
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Give a row another name; the old one stays as an alias.

    Acknowledgements and negotiated prices of the row follow. Other rows and settings that name it
    are listed.

    Exits with 1, and writes nothing, if the edit brings a finding that fails 'validate'.

    Example: pricectl rename o3 o3-2025-04-16 --dry-run
    """
    result = rename_row(
        editing.open(), old, new, editing.options, keep_alias=alias, warn=warn_beside
    )
    show(view, "rename", result, report)
    return result.exit_code
