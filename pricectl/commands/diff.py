"""`pricectl diff`: what a price edit changes, in money and credits, before it merges."""

from typing import Annotated

import typer

from pricectl.changes import compare, gates
from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.files import catalog_file, settings, versions
from pricectl.report import diff as formats


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
        list[gates.FailOnChange] | None, typer.Option(help="Exit 1 on that; may be repeated.")
    ] = None,
    max_increase: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Exit 1 if a price rises by more.")
    ] = None,
    max_decrease: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Exit 1 if a price falls by more.")
    ] = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit 1 on any change.")] = False,
    profile: common.ProfileOption = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """What changed against the deployed prices, and what it does to costs and credits.

    Exits 0 whatever changed, unless a gate is set and trips.
    """
    limits = gates.GateLimits.read(fail_on or [], max_increase, max_decrease, exit_code=exit_code)
    policy, when = settings.load_policy(catalog=file), common.instant(at)
    charged_by = policy.profile_named(profile)
    if head is None:
        working = catalog_file.check_there(
            catalog_file.locate_own(file, policy.file), file, policy.file
        )
    else:
        working = catalog_file.working_file(file, policy.file)
    old, new = versions.pair(base, head, working, policy)
    before = old.version()
    after = new.version(like=before)
    found = compare(
        before,
        after,
        names=(*policy.names, *policy.critical),
        workloads=policy.workloads,
        profile=charged_by,
        at=when,
    )
    compared = gates.GatedComparison(found, old.name, new.name, gates.check_gates(found, limits))
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: formats.text(compared, canvas, quiet=quiet),
            "json": lambda _: formats.json(compared, before, after, charged_by),
            "markdown": lambda _: formats.markdown(compared),
            "github": lambda _: formats.github(compared, new.path, new.data),
        },
    )
    common.leave(FINDINGS if compared.tripped else CLEAN)
