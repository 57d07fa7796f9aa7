"""`pricectl validate`: everything that is wrong with a catalog, at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnSeverityOrDue
from pricectl.commands.messages import tell
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn_beside
from pricectl.commands.staged import StagedOption, nothing_staged
from pricectl.core.labels import clean
from pricectl.exit_codes import CLEAN
from pricectl.files import catalog_file, settings

if TYPE_CHECKING:
    from pricectl.check.fixed import FixedFile
    from pricectl.policy import Policy


def validate(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[FILE|-]...", help="Price files to check.", show_default="the one of --file"
        ),
    ] = None,
    base: Annotated[
        str,
        typer.Option(
            metavar="VERSION",
            help="The version it was edited from: a git ref, REF:PATH, a file, 'deployed', "
            "'packaged', 'none', or 'auto': where HEAD left production's branch.",
        ),
    ] = catalog_file.AUTO,
    reference: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Other prices to compare with: a file, 'packaged', 'none' or 'auto'.",
            show_default="the setting, else auto",
        ),
    ] = None,
    fail_on: Annotated[
        list[FailOnSeverityOrDue] | None,
        typer.Option(
            metavar="KIND",
            help="Exit with 1 on findings from this severity up: error, warning or info. "
            "'due': on what a date has made due. May be repeated.",
            show_default="error",
        ),
    ] = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="Show and judge only what the base does not have."),
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="First fix what has one right answer, such as digits below a picodollar. No call "
            "changes its cost.",
        ),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Change nothing; show what would change."),
    ] = False,
    staged: StagedOption = False,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Check price files and show everything that is wrong.

    Each finding has its line and column, and says what to do. 'pricectl rule ID' explains one.
    -q prints only the summary, -v every finding.

    Exits with 1 if there is an error.

    Example: pricectl validate --fail-on warning
    """
    when = instant(at)
    if dry_run and not fix:
        raise typer.BadParameter("needs --fix", param_hint="--dry-run")
    first = one_file(files or [], file)
    if staged and nothing_staged(first):
        return CLEAN
    # Only now, so that a hook without anything to check is fast.
    from pricectl.operate.review import OneBaseForSeveral, ReviewOptions, review
    from pricectl.report import validate as report

    policy = settings.load_policy(catalog=first)
    located = files or [catalog_file.locate_own(first, policy.file)]
    names = [catalog_file.check_exists(name, first, policy.file) for name in located]
    catalog_file.check_standard_input(*names, None if base in names else base, reference)
    fixed = _fixed(names, policy, when, dry_run=dry_run) if fix else ()
    try:
        result = review(names, policy, ReviewOptions(when, base, reference, fail_on or (), new))
    except OneBaseForSeveral:
        raise typer.BadParameter(
            f"{base!r} is one file, and {len(names)} catalogs are checked", param_hint="--base"
        ) from None
    result = result._replace(fixed=fixed)
    show(view, "validate", result, report)
    silent = {"concise", "text"} if view.quiet else {"concise"}
    if all(name in silent for name, _ in view.outputs):
        for each in result.reports:
            tell(f"pricectl: {clean(each.file)}: {report.compared_with(each)}")
    return result.exit_code


def _fixed(
    names: Sequence[str], policy: "Policy", at: datetime, *, dry_run: bool
) -> "tuple[FixedFile, ...]":
    """Fix the files before they are checked."""
    from pricectl.operate.fixing import fix_file

    if catalog_file.STDIN in names:
        raise typer.BadParameter("standard input cannot be fixed", param_hint="--fix")
    files = [catalog_file.locate_writable(name, policy.file) for name in names]
    return tuple(fix_file(name, policy, at, dry_run=dry_run, warn=warn_beside) for name in files)
