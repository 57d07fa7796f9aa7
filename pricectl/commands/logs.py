"""`pricectl logs`: signs found in production's log, and what to do."""

import sys
from typing import Annotated, TextIO

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.counts import count_reader
from pricectl.commands.options import FileOption, ViewOptions
from pricectl.commands.output import show
from pricectl.files import catalog_file
from pricectl.operate.logs.reading import Sighting
from pricectl.operate.logs.remedies import read_log
from pricectl.report import logs as report


def logs(
    log: Annotated[
        str,
        typer.Argument(
            metavar="[FILE|-]",
            help="The log, as plain text or JSON lines.",
            show_default="standard input",
        ),
    ] = catalog_file.STDIN,
    follow: Annotated[
        bool,
        typer.Option(
            "--follow",
            help="Print each problem as it comes, as with 'tail -F LOG | pricectl logs'.",
        ),
    ] = False,
    top: Annotated[
        int, typer.Option(parser=count_reader(0), metavar="N", help="Show at most N names.")
    ] = 10,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Count what went wrong in production logs, and say what to do.

    It names the models that had no price of their own. A log may have any length, and a pipe may
    stay open. -q prints only the counts.

    Exits with 1 if there was a problem, with 130 on Ctrl-C.

    Example: pricectl logs api.log --top 5
    """
    if log == catalog_file.STDIN and sys.stdin.isatty():
        raise typer.BadParameter("name a log, or pipe one in", param_hint="FILE")
    catalog_file.check_standard_input(log, file)
    # Only the report goes to standard output where another program reads it.
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
