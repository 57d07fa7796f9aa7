"""What `init` started, as a document and for people."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from pricectl.check.findings import SEVERITIES
from pricectl.core.labels import clean, count, plural, ratio_text, short_rate
from pricectl.core.money import usd
from pricectl.edit.old_prices import OldDifference
from pricectl.files.atomic import sha256
from pricectl.operate.init import InitResult
from pricectl.operate.started_rows import StartedRow
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW
from pricectl.report.listing import Grid
from pricectl.report.validate import finding_documents, summary_words

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

MAX_ROWS, MAX_UNKNOWN, MAX_DIFFERENCES = 20, 10, 12
INDENT = "  "


def document(result: InitResult) -> dict[str, Any]:
    """The document of `init`; schemas/init.schema.json describes it."""
    report = result.report
    return {
        "schema": "pricectl.init/1",
        "outcome": "fail" if result.exit_code else "pass",
        "file": result.file or None,
        "settings": result.settings or None,
        "written": result.written,
        "sha256": sha256(result.text.encode()) if result.file else None,
        "rows": [_row(row) for row in result.rows],
        "unknown": [{"name": each.name, "records": each.records} for each in result.unknown],
        "left_out": list(result.left_out),
        "findings": finding_documents(report) if report else [],
    }


def _row(started: StartedRow) -> dict[str, Any]:
    return {
        "provider": started.row.section,
        "model": started.row.name,
        "reference": started.reference or None,
        "names": list(started.names),
        "flags": list(started.flags),
        "retired": started.retired,
        "dropped_aliases": list(started.dropped_aliases),
        "dropped_prices": list(started.dropped_prices),
        "differences": [
            {
                "name": each.name,
                "price": each.price_label,
                "old": usd(each.old_pico_usd),
                "new": usd(each.new_pico_usd),
                "slip": each.slip or None,
                "right_until": each.until or None,
            }
            for each in started.differences
        ],
    }


def text(result: InitResult, canvas: Canvas) -> str:
    """The files, their rows, where the old list is wrong, and what a person has to decide."""
    parts: list[RenderableType] = [_text(line, "bold") for line in _files(result)]
    if canvas.quiet:
        return canvas.draw(*parts)
    shown = result.rows if canvas.verbose else result.rows[:MAX_ROWS]
    if shown:
        table = Grid(["left", "wrap"])
        for started in shown:
            name = clean(f"{INDENT}{started.row.section}/{started.row.name}")
            table.add_row(name, clean(", ".join(_remarks(started))))
        parts += ["", table, *_more(len(result.rows) - len(shown))]
    parts += _differences(result.rows, canvas)
    parts += _unknown(result, canvas)
    report = result.report
    if report:
        found = summary_words(report) or "no findings"
        parts += ["", _text(f"pricectl validate: {found}")]
        errors = [one for one in report.findings if one.severity == SEVERITIES[0]]
        parts += [
            _text(f"{INDENT}{one.rule} at {one.pointer}: {one.message}", "red") for one in errors
        ]
    return canvas.draw(*parts)


def _files(result: InitResult) -> Iterator[str]:
    verb = "written" if result.written else "to be written"
    if result.file:
        yield f"{result.file}: {plural(len(result.rows), 'model')} {verb}"
    if result.settings:
        yield f"{result.settings}: {verb}"


def _remarks(started: StartedRow) -> Iterator[str]:
    """What is worth knowing about a row."""
    if not started.reference:
        yield "not in the reference: kept as it was"
    elif started.reference != f"{started.row.section}/{started.row.name}":
        yield f"{started.reference} in the reference"
    # A name in full says no more than the row that it stands beside.
    own = {started.row.name, f"{started.row.section}/{started.row.name}"}
    others = [name for name in started.names if name not in own]
    if others:
        yield f"for {', '.join(others)}"
    if started.flags:
        yield f"flagged {' and '.join(started.flags)}"
    if started.retired:
        yield "retired"
    if started.dropped_aliases:
        yield f"alias left out, another row has it: {', '.join(started.dropped_aliases)}"
    if started.dropped_prices:
        yield f"left out, the reference has no such price: {', '.join(started.dropped_prices)}"


def _differences(rows: Sequence[StartedRow], canvas: Canvas) -> "Iterator[RenderableType]":
    """Where the old list is wrong, the largest mistakes first."""
    found = [(row, each) for row in rows for each in row.differences]
    if not found:
        return
    found.sort(key=lambda pair: -_size(pair[1]))
    shown = found if canvas.verbose else found[:MAX_DIFFERENCES]
    wrong = sum(bool(row.differences) for row in rows)
    headline = f"Wrong in your list: {plural(len(found), 'price')} of {plural(wrong, 'model')}"
    table = Grid(["left", "left", "left", "left", "left", "wrap"])
    olds, news = (
        at_point(column) for column in zip(*((_rates(each)) for _, each in shown), strict=True)
    )
    for (_, each), old, new in zip(shown, olds, news, strict=True):
        name = clean(f"{INDENT}{each.name}")
        table.add_row(name, each.price_label, old, ARROW, new, _explained(each))
    yield from ("", _text(headline, "bold yellow"), table, *_more(len(found) - len(shown)))


def _rates(each: OldDifference) -> tuple[str, str]:
    unit = each.key[0]
    return short_rate(each.old_pico_usd, unit), short_rate(each.new_pico_usd, unit)


def _size(each: OldDifference) -> float:
    """How far apart two prices are, to order them; zero is the farthest."""
    low, high = sorted((each.old_pico_usd, each.new_pico_usd))
    return high / low if low else float("inf")


def _explained(each: OldDifference) -> str:
    if each.until:
        return f"right until {each.until}"
    low, high = sorted((each.old_pico_usd, each.new_pico_usd))
    side = "high" if each.old_pico_usd == high else "low"
    ratio = f"{ratio_text(high, low)} too {side}" if low else ""
    return each.slip or ratio


def _unknown(result: InitResult, canvas: Canvas) -> "Iterator[RenderableType]":
    if result.left_out:
        names = ", ".join(result.left_out)
        yield _text(f"\nLeft out, because their prices cannot be read: {names}", "bold yellow")
    if not result.unknown:
        return
    shown = result.unknown if canvas.verbose else result.unknown[:MAX_UNKNOWN]
    yield from ("", _text("Without a row in the reference", "bold yellow"))
    table = Grid(["wrap", "right"])
    for each in shown:
        table.add_row(clean(f"{INDENT}{each.name}"), f"{count(each.records)} in the log")
    yield table
    yield from _more(len(result.unknown) - len(shown))
    yield _text(f"{INDENT}add what you sell: pricectl add MODEL input=PRICE output=PRICE", "dim")


def _more(number: int) -> "list[RenderableType]":
    return [_text(f"{INDENT}and {count(number)} more; -v shows all", "dim")] if number else []


def _text(sentence: str, style: str = "") -> "Text":
    from rich.text import Text

    return Text("\n".join(map(clean, sentence.split("\n"))), style=style)
