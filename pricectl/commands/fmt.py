"""`pricectl fmt`: prices that took effect promoted, prices spelled alike, other bytes kept."""

import sys
from typing import Annotated

import typer

from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnDue
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.catalog import Catalog
from pricectl.edit.formatting import FmtResult, formatted
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
    named = one_file([path] if path else [], file)
    configured = settings.load_policy(catalog=named).file
    name = catalog_file.check_exists(
        catalog_file.locate_writable(named, configured), named, configured
    )
    source = catalog_file.read(name)
    found = formatted(source.data, when, promoting=promote, respelling=respell)
    writes, piped = not (check or diff), name == catalog_file.STDIN
    result = FmtResult(
        source.name,
        found,
        writes=writes,
        written=writes and found.changed and not piped,
        check=check,
        fail_on_due=bool(fail_on),
    )
    if result.written:
        base = atomic.sha256(source.data)
        atomic.replace(name, found.text.encode(), base_sha256=base, check=Catalog.load)
    if piped and writes and not view.output:
        sys.stdout.buffer.write(found.text.encode())
    else:
        draw = report.diff_text if diff else report.text
        show(
            view,
            "fmt",
            text=lambda canvas: draw(result, canvas),
            document=lambda: report.document(result, diff=diff),
        )
    if not view.quiet and (diff or piped):
        typer.echo(report.summary(result), err=True)
    return result.exit_code
