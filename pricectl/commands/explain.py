"""`pricectl explain`: why a name is answered by a row, and why a call costs what it costs."""

from collections.abc import Sequence
from typing import Annotated

import typer

from pricectl.commands.catalog import complete_model, open_catalog
from pricectl.commands.counts import check_names
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show, warn
from pricectl.commands.question import (
    CallOptions,
    CallQuestion,
    CallQuotes,
    ProfileOptions,
    UsageOptions,
)
from pricectl.core.estimate import Estimate
from pricectl.core.lookup import near_names, search
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.explain import chain
from pricectl.models import Priced
from pricectl.report import explain as report
from pricectl.report.assumptions import assumptions, guess


def explain(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME [INPUT [OUTPUT]]",
            help="A model's name as a call gives it, then the input and output tokens of the call.",
            autocompletion=complete_model,
            show_default=False,
        ),
    ] = None,
    *,
    usage: UsageOptions,
    call: CallOptions,
    charge: ProfileOptions,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if the model or a price is missing.")
    ] = False,
    at: AtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> int:
    """Show why a call costs what it costs, step by step.

    The first steps show how the model's name is found in the price file. Without tokens they are
    all there is. -q prints the name of the row that is used, alone.

    Example: pricectl explain gpt-4o-2024-08-06 1000 500
    """
    if not names and call.response is None:
        raise typer.BadParameter("write a model's name", param_hint="NAME")
    if names and len(names) == 1:
        check_names(names, f"the name {names[0]}")
    opened = open_catalog(file)
    catalog, profile = opened.catalog, charge.read(opened.policy)
    # The report comes before the exit code, so a missing price does not stop the question.
    question = CallQuestion(names or [], usage, call, instant(at), strict=False)
    # Before the quote, which then takes the row from the catalog's memo. With a response the name
    # to look up is known only after it.
    looked_up = None if call.response else search(catalog, question.names[0].strip())
    found = CallQuotes(()) if question.name_alone else question.quotes(catalog)
    if len(found.quotes) > 1:
        raise typer.BadParameter("one model at a time", param_hint="NAME")
    match, steps = looked_up or search(catalog, found.quotes[0].match.asked)
    links = [
        link
        for each in found.quotes
        for link in chain(each, reading=found.reading, profile=profile, at=question.at)
    ]
    near: Sequence[str] = ()
    if match.how == "default":
        # The chain, if there is one, has searched for them already.
        known = [link.facts["near_names"] for link in links if link.step == "name"]
        near = known[0] if known else near_names(catalog, match.asked)
    for each in found.quotes:
        warn(view, match.asked, assumptions(Estimate(each, 1, profile, found.reading), near))
    if not found.quotes and match.how == "default":
        warn(view, match.asked, [guess(near)])
    row = Priced.at(match.model, question.at)
    show(
        view,
        "explain",
        text=lambda canvas: report.text(match, row, steps, links, near, canvas),
        document=lambda: report.document(steps, match, links, catalog),
    )
    missing = match.how == "default" or found.incomplete
    return FINDINGS if strict and missing else CLEAN
