"""What `fmt` did to a catalog, or would do, as a document and for people."""

import difflib
from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from pricectl.changes import Change
from pricectl.check.positions import Positions
from pricectl.core.labels import clean, count, plural
from pricectl.edit.formatting import FmtResult
from pricectl.edit.notation import Respelled
from pricectl.edit.promotion import Promotion
from pricectl.files.atomic import sha256
from pricectl.report import changes as change_text
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW
from pricectl.report.diff import percent
from pricectl.report.listing import Grid

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

PRICES_NOTE = "USD per 1M tokens where no unit is named"
MAX_PRICES, MAX_RESPELLED = 6, 10
INDENT = "  "
_DIFF_STYLES = {"+": "green", "-": "red", "@": "cyan"}


def document(result: FmtResult) -> dict[str, Any]:
    """The document of `fmt`, with the unified diff if asked for.

    schemas/fmt.schema.json describes it.
    """
    found = result.formatted_text
    positions = found.positions
    return {
        "schema": "pricectl.fmt/1",
        "outcome": "fail" if result.failed else "pass",
        "file": result.name,
        "changed": found.changed,
        "written": result.written,
        "sha256": {"old": sha256(found.before.encode()), "new": sha256(found.text.encode())},
        "promoted": [
            {
                "provider": row.model.provider,
                "model": row.model.name,
                **_position(row.pointer, positions),
                "from": list(row.begun),
                "changes": [_change(change) for change in row.changes],
            }
            for row in found.promoted
        ],
        "respelled": [
            {**_position(price.pointer, positions), "old": price.old, "new": price.new}
            for price in found.respelled
        ],
        "left": [
            {
                "provider": row.model.provider,
                "model": row.model.name,
                **_position(row.pointer, positions),
                "reason": row.reason,
            }
            for row in found.left
        ],
        "unsorted": list(found.unsorted),
        "due": result.due,
        "last_updated": found.last_updated or None,
        "diff": "".join(f"{line}\n" for line in unified_diff(result)) if result.diff else None,
    }


def _position(pointer: str, positions: Positions) -> dict[str, Any]:
    span = positions.value(pointer)
    return {"pointer": pointer, "line": span.line, "column": span.column}


def _change(change: Change) -> dict[str, Any]:
    largest = change.largest
    return {
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "percent": percent(largest.relative) if largest else None,
    }


def text(result: FmtResult, canvas: Canvas) -> str:
    """The summary, then every row and price; quiet: the summary only. Or the unified diff."""
    if result.diff:
        return _diff_text(result, canvas)
    found, positions = result.formatted_text, result.formatted_text.positions
    parts: list[RenderableType] = [_text(summary(result), "bold")]
    if not canvas.quiet:
        for row in found.promoted:
            parts += ["", *_promotion(row, positions, canvas)]
        if found.promoted:
            parts += ["", _text(f"{PRICES_NOTE}; {change_text.FALLBACK_NOTE}", "dim")]
        parts += _respelled(found.respelled, positions, canvas)
        parts += ["", _text("Left to you", "bold yellow")] if found.left else []
        for row_left in found.left:
            line = positions.key(row_left.pointer).line
            where = f"{INDENT}line {line}  {row_left.model.full_name}"
            parts.append(_text(f"{where}: {row_left.reason}"))
        if found.changed and found.last_updated:
            parts += ["", _text(f"metadata.last_updated stays {found.last_updated}", "dim")]
    return canvas.draw(*parts)


def _diff_text(result: FmtResult, canvas: Canvas) -> str:
    """The unified diff; empty if there is no difference."""
    lines = list(unified_diff(result))
    if not canvas.color:
        return "".join(f"{line}\n" for line in lines)
    whole = canvas._replace(width=max(canvas.width, *(2 * len(line) for line in lines), 1))
    return whole.draw(*(_text(line, _DIFF_STYLES.get(line[:1], "")) for line in lines))


def summary(result: FmtResult) -> str:
    """What was or would be done, in one line."""
    verb = "" if result.writes else "to be "
    parts = [
        f"{plural(len(items), word)} {verb}{participle}"
        for items, word, participle in (
            (result.formatted_text.promoted, "row", "promoted"),
            (result.formatted_text.respelled, "price", "respelled"),
            (result.formatted_text.unsorted, "section", "sorted"),
        )
        if items
    ]
    if result.formatted_text.left:
        parts.append(f"{plural(len(result.formatted_text.left), 'row')} left to you")
    return f"{clean(result.name)}: {', '.join(parts) or 'nothing to do'}"


def unified_diff(result: FmtResult) -> Iterator[str]:
    """The lines of the unified diff, without their ends; none if there is no difference."""
    found = result.formatted_text
    before, after = (StringIO(text).readlines() for text in (found.before, found.text))
    for line in difflib.unified_diff(before, after, result.name, result.name):
        yield "\t".join(clean(part) for part in line.rstrip("\r\n").split("\t"))
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _promotion(row: Promotion, positions: Positions, canvas: Canvas) -> "Iterator[RenderableType]":
    line = positions.key(row.pointer).line
    yield _text(f"{row.model.full_name}, from {row.begun[-1]} (line {line})", "bold")
    shown = row.changes if canvas.verbose else row.changes[:MAX_PRICES]
    if not shown:
        yield _text(f"{INDENT}the row has these prices already")
        return
    table = Grid(["wrap", "left", "left", "left", "right"])
    old, new = (
        at_point(column) for column in zip(*map(change_text.old_and_new, shown), strict=True)
    )
    percents = at_point(change_text.percent_text(change.largest) for change in shown)
    for change, before, after, percentage in zip(shown, old, new, percents, strict=True):
        label = clean(INDENT + change_text.price_label(change))
        table.add_row(label, before, ARROW, after, percentage)
    yield from (table, *_more(len(row.changes) - len(shown)))


def _respelled(
    prices: Sequence[Respelled], positions: Positions, canvas: Canvas
) -> "Iterator[RenderableType]":
    if not prices:
        return
    shown = prices if canvas.verbose else prices[:MAX_RESPELLED]
    table = Grid(["left", "wrap", "right", "left", "left"])
    for pointer, old, new in shown:
        line = positions.value(pointer).line
        table.add_row(f"{INDENT}line {line}", clean(pointer), old, ARROW, new)
    yield from ("", _text("Respelled", "bold"), table, *_more(len(prices) - len(shown)))


def _more(number: int) -> "list[RenderableType]":
    return [_text(f"{INDENT}and {count(number)} more; -v shows all", "dim")] if number else []


def _text(sentence: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text(clean(sentence), style=style)
