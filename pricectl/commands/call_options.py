"""The options of `quote`, `explain` and `replay` for a call's usage, its service and a profile.

A further option of the usage is one field of `UsageOptions`, named as the argument of `Usage`.
"""

from typing import Annotated, Any, NamedTuple

import typer

from pricectl.commands.counts import count_reader
from pricectl.commands.options import ProfileOption, with_settings
from pricectl.core import Profile
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.near import meant
from pricectl.policy import Policy

CREDITS = "Credits"
WHAT_WAS_USED = "What was used"


# The options for parts of the tokens, by the argument of `Usage` that each one is.
USAGE_FLAGS = {
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
    return typer.Option(
        USAGE_FLAGS[name], metavar="TOKENS", help=meaning, rich_help_panel=WHAT_WAS_USED
    )


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
