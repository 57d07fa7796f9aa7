"""A comparison of two versions of the catalog, as a document and for people."""

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.diff import DiffResult
from pricectl.changes.gates import Gate
from pricectl.changes.rates import rate_text
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.estimate import Estimate
from pricectl.core.labels import clean, count, plural, service_label, short_decimal
from pricectl.core.money import usd
from pricectl.core.units import UNITS, is_token_unit
from pricectl.report import changes as change_text
from pricectl.report.canvas import Canvas, at_point
from pricectl.report.changes import ARROW, ChangeSection
from pricectl.report.columns import EMPTY_LINE, StyledLine, TableLine, drawn, folded, grouped, table
from pricectl.report.json_text import catalog_id, resolved

PERCENT_DECIMALS = 4
# The same change of more rows is one line.
MAX_ALIKE = 4
PER_MTOK = "USD per 1M tokens where no unit is named"
# In the order in which they are shown: a row that is gone matters most.
_SIGNS = {"removed": "-", "renamed": "~", "added": "+"}
_STYLES = {change_text.UP: "red", change_text.DOWN: "green", change_text.SAME: "dim"}


def document(result: DiffResult) -> dict[str, Any]:
    """The document of `diff`; schemas/diff.schema.json describes it."""
    compared, found = result.compared, result.compared.comparison
    left_out = {"left_out": [change_text.left_out(found)]} if found.left_out else {}
    return {
        "schema": "pricectl.diff/1",
        "outcome": "fail" if compared.tripped else "pass",
        "summary": compared.summary,
        "base": {"name": compared.base, **catalog_id(result.base.version.catalog)},
        "head": {"name": compared.head, **catalog_id(result.head.version.catalog)},
        "profile": result.profile.name,
        "loosened": list(result.loosened),
        "changes": [_change(change) for change in found.changes],
        "impact": [_impact(job) for job in found.impact],
        "gates": [_gate(gate) for gate in compared.gates],
        "reordered": found.reordered,
        "respelled": found.respelled,
        "settings": _settings(found),
        "charges": [_charge(job) for job in found.charges],
        **left_out,
    }


def percent(relative: Fraction | None) -> str | None:
    """A relative difference in percent, signed, at most four decimals; None from nothing.

    >>> percent(Fraction(1, 3)), percent(Fraction(-1, 2)), percent(None)
    ('33.3333', '-50', None)
    """
    return None if relative is None else short_decimal(relative * 100, PERCENT_DECIMALS).lstrip("~")


def _change(change: Change) -> dict[str, Any]:
    largest, price, charged = change.largest, change.price, None
    if price is not None and largest is not None:
        # The price and its charge before and after, by its own price or a fallback.
        old, new = (
            None if pico is None else rate_text(pico, price.unit)
            for pico in (largest.old_pico_usd, largest.new_pico_usd)
        )
        charged = {
            "unit": price.unit,
            "above_tokens": price.above_tokens,
            "service": service_label(price.service),
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
        "price": charged,
    }


def _impact(job: Impact) -> dict[str, Any]:
    return {
        "provider": job.provider,
        "model": job.model,
        "name": job.name,
        "workload": job.workload.name,
        "calls": job.workload.calls,
        "service": service_label(job.workload.service),
        "period": job.period,
        "old": _cost(job.old),
        "new": _cost(job.new),
        "percent": percent(job.move.relative),
    }


def _settings(found: Comparison) -> dict[str, Any]:
    compared = found.settings
    return {
        "compared": not (compared.problem or compared.note),
        "problem": compared.problem,
        "note": compared.note,
        "changes": [change._asdict() for change in compared.changes],
    }


def _charge(job: Impact) -> dict[str, Any]:
    return {
        **_impact(job),
        "old_profile": job.old.profile.name,
        "new_profile": job.new.profile.name,
        "client_percent": percent(job.customer_move.relative),
        "credits_percent": {credit.mode: percent(credit.relative) for credit in job.credit_moves},
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
    """The whole comparison; quiet: summary and gates."""
    return drawn(styled_lines(result, canvas), canvas)


def styled_lines(result: DiffResult, canvas: Canvas) -> list[StyledLine]:
    """The lines of the text, for a report that has more of them."""
    compared = result.compared
    lines: list[StyledLine] = []
    for sentence in result.loosened:
        lines += folded(f"! {clean(sentence)}", "bold yellow", canvas)
    lines += folded(compared.summary, "bold", canvas)
    if not canvas.quiet:
        for section in _sections(compared.comparison, everything=canvas.verbose):
            lines += [EMPTY_LINE, *folded(section.title, "bold", canvas)]
            lines += table(section.lines, section.alignment, canvas)
            left_out = section.total - sum(len(line.cells) > 1 for line in section.lines)
            notes = [f"and {count(left_out)} more; -v shows all"] if left_out else []
            notes += dict.fromkeys(line.note for line in section.lines if line.note)
            for note in notes:
                lines += folded(f"  {note}", "dim", canvas)
        looks = change_text.only_looks(compared.comparison)
        lines += [EMPTY_LINE, *folded(looks, "dim", canvas)] if looks else []
    left_out_text = change_text.left_out(compared.comparison)
    lines += folded(left_out_text, "yellow", canvas) if left_out_text else ()
    for remark in change_text.settings_remarks(
        compared.comparison, has_settings=result.has_settings
    ):
        lines += folded(remark, "yellow", canvas)
    lines += [EMPTY_LINE] if compared.gates and not canvas.quiet else []
    for gate in compared.gates:
        style = "bold red" if gate.tripped else "green"
        lines += folded(gate.text, style, canvas)
    return lines


class TextSection(NamedTuple):
    """A table with its title, its columns' sides, and how many lines it has in full."""

    title: str
    alignment: str
    lines: Sequence[TableLine]
    total: int


def _sections(found: Comparison, *, everything: bool) -> Iterator[TextSection]:
    """Sections with lines, most important first."""
    for section in change_text.sections(found):
        layout = _layout(section.kind)
        ordered = section
        if section.kind == "rows":
            rows = sorted(section.changes, key=lambda row: list(_SIGNS).index(row.kind))
            ordered = section._replace(changes=rows)
        title = section.title + layout.title_end
        repeated: list[TableLine] = []
        if section.kind == "others" and not everything:
            ordered, repeated = _apart(ordered)
        shown = ordered.first(None if everything else layout.limit)
        lines = [*layout.lines(shown), *repeated]
        total = ordered.total + sum(len(line.cells) > 1 for line in repeated)
        yield TextSection(title, layout.alignment, lines, total)


def _apart(section: ChangeSection) -> tuple[ChangeSection, list[TableLine]]:
    """The other changes without those that many rows share, and a line for each of these."""
    shared: dict[tuple[object, ...], list[Change]] = {}
    for change in section.changes:
        what = change.field, change.old, change.new, change.note, change.only_text
        shared.setdefault(what, []).append(change)
    many = [alike for alike in shared.values() if len(alike) > MAX_ALIKE]
    left_out = {id(change) for alike in many for change in alike}
    rest = [change for change in section.changes if id(change) not in left_out]
    headings = [plural(len(alike), "row") for alike in many]
    lines = [_other_change(alike[0]) for alike in many]
    return section._replace(changes=rest), grouped(headings, lines)


def _prices(section: ChangeSection) -> list[TableLine]:
    changes = section.changes
    pairs = [change_text.old_and_new(change) for change in changes]
    columns = []
    for column in zip(*pairs, strict=True):
        # Numbers stand under each other at the point; other texts stay as they are.
        cells = list(zip(column, changes, strict=True))
        aligned = iter(at_point(text for text, change in cells if change.price))
        columns.append([next(aligned) if change.price else text for text, change in cells])
    lines = []
    rows = zip(changes, zip(*columns, strict=True), _differences(changes), strict=True)
    for change, (old, new), difference in rows:
        arrow = change_text.arrow(change.largest)
        note = change_text.FALLBACK_NOTE if change.price and "(" in old + new else ""
        lines.append(
            TableLine(
                (change_text.price_label(change), old, ARROW, new, difference), _STYLES[arrow], note
            )
        )
    return grouped([change.full_name for change in changes], lines)


def _rows(section: ChangeSection) -> list[TableLine]:
    return [
        TableLine(
            (
                f"{_SIGNS[change.kind]} {change.kind}",
                change.full_name,
                f"was {change.old}" if change.kind == "renamed" else change.new or change.old or "",
            )
        )
        for change in section.changes
    ]


def _names(section: ChangeSection) -> list[TableLine]:
    lines = []
    differences = _differences(section.changes)
    for change, difference in zip(section.changes, differences, strict=True):
        arrow = change_text.arrow(change.largest)
        cells = (change.model, change.old or "", ARROW, change.new or "", difference)
        lines.append(TableLine(cells, _STYLES[arrow]))
    return lines


def _jobs(section: ChangeSection) -> list[TableLine]:
    jobs = section.jobs
    names = change_text.short_names(jobs)
    old = at_point(change_text.cost(job.move.old_pico_usd) for job in jobs)
    new = at_point(change_text.cost(job.move.new_pico_usd) for job in jobs)
    percents = at_point(change_text.percent_text(job.move) for job in jobs)
    lines = []
    for job, before, after, percentage in zip(jobs, old, new, percents, strict=True):
        arrow, cells = change_text.arrow(job.move), change_text.credit_cells(job)
        difference = f"{percentage} {arrow}"
        charged = (f"{cell} cr" for mode, cell in cells.items() if mode.basis == "cost")
        row = (names[job.workload.name], before, ARROW, after, *charged, difference)
        lines.append(TableLine(row, _STYLES[arrow], change_text.fixed_credits(job, cells)))
    return grouped([change_text.job_title(job) for job in jobs], lines)


def _charges(section: ChangeSection) -> list[TableLine]:
    jobs = section.jobs
    names = change_text.short_names(jobs)
    columns = zip(*(change_text.customer_costs(job) for job in jobs), strict=True)
    old, new = map(at_point, columns)
    lines = []
    for job, before, after in zip(jobs, old, new, strict=True):
        cells = change_text.credit_cells(job)
        charged = (f"{cell} cr" for mode, cell in cells.items() if mode.basis == "cost")
        difference = change_text.customer_difference(job)
        row = (names[job.workload.name], before, ARROW, after, *charged, difference)
        style = _STYLES[change_text.arrow(job.customer_move)]
        lines.append(TableLine(row, style, change_text.fixed_credits(job, cells)))
    return grouped([change_text.job_title(job) for job in jobs], lines)


def _settings_lines(section: ChangeSection) -> list[TableLine]:
    lines = []
    for change in section.settings:
        old, new = change_text.value(change.old), change_text.value(change.new)
        style = "bold yellow" if change.loosens else ""
        note = change_text.setting_note(change)
        lines.append(TableLine((change_text.setting_name(change), old, ARROW, new, note), style))
    return lines


def _other_changes(section: ChangeSection) -> list[TableLine]:
    changes = section.changes
    return grouped([change.full_name for change in changes], map(_other_change, changes))


def _other_change(change: Change) -> TableLine:
    old, new = change_text.old_and_new(change)
    note = f" ({change.note})" if change.note else ""
    style = _STYLES[change_text.SAME] if change.only_text else ""
    return TableLine((change.field, old, ARROW, new + note), style)


def _differences(changes: Sequence[Change]) -> list[str]:
    """How much and in which direction each price moved; of another change its note."""
    moved = [change for change in changes if change.moves]
    percents = iter(at_point(change_text.percent_text(change.largest) for change in moved))
    return [
        f"{next(percents)} {change_text.arrow(change.largest)}" if change.moves else change.note
        for change in changes
    ]


class TableLayout(NamedTuple):
    """How a section is drawn: what its title ends with, its columns' sides, its lines.

    `limit` is how many lines are shown without -v; "l" is a left column, "r" a right one.
    """

    title_end: str
    alignment: str
    limit: int
    lines: Callable[[ChangeSection], list[TableLine]]


def _layout(kind: str) -> TableLayout:
    """The layout of a kind of section; the table of budget modes is read at each call."""
    by_cost = [mode.name for mode in BUDGET_MODES.values() if mode.basis == "cost"]
    job_title = f", USD and credits of {' and '.join(by_cost)}"
    charged = f", customer's USD, credits of {' and '.join(by_cost)}"
    layouts = {
        "settings": TableLayout("", "lllll", 100, _settings_lines),
        "charges": TableLayout(charged, f"lrlr{'r' * len(by_cost)}r", 30, _charges),
        "prices": TableLayout(f", {PER_MTOK}", "lrlrr", 200, _prices),
        "rows": TableLayout("", "lll", 100, _rows),
        "names": TableLayout("", "llllr", 50, _names),
        "jobs": TableLayout(job_title, f"lrlr{'r' * len(by_cost)}r", 40, _jobs),
        "others": TableLayout("", "llll", 20, _other_changes),
    }
    return layouts[kind]
