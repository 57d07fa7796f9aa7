"""What a formatter did to a catalog, or would do, in every format's words."""

import difflib
from collections.abc import Iterator
from io import StringIO
from typing import NamedTuple

from pricectl.core.labels import plural
from pricectl.edit.formatting import Formatted
from pricectl.report.canvas import clean


class Outcome(NamedTuple):
    """A formatted catalog with its name, and what it was made for.

    `writes`: to be used, not only looked at; `written`: its file was replaced. `fail_on_due`: fail
    if prices have begun that are not promoted.
    """

    name: str
    found: Formatted
    writes: bool = True
    written: bool = False
    check: bool = False
    fail_on_due: bool = False

    @property
    def due(self) -> bool:
        """Whether prices that have begun are not promoted, by a date and not by an edit."""
        return bool(self.found.left or (self.found.promoted and not self.writes))

    @property
    def failed(self) -> bool:
        """Whether a person has something to do: what a date made due only if that was asked for.

        A promotion that was to be written and could not be is a failure in any case.
        """
        if self.due and (self.writes or self.fail_on_due):
            return True
        return self.check and bool(self.found.respelled)


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
