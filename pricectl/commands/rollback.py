"""`pricectl rollback`: the last good prices back in place, whole or not at all."""

import os
import shlex
import sys
from datetime import datetime
from typing import Annotated

import typer

from pricectl.changes import CatalogVersion, compare
from pricectl.changes.gates import GatedComparison
from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.errors import PricingError
from pricectl.files import settings
from pricectl.operate import reload_client
from pricectl.operate import rollback as rolling
from pricectl.policy import Policy
from pricectl.report import json_rollback
from pricectl.report.canvas import clean
from pricectl.report.rollback import Differences, Outcome, State
from pricectl.report.text import rollback as text


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
    profile: common.ProfileOption = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Put an older version of the catalog back: shown, checked, replaced in one step.

    Refused is a version that looks broken beside the last good copy in the state folder of the
    user who runs this, else beside the file; --force restores it all the same. Git's index and
    branch stay as they are. What git does not have is kept as FILE.HASH.bak.
    Exits 1 if the version has errors, if the answer is no, or if the service refuses it.
    """
    view = View.of(output, color, quiet=quiet, verbose=verbose)
    token = _token(reload, token_env)
    policy, when = settings.load_policy(catalog=file), common.instant(at)
    path = rolling.writable(file, policy.file)
    planned = rolling.plan(version, path, policy, when)
    found = _differences(planned, policy, profile, when)
    formats: common.Formats = {
        "text": lambda canvas: text.report(planned, found, outcome, canvas, quiet=quiet or asked),
        "json": lambda _: json_rollback.rollback(planned, found, outcome),
    }
    common.check_formats(view, formats)
    state, asked = _decide(planned, found, view, dry_run=dry_run, yes=yes, force=force)
    outcome = Outcome(state)
    if state == "restored":
        rolling.restore(planned, force=force)
    if reload and state in ("restored", "unchanged"):
        outcome = _reload(outcome, planned.sha256, reload, token, force=force)
    common.show(view, formats)
    if state == "unconfirmed":
        words = ["pricectl", "rollback", *([version] if version else []), "--yes"]
        again = clean(shlex.join(words))
        typer.echo(f"pricectl: nothing was changed; to do it, type: {again}", err=True)
    common.leave(outcome.code)


def _token(reload: str | None, variable: str | None) -> str:
    """Whatever is wrong with the address or the token is said before anything is changed."""
    if reload is None:
        return ""
    reload_client.address(reload)
    token = os.environ.get(variable, "") if variable else ""
    if not (token.isascii() and token.isprintable() and token.strip()):
        raise typer.BadParameter(
            "--reload needs a variable that holds its token", param_hint="--token-env"
        )
    return token


def _differences(
    planned: rolling.Plan, policy: Policy, profile: str | None, at: datetime
) -> Differences:
    """From the file as it is to the version; where one is no catalog, why there is no telling."""
    charged_by = policy.profile_named(profile)
    try:
        if planned.current is None:
            return Differences(None, f"{planned.file}: there is no file now")
        before = CatalogVersion.read(planned.current)
        after = planned.target.version(like=before)
    except PricingError as error:
        return Differences(None, f"cannot be compared: {error}")
    found = compare(
        before,
        after,
        names=(*policy.names, *policy.critical),
        workloads=policy.workloads,
        profile=charged_by,
        at=at,
    )
    compared = GatedComparison(found, planned.file, planned.target.name)
    return Differences(compared, "", before, after, charged_by)


def _decide(
    planned: rolling.Plan,
    found: Differences,
    view: View,
    *,
    dry_run: bool,
    yes: bool,
    force: bool,
) -> tuple[State, bool]:
    """What is to be done, and whether somebody at a terminal has seen it and was asked."""
    if planned.report.fails():
        return "refused", False
    if planned.refusal and not force:
        return "refused", False
    if planned.unchanged:
        return "unchanged", False
    if dry_run:
        return "would-restore", False
    if yes:
        return "restored", False
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        return "unconfirmed", False
    typer.echo(text.preview(planned, found, view.canvas()), err=True)
    typer.echo("Restore it? [y/N] ", nl=False, err=True)
    said = sys.stdin.readline().strip().lower()
    return ("restored" if said in {"y", "yes"} else "declined"), True


def _reload(outcome: Outcome, sha256: str, url: str, token: str, *, force: bool) -> Outcome:
    try:
        return outcome._replace(
            reloaded=reload_client.reload(url, token, force=force), sha256=sha256
        )
    except PricingError as error:
        return outcome._replace(unreachable=str(error), sha256=sha256)
