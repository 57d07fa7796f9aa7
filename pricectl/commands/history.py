"""`pricectl history`: prices over time, out of git and out of the file."""

import sys
from datetime import datetime
from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model, require_own_file
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.labels import service_word
from pricectl.core.near import meant
from pricectl.core.units import UNITS
from pricectl.core.windows import read_instant
from pricectl.files import settings, versions
from pricectl.history.edits import CatalogHistory, catalog_edits
from pricectl.history.rows import find_row, trace_row
from pricectl.history.timeline import timeline
from pricectl.history.versions import read_versions
from pricectl.operate.catalog_history import catalog_history
from pricectl.report import history as report
from pricectl.report.progress import progress


def history(
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL]",
            help="A model's name or alias.",
            autocompletion=complete_model,
            show_default="the changes of the catalog, commit by commit",
        ),
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Show this price, such as output or search. May be repeated.",
            show_default="input, cache_read and output",
        ),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Show the prices of this service, such as batch or flex.",
            show_default="standard",
        ),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Leave out what was known before this day or UTC time."),
    ] = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> None:
    """Show a model's prices over time, or what each commit changed.

    Every change has two dates: since when it was known (its commit), and when it applies (the
    `previous` and `upcoming` prices of the row). Renames of the row and of the file are followed.
    -q prints only the table, -v all changes.

    Example: pricectl history gpt-4o --unit input --unit output
    """
    if model is not None and not model.strip():
        raise typer.BadParameter("a model's name is blank", param_hint="MODEL")
    if model is None and (unit or service or any(name == "svg" for name, _ in view.outputs)):
        message = "--unit, --service and svg are about one model; name it"
        raise typer.BadParameter(message, param_hint="MODEL")
    now, start = instant(at), _since(since)
    units = tuple(map(_unit, unit or ()))
    policy = settings.load_policy(catalog=file)
    own = require_own_file(file, policy.file)
    newest = versions.from_file(own)
    found, sources = catalog_history(
        newest, policy, now=now, since=start, lone_file=model is not None
    )
    total = len(found.changes) + 1
    is_shown = is_terminal() and not view.quiet
    with progress(sources, "reading versions", total, shown=is_shown) as counted:
        read = tuple(read_versions(counted))
    if model is None:
        edits = tuple(catalog_edits(read, start))
        show(view, "history", CatalogHistory(edits, found.lacks), report)
        return
    traced = trace_row(read, find_row(read, model.strip()))
    result = timeline(
        traced,
        model.strip(),
        units=units,
        service=service_word(service),
        at=now,
        since=start,
        lacks=found.lacks,
    )
    show(view, "history", result, report)


def is_terminal() -> bool:
    """Whether somebody watches the error stream, where progress is shown."""
    return sys.stderr.isatty()


def _since(word: str | None) -> datetime | None:
    read = None if word is None else read_instant(word)
    if word is not None and read is None:
        message = f"{word!r} is not a valid date such as 2026-12-01"
        raise typer.BadParameter(message, param_hint="--since")
    return read


def _unit(word: str) -> str:
    name = word.strip().lower().replace("-", "_").replace(" ", "_")
    if name not in UNITS:
        near = meant(name, UNITS, "pricectl show MODEL lists those of a model")
        message = f"{word!r} is not a unit; {near}"
        raise typer.BadParameter(message, param_hint="--unit")
    return name
