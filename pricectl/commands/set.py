"""`pricectl set`: change fields of rows, every other byte of the file kept."""

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model
from pricectl.commands.editing import (
    EditingOptions,
    SourceOption,
    VerifiedOption,
    check_verified,
    day_option,
)
from pricectl.commands.messages import tell
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.core.windows import as_instant
from pricectl.edit.assignments import BadEdit, RowRequest, read_assignment
from pricectl.edit.edit_files import MAX_BYTES, read_edits
from pricectl.files import atomic
from pricectl.files.catalog_file import Unavailable
from pricectl.operate.set import set_fields
from pricectl.report import set as report


def set(  # noqa: A001 - the verb's name
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="A row's name or alias, or a pattern such as 'openai/gpt-4o*'.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    fields: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FIELD=VALUE]...",
            help="Such as input=2.50/M, output=+10%, cached=10%, batch=50%, aliases+=NAME, "
            "retired=true, source=none.",
            show_default=False,
        ),
    ] = None,
    starts: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="DATE",
            help="Announce the prices: they hold from that day on (UTC).",
            show_default=False,
        ),
    ] = None,
    was: Annotated[
        str | None,
        typer.Option(
            "--was",
            metavar="DATE",
            help="Keep the old prices as those until that day (UTC).",
            show_default=False,
        ),
    ] = None,
    source: SourceOption = "",
    verified: VerifiedOption = None,
    siblings: Annotated[
        bool,
        typer.Option(
            "--siblings", help="Keep the ratios of services, tiers and caching to the price."
        ),
    ] = False,
    copies: Annotated[
        bool, typer.Option("--copies", help="Keep the ratio of the clouds' rows of the model.")
    ] = False,
    edits: Annotated[
        str | None,
        typer.Option(
            "--edits",
            metavar="FILE",
            help="Make the edits of a CSV or JSON file, all or none.",
            show_default=False,
        ),
    ] = None,
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Change prices and other fields of a row.

    Only what you name changes; every other byte stays. Prices that depend on an edited one are
    listed with the value that keeps their ratio. verified_on and evidence go when a price changes.

    Exits with 1, and writes nothing, if the edit brings a finding that fails 'validate'. --reason
    acknowledges such findings about prices in the file, and pins the prices of a row that was named
    by itself: 'pull' leaves them, and 'drift' counts them as known.

    Example: pricectl set gpt-4o input=2.00/M --dry-run
    """
    options = editing.options
    today = as_instant(options.at).date()
    if edits is not None:
        if model is not None or starts or was or source or verified:
            raise typer.BadParameter("names its rows itself", param_hint="--edits")
        requests = _requests(edits)
        requests = [one._replace(siblings=siblings, copies=copies) for one in requests]
    elif model is None:
        raise typer.BadParameter("name a model, or a file with --edits", param_hint="MODEL")
    else:
        requests = [
            RowRequest(
                model,
                tuple(map(read_assignment, fields or ())),
                day_option("--from", starts),
                day_option("--was", was),
                source,
                day_option("--verified", verified),
                siblings,
                copies,
            )
        ]
    for one in requests:
        _check(one, today)
    result = set_fields(editing.open(), requests, options, warn_beside)
    show(view, "set", result, report)
    if options.reason and not (result.edit.refusing or result.edit.acknowledged):
        tell("pricectl set: the reason was not kept: nothing refuses this edit")
    return result.exit_code


def _requests(name: str) -> list[RowRequest]:
    try:
        return read_edits(atomic.read(name, MAX_BYTES), name)
    except OSError as error:
        raise Unavailable(
            f"cannot be read: {error.strerror or error}", where=str(Path(name))
        ) from None


def _check(request: RowRequest, today: date) -> None:
    if not (request.assignments or request.source or request.verified):
        step = "name a field, such as input=2.50/M"
        raise BadEdit("changes nothing", where=f"{request.model:.80}", next_step=step)
    check_verified(request.verified, today)
