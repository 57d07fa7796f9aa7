"""What a formatter did to a catalog, or would do, in every format's words. Floor 2."""

import difflib
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

from pricectl.formatting import Formatted
from pricectl.report.canvas import clean
from pricectl.report.changes import plural


class Outcome(NamedTuple):
    """A formatted catalog with its name, and what it was made for.

    `writes`: to be used, not only looked at; `written`: its file was replaced.
    """

    name: str
    found: Formatted
    writes: bool = True
    written: bool = False
    check: bool = False

    @property
    def failed(self) -> bool:
        """Whether a person has something to do."""
        return bool(self.found.left) or (self.check and self.found.changed)


def summary(outcome: Outcome) -> str:
    """What was or would be done, in one line."""
    verb = "" if outcome.writes else "to be "
    told = [
        f"{plural(len(items), word)} {verb}{participle}"
        for items, word, participle in (
            (outcome.found.promoted, "row", "promoted"),
            (outcome.found.respelled, "price", "respelled"),
        )
        if items
    ]
    if outcome.found.left:
        told.append(f"{plural(len(outcome.found.left), 'row')} left to you")
    return f"{clean(outcome.name)}: {', '.join(told) or 'nothing to do'}"


def difference(outcome: Outcome) -> Iterator[str]:
    """The lines of the unified diff, without their ends; none if there is no difference."""
    found = outcome.found
    before, after = (StringIO(text).readlines() for text in (found.before, found.text))
    for line in difflib.unified_diff(before, after, outcome.name, outcome.name):
        yield "\t".join(clean(part) for part in line.rstrip("\r\n").split("\t"))
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"
