"""`pricectl quote`: what a call costs, to the picodollar."""

from typing import Annotated

import typer

from pricectl.commands import arguments, common, options
from pricectl.commands.asking import Circumstances, Question, ask
from pricectl.commands.common import View
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
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
    cached: options.CachedOption = None,
    cache_write: options.CacheWriteOption = None,
    cache_write_1h: options.CacheWrite1hOption = None,
    reasoning: options.ReasoningOption = None,
    audio_in: options.AudioInOption = None,
    audio_out: options.AudioOutOption = None,
    unit: options.UnitOption = None,
    service: options.ServiceOption = None,
    region: options.RegionOption = None,
    response: options.ResponseOption = None,
    calls: Annotated[
        int, typer.Option(min=1, metavar="N", help="A job of that many equal calls.")
    ] = 1,
    mode: Annotated[
        str | None,
        typer.Option(
            help=f"Show the credits of one budget mode: {', '.join(BUDGET_MODES)}.",
            callback=arguments.check_mode,
        ),
    ] = None,
    markup: options.MarkupOption = None,
    credits_per_dollar: options.CreditsPerDollarOption = None,
    tokens_per_credit: options.TokensPerCreditOption = None,
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
    details = {
        "cache_read_tokens": cached,
        "cache_write_tokens": cache_write,
        "cache_write_1h_tokens": cache_write_1h,
        "reasoning_tokens": reasoning,
        "input_audio_tokens": audio_in,
        "output_audio_tokens": audio_out,
    }
    answer = ask(work.catalog, Question(words or [], details, unit or [], response), asked)
    estimates = [Estimate(found, calls, charged_by, answer.signals) for found in answer.quotes]
    view = View.of(output, color, quiet=quiet, verbose=verbose)
    for found in estimates:
        common.warn(view, found.quote.match.asked, text.assumptions(found, work.catalog))
    common.show(
        view,
        {
            "text": lambda canvas: text.report(
                estimates, work.catalog, canvas, mode=mode, quiet=quiet
            ),
            "json": lambda _: json.quotes(estimates, work.catalog, answer.reading),
        },
    )
