"""Cached audio, images and video, whose tokens are in two counts of a response at once."""

from types import MappingProxyType

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.token_kinds import OVERLAPS, TOKEN_KINDS, TOTALS, USAGE_ARGUMENTS

# Unit of a medium of the prompt -> argument of its cached tokens.
_CACHED = {
    outer: kind.argument
    for kind in OVERLAPS
    if "cache_read" in kind.inside
    for outer in kind.inside
    if outer != "cache_read"
}
# Argument of a medium of the prompt -> argument of its cached tokens; "" if they have no price of
# their own, as video: then a cached token is no longer counted as one of the medium.
CACHED_MEDIA = MappingProxyType(
    {
        argument: _CACHED.get(unit, "")
        for argument, unit in USAGE_ARGUMENTS.items()
        if unit.startswith("input_")
    }
)
_ALL_MEDIA = frozenset((*CACHED_MEDIA, *CACHED_MEDIA.values()))
# Every kind of token that the total of the input includes.
_INPUT_PARTS = tuple(
    kind.argument for kind in TOKEN_KINDS if kind.side == "input" and kind.argument not in TOTALS
)


def complete_cached_media(builder: ReadingBuilder) -> None:
    """Count cached media among the prompt's, also where the body does not split the prompt."""
    if builder.counts.keys().isdisjoint(_ALL_MEDIA):
        return
    for argument, cached in CACHED_MEDIA.items():
        if cached:
            missing = builder.count(cached) - builder.count(argument)
            builder.add(argument, max(missing, 0))
            continue
        missing = -builder.count(argument)
        if 0 < missing <= builder.count("cache_read_tokens"):
            builder.add(argument, missing)


def split_cached_media(builder: ReadingBuilder) -> None:
    """Work out how many cached tokens are media where the body does not say.

    The overlap is what the parts exceed the total by; text is cached first, since prompts begin
    with it.
    """
    count = builder.count
    if builder.counts.keys().isdisjoint(CACHED_MEDIA) or any(map(count, _CACHED.values())):
        return
    excess = sum(map(count, _INPUT_PARTS)) - count("input_tokens")
    excess = min(excess, count("cache_read_tokens"))
    for argument, cached in CACHED_MEDIA.items():
        share = min(excess, count(argument))
        if share > 0:
            builder.add(cached or argument, share if cached else -share)
            excess -= share
