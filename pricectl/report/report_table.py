"""A table of a report before a format draws it."""

from typing import NamedTuple


class ReportTable(NamedTuple):
    """A table: `alignment` has "l" or "r" for each column; `left_out` lines are not shown."""

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    alignment: str
    left_out: int = 0
