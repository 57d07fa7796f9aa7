"""`pricectl validate`: everything that is wrong with a catalog, at once."""

from typing import Annotated

import typer

from pricectl.check import validation
from pricectl.check.findings import SEVERITIES, Threshold
from pricectl.commands.catalog import one_file
from pricectl.commands.fail_on import FailOnSeverityOrDue
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.files import catalog_file, settings
from pricectl.report import validate as report


def validate(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|-]...", help="Catalogs.", show_default="the catalog"),
    ] = None,
    fail_on: Annotated[
        list[FailOnSeverityOrDue] | None,
        typer.Option(
            help="Exit 1 from this severity on; 'due' adds what a date made due, "
            "which fails nothing otherwise; may be repeated.",
            show_default="error",
        ),
    ] = None,
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """Check catalogs: syntax, shape and rules; all findings at once, each with its place.

    'pricectl rule ID' explains a finding.
    """
    when, severities = instant(at), fail_on or []
    levels = [severity for severity in SEVERITIES if severity in severities]
    threshold = Threshold.of(levels, due=FailOnSeverityOrDue.DUE in severities)
    first = one_file(files or [], file)
    policy = settings.load_policy(catalog=first)
    own = catalog_file.working_file(None, policy.file)
    located = files or [catalog_file.locate_own(first, policy.file)]
    names = [catalog_file.check_there(name, first, policy.file) for name in located]
    reports = [
        validation.validate(data, name, policy, when, own=catalog_file.is_same(name, own))
        for data, name in map(catalog_file.read, names)
    ]
    found = validation.Validation(tuple(reports), threshold)
    show(view, "validate", found, report)
    return found.exit_code
