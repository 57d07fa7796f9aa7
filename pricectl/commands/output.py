"""How a verb's result reaches its reader: formats, standard output and files, colour, warnings."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, Protocol, TypeVar

from pricectl.commands.messages import tell, write
from pricectl.commands.options import Color, ViewOptions
from pricectl.core.labels import clean
from pricectl.files.catalog_file import Unavailable
from pricectl.report.canvas import Canvas
from pricectl.report.formats import FORMATS
from pricectl.report.json_text import json_text

PIPED_WIDTH = 160
Result_contra = TypeVar("Result_contra", contravariant=True)


def warn_beside(sentence: str) -> None:
    """A warning about what was done, beside the result."""
    tell(f"pricectl: warning: {clean(sentence)}")


class ReportModule(Protocol[Result_contra]):
    """What every `report/VERB.py` has: the verb's result as text for people, and as a document."""

    def text(self, result: Result_contra, canvas: Canvas, /) -> str:
        """The result for people."""

    def document(self, result: Result_contra, /) -> Mapping[str, Any]:
        """The result for programs."""


def show(
    view: ViewOptions,
    verb: str,
    result: Result_contra,
    report: ReportModule[Result_contra],
    with_more: Mapping[str, Callable[[], object]] = MappingProxyType({}),
) -> None:
    """Write a verb's result in every format that was asked for.

    Args:
        view: the formats, and how text is drawn.
        verb: which verb's; `typer_command` has checked that it has the formats.
        result: what is written.
        report: the verb's module of `pricectl.report`, which writes text and JSON.
        with_more: by a format that shows more than the result, what makes its value; called only
            where the format was asked for.

    Raises:
        Unavailable: a file cannot be written.
    """
    for name, path in view.outputs:
        if name == "text":
            written = report.text(result, canvas(view, path))
        elif name == "json":
            written = json_text(report.document(result))
        else:
            shown = with_more[name]() if name in with_more else result
            written = FORMATS[name][verb](shown)
        if isinstance(written, bytes):  # a binary format has a file: see `typer_command`
            _write(str(path), written)
            continue
        end = "" if written.endswith("\n") else "\n"
        if path is not None:
            _write(path, written + end)
        elif written:
            write(sys.stdout, written + end)


def canvas(view: ViewOptions, path: str | None = None) -> Canvas:
    """What text is drawn on, for the terminal or for a file."""
    terminal = path is None and sys.stdout.isatty()
    colored = view.color is Color.ALWAYS
    if view.color is Color.AUTO:
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        colored = terminal and not plain
    # Piped output is wide, so that nothing is cut in a log.
    sized = terminal or os.environ.get("COLUMNS", "").isdigit()
    width = max(40, shutil.get_terminal_size().columns) if sized else PIPED_WIDTH
    # Whatever the locale, a file is UTF-8.
    encoding = "utf-8" if path else sys.stdout.encoding or "utf-8"
    return Canvas(colored, width, view.verbose, view.quiet, encoding)


def warn(view: ViewOptions, name: str, warnings: Iterable[str]) -> None:
    """Print what was assumed to stderr, unless the same reader sees it in the result anyway."""
    shown = ("text", None) in view.outputs and not view.quiet and _is_one_reader()
    for warning in () if shown else warnings:
        tell(f"pricectl: {clean(name)}: {warning}")


def _is_one_reader() -> bool:
    """Whether a terminal shows the result, or both streams go to one place, as with `2>&1`."""
    if sys.stdout.isatty():
        return True
    try:
        places = [os.fstat(stream.fileno()) for stream in (sys.stdout, sys.stderr)]
    except (OSError, ValueError):  # a stream that is closed, or that a caller put in its place
        return False
    return places[0].st_ino != 0 and os.path.samestat(*places)


def _write(path: str, written: str | bytes) -> None:
    data = written.encode("utf-8") if isinstance(written, str) else written
    try:
        Path(path).write_bytes(data)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(f"cannot be written: {reason}", where=path) from None
