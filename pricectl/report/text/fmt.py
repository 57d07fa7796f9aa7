"""What a formatter did to a catalog, or would do, for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from pricectl.changes import Change
from pricectl.check.positions import Positions
from pricectl.core.labels import count
from pricectl.edit.notation import Respelled
from pricectl.edit.promotion import Left, Promotion
from pricectl.report import changes as words
from pricectl.report.canvas import Canvas, at_point, clean, grid
from pricectl.report.changes import ARROW
from pricectl.report.fmt import Outcome, difference, summary

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MAX_PRICES, MAX_RESPELLED = 6, 10
INDENT = "  "
PER_MTOK = "USD per 1M tokens where no unit is named"
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def report(outcome: Outcome, canvas: Canvas, *, quiet: bool) -> str:
    """The summary, then every row and price."""
    found = outcome.found
    parts: list[RenderableType] = [_text(summary(outcome), "bold")]
    if not quiet:
        places = Positions(found.before)
        for row in found.promoted:
            parts += ["", *_promotion(row, places, canvas)]
        if found.promoted:
            parts += ["", _text(f"{PER_MTOK}; {words.INSTEAD}", "dim")]
        parts += _respelled(found.respelled, places, canvas)
        parts += _left(found.left, places)
        if found.changed and found.last_updated:
            parts += ["", _text(f"metadata.last_updated stays {found.last_updated}", "dim")]
    return canvas.draw(*parts)


def unified(outcome: Outcome, canvas: Canvas) -> str:
    """The unified diff; empty if there is no difference."""
    lines = list(difference(outcome))
    if not canvas.color:
        return "".join(f"{line}\n" for line in lines)
    whole = canvas._replace(width=max(canvas.width, *(2 * len(line) for line in lines), 1))
    return whole.draw(*(_text(line, _DIFF_STYLES.get(line[:1], "")) for line in lines))


def _promotion(row: Promotion, places: Positions, canvas: Canvas) -> "Iterator[RenderableType]":
    line = places.key(row.pointer).line
    yield _text(f"{row.model.full_name}, from {row.begun[-1]} (line {line})", "bold")
    shown = row.changes if canvas.verbose else row.changes[:MAX_PRICES]
    if not shown:
        yield _text(f"{INDENT}the row has these prices already")
        return
    yield _prices(shown)
    yield from _more(len(row.changes) - len(shown))


def _prices(changes: Sequence[Change]) -> "RenderableType":
    table = grid("wrap", "left", "left", "left", "right")
    old, new = (at_point(side) for side in zip(*map(words.sides, changes), strict=True))
    for change, before, after in zip(changes, old, new, strict=True):
        moved = words.moved(change.largest)
        table.add_row(clean(INDENT + words.price_label(change)), before, ARROW, after, moved)
    return table


def _respelled(
    prices: Sequence[Respelled], places: Positions, canvas: Canvas
) -> "Iterator[RenderableType]":
    if not prices:
        return
    shown = prices if canvas.verbose else prices[:MAX_RESPELLED]
    table = grid("left", "wrap", "right", "left", "left")
    for pointer, old, new in shown:
        line = places.value(pointer).line
        table.add_row(f"{INDENT}line {line}", clean(pointer), old, ARROW, new)
    yield from ("", _text("Respelled", "bold"), table, *_more(len(prices) - len(shown)))


def _left(rows: Sequence[Left], places: Positions) -> "Iterator[RenderableType]":
    if rows:
        yield from ("", _text("Left to you", "bold yellow"))
    for row in rows:
        line = places.key(row.pointer).line
        yield _text(f"{INDENT}line {line}  {row.model.full_name}: {row.reason}")


def _more(number: int) -> "list[RenderableType]":
    return [_text(f"{INDENT}and {count(number)} more; -v shows all", "dim")] if number else []


def _text(told: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(clean(told), style=style)
