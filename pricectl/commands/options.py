"""Options that several verbs have, each declared once, and groups of them.

A parameter whose type is a NamedTuple with `Annotated` fields is a group: its options take the
parameter's place on the command line, and the command gets them together. So a further option of a
group is one field, for every verb that has the group.
"""

import inspect
from collections.abc import Callable
from copy import copy
from datetime import datetime
from enum import StrEnum
from functools import wraps
from typing import Annotated, Any, NamedTuple

import typer

from pricectl.commands.screens import COMMON
from pricectl.core.near import meant
from pricectl.core.windows import read_instant
from pricectl.report.formats import BINARY, formats_of


class Color(StrEnum):
    """When to colour."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def check_not_empty(file: str | None) -> str | None:
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
        help="The price file. '-' is standard input, 'packaged' the file inside pricectl. Commands "
        "that only read prices also take a git ref, REF:PATH or sha256:PREFIX: quote, show, "
        "explain, models, logs, replay and smoke.",
        show_default="PRICECTL_FILE, else the setting 'file', else llm_pricing_current.json in "
        "this folder or above",
        callback=check_not_empty,
        rich_help_panel=COMMON,
    ),
]
AtOption = Annotated[
    str | None,
    typer.Option(
        "--at",
        metavar="DATE",
        help="Use the prices and rules of this day or UTC time, such as 2026-12-01.",
        show_default="now",
        rich_help_panel=COMMON,
    ),
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="VERSION",
        help="Use the price file as it was at this git ref, or on this day or UTC time.",
        show_default="the file as it is",
        rich_help_panel=COMMON,
    ),
]
ProfileOption = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="NAME",
        help="Calculate credits by this profile of the settings.",
        show_default="the one that the settings choose",
    ),
]
OutputOption = Annotated[
    list[str] | None,
    typer.Option(
        "--output", "-o", metavar="FORMAT[=PATH]", show_default="text", rich_help_panel=COMMON
    ),
]
ColorOption = Annotated[
    Color,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Colour the text: auto, always or never. 'auto' respects NO_COLOR.",
        rich_help_panel=COMMON,
    ),
]
QuietOption = Annotated[
    bool,
    typer.Option("--quiet", "-q", help="Print only the essential part.", rich_help_panel=COMMON),
]
VerboseOption = Annotated[
    bool, typer.Option("--verbose", "-v", help="Print more details.", rich_help_panel=COMMON)
]


TokenEnvOption = Annotated[
    str | None,
    typer.Option(
        "--token-env",
        metavar="VARIABLE",
        help="The environment variable that holds the server's bearer token.",
    ),
]


class ViewOptions(NamedTuple):
    """How a result is shown; every verb has these."""

    output: OutputOption = None
    color: ColorOption = Color.AUTO
    quiet: QuietOption = False
    verbose: VerboseOption = False

    @property
    def outputs(self) -> tuple[tuple[str, str | None], ...]:
        """Each format with the path it goes to; None is standard output."""
        pairs = [wanted.partition("=") for wanted in self.output or ["text"]]
        return tuple((name, path or None) for name, _, path in pairs)


class LimitOptions(NamedTuple):
    """The limits that a comparison is held against, in the order of `GateLimits.read`."""

    max_increase: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Exit with 1 if a price or a sample job rises by more than this.",
        ),
    ] = None
    max_decrease: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Exit with 1 if a price or a sample job falls by more than this.",
        ),
    ] = None
    max_credit_change: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT",
            help="Exit with 1 if the credits of a sample job change by more than this.",
        ),
    ] = None


class BillOptions(NamedTuple):
    """Real usage that a comparison is priced for, and the limits on what customers pay."""

    usage: Annotated[
        str | None,
        typer.Option(
            metavar="LOG",
            help="Show what the edit does to real bills: a usage log as `replay` reads it, or the "
            "summary of one, which needs no extra.",
            show_default="the setting 'usage_file'",
        ),
    ] = None
    max_bill_increase: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT", help="Exit with 1 if what all customers pay rises by more than this."
        ),
    ] = None
    max_account_increase: Annotated[
        str | None,
        typer.Option(
            metavar="PERCENT", help="Exit with 1 if what one customer pays rises by more than this."
        ),
    ] = None


def with_settings(option: Any, **settings: Any) -> Any:
    """What a shared option declares, with something else for one verb, such as its default."""
    declared = copy(option.__metadata__[0])
    for name, value in settings.items():
        setattr(declared, name, value)
    return declared


def typer_command(verb: str, command: Callable[..., int | None]) -> Callable[..., None]:
    """A verb's function as Typer reads it.

    Each group is replaced by its options. The help of `-o` lists the formats of the verb; another
    format is refused before anything is done. What the function returns is the exit code (None: 0).
    """
    groups: dict[str, type[Any]] = {}
    options: list[inspect.Parameter] = []
    for name, parameter in inspect.signature(command, eval_str=True).parameters.items():
        if hasattr(parameter.annotation, "_fields"):
            groups[name] = parameter.annotation
            options += inspect.signature(parameter.annotation).parameters.values()
        else:
            options.append(parameter)
    formats = formats_of(verb)

    @wraps(command)
    def called(**given: Any) -> None:
        for name, path in ViewOptions(given.get("output")).outputs:
            if name not in formats:
                raise typer.BadParameter(
                    f"unknown format {name!r}; {meant(name, formats)}", param_hint="--output"
                )
            if name in BINARY and not path:
                message = f"{name} is not text; write it to a file: {name}=FILE"
                raise typer.BadParameter(message, param_hint="--output")
        for name, group in groups.items():
            given[name] = group(**{field: given.pop(field) for field in group._fields})
        if code := command(**given):
            raise typer.Exit(code)

    listed = f"Print {', '.join(formats[:-1])} or {formats[-1]}. "
    listed += "With =PATH, write to a file. May be repeated."
    output = Annotated[list[str] | None, with_settings(OutputOption, help=listed)]
    signature = [
        option.replace(
            kind=inspect.Parameter.KEYWORD_ONLY,
            annotation=output if option.name == "output" else option.annotation,
        )
        for option in options
    ]
    called.__signature__ = inspect.Signature(signature)  # type: ignore[attr-defined]
    called.__annotations__ = {option.name: option.annotation for option in signature}
    return called


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
