"""`pricectl quote`: what a call costs, to the picodollar. Floor 3."""

from typing import Annotated

import typer

from pricectl.commands import arguments, common
from pricectl.commands.asking import Circumstances, ask_response, ask_words
from pricectl.commands.common import View
from pricectl.core.credits import MODES
from pricectl.estimate import Estimate
from pricectl.report import json
from pricectl.report.text import quote as text


def quote(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL... INPUT [OUTPUT]",
            help="One or more models, then input and output tokens of one call (1000, 1,000, 1k).",
            autocompletion=common.complete_model,
            show_default=False,
        ),
    ] = None,
    cached: Annotated[
        str | None, arguments.token_option("--cached", "Input read from the cache, part of INPUT.")
    ] = None,
    cache_write: Annotated[
        str | None,
        arguments.token_option("--cache-write", "Input written to the cache, part of INPUT."),
    ] = None,
    cache_write_1h: Annotated[
        str | None,
        arguments.token_option("--cache-write-1h", "Input written for an hour, part of INPUT."),
    ] = None,
    reasoning: Annotated[
        str | None, arguments.token_option("--reasoning", "Reasoning tokens, part of OUTPUT.")
    ] = None,
    audio_in: Annotated[
        str | None, arguments.token_option("--audio-in", "Audio tokens, part of INPUT.")
    ] = None,
    audio_out: Annotated[
        str | None, arguments.token_option("--audio-out", "Audio tokens, part of OUTPUT.")
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
    response: Annotated[
        str | None,
        typer.Option(
            metavar="FILE", help="Price a provider's recorded response; '-' is standard input."
        ),
    ] = None,
    calls: Annotated[
        int, typer.Option(min=1, metavar="N", help="A job of that many equal calls.")
    ] = 1,
    mode: Annotated[
        str | None,
        typer.Option(
            help=f"Show the credits of one budget mode: {', '.join(MODES)}.",
            callback=arguments.check_mode,
        ),
    ] = None,
    markup: Annotated[
        str | None, typer.Option(metavar="PERCENT", help="Markup, over the profile.")
    ] = None,
    credits_per_dollar: Annotated[
        str | None, typer.Option(metavar="N", help="Over the profile.")
    ] = None,
    tokens_per_credit: Annotated[
        str | None, typer.Option(metavar="N", help="Over the profile.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit 1 when a name or a price is missing.")
    ] = False,
    profile: common.ProfileOption = None,
    at: common.AtOption = None,
    file: common.FileOption = None,
    output: common.OutputOption = None,
    color: common.ColorOption = common.Color.AUTO,
    quiet: common.QuietOption = False,
    verbose: common.VerboseOption = False,
) -> None:
    """What a call costs: the number, the arithmetic, the credits.

    Several models compare in one table. -q prints the number alone, -v every step to it.
    """
    work = common.open_catalog(file)
    charged_by = arguments.read_profile(
        work.policy.profile_named(profile),
        {
            "markup_percent": markup,
            "credits_per_dollar": credits_per_dollar,
            "tokens_per_credit": tokens_per_credit,
        },
    )
    asked = Circumstances(service, region, common.instant(at), strict)
    if response is not None:
        answer = ask_response(work.catalog, response, words or [], asked)
    else:
        details = {
            "cache_read_tokens": cached,
            "cache_write_tokens": cache_write,
            "cache_write_1h_tokens": cache_write_1h,
            "reasoning_tokens": reasoning,
            "input_audio_tokens": audio_in,
            "output_audio_tokens": audio_out,
        }
        answer = ask_words(work.catalog, words or [], details, unit or [], asked)
    estimates = [Estimate(found, calls, charged_by, answer.signals) for found in answer.quotes]
    common.show(
        View.of(output, color, quiet=quiet, verbose=verbose),
        {
            "text": lambda canvas: text.report(
                estimates, work.catalog, canvas, mode=mode, quiet=quiet
            ),
            "json": lambda _: json.quotes(estimates, work.catalog),
        },
    )
