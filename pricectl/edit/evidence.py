"""Writes which price lists agree with a row's base prices: `evidence`, with the lists' own days.

Tools write it; `verified_on`, that a person or a bill confirmed the row, is left to people.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from pricectl.core.document import Json
from pricectl.core.model import Model
from pricectl.core.prices import DATED_LISTS
from pricectl.edit.splice import Edit, Insert, Remove, Replace
from pricectl.feeds.claims import AGREEING_LISTS
from pricectl.feeds.differences import Agreement

KEY = "evidence"
# Of fewer rows a quarter says nothing about a whole list, of still fewer not even all of them.
FEWEST_ROWS, FEWEST_ROWS_ALL_LOST = 8, 3
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
        beside = _beside(self.model.entry.get(KEY))
        items = (
            json.dumps(
                {"list": one.name, "date": one.date, **beside.get(one.name, {})}, default=str
            )
            for one in self.after
        )
        value = f"[{', '.join(items)}]"
        if KEY in self.model.entry:
            return Replace(pointer, value)
        keys = list(self.model.entry)
        behind = [keys.index(key) + 1 for key in _BEFORE if key in keys]
        dated = [keys.index(key) for key in DATED_LISTS if key in keys]
        position = max(behind) if behind else min(dated, default=None)
        return Insert(self.model.pointer, value, KEY, position)


def evidence_changes(
    agreements: Iterable[Agreement], days_read: Mapping[str, str], last_day: str = "9999"
) -> Iterable[EvidenceChange]:
    """The rows whose evidence has to change.

    Two lists at least make evidence. A list that was not read keeps its entry, and so does one that
    was read in an older version. `days_read` has the day of each list that was read, "" where
    nobody knows it: such a list adds no entry, but takes its own away where it differs. A list is
    as good as not read where it has nothing of the row's seller. An entry of a day after `last_day`
    does not stay because of that day.
    """
    for agreement in agreements:
        before = read_evidence(agreement.model.entry.get(KEY))
        kept: dict[str, str] = {}
        for one in before:
            agreed = agreement.days.get(one.name)
            if not _speaks(one, agreement, days_read, last_day):
                kept[one.name] = one.date
            elif agreed is not None:
                kept[one.name] = agreed or one.date
        for name, day in agreement.days.items():
            if day:
                kept.setdefault(name, day)
        after = tuple(ListDay(*item) for item in sorted(kept.items()))
        after = after if len(after) >= AGREEING_LISTS else ()
        written = KEY in agreement.model.entry
        if after != tuple(sorted(before)) or (written and not after):
            yield EvidenceChange(agreement.model, before, after)


def _speaks(
    one: ListDay, agreement: Agreement, days_read: Mapping[str, str], last_day: str
) -> bool:
    """Whether what was read of a list replaces its entry."""
    read = days_read.get(one.name)
    is_later = bool(read) and str(read) < one.date <= last_day
    return read is not None and one.name in agreement.asked and not is_later


class Withdrawn(NamedTuple):
    """A list that takes back what it said of many of the rows that name it."""

    name: str
    lost: int
    rows: int


def mass_withdrawal(
    agreements: Iterable[Agreement], days_read: Mapping[str, str], last_day: str = "9999"
) -> Withdrawn | None:
    """The first list that takes back its word on more than a quarter of its rows.

    No seller moves so many prices between two versions of a list: it is cut off, or in another
    unit or currency. Of fewer than eight rows it has to be all; of one or two nothing can be said.
    """
    rows: Counter[str] = Counter()
    lost: Counter[str] = Counter()
    for agreement in agreements:
        for one in read_evidence(agreement.model.entry.get(KEY)):
            if _speaks(one, agreement, days_read, last_day):
                rows[one.name] += 1
                lost[one.name] += one.name not in agreement.days
    name = next((name for name in rows if _is_broken(lost[name], rows[name])), None)
    return None if name is None else Withdrawn(name, lost[name], rows[name])


def _is_broken(lost: int, rows: int) -> bool:
    if rows < FEWEST_ROWS:
        return lost == rows >= FEWEST_ROWS_ALL_LOST
    return lost * 4 > rows


def _beside(value: Json) -> dict[str, dict[str, Json]]:
    """What people wrote into the entry of a list beside its name and day."""
    items = [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
    return {
        f"{item['list']}": {key: it for key, it in item.items() if key not in {"list", "date"}}
        for item in items
        if isinstance(item.get("list"), str)
    }


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
