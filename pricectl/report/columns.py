"""Lines of text in columns, folded to the width of the canvas.

Apart from `canvas`: uncoloured text needs no library, as rich takes a third of a short run.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from typing import NamedTuple

from pricectl.core.labels import clean
from pricectl.report.canvas import Canvas, cells_of, longest_word

INDENT, GAP = 2, 2
# A word that is longer than this takes no other column's room.
MAX_WORD_ROOM = 30
# The first column keeps this much where others need room; a longer name stands above its line.
MIN_FIRST = 8
HEADINGS = "bold"
EMPTY_LINE = (("", ""),)


class TableLine(NamedTuple):
    """Cells of a table; one cell alone goes across the page, a heading unless it has a style.

    `style` colours the last cell, that of headings the whole line.
    """

    cells: tuple[str, ...]
    style: str = ""


# One line of a report: pieces of text, each with its style.
StyledLine = tuple[tuple[str, str], ...]


def drawn(lines: Iterable[StyledLine], canvas: Canvas) -> str:
    """The lines as text, in colour where the canvas has some."""
    if not canvas.color:
        return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)
    from rich.text import Text

    return canvas.draw(*(Text.assemble(*line, no_wrap=True, overflow="ignore") for line in lines))


def folded(sentence: str, style: str, canvas: Canvas, further: int = 0) -> Iterator[StyledLine]:
    """A sentence over the whole width; its further lines stand `further` more to the right."""
    text = canvas.shown(clean(sentence))
    indent = " " * (len(text) - len(text.lstrip()))
    room = canvas.width - len(indent) - further
    for number, piece in enumerate(wrapped(text.lstrip(), room)):
        yield ((indent + (" " * further if number else "") + piece, style),)


def table(lines: Sequence[TableLine], alignment: str, canvas: Canvas) -> Iterator[StyledLine]:
    """Headings across the page, and between them lines with the same columns.

    `alignment` has a letter for each column: "l" is left, "r" is right. Names that are too long
    for the first column stand above their line. A line with another word that is too long for its
    column has its cells behind each other.
    """
    shown, widths = _shown(lines, canvas), _widths(lines, alignment, canvas)
    excess = _excess(widths, canvas)
    if excess > 0 and alignment[0] == "l":
        widths[0] = max(min(MIN_FIRST, widths[0]), widths[0] - excess)
    too_wide = _excess(widths, canvas) > 0
    for line in shown:
        if len(line.cells) == 1:
            yield from folded(line.cells[0], line.style or "bold", canvas, further=INDENT)
            continue
        broken = [longest_word(cell) > width for cell, width in _pairs(line, widths)]
        cells = line.cells
        if too_wide or any(broken[1:]):
            text = "  ".join(cell.strip() for cell in cells if cell.strip())
            yield from folded(" " * INDENT + text, line.style, canvas, further=INDENT)
            continue
        if broken[0]:
            yield from folded(" " * INDENT + cells[0].strip(), line.style, canvas, further=INDENT)
            cells = ("", *cells[1:])
        # A text that is too long for its column goes on below.
        columns = [wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for pieces in zip_longest(*columns, fillvalue=""):
            *before, last = map(_padded, pieces, widths, alignment)
            start = " " * INDENT + "".join(cell + " " * GAP for cell in before)
            yield (start, HEADINGS if line.style == HEADINGS else ""), (last, line.style)


def fits(lines: Sequence[TableLine], alignment: str, canvas: Canvas) -> bool:
    """Whether every column has room for its words, so that no name has to stand above its line."""
    return _excess(_widths(lines, alignment, canvas), canvas) <= 0


def _shown(lines: Sequence[TableLine], canvas: Canvas) -> list[TableLine]:
    return [
        line._replace(cells=tuple(canvas.shown(clean(cell)) for cell in line.cells))
        for line in lines
    ]


def _widths(lines: Sequence[TableLine], alignment: str, canvas: Canvas) -> list[int]:
    rows = [line for line in _shown(lines, canvas) if len(line.cells) > 1]
    return _fitted(rows, alignment, canvas.width - INDENT)


def _excess(widths: Sequence[int], canvas: Canvas) -> int:
    """How many cells the columns are wider than the canvas."""
    return INDENT + sum(widths) + GAP * (len(widths) - 1) - canvas.width


def _pairs(line: TableLine, widths: Sequence[int]) -> "zip[tuple[str, int]]":
    return zip(line.cells, widths, strict=True)


def _fitted(rows: Sequence[TableLine], alignment: str, width: int) -> list[int]:
    """As wide as the cells; where that is too wide, texts and headings fold, words do not."""
    columns = list(zip(*(row.cells for row in rows), strict=True)) or [("",)] * len(alignment)
    heads = 1 if rows and rows[0].style == HEADINGS else 0
    widths = [max(map(cells_of, column)) for column in columns]
    least = []
    for column, side in zip(columns, alignment, strict=True):
        # Numbers never fold, only what stands above them.
        folding, whole = (column, ()) if side == "l" else (column[:heads], column[heads:])
        least.append(
            max(
                min(max(map(longest_word, folding), default=0), MAX_WORD_ROOM),
                max(map(cells_of, whole), default=0),
            )
        )
    while sum(widths) + GAP * (len(widths) - 1) > width:
        spare = [own - smallest for own, smallest in zip(widths, least, strict=True)]
        if max(spare) <= 0:
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _padded(piece: str, width: int, side: str) -> str:
    space = " " * (width - cells_of(piece))
    return space + piece if side == "r" else piece + space


def wrapped(text: str, width: int) -> list[str]:
    """A text on lines of at most so many cells; only a word wider than that is broken.

    >>> wrapped("a long-winded text", 11), wrapped("abcdefgh ij", 3)
    (['a', 'long-winded', 'text'], ['abc', 'def', 'gh', 'ij'])
    """
    if cells_of(text) <= width:
        return [text]
    lines = [""]
    for word in text.split():
        if cells_of(word) > width:
            pieces = _in_pieces(word, max(2, width))
            lines += pieces
        elif lines[-1] and cells_of(lines[-1]) + 1 + cells_of(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return [line for line in lines if line] or [""]


def _in_pieces(word: str, width: int) -> list[str]:
    """A word in pieces of so many cells, every letter kept."""
    pieces = [""]
    for letter in word:
        if cells_of(pieces[-1] + letter) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def grouped(headings: Iterable[str], lines: Iterable[TableLine]) -> list[TableLine]:
    """Lines under their headings, each said once."""
    grouped: list[TableLine] = []
    for heading, group in groupby(zip(headings, lines, strict=True), key=lambda pair: pair[0]):
        grouped += [TableLine((heading,)), *(line for _, line in group)]
    return grouped
