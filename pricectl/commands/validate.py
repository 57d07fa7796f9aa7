"""`pricectl validate`: everything that is wrong with a catalog, at once."""

from enum import StrEnum
from typing import Annotated

import typer

from pricectl import check
from pricectl.check.findings import SEVERITIES, Threshold
from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.exit_codes import FINDINGS
from pricectl.files import catalog_file, settings
from pricectl.report import concise, github_findings, json_findings, junit, sarif
from pricectl.report.text import findings as text


class FailOn(StrEnum):
    """What `--fail-on` may name: a severity, or what a date made due."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DUE = "due"


def validate(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE|-]...", help="Catalogs.", show_default="the catalog"),
    ] = None,
    fail_on: Annotated[
        list[FailOn] | None,
        typer.Option(
            help="Exit 1 from this severity on; 'due' adds what a date made due, "
            "which fails nothing otherwise; may be repeated.",
            show_default="error",
        ),
    ] = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Check catalogs: syntax, shape and rules; all findings at once, each with its place.

    Formats: text, concise, json, github, sarif, junit. 'pricectl rule ID' explains a finding.
    """
    when = common.instant(at)
    threshold = _threshold(fail_on or [])
    asked = common.one_file(files or [], file)
    policy = settings.load_policy(catalog=asked)
    own = catalog_file.working_file(None, policy.file)
    located = files or [catalog_file.locate_own(asked, policy.file)]
    names = [catalog_file.check_there(name, asked, policy.file) for name in located]
    reports = [
        check.validate(data, name, policy, when, own=catalog_file.is_same(name, own))
        for data, name in map(catalog_file.read, names)
    ]
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(reports, canvas, quiet=quiet, threshold=threshold),
            "concise": lambda _: concise.findings(reports),
            "json": lambda _: json_findings.findings(reports, threshold),
            "github": lambda _: github_findings.findings(reports),
            "sarif": lambda _: sarif.findings(reports),
            "junit": lambda _: junit.findings(reports, threshold),
        },
    )
    if any(report.fails(threshold) for report in reports):
        common.leave(FINDINGS)


def _threshold(named: list[FailOn]) -> Threshold:
    severities = [severity for severity in SEVERITIES if severity in named]
    return Threshold.of(severities, due=FailOn.DUE in named)
