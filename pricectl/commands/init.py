"""`pricectl init`: a team's own price file, and its settings, out of the reference."""

import os
import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn_beside
from pricectl.core.windows import as_instant
from pricectl.files import catalog_file, settings
from pricectl.operate.init import InitOptions
from pricectl.operate.init import init as start
from pricectl.report import init as report

# How many of the named models are offered as critical.
SUGGESTED = 3


class FallbackWord(StrEnum):
    """Who answers for a name that the file does not have."""

    DEFAULT = "default"
    REFERENCE = "reference"


def init(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[MODEL]...",
            help="What you sell: names as your callers send them, sections such as bedrock, or "
            "patterns such as 'openai/gpt-5*'.",
            show_default="those of --from",
        ),
    ] = None,
    origin: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="FILE",
            help="Your old price list, whose names are kept; or a usage log (JSON lines, CSV), "
            "whose models are taken. '-' is standard input.",
        ),
    ] = None,
    with_settings: Annotated[
        bool,
        typer.Option(
            "--settings", help="Write pricectl.toml, too, with every setting explained in it."
        ),
    ] = False,
    critical: Annotated[
        list[str] | None,
        typer.Option(
            metavar="MODEL",
            help="With --settings: a model that must have a price. May be repeated.",
        ),
    ] = None,
    fallback: Annotated[
        FallbackWord | None,
        typer.Option(
            metavar="WHO",
            help="With --settings: what prices a name that the file lacks: 'default', the default "
            "price, or 'reference', the catalog inside pricectl.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Start your own price file with the models that you sell.

    The rows come from the catalog inside pricectl, with every price, alias and source. A file that
    is there already is never overwritten, and an unknown name writes nothing. With --from, the
    prices of your old list that are wrong are shown.

    On a terminal, --settings asks which models are critical and what prices other names.

    Exits with 1 if a name of the log has no row, or a row of the old list is not right.

    Example: pricectl init gpt-4o claude-sonnet-4-5 --file team.json
    """
    if not (models or origin or with_settings):
        raise typer.BadParameter(
            "name the models that you sell, or the list or log they are in with --from",
            param_hint="MODEL",
        )
    if (critical or fallback) and not with_settings:
        option = "--critical" if critical else "--fallback"
        raise typer.BadParameter("needs --settings, the file it is written to", param_hint=option)
    name = _new_file(file)
    names, words = tuple(critical or ()), fallback.value if fallback else ""
    if with_settings and _is_terminal():
        names = names or _ask_critical(models or ())
        words = words or _ask_fallback()
    options = InitOptions(
        as_instant(instant(at)).date(),
        tuple(models or ()),
        origin or "",
        with_settings,
        names,
        words,
        dry_run,
    )
    result = start(name, options, warn_beside)
    show(view, "init", result, report)
    return result.exit_code


def _new_file(file: str | None) -> str:
    """Where the new file goes: named as for every verb, but never looked for above this folder."""
    configured = settings.load_policy(catalog=file).file
    name = file or os.environ.get("PRICECTL_FILE") or configured or catalog_file.FILE_NAME
    if name in {catalog_file.STDIN, catalog_file.PACKAGED}:
        raise typer.BadParameter(f"{name!r} is not a file that can be started", param_hint="--file")
    return name


def _is_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def _ask_critical(models: Sequence[str]) -> tuple[str, ...]:
    answer = typer.prompt(
        "Models that must always have a price, separated by commas",
        default=", ".join(models[:SUGGESTED]),
        err=True,
    )
    return tuple(filter(None, (name.strip() for name in answer.split(","))))


def _ask_fallback() -> str:
    question = "Price other names that pricectl knows at their list price"
    yes = typer.confirm(f"{question} (no: at the default price)", default=False, err=True)
    return (FallbackWord.REFERENCE if yes else FallbackWord.DEFAULT).value
