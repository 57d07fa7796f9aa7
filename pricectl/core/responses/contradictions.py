"""Say which counts contradict each other, by the names that the provider gave them."""

from collections.abc import Iterator

from pricectl.core.responses.formats import ReadingBuilder
from pricectl.core.token_kinds import OVERLAPS, TOKEN_KINDS, TOTALS

_ARGUMENTS = {kind.unit: kind.argument for kind in TOKEN_KINDS}
_NOT_NESTED = tuple(kind for kind in TOKEN_KINDS if not kind.inside)


def in_the_providers_words(builder: ReadingBuilder, counts: dict[str, int]) -> str:
    """Which parts are more than what they are part of; empty if that is not what is wrong.

    >>> from pricectl.core.responses import read_response
    >>> usage = {"prompt_tokens": 10, "prompt_tokens_details": {"cached_tokens": 11}}
    >>> try: read_response({"usage": usage})
    ... except Exception as error: print(error.what)
    usage.prompt_tokens_details.cached_tokens (11) is more than usage.prompt_tokens (10)
    """
    for name, count in counts.items():
        if count < 0:
            return f"the parts of {builder.source(name)} are {-count} more than itself"
    for kind in OVERLAPS:
        for outer in kind.inside:
            whole_name = _ARGUMENTS[outer]
            if counts.get(kind.argument, 0) > counts.get(whole_name, 0):
                return _is_more(builder, counts, [kind.argument], whole_name)
    for total in TOTALS:
        parts = [name for name in _parts_of(total) if counts.get(name, 0)]
        if sum(counts[name] for name in parts) > counts.get(total, 0):
            return _is_more(builder, counts, parts, total)
    return ""


def _parts_of(total: str) -> Iterator[str]:
    side = total.partition("_")[0]
    return (
        kind.argument for kind in _NOT_NESTED if kind.side == side and kind.argument not in TOTALS
    )


def _is_more(
    builder: ReadingBuilder, counts: dict[str, int], parts: list[str], whole_name: str
) -> str:
    stated = [f"{builder.source(name)} ({counts[name]})" for name in parts]
    total = f"{builder.source(whole_name)} ({counts.get(whole_name, 0)})"
    verb = "is" if len(stated) == 1 else "are together"
    return f"{' and '.join(stated)} {verb} more than {total}"
