"""`pricectl deploy-check`: everything that is checked before a deploy, in one go."""

from typing import Annotated

import typer

from pricectl.changes.gates import FailOnChange, GateLimits
from pricectl.commands.catalog import require_own_file
from pricectl.commands.fail_on import FailOnChangeOrDue, split_kinds
from pricectl.commands.options import (
    AtOption,
    FileOption,
    LimitOptions,
    ProfileOption,
    ViewOptions,
    instant,
)
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings, versions
from pricectl.flags import ANSWER_KINDS
from pricectl.operate.deploy_check import assess
from pricectl.operate.deploy_check.checklist import Candidate
from pricectl.report import deploy_check as report


def deploy_check(
    base: Annotated[
        str,
        typer.Option(
            metavar="VERSION",
            help="The version to compare with: a git ref, REF:PATH, a file, 'deployed', "
            "'packaged' or 'none'.",
        ),
    ] = versions.DEPLOYED,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="KIND",
            help="Exit with 1 on changes of this kind: increase, decrease, removed or any. "
            "'due': on what a date has made due. With --names also on kinds of answers: "
            f"{', '.join(ANSWER_KINDS)}. May be repeated, or written with commas.",
        ),
    ] = None,
    names: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Say how each of these names would be answered: one a line, or a log that "
            "'pricectl logs' reads. '-' is standard input.",
        ),
    ] = None,
    *,
    percents: LimitOptions,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> int:
    """Check whether the price file is safe to deploy.

    It checks the rules of 'validate', whether production can load the file, the critical models,
    the sample jobs, and the changes since the deployed version. -q prints only the verdict, -v
    every item with its details.

    Exits with 1 if the file is not safe, with 2 if something could not be checked.

    Example: pricectl deploy-check --max-increase 20%
    """
    kinds = split_kinds(fail_on or (), (*FailOnChangeOrDue, *ANSWER_KINDS))
    answers = tuple(kind for kind in kinds if kind in ANSWER_KINDS)
    if answers and names is None:
        raise typer.BadParameter(f"{answers[0]} needs --names", param_hint="--fail-on")
    changes = [FailOnChange(kind) for kind in kinds if kind in {*FailOnChange}]
    limits = GateLimits.read(changes, *percents)
    policy, when = settings.load_policy(catalog=file), instant(at)
    name = require_own_file(file, policy.file)
    catalog_file.check_standard_input(name, base, names)
    result = assess(
        Candidate(
            name,
            catalog_file.read(name).data,
            policy,
            policy.profile_named(profile),
            limits,
            base,
            when,
            FailOnChangeOrDue.DUE in kinds,
            names,
            answers,
        )
    )
    show(view, "deploy-check", result, report)
    return result.exit_code
