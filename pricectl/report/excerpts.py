"""Excerpts of a catalog's source with the place of a finding marked by carets."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from pricectl.check.findings import REPEATED, Finding
from pricectl.check.positions import Positions, Span
from pricectl.core.labels import clean

if TYPE_CHECKING:
    from rich.text import Text

GUTTER, DIM = "blue", "dim"
TAB = "    "
MIN_SOURCE_WIDTH = 24
ELLIPSIS = len("...")
# A row's JSON Pointer has so many slashes: /provider/model.
ROW_DEPTH = 2


class MarkedSpan(NamedTuple):
    """A line of the source, the mark below it and a note; context has no mark."""

    span: Span
    mark: str
    style: str
    note: str = ""


def marked_spans(positions: Positions, finding: Finding, style: str) -> list[MarkedSpan]:
    """What an excerpt shows of a finding, in the order of the source; empty without a place."""
    line = positions.line(finding.span.line) if finding.span else ""
    # A finding about the whole file stands at its first brace, which is not worth showing.
    about_the_file = not finding.pointer and line.strip() == "{"
    if not finding.span or not line.strip() or about_the_file:
        return []
    repeats = finding.also and finding.other_note == REPEATED
    spans = [MarkedSpan(finding.span, "^", style, "again here" if repeats else "")]
    if finding.also:
        spans.append(MarkedSpan(finding.also, "-", "blue", finding.other_note))
    marked = {shown.span.line for shown in spans}
    if finding.pointer.count("/") > ROW_DEPTH:  # inside a row: its name is worth showing
        row = "/".join(finding.pointer.split("/")[: ROW_DEPTH + 1])
        name = positions.key(row)
        spans += [] if name.line in marked else [MarkedSpan(name, "", "")]
    return sorted(spans, key=lambda shown: shown.span)


def draw_excerpt(
    spans: Sequence[MarkedSpan], positions: Positions, gutter: int, width: int
) -> "Text":
    """The lines of the spans behind their numbers, `gutter` cells wide, with marks below them."""
    from rich.text import Text

    room = max(MIN_SOURCE_WIDTH, width - gutter - len(" | "))
    drawn = Text()
    last = spans[0].span.line
    for marked in spans:
        line = marked.span.line
        shown = window(positions.line(line), marked.span, room)
        if line > last + 1:
            drawn.append("...\n", GUTTER)
        if line != last or marked is spans[0]:
            drawn.append(f"{line:>{gutter}} | ", GUTTER)
            drawn.append(f"{shown.text}\n", "" if marked.mark else DIM)
        if marked.mark:
            drawn.append(" " * gutter + " | ", GUTTER)
            drawn.append(" " * shown.start + marked.mark * shown.length, marked.style)
            drawn.append(f" {marked.note}\n" if marked.note else "\n", marked.style)
        last = line
    return drawn


class Window(NamedTuple):
    """The part of a source line that is shown, and the cells of it that are marked."""

    text: str
    start: int
    length: int


def window(line: str, span: Span, room: int) -> Window:
    """The part of a line around a span that fits into so many terminal cells.

    Tabs become spaces, control characters their codes; wide characters count two cells.
    """
    first = span.column - 1
    begin = max(0, first - room) if len(line) > room else 0
    before, marked, after = (
        clean(part.replace("\t", TAB))
        for part in (
            line[begin:first],
            line[first : first + min(span.length, room)],
            line[first + span.length : first + span.length + room],
        )
    )
    cut = begin > 0
    if _cells(before + marked + after) > room:
        # At least half of the room goes to what is marked, a third to what comes after it.
        needed = min(_cells(marked), room // 2) + min(_cells(after), room // 3)
        short = _tail(before, max(0, room - needed - 2 * ELLIPSIS))
        before, cut = short, cut or short != before
    prefix = "..." if cut else ""
    start = len(prefix) + _cells(before)
    text = _head(prefix + before + marked + after, room)
    return Window(text, start, max(1, min(_cells(marked), room - start)))


def _cells(text: str) -> int:
    if text.isascii():
        return len(text)
    from rich.cells import cell_len

    return cell_len(text)


def _head(text: str, room: int) -> str:
    if _cells(text) <= room:
        return text
    while _cells(text) > room - 3:
        text = text[: min(len(text) - 1, room)]
    return f"{text}..."


def _tail(text: str, room: int) -> str:
    while _cells(text) > room:
        text = text[max(1, len(text) - room) :]
    return text
