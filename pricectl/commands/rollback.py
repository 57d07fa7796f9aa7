"""`pricectl rollback`: the last good prices back in place, whole or not at all."""

import shlex
import sys
from functools import partial
from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.messages import tell
from pricectl.commands.options import (
    AtOption,
    FileOption,
    ProfileOption,
    TokenEnvOption,
    ViewOptions,
    instant,
)
from pricectl.commands.output import canvas as draw_on
from pricectl.commands.output import show, warn_beside
from pricectl.core.labels import clean
from pricectl.files import settings
from pricectl.operate import reload_client
from pricectl.operate import rollback as operate
from pricectl.operate.rollback import (
    RollbackChanges,
    RollbackPlan,
    RollbackState,
)
from pricectl.report import rollback as report


def rollback(
    version: Annotated[
        str | None,
        typer.Argument(
            metavar="[VERSION]",
            help="A git ref, REF:PATH, a file, 'packaged', or the first characters of the SHA-256 "
            "of a price file (also as sha256:...).",
            show_default="the newest older version without errors",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Change nothing; show what would change.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Restore without asking.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Restore and reload even a version that looks broken."),
    ] = False,
    reload: Annotated[
        str | None,
        typer.Option(
            metavar="URL", help="Then make the server at this address read its file again."
        ),
    ] = None,
    token_env: TokenEnvOption = None,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Put an older version of the price file back.

    The changes are shown first, then you are asked. A version that looks broken compared with the
    last good copy on this machine (without one, with the file) needs --force. Only the file
    changes, not git's index or branch. Content that git does not have is kept as FILE.HASH.bak.

    Exits with 1 if the version has errors, the answer is no, or the server refuses it; with 2 if
    there is no terminal to ask on and --yes is not given.

    Example: pricectl rollback --dry-run
    """
    token = _token(reload, token_env)
    policy, when = settings.load_policy(catalog=file), instant(at)
    planned = operate.plan(version, operate.writable(file, policy.file), policy, when)
    changes = operate.changes(planned, policy, policy.profile_named(profile), when)
    result = operate.roll_back(
        planned,
        changes,
        ask=lambda: _ask(planned, changes, view),
        dry_run=dry_run,
        yes=yes,
        force=force,
        reload=partial(reload_client.reload, reload, token, force=force) if reload else None,
        warn=warn_beside,
    )
    show(view, "rollback", result, report)
    if result.state == "unconfirmed":
        command = ["pricectl", "rollback", *([version] if version else []), "--yes"]
        again = clean(shlex.join(command))
        tell(f"pricectl: nothing was changed; to do it, type: {again}")
    return result.exit_code


def _token(reload: str | None, variable: str | None) -> str:
    """The token for `--reload`; a problem is found before anything is changed."""
    if reload is None:
        return ""
    reload_client.address(reload)
    problem = "--reload needs a variable that holds its token"
    return read_bearer_token(variable, "--token-env", problem)


def _ask(planned: RollbackPlan, changes: RollbackChanges, view: ViewOptions) -> RollbackState:
    """Show the changes at a terminal and ask; without a terminal nobody can confirm."""
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "unconfirmed"
    tell(report.preview(planned, changes, draw_on(view)))
    tell("Restore it? [y/N] ", end="")
    answer = sys.stdin.readline().strip().lower()
    return "restored" if answer in {"y", "yes"} else "declined"
