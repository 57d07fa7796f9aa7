"""`pricectl quote`: what a call costs, to the picodollar."""

from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model, open_catalog
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn
from pricectl.commands.question import (
    CREDITS,
    WHAT_WAS_USED,
    CallOptions,
    CallQuestion,
    ProfileOptions,
    UsageOptions,
)
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.files import catalog_file
from pricectl.report import quote as report
from pricectl.report.assumptions import QuotedCall


def quote(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL... INPUT [OUTPUT]",
            help="One or more models, then the input and output tokens of one call, "
            "such as 1000, 1,000 or 1k.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    *,
    usage: UsageOptions,
    call: CallOptions,
    calls: Annotated[
        int,
        typer.Option(
            min=1,
            metavar="N",
            help="Price a job of this many equal calls.",
            rich_help_panel=WHAT_WAS_USED,
        ),
    ] = 1,
    mode: Annotated[
        str | None,
        typer.Option(
            metavar="MODE",
            show_default="all",
            help=f"Show only the credits of this budget mode: {', '.join(BUDGET_MODES)}.",
            rich_help_panel=CREDITS,
        ),
    ] = None,
    charge: ProfileOptions,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if the model or a price is missing.")
    ] = False,
    at: AtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> None:
    """Show what a call or a job costs, in money and credits.

    Several models are compared in one table. -q prints only the number, -v every step to it.

    Example: pricectl quote gpt-4o 10k 500 --cached 8k
    """
    if mode is not None and mode not in BUDGET_MODES:
        raise typer.BadParameter(
            f"{mode!r} is not one of {', '.join(BUDGET_MODES)}", param_hint="--mode"
        )
    catalog_file.check_standard_input(file, call.response)
    opened = open_catalog(file)
    profile = charge.read(opened.policy)
    question = CallQuestion(names or [], usage, call, instant(at), strict)
    found = question.quotes(opened.catalog, opened.policy)
    quoted = tuple(
        QuotedCall.of(Estimate(priced, calls, profile, found.reading), found.fallback)
        for priced in found.quotes
    )
    for priced_call in quoted:
        warn(view, priced_call.estimate.quote.match.asked, priced_call.assumed)
    show(view, "quote", report.QuoteResult(quoted, mode), report)
