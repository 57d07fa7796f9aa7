"""Lines of text in columns, folded to the width of the canvas.

Apart from `canvas`: uncoloured text needs no library, as rich takes a third of a short run.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, zip_longest
from textwrap import wrap
from typing import NamedTuple
from unicodedata import east_asian_width

from pricectl.core.labels import clean
from pricectl.report.canvas import Canvas

INDENT, GAP, NARROWEST = 2, 2, 12
EMPTY_LINE = (("", ""),)


class TableLine(NamedTuple):
    """Cells of a table, or a heading if there is one cell only.

    `style` colours the last cell, `note` is said once below the table.
    """

    cells: tuple[str, ...]
    style: str = ""
    note: str = ""


# One line of a report: pieces of text, each with its style.
StyledLine = tuple[tuple[str, str], ...]


def drawn(lines: Iterable[StyledLine], canvas: Canvas) -> str:
    """The lines as text, in colour where the canvas has some."""
    if not canvas.color:
        return "\n".join("".join(text for text, _ in line).rstrip() for line in lines)
    from rich.text import Text

    return canvas.draw(*(Text.assemble(*line, no_wrap=True, overflow="ignore") for line in lines))


def folded(sentence: str, style: str, canvas: Canvas) -> Iterator[StyledLine]:
    """A sentence over the whole width, with a hanging indent."""
    text = clean(sentence)
    indent = " " * (len(text) - len(text.lstrip()))
    for piece in _chunks(text.lstrip(), canvas.width - len(indent)):
        yield ((indent + piece, style),)


def table(lines: Sequence[TableLine], alignment: str, canvas: Canvas) -> Iterator[StyledLine]:
    """Headings across the page, and between them lines with the same columns.

    `alignment` has a letter for each column: "l" is left, "r" is right.
    """
    rows = [line.cells for line in lines if len(line.cells) > 1]
    widths = _fitted(rows, alignment, canvas.width - INDENT)
    for line in lines:
        if len(line.cells) == 1:
            yield from folded(line.cells[0], "bold", canvas)
        else:
            pairs = zip(line.cells, widths, strict=True)
            # A text that is too long for its column goes on below.
            columns = [_chunks(clean(cell), width) for cell, width in pairs]
            for pieces in zip_longest(*columns, fillvalue=""):
                *cells, last = map(_padded, pieces, widths, alignment)
                before = " " * INDENT + "".join(cell + " " * GAP for cell in cells)
                yield (before, ""), (last, line.style)


def _fitted(rows: Sequence[tuple[str, ...]], alignment: str, width: int) -> list[int]:
    """As wide as the cells; where that is too wide, the widest texts fold."""
    widths = [max(_size(clean(cell)) for cell in column) for column in zip(*rows, strict=True)]
    texts = [index for index, side in enumerate(alignment) if side == "l"]
    while sum(widths) + GAP * (len(widths) - 1) > width:
        widest = max(texts, key=lambda index: widths[index])
        if widths[widest] <= NARROWEST:
            break
        widths[widest] -= 1
    return widths


def _padded(piece: str, width: int, side: str) -> str:
    space = " " * (width - _size(piece))
    return space + piece if side == "r" else piece + space


def _size(text: str) -> int:
    """How many columns a text takes; wide letters take two."""
    return len(text) + (
        0 if text.isascii() else sum(east_asian_width(letter) in "WF" for letter in text)
    )


def _chunks(text: str, width: int) -> list[str]:
    if _size(text) <= width:
        return [text]
    if text.isascii() or _size(text) == len(text):
        return wrap(text, max(1, width)) or [""]
    half = max(1, width // 2)
    return [text[start : start + half] for start in range(0, len(text), half)]


def grouped(headings: Iterable[str], lines: Iterable[TableLine]) -> list[TableLine]:
    """Lines under their headings, each said once."""
    grouped: list[TableLine] = []
    for heading, group in groupby(zip(headings, lines, strict=True), key=lambda pair: pair[0]):
        grouped += [TableLine((heading,)), *(line for _, line in group)]
    return grouped
