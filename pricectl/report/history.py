"""Prices over time, and a catalog's changes commit by commit, for people."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pricectl.changes.rates import rate_text
from pricectl.core.labels import clean, count, grouped, plural
from pricectl.core.windows import day_text
from pricectl.history.edits import CatalogEdit, CatalogHistory
from pricectl.history.timeline import (
    MARGIN,
    HistoryStep,
    PeriodChange,
    Timeline,
    shifted,
)
from pricectl.history.versions import HistoryVersion
from pricectl.report import changes as change_text
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, table
from pricectl.report.history_document import (
    KIND_WORDS,
    LARGEST_MOVES,
    History,
    document,
    usd_per,
)
from pricectl.report.step_chart import ChartSeries, chart_signs, step_chart

__all__ = ["document", "text"]

# More steps, commits or broken versions are shown with -v.
MAX_STEPS, MAX_EDITS, MAX_UNREADABLE = 40, 30, 5
# Charts take many lines; cache prices mostly follow those of input.
_CHARTED = 2
_NOT_CHARTED = "cache_read"
_UNPRICED = "-"


def text(result: History, canvas: Canvas) -> str:
    """The charts and the table; quiet: the table alone."""
    if isinstance(result, CatalogHistory):
        return drawn(_catalog_text(result, canvas), canvas)
    return drawn(_timeline_text(result, canvas), canvas)


def _timeline_text(result: Timeline, canvas: Canvas) -> Iterator[StyledLine]:
    if not canvas.quiet:
        service = f", {result.service}" if result.service else ""
        name = "/".join(result.key)
        versions = plural(len(result.traced.rows), "version")
        asked = "" if result.asked in {name, result.key[1]} else f", asked for as {result.asked}"
        yield from folded(f"{clean(name)}{clean(service)}{clean(asked)}", "bold", canvas)
        steps = plural(len(result.steps), "change")
        yield from folded(f"{steps} in {versions}", "dim", canvas)
        yield EMPTY_LINE
        yield from _charts(result, canvas)
    shown = result.steps if canvas.verbose else result.steps[-MAX_STEPS:]
    yield from table(_step_lines(result, shown), f"lll{'r' * len(result.units)}l", canvas)
    if canvas.quiet:
        return
    left_out = len(result.steps) - len(shown)
    if left_out:
        yield from folded(f"  and {count(left_out)} earlier; -v shows all", "dim", canvas)
    yield from _notes(result.traced.unreadable, result.lacks, canvas)


def chart_series(result: Timeline) -> Iterator[tuple[str, ChartSeries]]:
    """The prices that are charted, each with its title, all over the same time."""
    units = [unit for unit in result.units if unit != _NOT_CHARTED] or result.units
    # Units that were asked for are all shown.
    units = units[:_CHARTED] if len(result.units) > _CHARTED else result.units
    lines = {unit: (result.charged(unit), result.known_now(unit)) for unit in units}
    starts = {point.start for pair in lines.values() for points in pair for point in points}
    last = max([result.at, *starts])
    if last in starts:  # so that the last price is a line and not a point
        last = shifted(last, (last - result.start) / MARGIN)
    for unit, (charged, known_now) in lines.items():
        points = (*charged, *known_now)
        prices = {point.pico_usd for point in points if point.pico_usd is not None}
        labels = {price: grouped(rate_text(price, unit)) for price in prices}
        title = f"{unit}, USD per {usd_per(unit)}"
        yield title, ChartSeries(charged, known_now, labels, result.start, last, result.at)


def _charts(result: Timeline, canvas: Canvas) -> Iterator[StyledLine]:
    signs = chart_signs(canvas.encoding)
    dashed = False
    for title, series in chart_series(result):
        chart = list(step_chart(series, canvas.width, signs))
        if chart:
            yield from folded(title, "bold", canvas)
            yield from chart
            yield EMPTY_LINE
            dashed |= series.has_dashes
    if dashed:
        legend = f"{signs.line * 2} as the file had it then"
        legend += f"   {signs.dashes * 2} as it has it now, where that differs"
        yield from folded(legend, "dim", canvas)
        yield EMPTY_LINE


def _step_lines(result: Timeline, steps: Sequence[HistoryStep]) -> list[TableLine]:
    rows = [(step, period) for step in steps for period in step.periods or (None,)]
    columns = []
    for unit in result.units:
        rates = (_rate(period, step, unit, result.service) for step, period in rows)
        columns.append(at_point(rates))
    lines = [TableLine(("Known", "Version", "In force", *result.units, "Change"), "bold")]
    before: HistoryStep | None = None
    for (step, period), *prices in zip(rows, *columns, strict=True):
        version = step.row.version
        # Said once for all periods of a version.
        known = ("", "") if step is before else (_day(version.known_at), version.name)
        cells = (*known, _in_force(step, period), *prices, _what(result, step, period))
        lines.append(TableLine(cells, "red" if step.event == "removed" else ""))
        before = step
    return lines


def _rate(period: PeriodChange | None, step: HistoryStep, unit: str, service: str) -> str:
    model = step.row.model
    prices = period.prices if period else model and model.prices
    pico_usd = prices.base_rate(unit, service) if prices else None
    return _UNPRICED if pico_usd is None else grouped(rate_text(pico_usd, unit))


def _in_force(step: HistoryStep, period: PeriodChange | None) -> str:
    """When a price applies, by the catalog; without a date there, from its commit on."""
    if period is None or step.row.model is None:
        return ""
    if period.start and period.end:
        return f"{day_text(period.start)} to {day_text(period.end)}"
    if period.start:
        return f"from {day_text(period.start)}"
    return f"until {day_text(period.end)}" if period.end else "once known"


def _what(result: Timeline, step: HistoryStep, period: PeriodChange | None) -> str:
    """What happened, and how far the prices that are shown moved."""
    words: list[str] = [] if step.event == "changed" else [step.event]
    if step.was:
        words = [f"renamed from {step.was}"]
    if period is None or step.event in {"known", "added"}:
        return ", ".join(words)
    other = 0
    for change in period.changes:
        price = change.price
        shown = price and price.unit in result.units and not price.above_tokens
        if shown and price and price.service == result.service and change.largest:
            words.append(f"{price.unit} {change_text.percent_text(change.largest)}")
        else:
            other += 1
    if other:
        words.append(f"{plural(other, 'other price')}")
    if period.start and period.start > step.row.version.known_at:
        words.append("announced")
    return ", ".join(words)


def _day(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()


def _notes(
    unreadable: Sequence[HistoryVersion], lacks: str, canvas: Canvas
) -> Iterator[StyledLine]:
    """What the history does not have, below it."""
    shown = unreadable if canvas.verbose else unreadable[-MAX_UNREADABLE:]
    if unreadable:
        yield EMPTY_LINE
        title = f"{plural(len(unreadable), 'version')} that cannot be read"
        yield from folded(f"{title}, left out:", "yellow", canvas)
    for version in shown:
        words = f"  {_day(version.known_at)} {version.name}  {version.problem}"
        yield from folded(clean(words), "", canvas)
    if lacks:
        yield EMPTY_LINE
        yield from folded(lacks, "yellow", canvas)


def _catalog_text(result: CatalogHistory, canvas: Canvas) -> Iterator[StyledLine]:
    edits = result.edits if canvas.verbose else result.edits[:MAX_EDITS]
    lines = [TableLine(("Known", "Version", "Rows", "Largest price moves"), "bold")]
    for edit in edits:
        known = _day(edit.version.known_at), edit.version.name, _rows(edit)
        first, *others = _moves(edit)
        lines.append(TableLine((*known, first)))
        lines += [TableLine(("", "", "", move)) for move in others]
    yield from table(lines, "llll", canvas)
    if canvas.quiet:
        return
    if len(edits) < len(result.edits):
        left_out = count(len(result.edits) - len(edits))
        yield from folded(f"  and {left_out} earlier; -v shows all", "dim", canvas)
    yield from _notes((), result.lacks, canvas)


def _rows(edit: CatalogEdit) -> str:
    if edit.version.values is None:
        return ""
    if edit.first:
        return plural(edit.rows.get("added", 0), "row")
    words = [
        f"{count(edit.rows[kind])} {KIND_WORDS[kind]}" for kind in KIND_WORDS if kind in edit.rows
    ]
    if edit.moved_from:
        words.append(f"file moved from {edit.moved_from}")
    return ", ".join(words) or "no change of values"


def _moves(edit: CatalogEdit) -> list[str]:
    """The largest moves of a commit, a line each; at least one line."""
    if edit.version.values is None:
        return [f"cannot be read: {edit.version.problem}"]
    lines = []
    for change in edit.moves[:LARGEST_MOVES]:
        old, new = change_text.old_and_new(change)
        moved = change_text.percent_text(change.largest)
        label = f"{change.full_name} {change_text.price_label(change)}"
        lines.append(f"{label} {old} {change_text.ARROW} {new} {moved}".rstrip())
    if len(edit.moves) > LARGEST_MOVES:
        lines.append(f"and {count(len(edit.moves) - LARGEST_MOVES)} more")
    return lines or [""]
