"""`pricectl quote`: what a call costs, to the picodollar."""

from typing import Annotated

import typer

from pricectl.commands.call_options import (
    CallOptions,
    CallsOption,
    ModeOption,
    ProfileOptions,
    UsageOptions,
    check_mode,
)
from pricectl.commands.catalog import complete_model, open_known
from pricectl.commands.options import AtOption, FileOption, KnownAtOption, ViewOptions, instant
from pricectl.commands.output import show, warn
from pricectl.commands.question import CallQuestion
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
            "such as 1000, 1,000, 1k or 1e6.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    *,
    usage: UsageOptions,
    call: CallOptions,
    calls: CallsOption = 1,
    mode: ModeOption = None,
    charge: ProfileOptions,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if the model or a price is missing.")
    ] = False,
    at: AtOption = None,
    known_at: KnownAtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> None:
    """Show what a call or a job costs, in money and credits.

    Several models are compared in one table. -q prints only the number, -v every step to it.

    Example: pricectl quote gpt-4o 10k 500 --cached 8k
    """
    check_mode(mode)
    catalog_file.check_standard_input(file, call.response)
    opened = open_known(file, known_at)
    profile = charge.read(opened.policy)
    question = CallQuestion(names or [], usage, call, instant(at), strict)
    found = question.quotes(opened.catalog, opened.policy)
    account = call.account or ""
    quoted = tuple(
        QuotedCall.of(
            Estimate(priced, calls, profile, found.reading, account, question.at), found.fallback
        )
        for priced in found.quotes
    )
    for priced_call in quoted:
        warn(view, priced_call.estimate.quote.match.asked, priced_call.assumed)
    show(view, "quote", report.QuoteResult(quoted, mode), report)
