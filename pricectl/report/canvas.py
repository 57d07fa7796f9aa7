"""Shared by all text output: colour, width, tables, aligned numbers."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table

WRAP_FROM = 12
COLUMN_GAP = 3


class Canvas(NamedTuple):
    """How text is drawn: in colour or not, how wide (in cells), how much of it.

    Without `unicode` the reader's encoding may lack the characters that lines are drawn with.
    """

    color: bool = False
    width: int = 100
    verbose: bool = False
    quiet: bool = False
    unicode: bool = True

    def draw(self, *parts: "RenderableType") -> str:
        """Renderables to text, each on lines of its own, without trailing spaces."""
        from io import StringIO

        from rich.console import Console

        console = Console(
            file=StringIO(),
            width=self.width,
            force_terminal=self.color,
            color_system="standard" if self.color else None,
            no_color=not self.color,
            highlight=False,
            markup=False,
            emoji=False,
            legacy_windows=False,
        )
        with console.capture() as capture:
            for part in parts:
                console.print(part, width=max(self.width, _needed(part)), crop=False)
        lines = capture.get().split("\n")
        return "\n".join(line.rstrip() for line in lines)


def _needed(part: "RenderableType") -> int:
    """The minimum width that cuts no number of a table; 0 for other parts.

    A line that the terminal wraps is better than a number that is cut.
    """
    from rich.cells import cell_len
    from rich.table import Table

    if not isinstance(part, Table):
        return 0
    widths = []
    for column in part.columns:
        cells = [str(cell) for cell in (column.header, *column.cells)]
        widest = max(map(cell_len, cells), default=0)
        widths.append(widest if column.no_wrap else min(widest, WRAP_FROM))
    return sum(widths) + COLUMN_GAP * len(widths)


def grid(*columns: Literal["left", "right", "wrap"]) -> "Table":
    """An empty table without lines; only a "wrap" column may break its text."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for column in columns:
        if column == "wrap":
            table.add_column(overflow="fold")
        else:
            table.add_column(justify=column, no_wrap=True)
    return table


def listing(*headings: str) -> "Table":
    """An empty table with headings over a rule; a heading that ends in ">" is right-aligned."""
    from rich import box
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for heading in headings:
        right = heading.endswith(">")
        table.add_column(
            heading.rstrip(">"),
            justify="right" if right else "left",
            no_wrap=right,
            overflow="fold",
        )
    return table


def at_point(numbers: Iterable[str]) -> list[str]:
    """Numbers padded so that their decimal points are aligned.

    >>> at_point(["2.50", "10.125", "3"])
    [' 2.50 ', '10.125', ' 3    ']
    """
    parts = [number.partition(".") for number in numbers]
    left = max((len(whole) for whole, _, _ in parts), default=0)
    right = max((len(point + rest) for _, point, rest in parts), default=0)
    return [whole.rjust(left) + (point + rest).ljust(right) for whole, point, rest in parts]
