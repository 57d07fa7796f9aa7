"""`pricectl deploy-check`: everything that is checked before a deploy, in one go."""

from typing import Annotated

import typer

from pricectl.changes.gates import FailOnChange, GateLimits
from pricectl.commands.catalog import own_file
from pricectl.commands.fail_on import FailOnChangeOrDue
from pricectl.commands.options import AtOption, FileOption, ProfileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings, versions
from pricectl.operate.deploy_check import assess
from pricectl.operate.deploy_check.checklist import Candidate
from pricectl.report import deploy_check as report


def deploy_check(
    base: Annotated[
        str,
        typer.Option(
            metavar="REF[:PATH]|FILE|deployed|packaged|none",
            help="The version that is in use now; none leaves the comparison out.",
        ),
    ] = versions.DEPLOYED,
    fail_on: Annotated[
        list[FailOnChangeOrDue] | None,
        typer.Option(
            help="Fail on this kind of change; 'due' is a finding that a date made and no edit; "
            "may be repeated."
        ),
    ] = None,
    max_increase: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Not safe if a price rises by more.")
    ] = None,
    max_decrease: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Not safe if a price falls by more.")
    ] = None,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Say whether the catalog is safe to deploy: rules, loading, models, examples, changes.

    Exits 1 if it is not, 2 if something could not be checked. -v shows every worked example.
    Formats: text, json, markdown.
    """
    named = fail_on or []
    changes = [FailOnChange(each) for each in named if each is not FailOnChangeOrDue.DUE]
    limits = GateLimits.read(changes, max_increase, max_decrease)
    policy, when = settings.load_policy(catalog=file), instant(at)
    name = own_file(file, policy.file)
    result = assess(
        Candidate(
            name,
            catalog_file.read(name).data,
            policy,
            policy.profile_named(profile),
            limits,
            base,
            when,
            FailOnChangeOrDue.DUE in named,
        )
    )
    show(
        view,
        "deploy-check",
        text=lambda canvas: report.text(result, canvas),
        document=lambda: report.document(result),
        result=result,
    )
    return result.exit_code
