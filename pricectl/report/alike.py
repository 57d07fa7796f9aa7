"""Lines that many rows share, said once for all of them."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Generic, NamedTuple, TypeVar

from pricectl.core.labels import count

# The same line of more rows is said once.
MAX_ALIKE = 4
# So many names are written out, the others are counted.
SHOWN_NAMES = 3
LineT = TypeVar("LineT", bound=Hashable)


class LineGroup(NamedTuple, Generic[LineT]):
    """Lines of a row, or of all the rows that have them alike."""

    rows: tuple[str, ...]
    lines: tuple[LineT, ...]

    @property
    def title(self) -> str:
        """The name of the row; of several, how many and the first of them."""
        return rows_title(self.rows)


def rows_title(rows: Sequence[str], things: str = "rows") -> str:
    """The name of a row; of several, how many and the first of them.

    >>> rows_title(["a"]), rows_title(["a", "b"]), rows_title(["a", "b", "c", "d", "e"])
    ('a', '2 rows: a, b', '5 rows: a, b, c and 2 more')
    """
    return rows[0] if len(rows) == 1 else f"{count(len(rows))} {things}: {first_names(rows)}"


def first_names(names: Sequence[str]) -> str:
    """The first names, and how many more there are.

    >>> first_names(["a", "b"]), first_names(["a", "b", "c", "d"])
    ('a, b', 'a, b, c and 1 more')
    """
    shown, more = ", ".join(names[:SHOWN_NAMES]), len(names) - SHOWN_NAMES
    return f"{shown} and {count(more)} more" if more > 0 else shown


def alike_once(
    rows: Mapping[str, Sequence[LineT]], goes_last: Callable[[LineT], bool]
) -> list[LineGroup[LineT]]:
    """The lines of each row in order; what more than four rows share stands where the first does.

    Groups whose lines all go last stand behind every other.
    """
    having: dict[LineT, dict[str, None]] = {}
    for row, lines in rows.items():
        for line in lines:
            having.setdefault(line, {})[row] = None
    shared: dict[tuple[str, ...], list[LineT]] = {}
    for line, found in having.items():
        if len(found) > MAX_ALIKE:
            shared.setdefault(tuple(found), []).append(line)
    repeated = {line for lines in shared.values() for line in lines}
    groups: list[LineGroup[LineT]] = []
    starting: dict[str, list[LineGroup[LineT]]] = {}
    for names, lines in shared.items():
        starting.setdefault(names[0], []).append(LineGroup(names, tuple(lines)))
    for row, lines in rows.items():
        own = tuple(line for line in lines if line not in repeated)
        groups += [LineGroup((row,), own)] if own else []
        groups += starting.get(row, ())
    return sorted(groups, key=lambda group: all(map(goes_last, group.lines)))


def first_lines(
    groups: Sequence[LineGroup[LineT]], limit: int | None
) -> tuple[list[LineGroup[LineT]], int]:
    """The groups with only their first lines, and how many lines are left out; None keeps all."""
    shown: list[LineGroup[LineT]] = []
    room = limit
    for group in groups:
        lines = group.lines if room is None else group.lines[:room]
        room = None if room is None else room - len(lines)
        shown += [group._replace(lines=lines)] if lines else []
    left_out = sum(len(group.lines) for group in groups) - sum(len(one.lines) for one in shown)
    return shown, left_out
