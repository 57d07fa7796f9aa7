"""A comparison of two versions of the catalog, as a document and for people."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.diff import DiffResult
from pricectl.changes.gates import Gate
from pricectl.changes.rates import shown
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import count, short_decimal
from pricectl.core.money import usd
from pricectl.core.units import UNITS, is_token_unit
from pricectl.report import changes as words
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW
from pricectl.report.columns import EMPTY_LINE, TableLine, drawn, folded, grouped, table
from pricectl.report.json_text import catalog_id, resolved

PERCENT_DECIMALS = 4
MAX_PRICES, MAX_ROWS, MAX_NAMES, MAX_JOBS, MAX_OTHERS = 200, 100, 50, 40, 20
PRICES = "Prices, USD per 1M tokens where no unit is named"
_SIGNS = {"removed": "-", "renamed": "~", "added": "+"}
_STYLES = {words.UP: "red", words.DOWN: "green", words.SAME: "dim"}


def document(result: DiffResult) -> dict[str, Any]:
    """The document of `diff`; schemas/diff.schema.json describes it."""
    compared, found = result.compared, result.compared.comparison
    left_out = {"left_out": list(words.left_out(found))} if found.left_out else {}
    return {
        "schema": "pricectl.diff/1",
        "outcome": "fail" if compared.tripped else "pass",
        "summary": compared.summary,
        "base": {"name": compared.base, **catalog_id(result.base.version.catalog)},
        "head": {"name": compared.head, **catalog_id(result.head.version.catalog)},
        "profile": result.profile.name,
        "changes": [_change(change) for change in found.changes],
        "impact": [_impact(job) for job in found.impact],
        "gates": [_gate(gate) for gate in compared.gates],
        "reordered": found.reordered,
        "respelled": found.respelled,
        **left_out,
    }


def percent(relative: Fraction | None) -> str | None:
    """A relative difference in percent, signed, at most four decimals; None from nothing.

    >>> percent(Fraction(1, 3)), percent(Fraction(-1, 2)), percent(None)
    ('33.3333', '-50', None)
    """
    return None if relative is None else short_decimal(relative * 100, PERCENT_DECIMALS).lstrip("~")


def _change(change: Change) -> dict[str, Any]:
    largest, price, moved = change.largest, change.price, None
    if price is not None and largest is not None:
        # Which price it is and what was and is charged by it, its own or one it falls back on.
        old, new = (
            None if pico is None else shown(pico, price.unit)
            for pico in (largest.old_pico_usd, largest.new_pico_usd)
        )
        moved = {
            "unit": price.unit,
            "above_tokens": price.above_tokens,
            "service": price.service or "standard",
            "period": price.period,
            "usd_per": "1M tokens" if is_token_unit(price.unit) else UNITS[price.unit].counts,
            "old_charged": old,
            "new_charged": new,
        }
    return {
        "kind": change.kind,
        "severity": change.severity,
        "provider": change.provider,
        "model": change.model,
        "field": change.field,
        "old": change.old,
        "new": change.new,
        "percent": percent(largest.relative) if largest else None,
        "note": change.note,
        "pointer": change.pointer,
        "price": moved,
    }


def _impact(job: Impact) -> dict[str, Any]:
    return {
        "provider": job.provider,
        "model": job.model,
        "name": job.name,
        "workload": job.workload.name,
        "calls": job.workload.calls,
        "service": job.workload.service or "standard",
        "period": job.period,
        "old": _cost(job.old),
        "new": _cost(job.new),
        "percent": percent(job.move.relative),
    }


def _cost(job: Estimate) -> dict[str, Any]:
    return {
        "resolved": resolved(job.quote.match),
        "provider_cost_usd": usd(job.pico_usd),
        "client_cost_usd": usd(job.client_pico_usd),
        "credits": {mode.mode: mode.charged for mode in job.credits},
        "unpriced": [line.unit for line in job.quote.unpriced],
    }


def _gate(gate: Gate) -> dict[str, Any]:
    unit = "%" if gate.percent else ""
    actual, limit = (
        None if number is None else short_decimal(number, PERCENT_DECIMALS).lstrip("~") + unit
        for number in (gate.actual, gate.limit)
    )
    return {"id": gate.id, "limit": limit, "actual": actual, "tripped": gate.tripped}


def text(result: DiffResult, canvas: Canvas) -> str:
    """The whole comparison; quiet, its first sentence and the gates."""
    compared = result.compared
    lines = list(folded(compared.summary, "bold", canvas))
    if not canvas.quiet:
        for section in _sections(compared.comparison, everything=canvas.verbose):
            lines += [EMPTY_LINE, *folded(section.title, "bold", canvas)]
            lines += table(section.lines, section.sides, canvas)
            left_out = section.total - sum(len(line.cells) > 1 for line in section.lines)
            notes = [f"and {count(left_out)} more; -v shows all"] if left_out else []
            notes += dict.fromkeys(line.note for line in section.lines if line.note)
            for note in notes:
                lines += folded(f"  {note}", "dim", canvas)
        looks = words.only_looks(compared.comparison)
        lines += [EMPTY_LINE, *folded(looks, "dim", canvas)] if looks else []
    for sentence in words.left_out(compared.comparison):
        lines += folded(sentence, "yellow", canvas)
    lines += [EMPTY_LINE] if compared.gates and not canvas.quiet else []
    for gate in compared.gates:
        style = "bold red" if gate.tripped else "green"
        lines += folded(gate.text, style, canvas)
    return drawn(lines, canvas)


class TextSection(NamedTuple):
    """A table with its title: the sides of its columns, and how many lines there are in all."""

    title: str
    sides: str
    lines: Sequence[TableLine]
    total: int


def _sections(found: Comparison, *, everything: bool) -> list[TextSection]:
    """Those that have a line, the weightiest first."""
    prices, names = found.of("repriced"), found.of("resolution")
    rows = sorted(
        found.of("added", "removed", "renamed"), key=lambda row: list(_SIGNS).index(row.kind)
    )
    jobs, rest = found.changed_jobs, found.of("metadata")
    most = (MAX_PRICES, MAX_ROWS, MAX_NAMES, MAX_JOBS, MAX_OTHERS)
    p, r, n, j, o = (None if everything else limit for limit in most)
    charges = [mode.name for mode in BUDGET_MODES.values() if mode.basis == "cost"]
    title = f"Sample jobs, USD and credits of {' and '.join(charges)}"
    sections = (
        TextSection(PRICES, "lrlrr", _prices(prices[:p]), len(prices)),
        TextSection("Rows", "lll", _rows(rows[:r]), len(rows)),
        TextSection("Names answered by another row", "llllr", _names(names[:n]), len(names)),
        TextSection(title, f"lrlr{'r' * len(charges)}r", _jobs(jobs[:j]), len(jobs)),
        TextSection("Other changes", "llll", _other_changes(rest[:o]), len(rest)),
    )
    return [section for section in sections if section.total]


def _prices(changes: Sequence[Change]) -> list[TableLine]:
    sides = [words.sides(change) for change in changes]
    columns = []
    for column in zip(*sides, strict=True):
        # Numbers stand under each other at the point; other texts stay as they are.
        pairs = list(zip(column, changes, strict=True))
        aligned = iter(at_point(text for text, change in pairs if change.price))
        columns.append([next(aligned) if change.price else text for text, change in pairs])
    lines = []
    for change, (old, new) in zip(changes, zip(*columns, strict=True), strict=True):
        mark = words.mark(change.largest)
        told = f"{words.moved(change.largest)} {mark}" if change.moves else change.note
        note = words.INSTEAD if change.price and "(" in old + new else ""
        lines.append(
            TableLine((words.price_label(change), old, ARROW, new, told), _STYLES[mark], note)
        )
    return grouped([change.full_name for change in changes], lines)


def _rows(changes: Sequence[Change]) -> list[TableLine]:
    return [
        TableLine(
            (
                f"{_SIGNS[change.kind]} {change.kind}",
                change.full_name,
                f"was {change.old}" if change.kind == "renamed" else change.new or change.old or "",
            )
        )
        for change in changes
    ]


def _names(changes: Sequence[Change]) -> list[TableLine]:
    lines = []
    for change in changes:
        mark = words.mark(change.largest)
        told = f"{words.moved(change.largest)} {mark}" if change.moves else change.note
        cells = (change.model, change.old or "", ARROW, change.new or "", told)
        lines.append(TableLine(cells, _STYLES[mark]))
    return lines


def _jobs(jobs: Sequence[Impact]) -> list[TableLine]:
    names = words.short_names(jobs)
    old = at_point(words.cost(job.move.old_pico_usd) for job in jobs)
    new = at_point(words.cost(job.move.new_pico_usd) for job in jobs)
    lines = []
    for job, before, after in zip(jobs, old, new, strict=True):
        mark, cells = words.mark(job.move), words.credit_cells(job)
        told = f"{words.moved(job.move)} {mark}"
        charged = (f"{cell} cr" for mode, cell in cells.items() if mode.basis == "cost")
        row = (names[job.workload.name], before, ARROW, after, *charged, told)
        lines.append(TableLine(row, _STYLES[mark], words.fixed_credits(job, cells)))
    return grouped([words.job_title(job) for job in jobs], lines)


def _other_changes(changes: Sequence[Change]) -> list[TableLine]:
    lines = []
    for change in changes:
        old, new = words.sides(change)
        note = f" ({change.note})" if change.note else ""
        style = _STYLES[words.SAME] if change.only_text else ""
        lines.append(TableLine((change.field, old, ARROW, new + note), style))
    return grouped([change.full_name for change in changes], lines)
