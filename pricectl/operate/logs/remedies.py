"""What to do about a name that fell back: an alias, a row, a price.

A wrong alias bills wrongly for good, so one is proposed only for the same words in another order or
spelling; a near name is only a hint.
"""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.errors import PricingError
from pricectl.core.lookup import find, near_names, trace
from pricectl.exit_codes import CLEAN, FINDINGS, INTERRUPTED
from pricectl.files import catalog_file
from pricectl.flags import FLAGS, UNKNOWN_MODEL, Remedy
from pricectl.operate.logs.reading import (
    FallbackName,
    LogReader,
    LogTally,
    Sighting,
    SignCounter,
    blocks,
)

_WORD = re.compile(r"[a-z]+|\d+")
_DAY = re.compile(r"\b20\d\d-?[01]\d-?[0-3]\d\b")
_NEUTRAL = frozenset({"latest", "preview", "models"})


class LogsResult(NamedTuple):
    """What a log says, and what to do about the names in it that fell back most.

    `note` says why there are no remedies; `interrupted`: the log did not end, somebody ended it.
    """

    tally: LogTally
    names: tuple[tuple[FallbackName, Remedy | None], ...] = ()
    note: str = ""
    interrupted: bool = False

    @property
    def exit_code(self) -> int:
        """How `logs` ends."""
        if self.interrupted:
            return INTERRUPTED
        return FINDINGS if self.tally.bad else CLEAN


def read_log(
    name: str,
    *,
    top: int,
    open_catalog: Callable[[], Catalog],
    on_bad: Callable[[Sighting], None] = lambda _: None,
    need_catalog: bool = False,
) -> LogsResult:
    """Read a log to its end, or until Ctrl-C, which is how to end a pipe that does not end.

    Args:
        name: the log's file, or "-" for standard input.
        top: how many of the names that fell back most get a remedy.
        open_catalog: what remedies are found in; called only if a name fell back.
        on_bad: called with each bad sign as it comes.
        need_catalog: raise what `open_catalog` raises; else the result notes why there is none.

    Raises:
        Unavailable: the log is empty or cannot be read; finding nothing must not look clean.
    """
    reader, counter, interrupted = LogReader(), SignCounter(), False
    try:
        for sighting in reader.sightings(blocks(name)):
            counter.add(sighting)
            if not sighting.sign.good:
                on_bad(sighting)
    except KeyboardInterrupt:
        interrupted = True
    tally = counter.tally(reader.lines)
    if not (tally.lines or interrupted):
        piped = name == catalog_file.STDIN
        raise catalog_file.Unavailable(
            f"{'standard input ' if piped else ''}is empty, so nothing was checked",
            where="" if piped else name,
            next_step=f"check the {'pipe' if piped else 'path'}",
        )
    names, result = tally.names[:top], LogsResult(tally, interrupted=interrupted)
    if not names:
        return result
    try:
        catalog = open_catalog()
    except PricingError as error:
        if need_catalog:
            raise
        without = tuple((fallback, None) for fallback in names)
        return result._replace(names=without, note=f"no suggestions: {error}")
    return result._replace(names=tuple((fallback, remedy(catalog, fallback)) for fallback in names))


# The kinds whose remedy is the same for every model.
_COMMON_REMEDIES = {flag.name: flag.remedy for flag in FLAGS if flag.remedy}


def remedy(catalog: Catalog, fallback: FallbackName) -> Remedy:
    """The fix for a name, with the catalog as it is now."""
    name = fallback.model
    if fallback.kind in _COMMON_REMEDIES:
        return _COMMON_REMEDIES[fallback.kind]
    match = find(catalog, name)
    row = match.model.full_name
    if match.is_guess:
        return _unknown(catalog, name)
    if fallback.kind not in (UNKNOWN_MODEL, ""):
        return Remedy("price", row, f"add the missing price to {row}; 'pricectl show' has the rest")
    if match.how == "partial":
        return _alias(name, row, f"{row} answers it now, by partial match; ")
    return Remedy("reload", row, f"{row} answers it in this catalog: deploy it or reload")


def _unknown(catalog: Catalog, name: str) -> Remedy:
    for step in trace(catalog, name):
        if step.reason == "different-prices":
            return Remedy("choose", "", f"{step.why}; ask for PROVIDER/MODEL")
    alike = _same_words(catalog, name)
    if len(alike) == 1:
        return _alias(name, alike[0])
    provider, slash, own = name.partition("/")
    known = slash and provider in {model.provider for model in catalog.models}
    near = near_names(catalog, own if known else name)
    nearby = f"; near it: {', '.join(near)}" if near else ""
    place = f" to {provider}" if known else ""
    return Remedy("row", "", f"add a row {json.dumps(name)}{place}{nearby}")


def _alias(name: str, row: str, before: str = "") -> Remedy:
    return Remedy("alias", row, f"{before}add {json.dumps(name)} to the aliases of {row}")


def _same_words(catalog: Catalog, name: str) -> tuple[str, ...]:
    """The rows whose name has the same words and numbers, separators aside."""
    neutral = _NEUTRAL | {
        word for provider in catalog.providers for word in _WORD.findall(provider)
    }
    wanted = _words(name, neutral)
    if not any(word.isalpha() for word in wanted):
        return ()
    rows = {
        model.full_name
        for model in catalog.models
        for own in (model.name, *model.aliases)
        if _words(own, neutral) == wanted
    }
    return tuple(sorted(rows))


def _words(name: str, neutral: frozenset[str]) -> Counter[str]:
    words = _WORD.findall(_DAY.sub("", name.lower()))
    return Counter(word for word in words if word not in neutral)
