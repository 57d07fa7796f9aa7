"""`pricectl models`: which models the catalog sells, filtered and sorted."""

from typing import Annotated

import typer

from pricectl.commands.catalog import open_catalog
from pricectl.commands.options import AtOption, FileOption, ViewOptions, instant
from pricectl.commands.output import show
from pricectl.core.money import TOKENS_PER_MTOK, parse_usd
from pricectl.exit_codes import CLEAN, FINDINGS
from pricectl.models import SORTS, Filter, select
from pricectl.report import models as report


def models(
    pattern: Annotated[
        str | None,
        typer.Argument(help="Part of a name or alias, or a glob such as 'gpt-*'."),
    ] = None,
    provider: Annotated[str | None, typer.Option("--provider", "-p", help="One provider.")] = None,
    service: Annotated[
        str | None, typer.Option(help="Models with a price for this service, such as batch.")
    ] = None,
    min_input: Annotated[
        str | None, typer.Option(metavar="USD", help="Input price per 1M tokens from here.")
    ] = None,
    max_input: Annotated[
        str | None, typer.Option(metavar="USD", help="Input price per 1M tokens up to here.")
    ] = None,
    retired: Annotated[bool, typer.Option("--retired", help="Retired models too.")] = False,
    sort: Annotated[str, typer.Option(help=f"One of {', '.join(SORTS)}.")] = "name",
    at: AtOption = None,
    file: FileOption = None,
    *,
    view: ViewOptions,
) -> int:
    """List models with the prices in force, per 1M tokens.

    -q prints the names alone, one a line. Exits 1 when nothing matches.
    """
    if sort not in SORTS:
        raise typer.BadParameter(f"{sort!r} is not one of {', '.join(SORTS)}", param_hint="--sort")
    opened = open_catalog(file)
    wanted = Filter(
        pattern=pattern,
        provider=provider,
        service=service,
        min_input_pico_usd=_pico_usd_per_token(min_input, "--min-input"),
        max_input_pico_usd=_pico_usd_per_token(max_input, "--max-input"),
        retired=retired,
    )
    result = select(opened.catalog, wanted, sort, instant(at))
    show(view, "models", result, report)
    return CLEAN if result.rows else FINDINGS


def _pico_usd_per_token(word: str | None, option: str) -> int | None:
    """USD per 1M tokens as picodollars a token. Raises BadParameter."""
    if word is None:
        return None
    try:
        return parse_usd(word.removeprefix("$")) // TOKENS_PER_MTOK
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
