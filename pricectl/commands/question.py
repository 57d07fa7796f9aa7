"""What `quote` and `explain` ask: option groups for a call and a profile, and the quotes for them.

A further option of the usage is one field of `UsageOptions`, named as the argument of `Usage`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, NamedTuple

import typer

from pricectl.commands.counts import check_names, count_reader, read_usage, split_models_and_counts
from pricectl.commands.options import ProfileOption, with_settings
from pricectl.core import DocumentError, Profile, Quote
from pricectl.core import quote as quote_call
from pricectl.core.catalog import Catalog
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.fallback import Fallback
from pricectl.core.lookup import find
from pricectl.core.near import meant
from pricectl.files import catalog_file
from pricectl.policy import Policy

if TYPE_CHECKING:
    from pricectl.core.responses import Reading


CREDITS = "Credits"
WHAT_WAS_USED = "What was used"


# The options for parts of the tokens, by the argument of `Usage` that each one is.
_FLAGS = {
    "cache_read_tokens": "--cached",
    "cache_write_tokens": "--cache-write",
    "cache_write_1h_tokens": "--cache-write-1h",
    "cache_write_12h_tokens": "--cache-write-12h",
    "reasoning_tokens": "--reasoning",
    "input_audio_tokens": "--audio-in",
    "output_audio_tokens": "--audio-out",
}


def _tokens(name: str, meaning: str) -> Any:
    """An option that takes a token count as people write it."""
    return typer.Option(_FLAGS[name], metavar="TOKENS", help=meaning, rich_help_panel=WHAT_WAS_USED)


def _replacing(flag: str, metavar: str, meaning: str) -> Any:
    """An option that replaces a setting of the profile."""
    default = "as in the profile"
    return typer.Option(
        flag, metavar=metavar, help=meaning, show_default=default, rich_help_panel=CREDITS
    )


class UsageOptions(NamedTuple):
    """Parts of the input and output tokens, by the arguments of `Usage`."""

    cache_read_tokens: Annotated[
        str | None, _tokens("cache_read_tokens", "Tokens of INPUT that are read from the cache.")
    ] = None
    cache_write_tokens: Annotated[
        str | None, _tokens("cache_write_tokens", "Tokens of INPUT that are written to the cache.")
    ] = None
    cache_write_1h_tokens: Annotated[
        str | None,
        _tokens(
            "cache_write_1h_tokens", "Tokens of INPUT that are written to the cache for an hour."
        ),
    ] = None
    cache_write_12h_tokens: Annotated[
        str | None,
        _tokens(
            "cache_write_12h_tokens",
            "Tokens of INPUT that are written to the cache for twelve hours.",
        ),
    ] = None
    reasoning_tokens: Annotated[
        str | None, _tokens("reasoning_tokens", "Tokens of OUTPUT that are reasoning.")
    ] = None
    input_audio_tokens: Annotated[
        str | None, _tokens("input_audio_tokens", "Tokens of INPUT that are audio.")
    ] = None
    output_audio_tokens: Annotated[
        str | None, _tokens("output_audio_tokens", "Tokens of OUTPUT that are audio.")
    ] = None


class CallOptions(NamedTuple):
    """What else was used, how the call was served, or the response that states both."""

    unit: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME=COUNT",
            help="Something else that was used, such as search=2. May be repeated.",
            rich_help_panel=WHAT_WAS_USED,
        ),
    ] = None
    service: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The service of the call, such as batch, flex or priority.",
            show_default="standard",
            rich_help_panel=WHAT_WAS_USED,
        ),
    ] = None
    region: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The region or data residency of the call, such as eu or us.",
            rich_help_panel=WHAT_WAS_USED,
        ),
    ] = None
    response: Annotated[
        str | None,
        typer.Option(
            metavar="FILE",
            help="Read the usage from a provider's recorded response or stream. "
            "'-' is standard input.",
            rich_help_panel=WHAT_WAS_USED,
        ),
    ] = None
    account: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="The customer's account, for the rules of the profile.",
            rich_help_panel=CREDITS,
        ),
    ] = None


class ProfileOptions(NamedTuple):
    """A credit profile, and what replaces its settings, by the fields of `Profile`."""

    markup_percent: Annotated[
        str | None, _replacing("--markup", "PERCENT", "Add this markup to the provider's price.")
    ] = None
    credits_per_dollar: Annotated[
        str | None,
        _replacing("--credits-per-dollar", "N", "Charge this many credits for a dollar."),
    ] = None
    tokens_per_credit: Annotated[
        str | None,
        _replacing("--tokens-per-credit", "N", "Charge one credit for this many tokens."),
    ] = None
    profile: Annotated[str | None, with_settings(ProfileOption, rich_help_panel=CREDITS)] = None

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


CallsOption = Annotated[
    int,
    typer.Option(
        "--calls",
        parser=count_reader(1),
        metavar="N",
        help="Price a job of this many equal calls.",
        rich_help_panel=WHAT_WAS_USED,
    ),
]
ModeOption = Annotated[
    str | None,
    typer.Option(
        "--mode",
        metavar="MODE",
        show_default="all",
        help=f"Show only the credits of this budget mode: {', '.join(BUDGET_MODES)}.",
        rich_help_panel=CREDITS,
    ),
]


def check_mode(mode: str | None) -> str | None:
    """The budget mode of --mode. Raises BadParameter."""
    if mode is not None and mode not in BUDGET_MODES:
        raise typer.BadParameter(
            f"{mode!r} is not a budget mode; {meant(mode, BUDGET_MODES)}", param_hint="--mode"
        )
    return mode


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
            usage = read_usage(counts, self.usage._asdict(), self.call.unit or (), _FLAGS)
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
