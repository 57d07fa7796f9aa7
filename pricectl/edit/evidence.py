"""Writes which price lists agree with a row's base prices: `evidence`, with the lists' own days.

Tools write it; `verified_on`, that a person or a bill confirmed the row, is left to people.
"""

import json
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.prices import DATED_LISTS
from pricectl.edit.splice import Edit, Insert, Remove, Replace
from pricectl.feeds.claims import AGREEING_LISTS
from pricectl.feeds.differences import Agreement

KEY = "evidence"
# A new member stands behind the others that say where the prices come from.
_BEFORE = ("verified_on", "source")


class ListDay(NamedTuple):
    """A price list and the day on which it had the row's prices, as YYYY-MM-DD."""

    name: str
    date: str


class EvidenceChange(NamedTuple):
    """What stands in a row's evidence, and what will; without entries it has none."""

    model: Model
    before: tuple[ListDay, ...]
    after: tuple[ListDay, ...]

    @property
    def edit(self) -> Edit:
        """The edit of the catalog's text."""
        pointer = f"{self.model.pointer}/{KEY}"
        if not self.after:
            return Remove(pointer)
        items = (json.dumps({"list": one.name, "date": one.date}) for one in self.after)
        value = f"[{', '.join(items)}]"
        if KEY in self.model.entry:
            return Replace(pointer, value)
        keys = list(self.model.entry)
        behind = [keys.index(key) + 1 for key in _BEFORE if key in keys]
        dated = [keys.index(key) for key in DATED_LISTS if key in keys]
        position = max(behind) if behind else min(dated, default=None)
        return Insert(self.model.pointer, value, KEY, position)


def evidence_changes(
    agreements: Iterable[Agreement], days_read: Mapping[str, str]
) -> Iterable[EvidenceChange]:
    """The rows whose evidence has to change.

    Two lists at least make evidence. A list that was not read keeps its entry, and so does one that
    was read in an older version. `days_read` has the day of each list that was read, "" where
    nobody knows it: such a list adds no entry, but takes its own away where it differs.
    """
    for agreement in agreements:
        before = read_evidence(agreement.model.entry.get(KEY))
        kept: dict[str, str] = {}
        for name, day in before:
            read = days_read.get(name)
            agreed = agreement.days.get(name)
            if read is None or (read and read < day):
                kept[name] = day
            elif agreed is not None:
                kept[name] = agreed or day
        for name, day in agreement.days.items():
            if day:
                kept.setdefault(name, day)
        after = tuple(ListDay(*item) for item in sorted(kept.items()))
        after = after if len(after) >= AGREEING_LISTS else ()
        written = KEY in agreement.model.entry
        if after != tuple(sorted(before)) or (written and not after):
            yield EvidenceChange(agreement.model, before, after)


def read_evidence(value: Json) -> tuple[ListDay, ...]:
    """The lists of a row's evidence; what is not one is left out."""
    items = value if isinstance(value, list) else []
    found = []
    for item in items:
        name, day = (
            (item.get(key) for key in ("list", "date")) if isinstance(item, dict) else ("", "")
        )
        if isinstance(name, str) and isinstance(day, str) and name:
            found.append(ListDay(name, day))
    return tuple(found)
