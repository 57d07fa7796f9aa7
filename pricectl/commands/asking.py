"""What a person asks a price for, from words or from a recorded response, as quotes. Floor 3."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import typer

from pricectl import store
from pricectl.commands.arguments import read_usage, split_words
from pricectl.core import DocumentError, Quote, document, quote
from pricectl.core.catalog import Catalog


class Circumstances(NamedTuple):
    """What decides a call's price beside its model and usage."""

    service: str | None
    region: str | None
    at: datetime
    strict: bool


class Answer(NamedTuple):
    """Quotes, and what a response states that no unit can express."""

    quotes: tuple[Quote, ...]
    signals: tuple[str, ...] = ()


def ask_words(
    catalog: Catalog,
    words: Sequence[str],
    details: Mapping[str, str | None],
    units: Sequence[str],
    asked: Circumstances,
) -> Answer:
    """Quotes for `MODEL... INPUT [OUTPUT]`. Raises BadParameter or a PricingError."""
    models, counts = split_words(words)
    usage = read_usage(counts, details, units)
    return Answer(tuple(quote(catalog, model, usage, **asked._asdict()) for model in models))


def ask_response(
    catalog: Catalog, file: str, models: Sequence[str], asked: Circumstances
) -> Answer:
    """Quotes for a response in a file or "-"; the model is the body's own unless some are named."""
    from pricectl.core.responses import quote_response, read_response

    try:
        body = document.parse(store.read(file).data)
    except DocumentError as error:
        raise typer.BadParameter(str(error), param_hint=f"--response {file}") from None
    quotes = tuple(
        quote_response(catalog, body, model=model, **asked._asdict()) for model in models or (None,)
    )
    return Answer(quotes, read_response(body).signals)
