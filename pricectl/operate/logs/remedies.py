"""What to do about a name that fell back: an alias, a row, a price.

A wrong alias bills wrongly for good, so one is proposed only where the name has the very words of a
row in another order or spelling; a near name is never more than a hint.
"""

import json
import re
from collections import Counter
from typing import NamedTuple

from pricectl.core.catalog import Catalog
from pricectl.core.lookup import find, near_names, trace
from pricectl.exit_codes import CLEAN, FINDINGS, INTERRUPTED
from pricectl.flags import FLAGS, UNKNOWN_MODEL, Remedy
from pricectl.operate.logs.reading import FallbackName, LogTally

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


# The kinds whose remedy is the same for every model.
_COMMON_REMEDIES = {flag.name: flag.remedy for flag in FLAGS if flag.remedy}


def remedy(catalog: Catalog, fallback: FallbackName) -> Remedy:
    """What would price the name, under the catalog as it is now."""
    name = fallback.model
    if fallback.kind in _COMMON_REMEDIES:
        return _COMMON_REMEDIES[fallback.kind]
    match = find(catalog, name)
    row = match.model.full_name
    if match.how == "default":
        return _unknown(catalog, name)
    if fallback.kind not in (UNKNOWN_MODEL, ""):
        return Remedy("price", row, f"add the missing price to {row}; 'pricectl show' has the rest")
    if match.how == "partial":
        return _alias(name, row, f"{row} answers it now, by partial match; ")
    return Remedy("reload", row, f"{row} answers it in this catalog: deploy it or reload")


def _unknown(catalog: Catalog, name: str) -> Remedy:
    for step in trace(catalog, name):
        if "different prices" in step.why:
            return Remedy("choose", "", f"{step.why}; ask for PROVIDER/MODEL")
    alike = _same_words(catalog, name)
    if len(alike) == 1:
        return _alias(name, alike[0])
    provider, slash, own = name.partition("/")
    known = slash and provider in {model.provider for model in catalog.models}
    near = near_names(catalog, own if known else name)
    like = f"; near it: {', '.join(near)}" if near else ""
    place = f" to {provider}" if known else ""
    return Remedy("row", "", f"add a row {json.dumps(name)}{place}{like}")


def _alias(name: str, row: str, before: str = "") -> Remedy:
    return Remedy("alias", row, f"{before}add {json.dumps(name)} to the aliases of {row}")


def _same_words(catalog: Catalog, name: str) -> tuple[str, ...]:
    """The rows whose name has the same words and numbers, whatever stands between them."""
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
