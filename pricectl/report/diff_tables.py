"""The tables of a comparison for people: which columns and lines each section has.

Apart from `changes`, whose texts every format shares.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pricectl.changes import Change, Comparison, Impact, Move
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import plural
from pricectl.report import changes as change_text
from pricectl.report.canvas import at_point
from pricectl.report.changes import ARROW, ChangeSection
from pricectl.report.columns import TableLine, grouped

# The same change of more rows is one line.
MAX_ALIKE = 4
PER_MTOK = "USD per 1M tokens where no unit is named"
# In the order in which they are shown: a row that is gone matters most.
_SIGNS = {"removed": "-", "renamed": "~", "added": "+"}
_STYLES = {change_text.UP: "red", change_text.DOWN: "green", change_text.SAME: "dim"}


class TextSection(NamedTuple):
    """A table with its title, its columns' sides, and how many lines it has in full."""

    title: str
    alignment: str
    lines: Sequence[TableLine]
    total: int


def text_sections(found: Comparison, *, everything: bool) -> Iterator[TextSection]:
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
    costs = [tuple(map(change_text.cost, job.move)) for job in jobs]
    percents = at_point(change_text.percent_text(job.move) for job in jobs)
    differences = [
        f"{percentage} {change_text.arrow(job.move)}"
        for job, percentage in zip(jobs, percents, strict=True)
    ]
    return _job_lines(jobs, costs, differences, [job.move for job in jobs])


def _charges(section: ChangeSection) -> list[TableLine]:
    jobs = section.jobs
    costs = [change_text.customer_costs(job) for job in jobs]
    differences = [change_text.customer_difference(job) for job in jobs]
    return _job_lines(jobs, costs, differences, [job.customer_move for job in jobs])


def _job_lines(
    jobs: Sequence[Impact],
    costs: Sequence[tuple[str, ...]],
    differences: Sequence[str],
    moves: Sequence[Move],
) -> list[TableLine]:
    """A line for each job: what it cost and costs, its credits, the difference; `moves` colour."""
    names = change_text.short_names(jobs)
    old, new = map(at_point, zip(*costs, strict=True))
    lines = []
    for job, before, after, difference, move in zip(
        jobs, old, new, differences, moves, strict=True
    ):
        cells = change_text.credit_cells(job)
        charged = (f"{cell} cr" for mode, cell in cells.items() if mode.basis == "cost")
        row = (names[job.workload.name], before, ARROW, after, *charged, difference)
        style = _STYLES[change_text.arrow(move)]
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
