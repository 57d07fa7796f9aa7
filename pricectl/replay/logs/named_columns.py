"""Columns that a caller names of a log whose rows are read one by one: what they say, and a check.

A plain table knows its columns before it is read. Rows of JSON differ, so a column that no call has
is refused at the end: else it would be one group without a name, or calls without an account.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from pricectl.core.labels import clean
from pricectl.core.near import meant
from pricectl.replay.errors import BadLog
from pricectl.replay.logs.columns import LogColumn
from pricectl.replay.logs.items import NO_WORDS, LogCall, Row
from pricectl.replay.logs.times import stated_time

# Facts of a call that a column of the log's own can give instead: see `columns`.
OVERRIDES = ("team", "account", "job", "region", "service", "seller", "call_id", "at")
# So many calls of a format are asked which columns there are, for a message.
_SAMPLE, _MAX_LISTED, _MAX_DEPTH = 200, 500, 4


class _PathValue(NamedTuple):
    """What stands at a path of a row; `exists` also where it is null."""

    exists: bool
    value: Any = None


_ABSENT = _PathValue(exists=False)


class _FormatColumns:
    """What the calls of one format have: columns, those that hold objects, all for a message."""

    def __init__(self) -> None:
        self.present: set[str] = set()
        self.objects: set[str] = set()
        self.known: dict[str, None] = {}
        self.calls = 0

    def learn(self, call: LogCall, row: Row, names: set[str]) -> None:
        """Look for the names that no call had so far."""
        for name in names - self.present:
            found = _find(call, row, name)
            if isinstance(found.value, (dict, list)):
                self.objects.add(name)
            elif found.exists:
                self.present.add(name)
        self.calls += 1
        if self.calls <= _SAMPLE and len(self.known) < _MAX_LISTED:
            self.known.update(dict.fromkeys(_paths(call.record or row)))


class NamedColumns:
    """The named columns of row-by-row formats: `extra` group calls, `overrides` give their facts.

    A path is looked up in the record of a call, then in the row around it.
    """

    def __init__(self, extra: Sequence[str], columns: Mapping[str, LogColumn]) -> None:
        self.extra = tuple(extra)
        self.overrides = {role: one for role, one in columns.items() if role in OVERRIDES}
        self._names = {*self.extra, *(one.name for one in self.overrides.values())}
        self._formats: dict[str, _FormatColumns] = {}

    def applied(self, call: LogCall, row: Row, title: str) -> LogCall:
        """The call with the facts that its columns give; `title` is that of the log's format."""
        if not self._names:
            return call
        self._formats.setdefault(title, _FormatColumns()).learn(call, row, self._names)
        facts: dict[str, Any] = {}
        for role, column in self.overrides.items():
            stated = _find(call, row, column.name).value
            facts[role] = stated_time(stated) if role == "at" else _text(stated)
        return call._replace(**facts)

    def values(self, call: LogCall, row: Row) -> Iterator[str]:
        """The texts of the columns that group calls."""
        return (_text(_find(call, row, name).value) for name in self.extra)

    def check(self) -> None:
        """Raises BadLog: no call of a format has a column."""
        for title, columns in self._formats.items():
            for name in sorted(self._names - columns.present):
                self._refuse(name, title, columns)

    def _refuse(self, name: str, title: str, columns: _FormatColumns) -> None:
        known = [clean(path) for path in columns.known]
        what, step = f"has no column {name!r:.80}", meant(name, known)
        if name in columns.objects:
            what = f"the column {name!r:.80} holds an object or a list"
            members = [path for path in known if path.startswith(f"{name}.")]
            step = f"name a member of it, such as {members[0]}" if members else step
        by = next((one.named_by for one in self.overrides.values() if one.name == name), "")
        raise BadLog(f"{what}{by}", where=title, next_step=step)


def _find(call: LogCall, row: Row, path: str) -> _PathValue:
    """What stands at a dotted path; a member whose own name has the dots comes first."""
    found = _at(call.record, path) if call.record is not None else _ABSENT
    return found if found.exists else _at(row, path)


def _at(row: object, path: str) -> _PathValue:
    if not isinstance(row, dict):
        return _ABSENT
    if path in row:
        return _PathValue(exists=True, value=row[path])
    name, dot, rest = path.partition(".")
    while dot:
        found = _at(row.get(name), rest)
        if found.exists:
            return found
        further, dot, rest = rest.partition(".")
        name = f"{name}.{further}"
    return _ABSENT


def _paths(row: object, prefix: str = "", depth: int = 1) -> Iterator[str]:
    """The paths of texts and numbers in a row, those of its own members first."""
    inner = []
    for name, value in row.items() if isinstance(row, Mapping) else ():
        if isinstance(value, Mapping):
            inner.append((name, value))
        elif not isinstance(value, list):
            yield f"{prefix}{name}"
    for name, value in inner if depth < _MAX_DEPTH else ():
        yield from _paths(value, f"{prefix}{name}.", depth + 1)


def _text(value: object) -> str:
    """A value as the text of its group; empty for nothing, and for an object."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        text = value.strip()
        return "" if text in NO_WORDS else text
    if isinstance(value, (int, float, Decimal, date)):
        return f"{value:f}" if isinstance(value, Decimal) else str(value)
    return ""
