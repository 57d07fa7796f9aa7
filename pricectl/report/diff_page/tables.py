"""The tables of the page: prices, rows, names, sample jobs, settings, other changes."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.periods import is_over
from pricectl.core.labels import plural
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report.changes import ChangeSection
from pricectl.report.diff_page.data_table import Cell, Column, data_table
from pricectl.report.diff_page.markup import Content, Markup, element, joined, size
from pricectl.report.diff_page.pieces import (
    direction,
    dollars,
    model_name,
    move_words,
    section,
)
from pricectl.report.history_document import usd_per

# Longer tables of what is no price are opened by a click.
MAX_OPEN_ROWS = 60


class TableShape(NamedTuple):
    """How a kind of section is shown: what its caption says, its columns, the cells of a row."""

    words: str
    columns: tuple[Column, ...]
    cells: Callable[..., list[Cell]]


def tables(found: Comparison, room: int) -> Markup:
    """Every section of the comparison that has rows, most important first, in `room` bytes.

    A section takes at most two thirds of what is left, so that there is room for some rows of each.
    """
    drawn: list[Markup] = []
    parts = change_text.sections(found)
    for number, part in enumerate(parts, start=1):
        is_last = number == len(parts)
        drawn.append(_section(f"{part.kind}-{number}", part, room if is_last else room * 2 // 3))
        room -= size(drawn[-1])
    return joined(*drawn)


def _section(id_: str, part: ChangeSection, room: int) -> Markup:
    in_time, over = _apart(part)
    contents: list[Content] = []
    if in_time.total:
        table = _table(part.title, in_time, room)
        summary = f"All {plural(in_time.total, 'row')}"
        contents.append(_folded(summary, table) if _is_long(in_time) else table)
        room -= size(table)
    if over.total:
        summary = f"{plural(over.total, 'row')} of periods that are over"
        folded = _table(f"{part.title} of periods that are over", over, room)
        contents.append(_folded(summary, folded))
    return section(id_, part.title, *contents)


def _folded(summary: str, table: Markup) -> Markup:
    return element("details", element("summary", summary), table)


def _is_long(part: ChangeSection) -> bool:
    """Whether a table would push more important ones far away: prices and charges never do."""
    return part.kind in {"rows", "names", "jobs", "others"} and part.total > MAX_OPEN_ROWS


def _apart(part: ChangeSection) -> tuple[ChangeSection, ChangeSection]:
    """What is in force or comes later, and what is over."""

    def of(*, over: bool) -> ChangeSection:
        return part._replace(
            changes=[change for change in part.changes if is_over(change.period) == over],
            jobs=[job for job in part.jobs if is_over(job.period) == over],
            settings=() if over else part.settings,
        )

    return of(over=False), of(over=True)


def _table(title: str, part: ChangeSection, room: int) -> Markup:
    shape = _SHAPES[part.kind]
    values: Sequence[Change | Impact | SettingChange] = (
        *part.changes,
        *part.jobs,
        *part.settings,
    )
    rows: Iterable[list[Cell]] = map(shape.cells, values)
    caption = f"{title}: {plural(part.total, 'row')}{shape.words}"
    return data_table(caption, shape.columns, rows, part.total, room)


def _price(change: Change) -> list[Cell]:
    old, new = change_text.old_and_new(change)
    if change.price:
        old, new = map(_with_sign, (old, new))
    moved = move_words(change.largest) if change.moves else change.note
    return [
        Cell(model_name(change.full_name)),
        Cell(_price_name(change)),
        Cell(old),
        Cell(new),
        Cell(moved, direction(change.largest)),
    ]


def _price_name(change: Change) -> Markup:
    """The price with what it is per: units differ from row to row."""
    price = change.price
    if price is None:
        return joined(change.field)
    words = f" per {usd_per(price.unit)}{change_text.where(price)}"
    return joined(price.unit, element("i", words))


def _with_sign(price: str) -> str:
    """A price with its sign; a fallback price stands in parentheses.

    >>> _with_sign("(2.00)"), _with_sign("2.00"), _with_sign("none")
    ('($2.00)', '$2.00', 'none')
    """
    if price == change_text.NO_PRICE:
        return price
    return f"(${price[1:]}" if price.startswith("(") else f"${price}"


def _row(change: Change) -> list[Cell]:
    content = change.new if change.kind == "added" else change.old
    was = "was " if change.kind == "renamed" else ""
    return [Cell(model_name(change.full_name)), Cell(change.kind), Cell(was + (content or ""))]


def _name(change: Change) -> list[Cell]:
    moved = move_words(change.largest) if change.moves else change.note
    return [
        Cell(model_name(change.model)),
        Cell(change.old or ""),
        Cell(change.new or ""),
        Cell(moved, direction(change.largest)),
    ]


def _job(job: Impact) -> list[Cell]:
    moved = Cell(move_words(job.move), direction(job.move))
    return _job_cells(job, job.move, moved)


def _charge(job: Impact) -> list[Cell]:
    move = job.customer_move
    moved = Cell(change_text.customer_difference(job), direction(move))
    costs = (
        None if pico is None else estimate.client_pico_usd
        for pico, estimate in zip(move, (job.old, job.new), strict=True)
    )
    return _job_cells(job, costs, moved)


def _job_cells(job: Impact, costs: Iterable[int | None], moved: Cell) -> list[Cell]:
    before, now = costs
    cells = change_text.credit_cells(job)
    charged = [words for mode, words in cells.items() if mode.basis == "cost"]
    return [
        Cell(model_name(change_text.job_title(job))),
        Cell(job.workload.name),
        Cell(dollars(before)),
        Cell(dollars(now)),
        Cell(", ".join(charged)),
        moved,
    ]


def _setting(change: SettingChange) -> list[Cell]:
    name = element("b", change_text.setting_name(change))
    return [
        Cell(name, direction="loosens" if change.loosens else ""),
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


_MODEL, _CHANGE = Column("Model", "model"), Column("Change", "change")
_COSTS = (Column("Before", "before"), Column("Now", "now"))
_VALUES = (Column("Before", "old"), Column("Now", "new"))
_JOBS = (_MODEL, Column("Job", "text"), *_COSTS, Column("Credits", "credits"), _CHANGE)
_SHAPES = {
    "settings": TableShape(
        "", (Column("Setting", "model"), *_VALUES, Column("Note", "text")), _setting
    ),
    "charges": TableShape(
        ". What the customer pays for typical jobs, in US dollars and in credits by cost.",
        _JOBS,
        _charge,
    ),
    "prices": TableShape(
        ", in US dollars. In parentheses: what is charged where there is no price of its own.",
        (_MODEL, Column("Price", "text"), *_COSTS, _CHANGE),
        _price,
    ),
    "rows": TableShape("", (_MODEL, Column("Row", "text"), Column("Prices", "text")), _row),
    "names": TableShape("", (Column("Name", "model"), *_VALUES, _CHANGE), _name),
    "jobs": TableShape(
        ". What typical jobs cost at the provider, in US dollars, and what is charged for them in "
        "credits by cost.",
        _JOBS,
        _job,
    ),
    "others": TableShape("", (_MODEL, Column("Member", "text"), *_VALUES), _other),
}
