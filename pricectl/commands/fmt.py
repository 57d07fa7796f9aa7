"""`pricectl fmt`: prices that took effect promoted, prices spelled alike, other bytes kept."""

import sys
from functools import partial
from typing import Annotated

import typer

from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnDue
from pricectl.commands.messages import tell
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn_beside
from pricectl.commands.staged import StagedOption, nothing_staged
from pricectl.core.catalog import Catalog
from pricectl.core.errors import CatalogError, DocumentError
from pricectl.edit.formatting import format_catalog
from pricectl.exit_codes import CLEAN
from pricectl.files import atomic, catalog_file, settings
from pricectl.report import fmt as report


def fmt(
    path: Annotated[
        str | None,
        typer.Argument(
            metavar="[FILE|-]",
            help="The price file to change. '-' reads standard input and writes standard output.",
            show_default="the one of --file",
        ),
    ] = None,
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Change nothing; exit with 1 if a price would be written in another way, or with"
            " --sort-rows a row would move.",
        ),
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Change nothing; print the changes as a unified diff.")
    ] = False,
    promote: Annotated[
        bool, typer.Option(help="Move announced prices that have begun into their row.")
    ] = True,
    respell: Annotated[
        bool, typer.Option(help="Write token prices with e-06, and others as plain decimals.")
    ] = True,
    sort_rows: Annotated[
        bool, typer.Option(help="Put the rows of each section in the order of their names.")
    ] = False,
    fail_on: Annotated[
        list[FailOnDue] | None,
        typer.Option(
            metavar="KIND",
            help="'due': exit with 1 also if an announced price has begun and is not moved.",
        ),
    ] = None,
    staged: StagedOption = False,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Move prices that have begun into the row; write all alike.

    Every other byte of the file stays, and no call changes its cost. -q prints only the summary.

    Exits with 1 if a price that has begun cannot be moved without your decision. With --check,
    announced prices that have begun count only with --fail-on due.

    Example: pricectl fmt --diff
    """
    when = instant(at)
    chosen = one_file([path] if path else [], file)
    if staged and nothing_staged(chosen):
        return CLEAN
    configured = settings.load_policy(catalog=chosen).file
    name = catalog_file.check_exists(
        catalog_file.locate_writable(chosen, configured), chosen, configured
    )
    source = catalog_file.read(name)
    piped = name == catalog_file.STDIN
    base = atomic.sha256(source.data)
    try:
        result = format_catalog(
            source.name,
            source.data,
            when,
            write=None
            if piped
            else partial(
                atomic.replace, name, base_sha256=base, check=Catalog.load, warn=warn_beside
            ),
            promoting=promote,
            respelling=respell,
            sorting=sort_rows,
            check=check,
            diff=diff,
            fail_on_due=bool(fail_on),
        )
    except (DocumentError, CatalogError) as error:
        raise catalog_file.no_catalog(error, source, name) from None
    if piped and result.writes and not view.output:
        sys.stdout.buffer.write(result.formatted_text.text.encode())
    else:
        show(view, "fmt", result, report)
    # Standard output is the catalog or the diff here, so the summary goes beside it.
    if not view.quiet and (diff or piped):
        tell(report.summary(result))
    return result.exit_code
