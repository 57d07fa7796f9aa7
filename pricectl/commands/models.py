"""`pricectl models`: which models the catalog sells, filtered and sorted."""

from typing import Annotated

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.messages import tell
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.catalog import Catalog
from pricectl.core.labels import SERVICE_NAMES, clean, service_word
from pricectl.core.money import TOKENS_PER_MTOK, parse_usd
from pricectl.core.near import meant
from pricectl.core.units import STANDARD
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.models import SORTS, Filter, select, summarise_providers
from pricectl.report import models as report
from pricectl.report import providers as providers_report


def models(
    pattern: Annotated[
        str | None,
        typer.Argument(
            metavar="[PATTERN]",
            help="Part of a name or alias, or a pattern such as 'gpt-*'.",
            show_default="all models",
        ),
    ] = None,
    provider: Annotated[
        str | None,
        typer.Option("--provider", "-p", metavar="NAME", help="List only models of this provider."),
    ] = None,
    service: Annotated[
        str | None,
        typer.Option(
            metavar="NAME", help="List models with this service, such as batch, and its prices."
        ),
    ] = None,
    min_input: Annotated[
        str | None,
        typer.Option(
            metavar="USD", help="List models whose input costs at least this per 1M tokens."
        ),
    ] = None,
    max_input: Annotated[
        str | None,
        typer.Option(
            metavar="USD", help="List models whose input costs at most this per 1M tokens."
        ),
    ] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Also list retired models.")] = False,
    providers: Annotated[
        bool,
        typer.Option(
            "--providers",
            help="Count instead, a line a provider: rows, aliases, retired ones, those with "
            "evidence, and the oldest evidence.",
        ),
    ] = False,
    sort: Annotated[
        str, typer.Option(metavar="BY", help=f"Sort by one of: {', '.join(SORTS)}.")
    ] = "name",
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """List the models and their prices.

    Prices are in USD per 1M tokens. -q prints only the names, one a line. --providers is a table of
    contents of the price file, in its own order.

    Exits with 1 if no model matches.

    Example: pricectl models 'gpt-*' --max-input 3 --sort input
    """
    if sort not in SORTS:
        raise typer.BadParameter(
            f"{sort!r} is not a sort order; {meant(sort, SORTS)}", param_hint="--sort"
        )
    if providers and sort != "name":
        raise typer.BadParameter("does not sort the list of --providers", param_hint="--sort")
    opened = open_catalog(file)
    wanted = Filter(
        pattern=pattern,
        provider=provider,
        service=service,
        min_input_pico_usd=_pico_usd_per_token(min_input, "--min-input"),
        max_input_pico_usd=_pico_usd_per_token(max_input, "--max-input"),
        retired=retired,
    )
    if providers:
        contents = summarise_providers(opened.catalog, wanted, instant(at))
        show(view, "models", contents, providers_report)
        found = bool(contents.providers)
    else:
        result = select(opened.catalog, wanted, sort, instant(at))
        show(view, "models", result, report)
        found = bool(result.rows)
    if not found:
        _tell_near_names(opened.catalog, provider, service)
    return CLEAN if found else FINDINGS


def _pico_usd_per_token(word: str | None, option: str) -> int | None:
    """USD per 1M tokens as picodollars a token. Raises BadParameter."""
    if word is None:
        return None
    try:
        return parse_usd(word.removeprefix("$")) // TOKENS_PER_MTOK
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def _tell_near_names(catalog: Catalog, provider: str | None, service: str | None) -> None:
    """Say why no model matches where nobody has the provider or the service that was named."""
    providers = {model.provider for model in catalog.models}
    if provider is not None and provider.lower() not in providers:
        hint = meant(provider, sorted(providers))
        tell(f"pricectl models: no provider is called {clean(provider)!r}; {clean(hint)}")
    sold = {word for model in catalog.models for word in model.prices.services}
    words = {*sold, *(word for word, known in SERVICE_NAMES.items() if known in sold)}
    if service is not None and service_word(service) not in {STANDARD, *sold}:
        hint = meant(service, sorted(words), "no model has another price for a service")
        tell(f"pricectl models: no service is called {clean(service)!r}; {clean(hint)}")
