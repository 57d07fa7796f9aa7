"""`pricectl fmt`: prices that took effect promoted, prices spelled alike, other bytes kept."""

import sys
from functools import partial
from typing import Annotated

import typer

from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnDue
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.catalog import Catalog
from pricectl.edit.formatting import format_catalog
from pricectl.files import atomic, catalog_file, settings
from pricectl.report import fmt as report


def fmt(
    path: Annotated[
        str | None,
        typer.Argument(metavar="[FILE|-]", help="The catalog.", show_default="the catalog"),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check", help="Write nothing; exit 1 if a price would be spelled otherwise."
        ),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; print a unified diff.")
    ] = False,
    promote: Annotated[
        bool, typer.Option(help="Make upcoming prices that have begun the row's own.")
    ] = True,
    respell: Annotated[
        bool, typer.Option(help="Write token prices with e-06, the others as plain decimals.")
    ] = True,
    fail_on: Annotated[
        list[FailOnDue] | None,
        typer.Option(
            help="due: exit 1 also if prices that have begun are not promoted.", show_default=False
        ),
    ] = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Promote the prices that have begun, spell prices alike, keep every other byte.

    No value and no cost of any day changes. '-' reads standard input and writes standard output.
    Exits 1 when a begun price needs a decision. --check exits 1 when a price would be spelled
    otherwise; prices that only a date made due fail it with --fail-on due alone.
    """
    when = instant(at)
    chosen = one_file([path] if path else [], file)
    configured = settings.load_policy(catalog=chosen).file
    name = catalog_file.check_there(
        catalog_file.locate_writable(chosen, configured), chosen, configured
    )
    source = catalog_file.read(name)
    piped = name == catalog_file.STDIN
    base = atomic.sha256(source.data)
    result = format_catalog(
        source.name,
        source.data,
        when,
        write=None
        if piped
        else partial(atomic.replace, name, base_sha256=base, check=Catalog.load),
        promoting=promote,
        respelling=respell,
        check=check,
        diff=diff,
        fail_on_due=bool(fail_on),
    )
    if piped and result.writes and not view.output:
        sys.stdout.buffer.write(result.formatted.text.encode())
    else:
        show(view, "fmt", result, report)
    # Standard output is the catalog or the diff here, so the summary goes beside it.
    if not view.quiet and (diff or piped):
        typer.echo(report.summary(result), err=True)
    return result.exit_code
