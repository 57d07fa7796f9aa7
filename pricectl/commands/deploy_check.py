"""`pricectl deploy-check`: everything that is looked at before a deploy, in one go."""

from enum import StrEnum
from typing import Annotated

import typer

from pricectl.changes import gates
from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.exit_codes import CLEAN, FAILED, FINDINGS
from pricectl.files import catalog_file, settings, versions
from pricectl.operate.deploy_check import assess
from pricectl.operate.deploy_check.checklist import Candidate
from pricectl.report import deploy_check as formats
from pricectl.report.text import deploy_check as text


class FailOn(StrEnum):
    """What `--fail-on` may name: a kind of change, or what a date made due in the new version."""

    INCREASE = gates.FailOnChange.INCREASE
    DECREASE = gates.FailOnChange.DECREASE
    REMOVED = gates.FailOnChange.REMOVED
    ANY = gates.FailOnChange.ANY
    DUE = "due"


def deploy_check(
    base: Annotated[
        str,
        typer.Option(
            metavar="REF[:PATH]|FILE|deployed|packaged", help="The version that is in use now."
        ),
    ] = versions.DEPLOYED,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            help="Not safe with that; 'due' is a finding that a date brought and no edit; "
            "may be repeated."
        ),
    ] = None,
    max_increase: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Not safe if a price rises by more.")
    ] = None,
    max_decrease: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Not safe if a price falls by more.")
    ] = None,
    profile: common.ProfileOption = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Say whether the catalog is safe to deploy: rules, loading, models, examples, changes.

    Exits 1 if it is not, 2 if something could not be checked. -v shows every worked example.
    Formats: text, json, markdown.
    """
    named = fail_on or []
    changes = [gates.FailOnChange(each) for each in named if each is not FailOn.DUE]
    limits = gates.GateLimits.read(changes, max_increase, max_decrease)
    policy, when = settings.load_policy(catalog=file), common.instant(at)
    name = catalog_file.check_there(catalog_file.locate_own(file, policy.file), file, policy.file)
    candidate = Candidate(
        name,
        catalog_file.read(name).data,
        policy,
        policy.profile_named(profile),
        limits,
        base,
        when,
        when,
        FailOn.DUE in named,
    )
    found = assess(candidate)
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(found, canvas, quiet=quiet),
            "json": lambda _: formats.json(found),
            "markdown": lambda _: formats.markdown(found),
        },
    )
    if found.having("failed"):
        common.leave(FINDINGS)
    common.leave(CLEAN if found.safe else FAILED)
