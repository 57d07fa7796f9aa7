"""`pricectl explain`: why a name is answered by a row, a call costs what it costs."""

from typing import Annotated

import typer

from pricectl.commands import arguments, common, options
from pricectl.commands.asking import Circumstances, Question, ask_one
from pricectl.commands.common import View
from pricectl.core.estimate import Estimate
from pricectl.core.lookup import find, trace
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.explain import chain
from pricectl.models import Priced
from pricectl.report import json_explain
from pricectl.report.text import explain as text
from pricectl.report.text.quote import assumptions, guess


def explain(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME [INPUT [OUTPUT]]",
            help="A model's name as a call gives it; with tokens, the whole way to the number.",
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
    """Show each lookup layer tried for a name, and each step from there to cost and credits.

    -q prints the row that answers alone.
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
    details = {
        "cache_read_tokens": cached,
        "cache_write_tokens": cache_write,
        "cache_write_1h_tokens": cache_write_1h,
        "reasoning_tokens": reasoning,
        "input_audio_tokens": audio_in,
        "output_audio_tokens": audio_out,
    }
    when = common.instant(at)
    asked = Circumstances(service, region, when, strict=False)
    question = Question(words or [], details, unit or [], response)
    answer = ask_one(work.catalog, question, asked)
    name = answer.quotes[0].match.asked if answer.quotes else question.words[0]
    match, steps = find(work.catalog, name), trace(work.catalog, name)
    links = tuple(
        link
        for found in answer.quotes
        for link in chain(found, reading=answer.reading, profile=charged_by, at=when)
    )
    view = View.of(output, color, quiet=quiet, verbose=verbose)
    for found in answer.quotes:
        estimate = Estimate(found, 1, charged_by, answer.signals)
        common.warn(view, name, assumptions(estimate, work.catalog))
    if not answer.quotes and match.how == "default":
        common.warn(view, name, [guess(work.catalog, name)])
    common.show(
        view,
        {
            "text": lambda canvas: text.report(
                match, Priced.at(match.model, when), steps, links, work.catalog, canvas, quiet=quiet
            ),
            "json": lambda _: json_explain.explain(steps, match, links, work.catalog),
        },
    )
    missing = match.how == "default" or answer.incomplete
    common.leave(FINDINGS if strict and missing else CLEAN)
