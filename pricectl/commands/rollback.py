"""`pricectl rollback`: the last good prices back in place, whole or not at all."""

import shlex
import sys
from functools import partial
from typing import Annotated

import typer

from pricectl.commands.bearer import read_bearer_token
from pricectl.commands.options import AtOption, FileOption, ProfileOption, ViewOptions, instant
from pricectl.commands.output import canvas as draw_on
from pricectl.commands.output import show
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
            metavar="[REF[:PATH]|SHA|FILE|packaged]",
            help="A git ref, a file, or the start of the SHA-256 that charges record "
            "(also sha256:SHA).",
            show_default="the last good version",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would change; write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Restore a version that looks broken; force the reload too."),
    ] = False,
    reload: Annotated[
        str | None,
        typer.Option(metavar="URL", help="Then have the service there read its catalog again."),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="The variable with the token that --reload needs."),
    ] = None,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Put an older version of the catalog back: shown, checked, replaced in one step.

    Refused is a version that looks broken beside the last good copy in the state folder of the
    user who runs this, else beside the file; --force restores it all the same. Git's index and
    branch stay as they are. What git does not have is kept as FILE.HASH.bak.
    Exits 1 if the version has errors, if the answer is no, or if the service refuses it.
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
    )
    show(view, "rollback", result, report)
    if result.state == "unconfirmed":
        command = ["pricectl", "rollback", *([version] if version else []), "--yes"]
        again = clean(shlex.join(command))
        typer.echo(f"pricectl: nothing was changed; to do it, type: {again}", err=True)
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
    typer.echo(report.preview(planned, changes, draw_on(view)), err=True)
    typer.echo("Restore it? [y/N] ", nl=False, err=True)
    answer = sys.stdin.readline().strip().lower()
    return "restored" if answer in {"y", "yes"} else "declined"
