"""`pricectl status`: whether files, git refs and running servers charge by one catalog."""

import os
from typing import Annotated

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.files import catalog_file, fetch, settings
from pricectl.operate.status import Outcome, look, outcome
from pricectl.report import json_status
from pricectl.report.text import status as text

CODES: dict[Outcome, int] = {
    "same": CLEAN,
    "different": FINDINGS,
    "unreadable": FAILED,
}


def status(
    places: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[URL|FILE|REF[:PATH]|deployed|packaged]...",
            help="Where to look; a URL is the address that pricectl's router is mounted at.",
            show_default="the catalog",
        ),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The variable with the token that servers want for their admin status.",
        ),
    ] = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Compare the versions that files, git refs and running servers charge by.

    Exits 1 where catalogs or calculators differ, 2 where one cannot be read. -v shows whole hashes.
    """
    token = _token(token_env)
    policy = settings.load_policy(catalog=file)
    working = catalog_file.working_file(file, policy.file)
    found = [
        look(place, file=working, policy=policy, token=token)
        for place in places or [_own(file, policy.file)]
    ]
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(found, canvas, quiet=quiet),
            "json": lambda _: json_status.status(found),
        },
    )
    common.leave(CODES[outcome(found)])


def _own(file: str | None, configured: str | None) -> str:
    """The team's catalog; a missing one must not be taken for a git ref. Raises Unavailable."""
    own = catalog_file.check_there(catalog_file.locate_own(file, configured), file, configured)
    return own if own == catalog_file.STDIN else catalog_file.read(own).name


def _token(variable: str | None) -> str | None:
    token = os.environ.get(variable, "") if variable else None
    if token is not None and not fetch.is_token(token):
        raise typer.BadParameter(
            f"{variable} holds no token that a header can carry", param_hint="--token-env"
        )
    return token
