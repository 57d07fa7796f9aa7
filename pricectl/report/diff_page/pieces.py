"""Pieces that several parts of the page have: sections, names of models, moves, tables."""

from collections.abc import Sequence
from typing import NamedTuple

from pricectl.changes import Move
from pricectl.core.labels import count, plural, shortened
from pricectl.report import changes as change_text
from pricectl.report.diff_page.markup import NOTHING, Content, Markup, element, joined

# The longest name that a catalog may have: nothing of it is cut.
MAX_NAME = 256
_DIRECTIONS = {change_text.UP: "up", change_text.DOWN: "down", change_text.SAME: "same"}


class Cell(NamedTuple):
    """A cell of a table; `value` is the number that it is sorted by, `is_wide` as on a phone."""

    content: Content
    value: str | None = None
    is_wide: bool = False


class PageTable(NamedTuple):
    """A table: its caption, its columns, and its rows, of which only the first ones are shown.

    `numeric` has the columns of numbers: they stand at the right and are sorted as numbers.
    """

    caption: str
    columns: Sequence[str]
    numeric: frozenset[int]
    rows: Sequence[Sequence[Cell]]
    total: int


def section(id_: str, title: str, *contents: Content) -> Markup:
    """A part of the page with its heading."""
    heading = element("h2", title, id=f"{id_}-title")
    return element("section", heading, *contents, id=id_, aria_labelledby=f"{id_}-title")


def model_name(full_name: str) -> Markup:
    """A model's name in bold behind its provider."""
    provider, slash, name = shortened(full_name, MAX_NAME, "…").rpartition("/")
    return joined(element("span", provider + slash, class_="soft"), element("b", name))


def direction(move: Move | None) -> str:
    """The class of a move: "up", "down" or "same"."""
    return _DIRECTIONS[change_text.arrow(move)]


def move_words(move: Move | None, words: str = "") -> Markup:
    """How much something moved, with its arrow, in the colour of its direction."""
    arrow = change_text.arrow(move)
    shown = f"{words or change_text.percent_text(move)} {arrow}"
    return element("span", shown.strip(), class_=_DIRECTIONS[arrow])


def relative(move: Move | None) -> str | None:
    """A relative difference as the number that a table is sorted by; None without a price."""
    if move is None or (move.old_pico_usd is None and move.new_pico_usd is None):
        return None
    part = move.relative
    if part is None:  # from nothing: more than every percentage
        return "Infinity" if move.difference_pico_usd > 0 else "-Infinity"
    return f"{float(part):.6g}"


def data_table(table: PageTable) -> Markup:
    """A table that can be sorted; where rows are left out it says how many.

    Roles are written out, because a phone shows rows as cards, and browsers then forget them.
    """
    heads = [
        element("th", name, scope="col", role="columnheader", class_=_side(number, table))
        for number, name in enumerate(table.columns)
    ]
    rows = [element("tr", *_cells(row, table), role="row") for row in table.rows]
    drawn = element(
        "table",
        element("caption", table.caption),
        element("thead", element("tr", *heads, role="row"), role="rowgroup"),
        element("tbody", *rows, role="rowgroup"),
        class_="sortable",
        role="table",
    )
    left_out = table.total - len(table.rows)
    words = f"{count(left_out)} of {plural(table.total, 'row')} are left out here; -v shows all"
    note = element("p", words, class_="left-out") if left_out else NOTHING
    return joined(element("div", drawn, class_="scroll"), note)


def _side(number: int, table: PageTable) -> str | None:
    return "n" if number in table.numeric else None


def _cells(row: Sequence[Cell], table: PageTable) -> list[Markup]:
    head, *cells = row
    drawn = [element("th", head.content, scope="row", role="rowheader", class_="m")]
    for number, cell in enumerate(cells, start=1):
        side = _side(number, table)
        drawn.append(
            element(
                "td",
                cell.content,
                role="cell",
                class_="w" if cell.is_wide else side,
                data_label=table.columns[number] if side else None,
                data_value=cell.value,
            )
        )
    return drawn
