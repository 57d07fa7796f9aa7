"""`pricectl logs`: what production's log says about prices, and what to do."""

import sys
from typing import Annotated, TextIO

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.options import FileOption, ViewOptions
from pricectl.commands.output import show
from pricectl.core.errors import PricingError
from pricectl.files import catalog_file
from pricectl.operate.logs.reading import LogReader, SignCounter, blocks
from pricectl.operate.logs.remedies import LogsResult, remedy
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
    top: Annotated[int, typer.Option(min=0, metavar="N", help="Show at most N names.")] = 10,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Count what went wrong in production logs, and say what to do.

    It names the models that had no price of their own. A log may have any length; a pipe need not
    end. -q prints the counts alone.

    Exits with 1 if there was a problem, with 130 on Ctrl-C.

    Example: pricectl logs api.log --top 5
    """
    if log == catalog_file.STDIN and sys.stdin.isatty():
        raise typer.BadParameter("name a log, or pipe one in", param_hint="FILE")
    to_stderr = ("text", None) not in view.outputs
    reader, counter = LogReader(), SignCounter()
    interrupted = False
    try:
        for sighting in reader.sightings(blocks(log)):
            counter.add(sighting)
            if follow and not sighting.sign.good:
                _print_now(report.sighting_line(sighting), sys.stderr if to_stderr else sys.stdout)
    except KeyboardInterrupt:  # the way to end a pipe that does not end
        interrupted = True
    tally = counter.tally(reader.lines)
    if not (tally.lines or interrupted):
        raise catalog_file.Unavailable(
            "is empty, so nothing was checked", where=log, next_step="check the path or the pipe"
        )
    result = _with_remedies(LogsResult(tally, interrupted=interrupted), top, file)
    show(
        view,
        "logs",
        text=lambda canvas: report.text(result, canvas),
        document=lambda: report.document(result),
    )
    return result.exit_code


def _print_now(line: str, stream: TextIO) -> None:
    """Flushed at once; what the stream cannot encode is shown by its code."""
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def _with_remedies(result: LogsResult, top: int, file: str | None) -> LogsResult:
    """The names that fell back most with what to do; without a catalog, with the reason."""
    names = result.tally.names[:top]
    if not names:
        return result
    try:
        catalog = open_catalog(file).catalog
    except PricingError as error:
        if file is not None:
            raise
        without = tuple((fallback, None) for fallback in names)
        return result._replace(names=without, note=f"no suggestions: {error}")
    return result._replace(names=tuple((each, remedy(catalog, each)) for each in names))
