"""`pricectl drift`: where published price lists and the catalog differ."""

from typing import Annotated

import typer

from pricectl.commands.catalog import require_own_file
from pricectl.commands.editing import EditingOptions
from pricectl.commands.options import ViewOptions
from pricectl.commands.output import show
from pricectl.commands.progress import ProgressLine
from pricectl.files import settings
from pricectl.operate.drift import DriftOptions, DriftResult, compare, read_version, renew
from pricectl.report import drift as report

FeedOption = Annotated[
    list[str] | None,
    typer.Option(
        "--feed",
        metavar="LIST",
        help="Use this price list, NAME[=SOURCE][@DATE]: that of an installed package, a file, a "
        "folder, '-' or 'https'. May be repeated.",
        show_default="the setting 'feeds', else every list of an installed package",
    ),
]


def drift(
    pattern: Annotated[
        str | None,
        typer.Argument(
            metavar="[MODEL|PATTERN]",
            help="Part of a name or alias, or a pattern such as 'gpt-*'.",
            show_default="all models",
        ),
    ] = None,
    feed: FeedOption = None,
    new: Annotated[
        bool,
        typer.Option("--new", help="List the models that we lack; exit with 1 if there are any."),
    ] = False,
    renew_evidence: Annotated[
        bool,
        typer.Option(
            "--renew",
            help="Write 'evidence' where two lists agree with a row, and delete it elsewhere.",
        ),
    ] = False,
    *,
    editing: EditingOptions,
    view: ViewOptions,
) -> int:
    """Show where published price lists differ from ours.

    What several independent lists agree on comes first, by its effect on the sample jobs. A list
    and its copy count once. -v also shows accepted differences, and which rows were left out.

    Exits with 1 if anything differs that is neither acknowledged nor decided.

    Example: pricectl drift 'gpt-*' --feed litellm=prices.json@2026-11-24
    """
    options = DriftOptions(editing.options.at, tuple(feed or ()), pattern, new)
    with ProgressLine(quiet=view.quiet) as progress:
        if renew_evidence:
            opened = editing.open()
            found = compare(opened.name, opened.version, opened.policy, options, progress)
            progress("writing evidence")
            result = DriftResult(found, renew(opened, found, editing.options))
        else:
            policy = settings.load_policy(catalog=editing.file)
            name = require_own_file(editing.file, policy.file)
            shown_name, version = read_version(name)
            result = DriftResult(compare(shown_name, version, policy, options, progress))
    show(view, "drift", result, report)
    return result.exit_code
