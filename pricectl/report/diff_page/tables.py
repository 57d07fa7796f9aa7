"""The tables of the page: prices, rows, names, sample jobs, settings, other changes."""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import NamedTuple

from pricectl.changes import Change, Comparison, Impact
from pricectl.changes.periods import is_over
from pricectl.core.labels import plural
from pricectl.policy.comparison import SettingChange
from pricectl.report import changes as change_text
from pricectl.report.changes import ChangeSection
from pricectl.report.diff_page.markup import Content, Markup, element, joined
from pricectl.report.diff_page.pieces import (
    Cell,
    PageTable,
    data_table,
    model_name,
    move_words,
    relative,
    section,
)
from pricectl.report.history_document import usd_per


class TableShape(NamedTuple):
    """How a kind of section is shown: what it says, its columns, how many rows, a row's cells."""

    words: str
    columns: tuple[str, ...]
    numeric: frozenset[int]
    limit: int
    cells: Callable[..., list[Cell]]


def tables(found: Comparison) -> Markup:
    """Every section of the comparison that has rows, most important first."""
    return joined(*starmap(_section, enumerate(change_text.sections(found))))


def _section(number: int, part: ChangeSection) -> Markup:
    shape = _SHAPES[part.kind]
    in_time, over = part, part._replace(changes=(), jobs=(), settings=())
    if part.kind in {"prices", "jobs"}:
        in_time, over = _apart(part)
    contents: list[Content] = [element("p", shape.words)] if shape.words else []
    if in_time.total:
        contents.append(_table(part.title, shape, in_time))
    if over.total:
        summary = f"{plural(over.total, 'row')} of periods that are over"
        folded = _table(f"{part.title}, periods that are over", shape, over)
        contents.append(element("details", element("summary", summary), folded))
    return section(f"{part.kind}-{number}", part.title, *contents)


def _apart(part: ChangeSection) -> tuple[ChangeSection, ChangeSection]:
    """What is in force or comes later, and what is over."""
    in_time = part._replace(
        changes=[change for change in part.changes if not is_over(change.period)],
        jobs=[job for job in part.jobs if not is_over(job.period)],
    )
    over = part._replace(
        changes=[change for change in part.changes if is_over(change.period)],
        jobs=[job for job in part.jobs if is_over(job.period)],
    )
    return in_time, over


def _table(title: str, shape: TableShape, part: ChangeSection) -> Markup:
    shown = part.first(shape.limit)
    values: Sequence[Change | Impact | SettingChange] = (
        *shown.changes,
        *shown.jobs,
        *shown.settings,
    )
    rows = [shape.cells(value) for value in values]
    caption = f"{title}: {plural(part.total, 'row')}"
    return data_table(PageTable(caption, shape.columns, shape.numeric, rows, part.total))


def _price(change: Change) -> list[Cell]:
    old, new = change_text.old_and_new(change)
    move = change.largest
    before, now = move or (None, None)
    moved: Content = change.note
    if change.price:
        old, new = _dollars(old), _dollars(new)
    if change.moves:
        moved = move_words(move)
    return [
        Cell(model_name(change.full_name)),
        Cell(_price_name(change), is_wide=True),
        Cell(old, None if before is None else str(before)),
        Cell(element("span", new, class_="new"), None if now is None else str(now)),
        Cell(moved, relative(move)),
    ]


def _price_name(change: Change) -> Markup:
    """The price with what it is per: units differ from row to row."""
    price = change.price
    if price is None:
        return joined(change.field)
    per = f" per {usd_per(price.unit)}"
    return joined(price.unit, element("span", f"{per}{change_text.where(price)}", class_="soft"))


def _dollars(price: str) -> str:
    """A price with its sign; a fallback price stands in parentheses.

    >>> _dollars("(2.00)"), _dollars("2.00"), _dollars("none")
    ('($2.00)', '$2.00', 'none')
    """
    if price == change_text.NO_PRICE:
        return price
    return "($" + price[1:] if price.startswith("(") else f"${price}"


def _row(change: Change) -> list[Cell]:
    content = change.new if change.kind == "added" else change.old
    was = "was " if change.kind == "renamed" else ""
    return [
        Cell(model_name(change.full_name)),
        Cell(change.kind),
        Cell(was + (content or ""), is_wide=True),
    ]


def _name(change: Change) -> list[Cell]:
    moved: Content = move_words(change.largest) if change.moves else change.note
    return [
        Cell(model_name(change.model)),
        Cell(change.old or "", is_wide=True),
        Cell(change.new or "", is_wide=True),
        Cell(moved, relative(change.largest)),
    ]


def _job(job: Impact) -> list[Cell]:
    old, new = map(change_text.cost, job.move)
    return [
        *_job_names(job),
        *_costs(job, old, new),
        Cell(move_words(job.move), relative(job.move)),
    ]


def _charge(job: Impact) -> list[Cell]:
    old, new = change_text.customer_costs(job)
    words = change_text.customer_difference(job)
    moved = element("span", words, class_=None)
    return [*_job_names(job), *_costs(job, old, new), Cell(moved, relative(job.customer_move))]


def _job_names(job: Impact) -> list[Cell]:
    return [Cell(model_name(change_text.job_title(job))), Cell(job.workload.name, is_wide=True)]


def _costs(job: Impact, old: str, new: str) -> list[Cell]:
    before, now = job.move
    cells = change_text.credit_cells(job)
    charged = [words for mode, words in cells.items() if mode.basis == "cost"]
    return [
        Cell(_dollars(old), None if before is None else str(before)),
        Cell(element("span", _dollars(new), class_="new"), None if now is None else str(now)),
        Cell(", ".join(charged), str(change_text.largest_credit_move(job).new)),
    ]


def _setting(change: SettingChange) -> list[Cell]:
    note = change_text.setting_note(change)
    name = element(
        "b", change_text.setting_name(change), class_="loosens" if change.loosens else None
    )
    return [
        Cell(name),
        Cell(change_text.value(change.old), is_wide=True),
        Cell(change_text.value(change.new), is_wide=True),
        Cell(note, is_wide=True),
    ]


def _other(change: Change) -> list[Cell]:
    old, new = change_text.old_and_new(change)
    note = f" ({change.note})" if change.note else ""
    return [
        Cell(model_name(change.full_name)),
        Cell(change.field),
        Cell(old, is_wide=True),
        Cell(new + note, is_wide=True),
    ]


_JOB_WORDS = (
    "What typical jobs cost at the provider, in US dollars, and the credits that are charged for "
    "them by cost."
)
# By the kind of a section; the columns that have numbers are those of `numeric`.
_SHAPES = {
    "settings": TableShape("", ("Setting", "Before", "Now", "Note"), frozenset(), 200, _setting),
    "charges": TableShape(
        "What the customer pays for typical jobs, in US dollars and in credits by cost.",
        ("Model", "Job", "Before", "Now", "Credits", "Change"),
        frozenset({2, 3, 4, 5}),
        120,
        _charge,
    ),
    "prices": TableShape(
        "In US dollars. In parentheses: what is charged where there is no price of its own.",
        ("Model", "Price", "Before", "Now", "Change"),
        frozenset({2, 3, 4}),
        300,
        _price,
    ),
    "rows": TableShape("", ("Model", "Row", "Prices"), frozenset(), 150, _row),
    "names": TableShape("", ("Name", "Before", "Now", "Change"), frozenset({3}), 100, _name),
    "jobs": TableShape(
        _JOB_WORDS,
        ("Model", "Job", "Before", "Now", "Credits", "Change"),
        frozenset({2, 3, 4, 5}),
        120,
        _job,
    ),
    "others": TableShape("", ("Model", "Member", "Before", "Now"), frozenset(), 100, _other),
}
