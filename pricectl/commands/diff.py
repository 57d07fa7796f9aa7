"""`pricectl diff`: what a price edit changes, in money and credits, before it merges."""

from typing import Annotated

import typer

from pricectl.changes.diff import NamedVersion, diff_versions
from pricectl.changes.gates import FailOnChange, GateLimits
from pricectl.commands.catalog import own_file
from pricectl.commands.options import AtOption, FileOption, ProfileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings, versions
from pricectl.report import diff as report


def diff(
    base: Annotated[
        str,
        typer.Option(
            metavar="REF[:PATH]|FILE|-|deployed|packaged",
            help="The version to compare with; a file wins over a ref.",
        ),
    ] = versions.DEPLOYED,
    head: Annotated[
        str | None,
        typer.Option(
            metavar="REF[:PATH]|FILE|-|packaged",
            help="The version to look at.",
            show_default="the working file",
        ),
    ] = None,
    fail_on: Annotated[
        list[FailOnChange] | None,
        typer.Option(help="Fail on this kind of change; may be repeated."),
    ] = None,
    max_increase: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Exit 1 if a price rises by more.")
    ] = None,
    max_decrease: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Exit 1 if a price falls by more.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 on any change.")] = False,
    profile: ProfileOption = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """What changed against the deployed prices, and what it does to costs and credits.

    Exits 0 whatever changed, unless a gate is set and trips.
    """
    limits = GateLimits.read(fail_on or [], max_increase, max_decrease, exit_code=exit_code)
    policy, when = settings.load_policy(catalog=file), instant(at)
    if head is None:
        working = own_file(file, policy.file)
    else:
        working = catalog_file.working_file(file, policy.file)
    old, new = versions.pair(base, head, working, policy)
    before = old.version()
    result = diff_versions(
        NamedVersion(before, old.described, old.path),
        NamedVersion(new.version(like=before), new.name, new.path),
        policy,
        profile=policy.profile_named(profile),
        at=when,
        limits=limits,
    )
    show(
        view,
        "diff",
        text=lambda canvas: report.text(result, canvas),
        document=lambda: report.document(result),
        result=result,
    )
    return result.exit_code
