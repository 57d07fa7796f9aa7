"""`pricectl add`: a new row, from the reference, like another row, or by hand."""

from typing import Annotated

import typer

from pricectl.commands.editing import (
    EditingOptions,
    SourceOption,
    VerifiedOption,
    check_verified,
    day_option,
)
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import BadEdit, read_assignment
from pricectl.operate.add import AddRequest, add_row
from pricectl.report import add as report


def add(
    model: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="The name as your callers send it. A model that the reference lacks is "
            "SECTION/NAME, such as openai/gpt-9.",
        ),
    ],
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FIELD=VALUE]...",
            help="What the row says otherwise, or all that a row by hand says, such as "
            "input=2.50/M output=10/M mode=chat.",
            show_default=False,
        ),
    ] = None,
    like: Annotated[
        str,
        typer.Option(
            "--like",
            metavar="ROW",
            help="Copy this row's fields. Its other prices keep their ratio to the input and "
            "output prices that you give.",
            show_default=False,
        ),
    ] = "",
    source: SourceOption = "",
    verified: VerifiedOption = None,
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Add a model to the price file, or say what its row lacks.

    Without --like, the row comes from the catalog inside pricectl if that has the model: every
    price, alias and source. Every other byte of the file stays.

    Exits with 1, and writes nothing, if the row brings a finding that fails 'validate'.

    Example: pricectl add o9 --like o3 input=3/M output=12/M --source https://example.com
    """
    options = editing.options
    day = day_option("--verified", verified)
    check_verified(day, as_instant(options.at).date())
    if not model.strip():
        raise BadEdit("is not a name", where=f"{model!r:.80}")
    request = AddRequest(
        model.strip(), tuple(map(read_assignment, fields or ())), like, source, day
    )
    result = add_row(editing.open(), request, options, warn_beside)
    show(view, "add", result, report)
    return result.exit_code
