"""What `quote` and `explain` ask: option groups for a call and a profile, and the quotes for them.

A further option of the usage is one field of `UsageOptions`, named as the argument of `Usage`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pricectl.commands.counts import check_names, read_usage, split_models_and_counts
from pricectl.commands.options import ProfileOption
from pricectl.core import DocumentError, Profile, Quote
from pricectl.core import quote as quote_call
from pricectl.core.catalog import Catalog
from pricectl.files import catalog_file
from pricectl.policy import Policy

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


def _tokens(flag: str, meaning: str) -> Any:
    """An option that takes a token count as people write it."""
    return typer.Option(flag, metavar="N", help=meaning, show_default=False)


class UsageOptions(NamedTuple):
    """Parts of the input and output tokens, by the arguments of `Usage`."""

    cache_read_tokens: Annotated[
        str | None, _tokens("--cached", "Input read from the cache, part of INPUT.")
    ] = None
    cache_write_tokens: Annotated[
        str | None, _tokens("--cache-write", "Input written to the cache, part of INPUT.")
    ] = None
    cache_write_1h_tokens: Annotated[
        str | None, _tokens("--cache-write-1h", "Input written for an hour, part of INPUT.")
    ] = None
    reasoning_tokens: Annotated[
        str | None, _tokens("--reasoning", "Reasoning tokens, part of OUTPUT.")
    ] = None
    input_audio_tokens: Annotated[
        str | None, _tokens("--audio-in", "Audio tokens, part of INPUT.")
    ] = None
    output_audio_tokens: Annotated[
        str | None, _tokens("--audio-out", "Audio tokens, part of OUTPUT.")
    ] = None


class CallOptions(NamedTuple):
    """What else was used, how the call was served, or the response that states both."""

    unit: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=COUNT", help="Another unit, such as search=2; repeatable."),
    ] = None
    service: Annotated[
        str | None, typer.Option(help="Service tier, such as batch, flex or priority.")
    ] = None
    region: Annotated[
        str | None, typer.Option(help="Region or data residency, such as eu or us.")
    ] = None
    response: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Price a provider's recorded response, or its stream; '-' is standard input.",
        ),
    ] = None


class ProfileOptions(NamedTuple):
    """A credit profile, and what replaces its settings, by the fields of `Profile`."""

    markup_percent: Annotated[
        str | None, typer.Option("--markup", metavar="PERCENT", help="Overrides the profile.")
    ] = None
    credits_per_dollar: Annotated[
        str | None, typer.Option(metavar="N", help="Overrides the profile.")
    ] = None
    tokens_per_credit: Annotated[
        str | None, typer.Option(metavar="N", help="Overrides the profile.")
    ] = None
    profile: ProfileOption = None

    def read(self, policy: Policy) -> Profile:
        """The profile of the settings with the overrides. Raises BadProfile or BadSettings."""
        profile = policy.profile_named(self.profile)
        given = {
            name: value
            for name, value in self._asdict().items()
            if name != "profile" and value is not None
        }
        read = Profile.read(given, "command line")
        return profile._replace(**{name: getattr(read, name) for name in given})


class CallQuotes(NamedTuple):
    """A quote for each model of one call, and what the response states if there was one."""

    quotes: tuple[Quote, ...]
    reading: "Reading | None" = None

    @property
    def incomplete(self) -> bool:
        """Whether something used, or the service, has no price."""
        return bool(self.reading and self.reading.signals) or any(
            quote.unpriced or quote.missing_service for quote in self.quotes
        )


class CallQuestion(NamedTuple):
    """One call to be priced: `names` are models and counts, or models alone with a response."""

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

    def quotes(self, catalog: Catalog) -> CallQuotes:
        """A quote for each model, for the response's own if none is named.

        Raises:
            BadParameter: models, counts or options are malformed or contradict each other.
            PricingError: the response cannot be read; with `strict`, a price is missing.
        """
        where: dict[str, Any] = {"region": self.call.region, "at": self.at, "strict": self.strict}
        where["service"] = self.call.service
        if self.call.response is None:
            models, counts = split_models_and_counts(self.names)
            usage = read_usage(counts, self.usage._asdict(), self.call.unit or ())
            return CallQuotes(tuple(quote_call(catalog, name, usage, **where) for name in models))
        from pricectl.core.responses import quote_reading

        reading = self._reading(self.call.response)
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
            return read_response(read_recorded(catalog_file.read(file).data))
        except DocumentError as error:
            raise typer.BadParameter(str(error), param_hint=f"--response {file}") from None
