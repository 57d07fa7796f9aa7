"""`pricectl logs`: what production's log says about prices, and what to do."""

import sys
from typing import Annotated, TextIO

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.errors import PricingError
from pricectl.exit_codes import CLEAN, FINDINGS, INTERRUPTED
from pricectl.files import catalog_file
from pricectl.operate.logs import source
from pricectl.operate.logs.reading import Counter, Fallen, Reader, Tally
from pricectl.operate.logs.remedies import Remedy, remedy
from pricectl.report import json_logs
from pricectl.report.text import logs as text


def logs(
    log: Annotated[
        str, typer.Argument(metavar="[FILE|-]", help="The log, plain or JSON lines.")
    ] = catalog_file.STDIN,
    follow: Annotated[
        bool,
        typer.Option("--follow", help="Print each bad sign as it comes, as after 'tail -F LOG |'."),
    ] = False,
    top: Annotated[int, typer.Option(min=0, metavar="N", help="So many names.")] = 10,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Count the good and bad signs in a log; name the models that fell back and what to add.

    Exits 1 on a bad sign. Reads logs of any length, also from a pipe that does not end.
    """
    if log == catalog_file.STDIN and sys.stdin.isatty():
        raise typer.BadParameter("name a log, or pipe one in", param_hint="FILE")
    view = View.of(output, color, quiet=quiet, verbose=verbose)
    to_stderr = ("text", None) not in view.outputs
    reader, counter = Reader(), Counter()
    formats: common.Formats = {
        "text": lambda canvas: text.report(tally, names, canvas, note=note, quiet=quiet),
        "json": lambda _: json_logs.logs(tally, names, note),
    }
    common.check_formats(view, formats)
    interrupted = False
    try:
        for sighting in reader.sightings(source.blocks(log)):
            counter.add(sighting)
            if follow and not sighting.sign.good:
                _say(text.running(sighting), sys.stderr if to_stderr else sys.stdout)
    except KeyboardInterrupt:  # the way to end a pipe that does not end by itself
        interrupted = True
    tally = counter.tally(reader.lines)
    if not (tally.lines or interrupted):
        raise catalog_file.Unavailable(
            "is empty, so nothing was checked", where=log, next_step="check the path or the pipe"
        )
    names, note = _advised(tally, top, file)
    common.show(view, formats)
    common.leave(INTERRUPTED if interrupted else FINDINGS if tally.bad else CLEAN)


def _say(line: str, stream: TextIO) -> None:
    """At once, whatever the stream can encode."""
    encoding = stream.encoding or "utf-8"
    stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
    stream.flush()


def _advised(
    tally: Tally, top: int, file: str | None
) -> tuple[list[tuple[Fallen, Remedy | None]], str]:
    """The heaviest names with what to do; where there is no catalog, with what keeps it away."""
    names = tally.names[:top]
    if not names:
        return [], ""
    try:
        catalog = common.open_catalog(file).catalog
    except PricingError as error:
        if file is not None:
            raise
        return [(fallen, None) for fallen in names], f"no suggestions: {error}"
    return [(fallen, remedy(catalog, fallen)) for fallen in names], ""
