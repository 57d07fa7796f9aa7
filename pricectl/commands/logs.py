"""`pricectl logs`: signs found in production's log, and what to do."""

import sys
from typing import Annotated, TextIO

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.options import FileOption, ViewOptions
from pricectl.commands.output import show
from pricectl.files import catalog_file
from pricectl.operate.logs.reading import Sighting
from pricectl.operate.logs.remedies import read_log
from pricectl.report import logs as report


def logs(
    log: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="The log, plain or JSON lines.")
    ] = catalog_file.STDIN,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Print each bad sign as it comes, as after 'tail -F LOG |'."),
    ] = False,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Show at most N names.")] = 10,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Count the good and bad signs in a log; name the models that fell back and what to add.

    Exits 1 on a bad sign. Reads logs of any length, also from a pipe that does not end.
    """
    if log == catalog_file.STDIN and sys.stdin.isatty():
        raise typer.BadParameter("name a log, or pipe one in", param_hint="FILE")
    # The report alone goes to standard output where another program reads it.
    stream = sys.stdout if ("text", None) in view.outputs else sys.stderr

    def print_now(sighting: Sighting) -> None:
        if follow:
            _print_now(report.sighting_line(sighting), stream)

    result = read_log(
        log,
        top=top,
        open_catalog=lambda: open_catalog(file).catalog,
        on_bad=print_now,
        need_catalog=file is not None,
    )
    show(view, "logs", result, report)
    return result.exit_code


def _print_now(line: str, stream: TextIO) -> None:
    """Flushed at once; what the stream cannot encode is shown by its code."""
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()
