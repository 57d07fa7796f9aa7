"""What an edit says, as words: `FIELD=VALUE`, `FIELD+=NAME`, `FIELD-=NAME`."""

import re
from datetime import date
from typing import Literal, NamedTuple

from pricectl.core.errors import PricingError

Operator = Literal["=", "+=", "-="]
MAX_WORD = 4096
# The value that removes a field.
NONE = "none"
_OPERATORS: dict[str, Operator] = {"=": "=", "+=": "+=", "-=": "-="}
_ASSIGNMENT = re.compile(r"([^=\s+-][^=\s]*?)\s*(\+=|-=|=)\s*(.*)", re.DOTALL)


class BadEdit(PricingError):
    """An edit that cannot be made as it was written."""


class Assignment(NamedTuple):
    """One change of a field of a row: its name as written, how, and the value as written."""

    field: str
    operator: Operator
    value: str

    @property
    def removes(self) -> bool:
        """Whether the field is to be taken out of the row."""
        return self.operator == "=" and self.value == NONE

    def __str__(self) -> str:
        """The assignment as it is written on the command line."""
        return f"{self.field}{self.operator}{self.value}"


class RowRequest(NamedTuple):
    """What is asked of the rows of a name or pattern.

    `starts`: the prices hold from that day on, and stand in `upcoming` until then. `ended`: the old
    prices held until that day, and move to `previous`. `verified`: somebody compared the row with
    its source on that day. `siblings` and `copies`: prices that depend on the edited ones keep
    their ratio to them, in the row and in the clouds' rows of the model. `origin` is the
    line of a file of edits.
    """

    model: str
    assignments: tuple[Assignment, ...] = ()
    starts: date | None = None
    ended: date | None = None
    source: str = ""
    verified: date | None = None
    siblings: bool = False
    copies: bool = False
    origin: str = ""


def read_assignment(word: str) -> Assignment:
    """Read one word of the command line.

    >>> read_assignment("input=2.50/M")
    Assignment(field='input', operator='=', value='2.50/M')
    >>> read_assignment("aliases+=gpt-4o-latest").operator
    '+='
    """
    found = _ASSIGNMENT.fullmatch(word.strip()) if len(word) <= MAX_WORD else None
    if found is None:
        raise BadEdit("is not FIELD=VALUE", where=f"{word!r:.80}", next_step="such as input=2.50/M")
    field, operator, value = found[1], _OPERATORS[found[2]], found[3].strip()
    if not value:
        step = f"{field}={NONE} takes the field out of the row"
        raise BadEdit("has no value", where=f"{word!r:.80}", next_step=step)
    return Assignment(field, operator, value)
