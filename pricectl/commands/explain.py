"""`pricectl explain`: why a name is answered by a row, and why a call costs what it costs."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import typer

from pricectl.commands.call_options import (
    CallOptions,
    CallsOption,
    ModeOption,
    ProfileOptions,
    UsageOptions,
    check_mode,
)
from pricectl.commands.catalog import complete_model, open_catalog, open_known
from pricectl.commands.counts import check_names
from pricectl.commands.options import AtOption, FileOption, KnownAtOption, ViewOptions, instant
from pricectl.commands.output import show, warn
from pricectl.commands.question import CallQuestion, CallQuotes, fallback_for
from pricectl.core.errors import PricingError
from pricectl.core.estimate import Estimate
from pricectl.core.labels import listed
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.explain.explanation import explain_call, explain_name
from pricectl.files import catalog_file
from pricectl.report import explain as report
from pricectl.report.assumptions import explanation_warnings

if TYPE_CHECKING:
    from pricectl.records import Record


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
    calls: CallsOption = 1,
    mode: ModeOption = None,
    charge: ProfileOptions,
    record: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Explain a charge from its record, which the service kept. '-' is standard input.",
        ),
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 1 if the model or a price is missing.")
    ] = False,
    at: AtOption = None,
    known_at: KnownAtOption = None,
    file: FileOption = None,
    view: ViewOptions,
) -> int:
    """Show why a call costs what it costs, step by step.

    The first steps show how the model's name is found in the price file. Without token counts,
    only these are shown. -q prints only the name of the row that is used.

    With --record, the charge is explained as it was made, whatever the price file and the settings
    say now, and compared with the price of today.

    Example: pricectl explain gpt-4o-2024-08-06 1000 500
    """
    check_mode(mode)
    if record is not None:
        asked = (*(names or ()), *filter(None, (*usage, *call, *charge)))
        if asked or calls > 1 or known_at:
            raise typer.BadParameter(
                "the record itself says what was used and how it was charged; only --mode, --file "
                "and --at go with it",
                param_hint="--record",
            )
        catalog_file.check_standard_input(file, record)
        return _explain_record(record, mode, instant(at), file, view, strict=strict)
    if not names and call.response is None:
        raise typer.BadParameter("write a model's name", param_hint="NAME")
    if names and len(names) == 1:
        check_names(names, f"the name {names[0]}")
    catalog_file.check_standard_input(file, call.response)
    opened = open_known(file, known_at)
    catalog, profile = opened.catalog, charge.read(opened.policy)
    # Not strict: --strict fails only after the report, which shows what is missing.
    question = CallQuestion(names or [], usage, call, instant(at), strict=False)
    # The lookup fills the catalog's memo, so the quote finds the row there. A response gives the
    # name only once it is read.
    requested = () if call.response else (question.names[0].strip(),)
    # Another catalog is read only for a name that this one does not have.
    fallback = fallback_for(catalog, opened.policy, requested)
    result = explain_name(catalog, requested[0], question.at, fallback) if requested else None
    found = CallQuotes(()) if question.name_alone else question.quotes(catalog, opened.policy)
    if len(found.quotes) > 1:
        raise typer.BadParameter("one model at a time", param_hint="NAME")
    result = result or explain_name(catalog, found.quotes[0].match.asked, question.at)
    for quote in found.quotes:
        account = call.account or ""
        estimate = Estimate(quote, calls, profile, found.reading, account, question.at)
        result = explain_call(result, estimate, mode=mode, source=opened.source)
    warn(view, result.match.asked, explanation_warnings(result))
    show(view, "explain", result, report)
    return FINDINGS if strict and (result.guessed or found.incomplete) else CLEAN


def _explain_record(
    record: str,
    mode: str | None,
    at: datetime,
    file: str | None,
    view: ViewOptions,
    *,
    strict: bool,
) -> int:
    """Explain a recorded charge. Raises BadRecord or Unavailable."""
    from pricectl.explain.explanation import PresentPrice
    from pricectl.files.records import load_record
    from pricectl.records import explain_record, present_price

    recorded = load_record(record)
    if mode is not None:
        _check_recorded(mode, recorded)
    explained = explain_record(recorded, mode and (mode,))
    try:
        opened = open_catalog(file)
        fallback = fallback_for(opened.catalog, opened.policy, [recorded.quote.match.asked])
        present = present_price(
            recorded, opened.catalog, at, fallback=fallback, source=opened.source
        )
    except PricingError as error:
        # The record needs no catalog; one that was named must be there.
        if file is not None:
            raise
        present = PresentPrice(problem=str(error))
    result = explained._replace(present=present)
    warn(view, result.match.asked, explanation_warnings(result))
    show(view, "explain", result, report)
    incomplete = recorded.quote.unpriced or recorded.quote.missing_service
    return FINDINGS if strict and (result.guessed or incomplete) else CLEAN


def _check_recorded(mode: str, record: "Record") -> None:
    """Check that the record has the credits of a budget mode. Raises BadParameter."""
    modes = record.charge.modes if record.charge else ()
    if mode in modes:
        return
    only = f"the credits of {listed(modes)} only"
    what = only if modes else "no credits: its settings chose no profile"
    raise typer.BadParameter(f"the record has {what}", param_hint="--mode")
