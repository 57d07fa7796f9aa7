# ruff: noqa: PLC0414
"""What the verbs that are not yet on `options`, `output` and `catalog` import."""

from collections.abc import Callable, Mapping
from typing import NoReturn

import typer

from pricectl.commands import output as _output
from pricectl.commands.catalog import complete_model as complete_model
from pricectl.commands.catalog import one_file as one_file
from pricectl.commands.catalog import open_catalog as open_catalog
from pricectl.commands.options import AtOption as AtOption
from pricectl.commands.options import Color as Color
from pricectl.commands.options import ColorOption as ColorOption
from pricectl.commands.options import FileOption as FileOption
from pricectl.commands.options import OutputOption as OutputOption
from pricectl.commands.options import ProfileOption as ProfileOption
from pricectl.commands.options import QuietOption as QuietOption
from pricectl.commands.options import VerboseOption as VerboseOption
from pricectl.commands.options import ViewOptions
from pricectl.commands.options import instant as instant
from pricectl.commands.output import warn as warn
from pricectl.report.canvas import Canvas


class View(ViewOptions):
    """As ViewOptions."""

    @classmethod
    def of(
        cls, output: list[str] | None, color: Color, *, quiet: bool = False, verbose: bool = False
    ) -> "View":
        """The view that the options ask for."""
        return cls(output, color, quiet, verbose)

    def canvas(self, path: str | None = None) -> Canvas:
        """What text is drawn on."""
        return _output.canvas(self, path)


Formats = Mapping[str, Callable[[Canvas], str]]


def check_formats(view: View, formats: Formats) -> None:
    """Before anything is done: a format that is unknown is bad usage."""
    for name, _ in view.outputs:
        if name not in formats:
            raise typer.BadParameter(
                f"unknown format {name!r}; one of {', '.join(formats)}", param_hint="--output"
            )


def show(view: View, formats: Formats) -> None:
    """Write the result in every format asked for."""
    check_formats(view, formats)
    for name, path in view.outputs:
        text = formats[name](_output.canvas(view, path))
        if path is None:
            _output._print(text)  # noqa: SLF001
        else:
            _output._write(path, text)  # noqa: SLF001


def leave(code: int) -> NoReturn:
    """End the command with its exit code."""
    raise typer.Exit(code)
