"""`pricectl explain`: why a name is answered by the row that answers it. Floor 3."""

from typing import Annotated

import typer

from pricectl.commands import common
from pricectl.commands.common import View
from pricectl.core.lookup import find, trace
from pricectl.report import json
from pricectl.report.text import explain as text


def explain(
    name: Annotated[
        str,
        typer.Argument(
            help="A model's name as a call gives it.", autocompletion=common.complete_model
        ),
    ],
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when only the default price answers.")
    ] = False,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Show each lookup layer tried for a name, and why it matched or not.

    -q prints the row that answers alone.
    """
    work = common.open_catalog(file)
    match, steps = find(work.catalog, name), trace(work.catalog, name)
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(match, steps, work.catalog, canvas, quiet=quiet),
            "json": lambda _: json.explain(steps, match, work.catalog),
        },
    )
    common.leave(common.FINDINGS if strict and match.how == "default" else common.CLEAN)
