"""What every verb that edits the catalog file has: its options, and how it opens the file."""

from datetime import date
from typing import Annotated, NamedTuple

import typer

from pricectl.commands.options import AtOption, FileOption, instant
from pricectl.core.windows import read_day
from pricectl.edit.assignments import BadEdit
from pricectl.files import catalog_file, settings
from pricectl.operate.editing import EditableCatalog, EditOptions

SourceOption = Annotated[
    str,
    typer.Option("--source", metavar="URL", help="Where the seller says it.", show_default=False),
]
VerifiedOption = Annotated[
    str | None,
    typer.Option(
        "--verified",
        metavar="DATE",
        help="The day on which you compared the row with its source.",
        show_default=False,
    ),
]


class EditingOptions(NamedTuple):
    """How an edit is made; every verb that edits has these."""

    reason: Annotated[
        str,
        typer.Option(
            "--reason",
            metavar="TEXT",
            help="Why it is right: acknowledges in the file what would refuse the edit.",
            show_default=False,
        ),
    ] = ""
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False
    at: AtOption = None
    file: FileOption = None

    @property
    def options(self) -> EditOptions:
        """The options without the file. Raises BadParameter for an invalid date."""
        return EditOptions(instant(self.at), self.reason.strip(), self.dry_run)

    def open(self) -> EditableCatalog:
        """The team's catalog file, to be edited. Raises Unavailable or BadParameter."""
        policy = settings.load_policy(catalog=self.file)
        name = catalog_file.check_exists(
            catalog_file.locate_writable(self.file, policy.file), self.file, policy.file
        )
        if name == catalog_file.STDIN:
            raise typer.BadParameter("standard input cannot be edited", param_hint="--file")
        return EditableCatalog.read(name, policy)


def day_option(option: str, word: str | None) -> date | None:
    """The day that an option names; None without one. Raises BadParameter."""
    day = read_day(word) if word else None
    if word is not None and day is None:
        raise typer.BadParameter(
            f"{word!r:.40} is not a valid date such as 2026-12-01", param_hint=option
        )
    return day


def check_verified(day: date | None, today: date) -> None:
    """Check that nobody compares a row with its source tomorrow. Raises BadEdit."""
    if day and day > today:
        raise BadEdit("is in the future", where=f"--verified {day}")
