"""What a person asks a price for, from words or from a recorded response, as quotes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

import typer

from pricectl.commands.arguments import check_names, read_usage, split_words
from pricectl.core import DocumentError, Quote, quote
from pricectl.core.catalog import Catalog
from pricectl.files import catalog_file

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


class Circumstances(NamedTuple):
    """What decides a call's price beside its model and usage."""

    service: str | None
    region: str | None
    at: datetime
    strict: bool


class Question(NamedTuple):
    """What was used: words of the command line, or a file with a response ("-" is stdin)."""

    words: Sequence[str]
    details: Mapping[str, str | None]
    units: Sequence[str]
    response: str | None = None

    @property
    def details_given(self) -> bool:
        """Whether options say what was used."""
        return bool(self.units) or any(value is not None for value in self.details.values())


class Answer(NamedTuple):
    """Quotes, and what the response said if they are of one."""

    quotes: tuple[Quote, ...]
    reading: "Reading | None" = None

    @property
    def signals(self) -> tuple[str, ...]:
        """What the response states and no unit can express."""
        return self.reading.signals if self.reading else ()

    @property
    def incomplete(self) -> bool:
        """Whether something that was used is in no price, or the service asked for has none."""
        return bool(self.signals) or any(
            found.unpriced or found.missing_service for found in self.quotes
        )


def ask(catalog: Catalog, question: Question, asked: Circumstances) -> Answer:
    """Quotes for `MODEL... INPUT [OUTPUT]` or a response. Raises BadParameter or a PricingError.

    The model is the response's own unless some are named.
    """
    if question.response is not None:
        return _ask_response(catalog, question, question.response, asked)
    models, counts = split_words(question.words)
    usage = read_usage(counts, question.details, question.units)
    return Answer(tuple(quote(catalog, model, usage, **asked._asdict()) for model in models))


def ask_one(catalog: Catalog, question: Question, asked: Circumstances) -> Answer:
    """A quote for one model, or none if its name alone was asked for. Raises as `ask` does."""
    spoken = question.response is None
    if spoken and not question.words:
        raise typer.BadParameter("write a model's name", param_hint="NAME")
    if len(question.words) == 1:
        check_names(question.words, f"the name {question.words[0]}")
    circumstantial = question.details_given or asked.service or asked.region
    if spoken and len(question.words) == 1 and not circumstantial:
        return Answer(())
    answer = ask(catalog, question, asked)
    if len(answer.quotes) > 1:
        raise typer.BadParameter("one model at a time", param_hint="NAME")
    return answer


def _ask_response(catalog: Catalog, question: Question, file: str, asked: Circumstances) -> Answer:
    from pricectl.core.responses import quote_response, read_response
    from pricectl.core.responses.recorded import read_recorded

    if question.details_given:
        raise typer.BadParameter("the response itself says what was used", param_hint="--response")
    check_names(question.words, f"models {', '.join(question.words)}; tokens from the response")
    try:
        body = read_recorded(catalog_file.read(file).data)
    except DocumentError as error:
        raise typer.BadParameter(str(error), param_hint=f"--response {file}") from None
    quotes = tuple(
        quote_response(catalog, body, model=model, **asked._asdict())
        for model in question.words or (None,)
    )
    return Answer(quotes, read_response(body))
