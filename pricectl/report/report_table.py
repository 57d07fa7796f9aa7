"""A table of a report before a format draws it."""

from typing import NamedTuple


class ReportTable(NamedTuple):
    """A table: `alignment` has "l" or "r" for each column; `left_out` lines are not shown.

    `spare` are the columns that a narrow page has no room for, the first to go first.
    """

    title: str
    headings: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    alignment: str
    left_out: int = 0
    spare: tuple[int, ...] = ()

    def without(self, place: int) -> "ReportTable":
        """The table without one of its columns."""
        return self._replace(
            headings=self.headings[:place] + self.headings[place + 1 :],
            lines=tuple(line[:place] + line[place + 1 :] for line in self.lines),
            alignment=self.alignment[:place] + self.alignment[place + 1 :],
        )
