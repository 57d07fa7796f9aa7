"""What `quote` and `explain` ask: the quotes of a call that options or a response describe."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

import typer

from pricectl.commands.call_options import USAGE_FLAGS, CallOptions, UsageOptions
from pricectl.commands.counts import check_names, read_usage, split_models_and_counts
from pricectl.core import DocumentError, Quote
from pricectl.core import quote as quote_call
from pricectl.core.catalog import Catalog
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import find
from pricectl.files import catalog_file
from pricectl.policy import Policy

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


class CallQuotes(NamedTuple):
    """A quote for each model of one call, and what the response states if there was one."""

    quotes: tuple[Quote, ...]
    reading: "Reading | None" = None
    fallback: Fallback | None = None

    @property
    def incomplete(self) -> bool:
        """Whether something used, or the service, has no price, or a part of the row is unread."""
        return bool(self.reading and self.reading.signals) or any(
            quote.unpriced or quote.missing_service or quote.unread for quote in self.quotes
        )


def fallback_for(catalog: Catalog, policy: Policy, names: Sequence[str]) -> Fallback | None:
    """Who answers for the names that the catalog does not have; None if it has all of them.

    So that a quote of a known name reads no second catalog. Raises PricingError where the reference
    must answer and cannot be read; where it is off, the report says so.
    """
    if not any(find(catalog, name).is_guess for name in names):
        return None
    from pricectl.files.reference import fallback_or_problem, load_fallback

    return load_fallback(policy) if policy.fallback == "reference" else fallback_or_problem(policy)


class CallQuestion(NamedTuple):
    """One call to be priced: `names` are models and counts, or only models with a response."""

    names: Sequence[str]
    usage: UsageOptions
    call: CallOptions
    at: datetime
    strict: bool = False

    @property
    def usage_given(self) -> bool:
        """Whether options say what was used."""
        return bool(self.call.unit) or any(word is not None for word in self.usage)

    @property
    def name_alone(self) -> bool:
        """Whether it is one model's name and nothing about a call of it."""
        about_call = self.usage_given or self.call.service or self.call.region
        return len(self.names) == 1 and self.call.response is None and not about_call

    def quotes(self, catalog: Catalog, policy: Policy) -> CallQuotes:
        """A quote for each model, for the response's own if none is named.

        The settings say who answers for a name that the catalog does not have.

        Raises:
            BadParameter: models, counts or options are malformed or contradict each other.
            PricingError: the response cannot be read; with `strict`, a price is missing.
        """
        where: dict[str, Any] = {"region": self.call.region, "at": self.at, "strict": self.strict}
        where["service"] = self.call.service
        if self.call.response is None:
            models, counts = split_models_and_counts(self.names)
            usage = read_usage(counts, self.usage._asdict(), self.call.unit or (), USAGE_FLAGS)
            fallback = fallback_for(catalog, policy, models)
            matches = [find(catalog, name, fallback) for name in models]
            quotes = tuple(quote_call(catalog, match, usage, **where) for match in matches)
            return CallQuotes(quotes, fallback=fallback)
        from pricectl.core.responses import quote_reading, with_service

        reading = with_service(self._reading(self.call.response), self.call.service)
        where["service"] = None
        models = list(self.names) or [reading.model]
        return CallQuotes(
            tuple(quote_reading(catalog, reading, model=name, **where) for name in models), reading
        )

    def _reading(self, file: str) -> "Reading":
        """What the response in a file states. Raises BadParameter, Unavailable or BadUsage."""
        from pricectl.core.responses import read_response
        from pricectl.core.responses.recorded import read_recorded

        if self.usage_given:
            raise typer.BadParameter(
                "the response itself says what was used", param_hint="--response"
            )
        check_names(self.names, f"models {', '.join(self.names)}; tokens from the response")
        try:
            data = catalog_file.read(file).data
        except catalog_file.Unavailable as error:
            raise typer.BadParameter(
                f"{error}; name the file with the provider's response, or '-' for standard input",
                param_hint="--response",
            ) from None
        try:
            return read_response(read_recorded(data))
        except DocumentError as error:
            raise typer.BadParameter(str(error), param_hint=f"--response {file}") from None
