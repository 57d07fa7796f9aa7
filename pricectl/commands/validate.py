"""`pricectl validate`: everything that is wrong with a catalog, at once."""

from typing import Annotated

import typer

from pricectl.check import validation
from pricectl.check.findings import SEVERITIES, Threshold
from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnSeverityOrDue
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.labels import clean
from pricectl.files import catalog_file, settings
from pricectl.files.base import AUTO, EvidenceFinder
from pricectl.files.git import advised_option
from pricectl.report import validate as report


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
    ] = AUTO,
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
    when, severities = instant(at), fail_on or []
    levels = [severity for severity in SEVERITIES if severity in severities]
    threshold = Threshold.of(levels, due=FailOnSeverityOrDue.DUE in severities)
    first = one_file(files or [], file)
    policy = settings.load_policy(catalog=first)
    own = catalog_file.working_file(None, policy.file)
    located = files or [catalog_file.locate_own(first, policy.file)]
    names = [catalog_file.check_exists(name, first, policy.file) for name in located]
    finder = EvidenceFinder(policy, base, reference)
    if len(names) > 1 and finder.names_one_file:
        raise typer.BadParameter(
            f"{base!r} is one file, and {len(names)} catalogs are checked", param_hint="--base"
        )
    reports = []
    for name in names:
        source = catalog_file.read(name)
        about = catalog_file.is_same(name, own)
        with advised_option("--base"):
            evidence = finder.evidence(source, name, own=about or len(names) == 1)
        reports.append(
            validation.validate(
                source.data, source.name, policy, when, own=about, evidence=evidence
            )
        )
    found = validation.Validation(tuple(reports), threshold)
    show(view, "validate", found, report)
    silent = {"concise", "text"} if view.quiet else {"concise"}
    if all(name in silent for name, _ in view.outputs):
        for each in found.reports:
            typer.echo(f"pricectl: {clean(each.file)}: {report.compared_with(each)}", err=True)
    return found.exit_code
