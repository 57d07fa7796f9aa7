"""A comparison as a comment on a pull request, in GitHub's Markdown: it is read from the top.

What moves money stays where not everything fits: the sample jobs go last.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from pricectl.changes import Change
from pricectl.changes.diff import DiffResult
from pricectl.core.credits import BUDGET_MODES
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report.alike import LineGroup
from pricectl.report.diff_sections import ChangeSection, over_words, sections
from pricectl.report.diff_summary import MAX_LOOSENED, loosened_words, summary_of
from pricectl.report.formats.markdown_tables import (
    MAX_CHARACTERS,
    MarkdownTable,
    code,
    drawn_tables,
    long_code,
    table_line,
)
from pricectl.report.job_lines import JobLine, job_groups, split_jobs
from pricectl.report.price_lines import (
    PriceLine,
    legend,
    moved_groups,
    price_groups,
    rates_words,
)

DIFF_MARKER = "<!-- pricectl-diff -->"
# Longer sections are folded away at first.
MAX_OPEN_ROWS = 20
CREDITS_NOTE = "cr: credits, of each budget mode"
_TRIPPED = {True: "❌", False: "✅"}
_LEVELS = {"error": "❌", "warning": "⚠️", "info": ""}


def diff(result: DiffResult) -> str:
    """The whole comment: the summary, the gates, then the tables."""
    compared, found = result.compared, result.compared.comparison
    lines = [DIFF_MARKER, f"**{found.summary}** vs {code(compared.base)}", ""]
    lines += [f"- ⚠️ {long_code(sentence)}" for sentence in loosened_words(result, MAX_LOOSENED)]
    lines += [f"- {change_text.left_out(found)}"] if found.left_out else []
    lines += [
        f"- ⚠️ {long_code(remark)}"
        for remark in change_text.settings_remarks(found, has_settings=result.has_settings)
    ]
    lines += _summary(result)
    lines += [f"- {_TRIPPED[gate.tripped]} {gate.text}" for gate in compared.gates]
    end = [
        f"<sub>{remark}{hint}</sub>"
        for remark, hint in (
            (over_words(found), "; `pricectl diff -v` lists them"),
            (change_text.only_looks(found), ""),
        )
        if remark
    ]
    tables = [table for section in sections(found) for table in _tables(section)]
    drawn = drawn_tables(tables, MAX_CHARACTERS, [*lines, *end])
    return "\n".join([*lines, *drawn, *([""] if end else []), *end])


def _summary(result: DiffResult) -> list[str]:
    """The summary as a table without a head that says anything; empty without changes."""
    rows = [
        table_line((f"{_LEVELS[line.level]} **{line.label}**".strip(), long_code(line.words)))
        for line in summary_of(result).lines
    ]
    return ["", "| | |", "| --- | --- |", *rows, ""] if rows else []


def _tables(section: ChangeSection) -> list[MarkdownTable]:
    """The tables of a section; jobs that were made for a single price are folded away."""
    if section.jobs:
        split = split_jobs(section.jobs)
        rank = _RANKS[section.kind] if section.kind == "charges" or section.is_known else LAST
        return [
            _job_table(section._replace(jobs=jobs, title=title), rank + further)
            for title, jobs, further in (
                (section.title, split.typical, 0),
                (f"{section.title}: single prices", split.single_price, MIDDLE),
            )
            if jobs
        ]
    rank, note = _RANKS[section.kind], ""
    head: Sequence[str]
    if section.kind == "prices":
        head = ("Model", "Price", "Before", "Now", "Per", "Change")
        groups, as_before = moved_groups(price_groups(section.changes, everything=False))
        rows = [row for group in groups for row in _prices(group)]
        if as_before and not rows:  # a table is drawn only with rows
            rows, as_before = [(code(as_before), *[""] * (len(head) - 1))], ""
        note = "; ".join(filter(None, (*legend(groups), as_before)))
    else:
        head, cells = _LAYOUTS[section.kind]
        rows = [cells(row) for row in (*section.changes, *section.settings)]
    return [_table(section.title, head, rows, rank, note)]


def _table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[str]], rank: int, legend: str = ""
) -> MarkdownTable:
    folded = rank >= LAST or (rank >= MIDDLE and len(rows) > MAX_OPEN_ROWS)
    lines = tuple(map(table_line, rows))
    return MarkdownTable(title, table_line(head), lines, folded, rank, legend)


def _prices(group: LineGroup[PriceLine]) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for line in group.lines:
        old, new = code(line.old), code(line.new)
        if line.folded:
            words = long_code(line.folded_words)
            old, new = (old, words) if "(" in line.old else (words, new)
        names = code(group.title), code(line.label)
        rows.append((*names, old, new, code(line.per), _difference(line)))
    return rows


def _difference(line: PriceLine) -> str:
    return f"{line.arrow} {line.difference}".strip() if line.arrow else code(line.difference)


def _job_table(section: ChangeSection, rank: int) -> MarkdownTable:
    by_customer = section.kind == "charges"
    costs = ("Customer pays before", "now") if by_customer else ("Cost before", "now")
    # The modes are read at each call, so that the table of modes decides.
    head = ("Model", "Job", *costs, "Change", *(f"{name} cr" for name in BUDGET_MODES))
    rows = [
        _job(group.title, line)
        for group in job_groups(section.jobs, by_customer=by_customer)
        for line in group.lines
    ]
    return _table(section.title, head, rows, rank, CREDITS_NOTE)


def _job(title: str, line: JobLine) -> tuple[str, ...]:
    difference = f"{line.arrow} {line.percent}{line.further}".strip()
    cells = (cell for _, cell in line.credits)
    costs = code(line.old), code(line.new)
    return code(title), code(line.full_name), *costs, difference, *cells


def _row(change: Change) -> tuple[str, ...]:
    renamed = change.kind == "renamed"
    content = f"was {code(change.old or '')}" if renamed else code(rates_words(change))
    return change.kind, code(change.full_name), content


def _name(change: Change) -> tuple[str, ...]:
    percentage = change_text.percent_text(change.largest) or change.note
    difference = f"{change_text.arrow(change.largest)} {percentage}"
    return code(change.model), code(change.old or ""), code(change.new or ""), difference


def _other(change: Change) -> tuple[str, ...]:
    old, new = map(code, change_text.old_and_new(change))
    note = f" ({change.note})" if change.note else ""
    return code(change.full_name), code(change.field), old, new + note


def _setting(change: SettingChange) -> tuple[str, ...]:
    old, new = (code(change_text.value(text)) for text in (change.old, change.new))
    mark = "⚠️ " if change.loosens else ""
    note = change_text.setting_note(change)
    return mark + code(change.name), old, new + (f" ({code(note)})" if note else "")


# What goes first where not everything fits; longer tables from MIDDLE on are folded away at first,
# all tables from LAST on.
MIDDLE, LAST = 10, 20
_RANKS = {
    "jobs": 0,
    "charges": 1,
    "settings": 2,
    "prices": 3,
    "rows": 10,
    "names": 11,
    "others": 20,
}
# By the kind of a section: its columns, and the cells of a row.
_LAYOUTS: Mapping[str, tuple[Sequence[str], Callable[[Any], tuple[str, ...]]]] = {
    "settings": (("Setting", "Before", "Now"), _setting),
    "rows": (("Row", "Model", "Prices"), _row),
    "names": (("Name", "Before", "Now", "Change"), _name),
    "others": (("Model", "Member", "Before", "Now"), _other),
}
