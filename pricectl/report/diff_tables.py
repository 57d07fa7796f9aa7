"""The tables of a comparison for people: which columns and lines each section has.

Apart from `changes`, whose texts every format shares.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from pricectl.changes import Change, Comparison
from pricectl.core.credits import BUDGET_MODES
from pricectl.core.labels import plural
from pricectl.report import changes as change_text
from pricectl.report.alike import MAX_ALIKE, LineGroup, first_lines
from pricectl.report.canvas import at_point
from pricectl.report.changes import ARROW
from pricectl.report.columns import TableLine, grouped
from pricectl.report.diff_sections import ChangeSection, sections
from pricectl.report.job_lines import JobLine, job_groups, split_jobs
from pricectl.report.price_lines import (
    PriceLine,
    legend,
    moved_groups,
    price_groups,
    rates_words,
)

_SIGNS = {"removed": "-", "renamed": "~", "added": "+"}
_STYLES = {change_text.UP: "red", change_text.DOWN: "green", change_text.SAME: "dim"}


class TextSection(NamedTuple):
    """A table with its title, its columns' sides, how many lines are left out, and its legend."""

    title: str
    alignment: str
    lines: Sequence[TableLine]
    left_out: int = 0
    notes: tuple[str, ...] = ()


def text_sections(found: Comparison, *, everything: bool) -> Iterator[TextSection]:
    """Sections with lines, most important first."""
    for section in sections(found, everything=everything):
        layout = _layout(section.kind)
        limit = None if everything else layout.limit
        if section.kind == "prices":
            prices, as_before = price_groups(section.changes, everything=everything), ""
            if not everything:
                prices, as_before = moved_groups(prices)
            shown, left_out = first_lines(prices, limit)
            words = (f"{as_before}; -v lists them",) if as_before else ()
            lines, notes = _prices(shown), (*words, *legend(shown))
        elif section.jobs:
            by_customer = section.kind == "charges"
            chosen = section.jobs if everything else split_jobs(section.jobs).typical
            jobs = job_groups(chosen, by_customer=by_customer, everything=everything)
            jobs, left_out = first_lines(jobs, limit)
            left_out += len(section.jobs) - len(chosen)
            lines, notes = _jobs(jobs), _job_notes(jobs)
        else:
            rest, repeated = section, list[TableLine]()
            if section.kind == "others" and not everything:
                rest, repeated = _apart(section)
            kept = rest.first(limit)
            lines, notes = [*layout.lines(kept), *repeated], ()
            left_out = rest.total - kept.total
        yield TextSection(
            section.title + layout.title_end, layout.alignment, lines, left_out, notes
        )


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


def _prices(groups: Sequence[LineGroup[PriceLine]]) -> list[TableLine]:
    every = [line for group in groups for line in group.lines if not line.folded]
    # Numbers stand under each other at the point; other texts stay as they are.
    olds = iter(at_point(line.old for line in every if line.per))
    news = iter(at_point(line.new for line in every if line.per))
    percents = iter(at_point(line.difference for line in every if line.arrow))
    lines = []
    for group in groups:
        lines.append(TableLine((group.title,)))
        for line in group.lines:
            if line.folded:
                lines.append(TableLine((f"    {_folded_sentence(line)}",), "dim"))
                continue
            old, new = (next(olds), next(news)) if line.per else (line.old, line.new)
            difference = f"{next(percents)} {line.arrow}" if line.arrow else line.difference
            per = f"/ {line.per}" if line.per else ""
            cells = (line.label, old, ARROW, new, per, difference)
            lines.append(TableLine(cells, _STYLES.get(line.arrow, "")))
    return lines


def _folded_sentence(line: PriceLine) -> str:
    """Such as "2 new prices, before as input ($2.00 / 1M), -75%: cache_read $0.50 / 1M; ..."."""
    charged = next(text for text in (line.old, line.new) if "(" in text).strip("()")
    return f"{line.label} ({charged} / {line.per}), {line.difference}: {line.folded_words}"


def _rows(section: ChangeSection) -> list[TableLine]:
    return [
        TableLine(
            (
                f"{_SIGNS[change.kind]} {change.kind}",
                change.full_name,
                f"was {change.old}" if change.kind == "renamed" else rates_words(change),
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


def _jobs(groups: Sequence[LineGroup[JobLine]]) -> list[TableLine]:
    """A line for each job: what it cost and costs, its credits, the difference."""
    every = [line for group in groups for line in group.lines]
    olds, news, percents = (
        iter(at_point(column))
        for column in (
            [line.old for line in every],
            [line.new for line in every],
            [line.percent for line in every],
        )
    )
    lines = []
    for group in groups:
        lines.append(TableLine((group.title,)))
        for line in group.lines:
            charged = (f"{cell} cr" for cell in line.by_cost)
            difference = f"{next(percents)} {line.arrow}{line.further}"
            row = (line.name, next(olds), ARROW, next(news), *charged, difference)
            lines.append(TableLine(row, _STYLES[line.arrow]))
    return lines


def _job_notes(groups: Sequence[LineGroup[JobLine]]) -> tuple[str, ...]:
    every = [line.fixed_credits for group in groups for line in group.lines]
    return (*dict.fromkeys(every),)


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
    lines: Callable[[ChangeSection], list[TableLine]] = lambda _: []


def _layout(kind: str) -> TableLayout:
    """The layout of a kind of section; the table of budget modes is read at each call."""
    by_cost = [mode.name for mode in BUDGET_MODES.values() if mode.basis == "cost"]
    job_title = f", credits (cr) of {' and '.join(by_cost)}"
    charged = f": what the customer pays, credits (cr) of {' and '.join(by_cost)}"
    layouts = {
        "settings": TableLayout("", "lllll", 100, _settings_lines),
        "charges": TableLayout(charged, f"lrlr{'r' * len(by_cost)}r", 30),
        "prices": TableLayout("", "lrlrlr", 200),
        "rows": TableLayout("", "lll", 40, _rows),
        "names": TableLayout("", "llllr", 20, _names),
        "jobs": TableLayout(job_title, f"lrlr{'r' * len(by_cost)}r", 40),
        "others": TableLayout("", "llll", 20, _other_changes),
    }
    return layouts[kind]
