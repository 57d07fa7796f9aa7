"""The options all commands share, and how a result reaches its reader."""

import os
import shutil
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NamedTuple, NoReturn

import typer

from pricectl.core.catalog import Catalog
from pricectl.core.windows import read_instant
from pricectl.files import catalog_file, settings
from pricectl.policy import Policy
from pricectl.report.canvas import Canvas, clean

PIPED_WIDTH = 160


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def _named(file: str | None) -> str | None:
    """The option's callback. Raises BadParameter for an empty name, as an unset variable gives."""
    if file == "":
        raise typer.BadParameter("the name is empty; name a file, or leave the option out")
    return file


FileOption = Annotated[
    str | None,
    typer.Option(
        "--file",
        "-f",
        metavar="FILE",
        help="The catalog; '-' reads standard input, 'packaged' the one inside pricectl. "
        "Default: PRICECTL_FILE, the settings, then upwards from here.",
        show_default=False,
        callback=_named,
    ),
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FORMAT[=PATH]",
        help="Output format, to a file if a path is given; may be repeated.",
        show_default="text",
    ),
]
ColorOption = Annotated[
    Color, typer.Option("--color", help="Colour the text; auto honours NO_COLOR.")
]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="Say only what was asked for.")]
VerboseOption = Annotated[bool, typer.Option("--verbose", "-v", help="Say more.")]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="DATE",
        help="The day or UTC instant that counts as now, such as 2026-12-01.",
        show_default="now",
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option("--profile", metavar="NAME", help="A credit profile of the settings."),
]


class View(NamedTuple):
    """How a result is to be shown: formats with their paths, colour, how much to say."""

    outputs: tuple[tuple[str, str | None], ...]
    color: Color = Color.AUTO
    quiet: bool = False
    verbose: bool = False

    @classmethod
    def of(
        cls, output: list[str] | None, color: Color, *, quiet: bool = False, verbose: bool = False
    ) -> "View":
        """The view that the options ask for."""
        pairs = [wanted.partition("=") for wanted in output or ["text"]]
        outputs = tuple((name, path or None) for name, _, path in pairs)
        return cls(outputs, color, quiet, verbose)

    def canvas(self, path: str | None = None) -> Canvas:
        """What text is drawn on, for the terminal or for a file."""
        terminal = path is None and sys.stdout.isatty()
        wanted = self.color is Color.ALWAYS
        if self.color is Color.AUTO:
            plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
            wanted = terminal and not plain
        return Canvas(wanted, _width(terminal=terminal), self.verbose, self.quiet)


def _width(*, terminal: bool) -> int:
    """The terminal's width; piped output is wide, so that nothing is cut in a log."""
    columns = os.environ.get("COLUMNS", "")
    if terminal or columns.isdigit():
        return max(40, shutil.get_terminal_size().columns)
    return PIPED_WIDTH


Formats = Mapping[str, Callable[[Canvas], str]]


def check_formats(view: View, formats: Formats) -> None:
    """Before anything is done: a format that is unknown is bad usage."""
    for name, _ in view.outputs:
        if name not in formats:
            raise typer.BadParameter(
                f"unknown format {name!r}; one of {', '.join(formats)}", param_hint="--output"
            )


def show(view: View, formats: Formats) -> None:
    """Write the result in every format asked for; a format that is unknown is bad usage."""
    check_formats(view, formats)
    for name, path in view.outputs:
        text = formats[name](view.canvas(path))
        if path is None:
            _print(text)
        else:
            _write(path, text)


def warn(view: View, name: str, warnings: Iterable[str]) -> None:
    """Say on stderr what was assumed, unless the terminal shows it with the result anyway."""
    shown = ("text", None) in view.outputs and not view.quiet and sys.stdout.isatty()
    for words in () if shown else warnings:
        typer.echo(f"pricectl: {clean(name)}: {words}", err=True)


def _print(text: str) -> None:
    encoding = sys.stdout.encoding or "utf-8"
    sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
    if text and not text.endswith("\n"):
        sys.stdout.write("\n")
    sys.stdout.flush()


def _write(path: str, text: str) -> None:
    try:
        Path(path).write_text(text if text.endswith("\n") else text + "\n", encoding="utf-8")
    except OSError as error:
        reason = error.strerror or str(error)
        raise catalog_file.Unavailable(f"cannot be written: {reason}", where=path) from None


class Work(NamedTuple):
    """What most commands start from: the catalog, where it came from, the team's policy."""

    catalog: Catalog
    file: str
    policy: Policy


def open_catalog(file: str | None, *, own: bool = False) -> Work:
    """Find and load the catalog and the settings; with `own` never the packaged one unasked."""
    policy = settings.load_policy(catalog=file)
    name = (catalog_file.locate_own if own else catalog_file.locate)(file, policy.file)
    catalog_file.check_there(name, file, policy.file)
    return Work(catalog_file.load(name), name, policy)


def one_file(arguments: Sequence[str], option: str | None) -> str | None:
    """The catalog named by arguments or by --file. Raises BadParameter where both name one."""
    if arguments and option is not None:
        raise typer.BadParameter(
            f"names {option!r} beside {', '.join(map(repr, arguments))}; write one or the other",
            param_hint="--file",
        )
    return arguments[0] if arguments else option


def instant(at: str | None) -> datetime:
    """The instant that counts as now. Raises BadParameter."""
    if at is None:
        return datetime.now().astimezone()
    read = read_instant(at)
    if read is None:
        raise typer.BadParameter(
            f"{at!r} is not a valid date such as 2026-12-01", param_hint="--at"
        )
    return read


def leave(code: int) -> NoReturn:
    """End the command with its exit code."""
    raise typer.Exit(code)


def complete_model(incomplete: str) -> list[str]:
    """Model names for the shell's completion; silent when there is no catalog."""
    try:
        catalog = open_catalog(None).catalog
    except Exception:  # noqa: BLE001 - a completion must never print an error
        return []
    names = {model.name for model in catalog.models} | catalog.by_full_name.keys()
    return sorted(name for name in names if name.startswith(incomplete))
