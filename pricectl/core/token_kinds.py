"""The kinds of tokens that are priced apart, and how their counts overlap, in one table.

`units` makes a priced unit of each row, `Usage` its arguments; clamping, the readers of responses
and the options of the commands take their names from here too.
"""

from types import MappingProxyType
from typing import NamedTuple


class TokenKind(NamedTuple):
    """One kind of token.

    `side` is the total it is part of, "input" or "output". `inside` are other kinds whose counts
    hold these tokens too: a cached audio token is counted as cached and as audio. `fallbacks` are
    the units whose price is charged in turn where `key` has none; `assumed` says that this is a
    guess and not the provider's rule.
    """

    unit: str
    side: str
    key: str
    counts: str
    fallbacks: tuple[str, ...] = ()
    assumed: bool = False
    inside: tuple[str, ...] = ()

    @property
    def argument(self) -> str:
        """The argument of `Usage` that counts this kind, overlaps included."""
        return f"{self.unit}_tokens"


def _kind(  # noqa: PLR0913, PLR0917 - the columns of the table below
    side: str, unit: str, key: str, counts: str, fallbacks: str = "", inside: str = ""
) -> TokenKind:
    """A row; a fallback in parentheses is the provider's rule, not a guess."""
    units = tuple(fallbacks.strip("()").split())
    assumed = bool(units) and not fallbacks.startswith("(")
    return TokenKind(unit, side, key, f"{counts} token", units, assumed, tuple(inside.split()))


_READ, _WRITE = "cache_read_input", "cache_creation_input"

# The order is the order of a quote's lines.
TOKEN_KINDS = (
    _kind("input", "input", "input_cost_per_token", "input"),
    _kind("input", "cache_read", f"{_READ}_token_cost", "cached", "input"),
    _kind("input", "cache_write", f"{_WRITE}_token_cost", "cache write", "input"),
    _kind(
        "input",
        "explicit_cache_read",
        f"explicit_{_READ}_token_cost",
        "explicitly cached",
        "cache_read input",
    ),
    _kind(
        "input",
        "cache_write_1h",
        f"{_WRITE}_token_cost_above_1hr",
        "1h cache write",
        "cache_write input",
    ),
    _kind(
        "input",
        "cache_write_12h",
        f"{_WRITE}_token_cost_above_12hr",
        "12h cache write",
        "cache_write_1h cache_write input",
    ),
    _kind("input", "input_audio", "input_cost_per_audio_token", "audio input", "input"),
    _kind("input", "input_image", "input_cost_per_image_token", "image input", "(input)"),
    _kind("input", "input_video", "input_cost_per_video_token", "video input", "(input)"),
    _kind(
        "input",
        "cache_read_audio",
        f"{_READ}_audio_token_cost",
        "cached audio",
        "cache_read input_audio input",
        inside="cache_read input_audio",
    ),
    _kind(
        "input",
        "cache_read_image",
        f"{_READ}_image_token_cost",
        "cached image",
        "cache_read input_image input",
        inside="cache_read input_image",
    ),
    _kind(
        "input",
        "cache_write_audio",
        f"{_WRITE}_audio_token_cost",
        "audio cache write",
        "cache_write input_audio input",
        inside="cache_write input_audio",
    ),
    _kind("output", "output", "output_cost_per_token", "output"),
    _kind("output", "reasoning", "output_cost_per_reasoning_token", "reasoning", "(output)"),
    _kind("output", "output_audio", "output_cost_per_audio_token", "audio output", "output"),
    _kind("output", "output_image", "output_cost_per_image_token", "image output", "output"),
    _kind("output", "output_video", "output_cost_per_video_token", "video output", "output"),
)

# These arguments count the whole side, although kinds of the same name count its rest.
TOTALS = ("input_tokens", "output_tokens")
# Argument of `Usage` for a part of a total -> the unit it is charged as.
USAGE_ARGUMENTS = MappingProxyType(
    {kind.argument: kind.unit for kind in TOKEN_KINDS if kind.argument not in TOTALS}
)
# The kinds whose tokens are counted in two other kinds at once; none lies inside another of these.
OVERLAPS = tuple(kind for kind in TOKEN_KINDS if kind.inside)
