"""A table with headings that fits any width: it breaks no word that fits and cuts no figure.

It is apart from rich's own table, which folds a long name into a narrow column, letter by letter.
"""

from collections.abc import Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, Literal, TypeAlias

from pricectl.report.canvas import longest_word

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions
    from rich.text import Text

COLUMN_GAP, RECORD_GAP = 3, 2
GRID_GAP, BELOW = 2, 4
Side: TypeAlias = Literal["left", "right", "wrap"]


class _Rows:
    """What both kinds of table have: rows of cells."""

    def __init__(self) -> None:
        self._rows: list[tuple[Text, ...]] = []

    @property
    def row_count(self) -> int:
        """How many rows it has, before any of them folds."""
        return len(self._rows)

    def add_row(self, *cells: "Text | str") -> None:
        """Add a row with a cell for each column."""
        from rich.text import Text

        self._rows.append(tuple(Text(cell) if isinstance(cell, str) else cell for cell in cells))


class Listing(_Rows):
    """Rows under headings; a heading that ends in ">" is of a column of figures, which never fold.

    A row of one cell is a heading between the rows, a row without cells a blank line.

    Where the columns do not fit, texts go on below, word by word. Where that is not enough, a long
    name in the first column has a line of its own above its figures. Where not even the figures fit
    beside each other, each cell has a line of its own behind its heading.
    """

    def __init__(self, headings: Sequence[str]) -> None:
        super().__init__()
        self._headings = [heading.rstrip(">") for heading in headings]
        self._right = [heading.endswith(">") for heading in headings]

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[Text]":
        """The lines for a console; rich calls it."""
        natural = self._natural()
        if sum(natural) + COLUMN_GAP * (len(natural) - 1) > options.max_width and self._rows:
            self._without_empty_columns()
        least, natural = self._least(), self._natural()
        gaps = COLUMN_GAP * (len(least) - 1)
        # What the first column may have: a name that is longer has a line of its own.
        first = options.max_width - gaps - sum(least[1:])
        if first < 0:
            yield from self._records(console, options.max_width)
            return
        least[0] = min(least[0], first)
        widths = _grown(least, natural, options.max_width - gaps)
        yield from self._table(console, widths, options.max_width)

    def _without_empty_columns(self) -> None:
        """Take out the columns that say nothing, so that the others have their room."""
        said = [any(map(str, self._cells(index))) for index in range(len(self._headings))]
        whole = len(self._headings)
        self._rows = [
            tuple(cell for cell, keep in zip(row, said, strict=True) if keep)
            if len(row) == whole
            else row
            for row in self._rows
        ]
        self._headings = [text for text, keep in zip(self._headings, said, strict=True) if keep]
        self._right = [right for right, keep in zip(self._right, said, strict=True) if keep]

    def _cells(self, index: int) -> "list[Text]":
        """The cells of a column, without headings that stand across the table."""
        return [row[index] for row in self._rows if len(row) == len(self._headings)]

    def _natural(self) -> list[int]:
        """How wide each column is where nothing folds."""
        return [
            max([len(heading), *(cell.cell_len for cell in self._cells(index))])
            for index, heading in enumerate(self._headings)
        ]

    def _least(self) -> list[int]:
        """How wide each column is at least: its figures, or its longest word."""
        least = self._natural()
        for index, heading in enumerate(self._headings):
            if not self._right[index]:
                texts = (heading, *(cell.plain for cell in self._cells(index)))
                least[index] = max(map(longest_word, texts))
        return least

    def _table(
        self, console: "Console", widths: Sequence[int], whole_width: int
    ) -> "Iterator[Text]":
        from rich.text import Text

        headings = [Text(heading, "bold") for heading in self._headings]
        if headings[0].cell_len > widths[0]:
            yield headings[0]
            headings[0] = Text()
        yield from self._row(console, headings, widths)
        yield Text("─" * (sum(widths) + COLUMN_GAP * (len(widths) - 1)))
        for row in self._rows:
            if len(row) != len(widths):
                yield from _folded(console, row[0], whole_width) if row else (Text(),)
                continue
            cells = list(row)
            if longest_word(cells[0].plain) > widths[0]:
                yield from _folded(console, cells[0], whole_width)
                cells[0] = Text()
            yield from self._row(console, cells, widths)

    def _row(
        self, console: "Console", cells: "Sequence[Text]", widths: Sequence[int]
    ) -> "Iterator[Text]":
        from rich.text import Text

        columns = [_folded(console, cell, width) for cell, width in zip(cells, widths, strict=True)]
        for pieces in zip_longest(*columns, fillvalue=Text()):
            line = _blank(0)
            for index, (piece, width) in enumerate(zip(pieces, widths, strict=True)):
                space = " " * (width - piece.cell_len)
                gap = " " * COLUMN_GAP if index else ""
                line.append(gap + space if self._right[index] else gap)
                line.append_text(piece)
                line.append("" if self._right[index] else space)
            yield line

    def _records(self, console: "Console", width: int) -> "Iterator[Text]":
        """Each cell on a line of its own behind its heading, each row apart from the next."""
        from rich.text import Text

        label = max(map(len, self._headings)) + RECORD_GAP
        for number, row in enumerate(self._rows):
            if len(row) != len(self._headings):
                yield from _folded(console, row[0], width) if row else (Text(),)
                continue
            if number:
                yield Text()
            for heading, cell in zip(self._headings, row, strict=True):
                pieces = _folded(console, _stripped(cell), max(1, width - label))
                for index, piece in enumerate(pieces):
                    line = _blank(0).append(("" if index else heading).ljust(label), "bold")
                    if piece.plain:
                        yield line.append_text(piece)


class Grid(_Rows):
    """Lines of cells without headings: "left" and "right" columns, and "wrap", whose text folds.

    Where there is no room beside the other cells for the longest word of a text, it goes below.
    """

    def __init__(self, sides: Sequence[Side]) -> None:
        super().__init__()
        self._sides = sides

    def __rich_console__(self, console: "Console", options: "ConsoleOptions") -> "Iterator[Text]":
        """The lines for a console; rich calls it."""
        widths = self._widths(options.max_width)
        for row in self._rows:
            yield from self._lines(console, row, widths, options.max_width)

    def _lines(
        self, console: "Console", row: "Sequence[Text]", widths: Sequence[int], whole_width: int
    ) -> "Iterator[Text]":
        """A row: cells side by side; one that has no room has lines of its own below them."""
        from rich.text import Text

        line, column = _blank(0), 0
        for index, (cell, own, side) in enumerate(zip(row, widths, self._sides, strict=True)):
            is_last, room = self._is_last_text(index), whole_width - column
            fits = longest_word(cell.plain) <= room if is_last else cell.cell_len <= own
            if not fits:
                if line.plain.strip():
                    yield line
                for piece in _folded(console, _stripped(cell), whole_width - BELOW):
                    yield _blank(BELOW).append_text(piece)
                line = _blank(column)
            if is_last:
                for piece in _folded(console, cell, room) if fits else ():
                    yield line.append_text(piece)
                    line = _blank(column)
                break
            shown = cell if fits else Text()
            space = " " * (own - shown.cell_len)
            line.append(space if side == "right" else "").append_text(shown)
            line.append("" if side == "right" else space).append(" " * GRID_GAP)
            column += own + GRID_GAP
        if line.plain.strip():
            yield line

    def _widths(self, width: int) -> list[int]:
        """The widths of the columns that do not fold; one that is too wide has its cells below."""
        widths = []
        for index, side in enumerate(self._sides):
            sizes = [row[index].cell_len for row in self._rows]
            most = width if side == "right" else width // 2
            fitting = (size for size in sizes if size <= most)
            widths.append(0 if self._is_last_text(index) else max(fitting, default=0))
        return widths

    def _is_last_text(self, index: int) -> bool:
        """Whether a column has the rest of the line: only there does a text go on below itself."""
        return self._sides[index] == "wrap" and index == len(self._sides) - 1


def _blank(width: int) -> "Text":
    """The beginning of a line, so many cells wide; nothing folds it."""
    from rich.text import Text

    return Text(" " * width, no_wrap=True, overflow="ignore")


def _stripped(text: "Text") -> "Text":
    stripped = text.copy()
    stripped.plain = text.plain.strip()
    return stripped


def _grown(least: Sequence[int], natural: Sequence[int], room: int) -> list[int]:
    """The least widths with what room is left, the column that folds most first."""
    widths = list(least)
    for _ in range(max(0, room - sum(widths))):
        lacking = [whole - width for whole, width in zip(natural, widths, strict=True)]
        if max(lacking) <= 0:
            break
        widths[lacking.index(max(lacking))] += 1
    return widths


def _folded(console: "Console", text: "Text", width: int) -> "Sequence[Text]":
    """A text on as many lines as it needs; only a word wider than the width is broken."""
    from rich.text import Text

    if text.cell_len <= width and "\n" not in text.plain:
        return [text]
    lines: list[Text] = []
    for part in text.split("\n"):
        lines += [part] if part.cell_len <= width else part.wrap(console, width, overflow="fold")
    return [line for line in lines if line.plain.strip()] or [Text()]
