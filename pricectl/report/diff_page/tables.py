"""The sections of the page with tables: in the order of the text, in a bounded room."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from pricectl.changes import Change, Comparison
from pricectl.changes.periods import is_over
from pricectl.core.labels import count, plural
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report.alike import LineGroup
from pricectl.report.diff_page.data_table import Cell, Column, data_table
from pricectl.report.diff_page.markup import Content, Markup, element, joined, size
from pricectl.report.diff_page.pieces import (
    DIRECTIONS,
    direction,
    folded_list,
    model_name,
    move_words,
    section,
)
from pricectl.report.diff_sections import ChangeSection, sections
from pricectl.report.job_lines import JobLine, job_groups, split_jobs
from pricectl.report.price_lines import PER_MTOK, PriceLine, price_groups, rates_words

# Longer tables of other changes than prices are opened by a click.
MAX_OPEN_ROWS = 60
# With less room a section would be its heading alone; hundreds of profiles have as many sections.
MIN_ROOM = 3_000
_MODEL, _CHANGE = Column("Model", "model"), Column("Change", "change")
_COSTS = (Column("Before", "before"), Column("Now", "now"))
_VALUES = (Column("Before", "old"), Column("Now", "new"))
_PRICES = (_MODEL, Column("Price", "text"), *_COSTS, _CHANGE)
_JOBS = (_MODEL, Column("Job", "text"), *_COSTS, Column("Credits", "credits"), _CHANGE)
_PRICE_WORDS = ", in US dollars. In parentheses: what is charged without a price of its own."
_JOB_WORDS = ": what typical jobs cost in US dollars, and their credits by cost."


class SectionTable(NamedTuple):
    """A table of a section: what its caption says, its columns, its rows.

    `folded` is the text that opens it; a table without one is open.
    """

    words: str
    columns: tuple[Column, ...]
    rows: Sequence[Sequence[Cell]]
    folded: str = ""


def tables(found: Comparison, room: int) -> Markup:
    """Every section of the comparison that has rows, most important first, in `room` bytes.

    A section takes at most two thirds of what is left, so that there is room for some rows of each.
    """
    drawn: list[Markup] = []
    parts = sections(found, everything=True)
    for number, part in enumerate(parts, start=1):
        if room < MIN_ROOM:
            missing = plural(len(parts) - number + 1, "further section")
            words = f"{missing} left out here; the text has them: -v"
            drawn.append(element("p", words, class_="left-out"))
            break
        share = room if number == len(parts) else room * 2 // 3
        contents: list[Content] = []
        for table in _tables(part):
            contents.append(_drawn(part.title, table, share))
            share -= size(joined(contents[-1]))
        drawn.append(section(f"{part.kind}-{number}", part.title, *contents))
        room -= size(drawn[-1])
    return joined(*drawn)


def _drawn(title: str, table: SectionTable, room: int) -> Markup:
    rows, total = table.rows, len(table.rows)
    caption = f"{title}, {plural(total, 'row')}{table.words}"
    drawn = data_table(caption, table.columns, rows, total, room)
    if not table.folded:
        return drawn
    return element("details", element("summary", table.folded), drawn)


def _tables(part: ChangeSection) -> list[SectionTable]:
    """The tables of a section; what is over, and jobs of a single price, are folded."""
    periods = [change.period for change in part.changes] + [job.period for job in part.jobs]
    of_past = any(map(is_over, periods))
    if part.kind == "prices":
        groups = price_groups(part.changes, everything=False)
        rows = [_price(group, line) for group in groups for line in group.lines]
        folded = f"Show {plural(len(rows), 'row')}" if of_past else ""
        return [SectionTable(_PRICE_WORDS, _PRICES, rows, folded)]
    if part.jobs:
        return _job_tables(part, of_past=of_past)
    columns, cells = _PLAIN[part.kind]
    rows = [cells(one) for one in (*part.changes, *part.settings)]
    return [SectionTable("", columns, rows, _fold(part, rows))]


def _job_tables(part: ChangeSection, *, of_past: bool) -> list[SectionTable]:
    split = split_jobs(part.jobs)
    rows, single_rows = (
        [
            _job(group, line)
            for group in job_groups(jobs, by_customer=part.kind == "charges")
            for line in group.lines
        ]
        for jobs in split
    )
    folded = f"Show {plural(len(rows), 'row')}" if of_past else _fold(part, rows)
    many = plural(len(split.single_price), "job")
    single_words = f"{many} made for a single price"
    tables_of_jobs = (
        SectionTable(_JOB_WORDS, _JOBS, rows, folded),
        SectionTable(_JOB_WORDS, _JOBS, single_rows, single_words),
    )
    return [table for table in tables_of_jobs if table.rows]


def _fold(part: ChangeSection, rows: Sequence[Sequence[Cell]]) -> str:
    """What opens a table that would push others far away; prices and charges never do."""
    is_long = len(rows) > MAX_OPEN_ROWS and part.kind not in {"prices", "charges", "settings"}
    return f"Show {plural(len(rows), 'row')}" if is_long else ""


def _models(group: LineGroup[PriceLine] | LineGroup[JobLine]) -> Markup:
    """The name of the row; of several that have the line alike, all of them folded."""
    if len(group.rows) == 1:
        return model_name(group.rows[0])
    return folded_list(f"{count(len(group.rows))} models", group.rows)


def _price(group: LineGroup[PriceLine], line: PriceLine) -> list[Cell]:
    per = "1M tokens" if line.per == PER_MTOK else line.per
    words = f" per {per}" if per else ""
    name: Content = joined(line.label, element("i", words) if words else "")
    if line.folded:
        prices = [f"{label} {dollars}{words}" for label, dollars in line.folded]
        name = folded_list(line.label, prices)
    difference = f"{line.difference} {line.arrow}".strip()
    return [
        Cell(_models(group)),
        Cell(name),
        Cell(line.old),
        Cell(line.new),
        Cell(difference, DIRECTIONS.get(line.arrow, "")),
    ]


def _job(group: LineGroup[JobLine], line: JobLine) -> list[Cell]:
    return [
        Cell(_models(group)),
        Cell(line.full_name),
        Cell(line.old),
        Cell(line.new),
        Cell(", ".join(line.by_cost)),
        Cell(f"{line.percent} {line.arrow}{line.further}", DIRECTIONS[line.arrow]),
    ]


def _row(change: Change) -> list[Cell]:
    words = f"was {change.old}" if change.kind == "renamed" else rates_words(change)
    return [Cell(model_name(change.full_name)), Cell(change.kind), Cell(words)]


def _name(change: Change) -> list[Cell]:
    moved = move_words(change.largest) if change.moves else change.note
    return [
        Cell(model_name(change.model)),
        Cell(change.old or ""),
        Cell(change.new or ""),
        Cell(moved, direction(change.largest)),
    ]


def _setting(change: SettingChange) -> list[Cell]:
    kind = "loosens" if change.loosens else None
    return [
        Cell(element("b", change_text.setting_name(change), class_=kind)),
        Cell(change_text.value(change.old)),
        Cell(change_text.value(change.new)),
        Cell(change_text.setting_note(change)),
    ]


def _other(change: Change) -> list[Cell]:
    old, new = change_text.old_and_new(change)
    note = f" ({change.note})" if change.note else ""
    return [
        Cell(model_name(change.full_name)),
        Cell(change.field),
        Cell(old),
        Cell(new + note),
    ]


# By the kind of a section that has neither prices nor jobs: its columns and the cells of a row.
_PLAIN: dict[str, tuple[tuple[Column, ...], Callable[..., list[Cell]]]] = {
    "settings": ((Column("Setting", "model"), *_VALUES, Column("Note", "text")), _setting),
    "rows": ((_MODEL, Column("Row", "text"), Column("Prices", "text")), _row),
    "names": ((Column("Name", "model"), *_VALUES, _CHANGE), _name),
    "others": ((_MODEL, Column("Member", "text"), *_VALUES), _other),
}
