"""`pricectl fmt`: begun prices promoted, prices spelled alike, every other byte kept."""

import sys
from enum import StrEnum
from typing import Annotated

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.catalog import Catalog
from pricectl.edit.formatting import formatted
from pricectl.exit_codes import FINDINGS
from pricectl.files import atomic, catalog_file, settings
from pricectl.report import json_fmt
from pricectl.report.fmt import Outcome, summary
from pricectl.report.text import fmt as text


class FailOn(StrEnum):
    """What `--fail-on` may name."""

    DUE = "due"


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
        list[FailOn] | None,
        typer.Option(
            help="due: exit 1 also if prices that have begun are not promoted.", show_default=False
        ),
    ] = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Promote the prices that have begun, spell prices alike, keep every other byte.

    No value and no cost of any day changes. '-' reads standard input and writes standard output.
    Exits 1 when a begun price needs a decision. --check exits 1 when a price would be spelled
    otherwise; prices that only a date made due fail it with --fail-on due alone.
    """
    when = common.instant(at)
    asked = common.one_file([path] if path else [], file)
    configured = settings.load_policy(catalog=asked).file
    name = catalog_file.check_there(
        catalog_file.locate_writable(asked, configured), asked, configured
    )
    source = catalog_file.read(name)
    found = formatted(source.data, when, promoting=promote, respelling=respell)
    writes, piped = not (check or diff), name == catalog_file.STDIN
    replaces = writes and found.changed and not piped
    outcome = Outcome(
        source.name,
        found,
        writes=writes,
        written=replaces,
        check=check,
        fail_on_due=bool(fail_on),
    )
    view = View.of(output, color, quiet=quiet, verbose=verbose)
    formats: common.Formats = {
        "text": lambda canvas: (
            text.unified(outcome, canvas) if diff else text.report(outcome, canvas, quiet=quiet)
        ),
        "json": lambda _: json_fmt.report(outcome, diff=diff),
    }
    common.check_formats(view, formats)
    if replaces:
        base = atomic.sha256(source.data)
        atomic.replace(name, found.text.encode(), base_sha256=base, check=Catalog.load)
    if piped and writes and not output:
        sys.stdout.buffer.write(found.text.encode())
    else:
        common.show(view, formats)
    if not quiet and (diff or piped):
        typer.echo(summary(outcome), err=True)
    if outcome.failed:
        common.leave(FINDINGS)
