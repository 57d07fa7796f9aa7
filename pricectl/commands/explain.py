"""`pricectl explain`: why a name is answered by the row that answers it. Floor 3."""

from typing import Annotated

import typer

from pricectl.commands import arguments, common
from pricectl.commands.asking import Circumstances, ask_words
from pricectl.commands.common import View
from pricectl.core.lookup import find, trace
from pricectl.listing import Priced
from pricectl.report import json
from pricectl.report.text import explain as text


def explain(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="NAME [INPUT [OUTPUT]]",
            help="A model's name as a call gives it; with tokens, the whole way to the number.",
            autocompletion=common.complete_model,
            show_default=False,
        ),
    ],
    cached: Annotated[
        str | None, arguments.token_option("--cached", "Input read from the cache, part of INPUT.")
    ] = None,
    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=COUNT", help="Another unit, such as search=2; repeatable."),
    ] = None,
    service: Annotated[
        str | None, typer.Option(help="Service tier, such as batch, flex or priority.")
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Region or data residency, such as eu or us.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when only the default price answers.")
    ] = False,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """Show each lookup layer tried for a name, and each step to a price.

    -q prints the row that answers alone.
    """
    work = common.open_catalog(file)
    name = words[0]
    match, steps = find(work.catalog, name), trace(work.catalog, name)
    when = common.instant(at)
    row = Priced.at(match.model, when)
    chain: tuple[str, ...] = ()
    if len(words) > 1:
        asked = Circumstances(service, region, when, strict)
        details = {"cache_read_tokens": cached}
        answer = ask_words(work.catalog, words, details, unit or [], asked)
        chain = answer.quotes[0].explain()
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(
                match, row, steps, chain, work.catalog, canvas, quiet=quiet
            ),
            "json": lambda _: json.explain(steps, match, chain, work.catalog),
        },
    )
    common.leave(common.FINDINGS if strict and match.how == "default" else common.CLEAN)
