"""`pricectl pull`: take over what published price lists agree on."""

from typing import Annotated

import typer

from pricectl.commands.drift import FeedOption
from pricectl.commands.editing import EditingOptions
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show, warn_beside
from pricectl.commands.progress import ProgressLine
from pricectl.core.near import meant
from pricectl.core.units import UNITS
from pricectl.edit.fields import UNIT_WORDS
from pricectl.feeds.claims import AGREEING_LISTS
from pricectl.feeds.proposal import Selection
from pricectl.feeds.rows import LIMITS, RETIREMENT, SUCCESSOR
from pricectl.operate.drift import DriftOptions, compare
from pricectl.operate.pull import PullOptions
from pricectl.operate.pull import pull as take_over
from pricectl.report import pull as report

MEMBERS = (*LIMITS, RETIREMENT, SUCCESSOR)


def pull(
    only: Annotated[
        list[str] | None,
        typer.Option(
            "--only",
            metavar="PATTERN",
            help="Only this row, or rows of a pattern such as 'openai/gpt-5*'. May be repeated.",
            show_default=False,
        ),
    ] = None,
    field: Annotated[
        list[str] | None,
        typer.Option(
            "--field",
            metavar="UNIT",
            help="Only prices of this unit, such as input or cached, or only a limit such as "
            "max_input_tokens. May be repeated.",
            show_default=False,
        ),
    ] = None,
    agreeing: Annotated[
        int,
        typer.Option(
            "--agreeing",
            metavar="NUMBER",
            min=1,
            max=9,
            help="So many independent lists have to say the same.",
        ),
    ] = AGREEING_LISTS,
    new: Annotated[
        bool, typer.Option("--new", help="Also add models that lists have and the file does not.")
    ] = False,
    feed: FeedOption = None,
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Take over what published price lists agree on.

    Writes evidence with the lists' days, and takes verified_on out where a price changes. What is
    negotiated, acknowledged or verified after the lists' days stays as it is.

    Exits with 1 if a row waits for a person, because the edit of it fails 'validate' or a limit of
    the settings, or looks like a slip. Each is told with the command that makes it with a reason.

    Example: pricectl pull --only 'gpt-*' --feed litellm=prices.json@2026-11-24 --dry-run
    """
    fields = tuple(field or ())
    selection = Selection(
        tuple(only or ()), frozenset(map(_member, fields)), agreeing=agreeing, new=new
    )
    options = editing.options
    if options.reason and not only:
        raise typer.BadParameter("needs --only, the rows that it is about", param_hint="--reason")
    lists = tuple(feed or ())
    with ProgressLine(quiet=view.quiet) as progress:
        opened = editing.open()
        wanted = DriftOptions(options.at, lists)
        found = compare(opened.name, opened.version, opened.policy, wanted, progress)
        told = PullOptions(selection, options, lists, fields, editing.file or "", editing.at or "")
        result = take_over(opened, found, told, warn_beside, progress)
    show(view, "pull", result, report)
    return result.exit_code


def _member(word: str) -> str:
    """The unit or the key that a word of --field means."""
    name = UNIT_WORDS.get(word, word)
    if name not in UNITS and name not in MEMBERS:
        known = (*UNITS, *UNIT_WORDS, *MEMBERS)
        raise typer.BadParameter(
            f"unknown field {word!r:.60}; {meant(word, known)}", param_hint="--field"
        )
    return name
