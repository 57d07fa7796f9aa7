"""Words of the command line made into filters of a list."""

import typer

from pricectl.core.money import TOKENS_PER_MTOK, parse_usd
from pricectl.models import SORTS


def check_sort(sort: str) -> str:
    """The option's callback: an order of the list. Raises BadParameter."""
    if sort not in SORTS:
        raise typer.BadParameter(f"{sort!r} is none of {', '.join(SORTS)}", param_hint="--sort")
    return sort


def price_per_mtok(word: str | None, option: str) -> int | None:
    """USD per 1M tokens as picodollars a token. Raises BadParameter."""
    if word is None:
        return None
    try:
        return parse_usd(word.removeprefix("$")) // TOKENS_PER_MTOK
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None
