"""A table of the page: it can be sorted, and is read as cards on a phone."""

from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from pricectl.core.labels import count, plural
from pricectl.report.diff_page.markup import NOTHING, Content, Markup, element, joined, size

ColumnKind = Literal["model", "text", "old", "new", "before", "now", "credits", "change"]
# By a column's kind its class; the style sheet has the label that a card shows.
_CLASSES: dict[ColumnKind, str] = {
    "model": "m",
    "text": "w",
    "old": "o",
    "new": "e",
    "before": "b",
    "now": "a",
    "credits": "c",
    "change": "d",
}
# These are numbers: they stand at the right and are sorted as numbers.
_NUMBERS = frozenset({"before", "now", "credits", "change"})
# What the table itself and the sentence below it take.
_FRAME_BYTES = 1_200


class Column(NamedTuple):
    """A column: its heading, and what its cells are."""

    title: str
    kind: ColumnKind


class Cell(NamedTuple):
    """A cell; `direction` is the class of a move: "up", "down" or "same"."""

    content: Content
    direction: str = ""


def data_table(
    caption: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Cell]],
    total: int,
    room: int,
) -> Markup:
    """A table with as many of its rows as fit into `room` bytes.

    Where some of the `total` rows are left out, a sentence below it says how many.
    """
    shown: list[Markup] = []
    room -= _FRAME_BYTES
    for row in rows:
        drawn = element("tr", *map(_cell, columns, row))
        room -= size(drawn)
        if room < 0:
            break
        shown.append(drawn)
    left_out = total - len(shown)
    words = f"{count(left_out)} of {plural(total, 'row')} are left out here; the text has them: -v"
    note = element("p", words, class_="left-out") if left_out else NOTHING
    if not shown:
        return note
    heads = [
        element(
            "th",
            column.title,
            scope="col",
            class_=_CLASSES[column.kind] + (" n" if column.kind in _NUMBERS else ""),
        )
        for column in columns
    ]
    table = element(
        "table",
        element("caption", caption),
        element("thead", element("tr", *heads)),
        element("tbody", *shown),
        class_="sortable",
    )
    return joined(element("div", table, class_="scroll"), note)


def _cell(column: Column, cell: Cell) -> Markup:
    if column.kind == "model":
        return element("th", cell.content, scope="row", class_="m")
    kind = f"{_CLASSES[column.kind]} {cell.direction}".strip()
    return element("td", cell.content, class_=kind)
