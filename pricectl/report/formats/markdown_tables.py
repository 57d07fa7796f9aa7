"""What every comment in GitHub's Markdown has: safe names, and tables within a bound.

What does not fit is dropped row by row, the least important tables first, and the comment says so.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from pricectl.core.labels import clean, plural, shortened

# Comments of more than 65,536 characters are refused.
MAX_CHARACTERS = 60_000
_RESERVED, _NOTE = 1_000, 150
MAX_NAME, MAX_SENTENCE = 200, 600
# So many rows of every table are shown before a table goes on.
FIRST_ROWS = 10
# What a code span shows as it is. A "$" only before a digit: another one could begin a formula.
_SIMPLE = re.compile(
    r"(?:[A-Za-z0-9(+-]|\$(?=\d))(?:[A-Za-z0-9 ._/:;,+()%\u2192\u25b2\u25bc-]|\$(?=\d))*"
)


class MarkdownTable(NamedTuple):
    """A table: its title, head, rows, and whether it is folded away at first.

    Where not all fits, tables of a lower `rank` are shown first. `legend` stands below the table.
    """

    title: str
    head: str
    rows: tuple[str, ...]
    folded: bool = False
    rank: int = 0
    legend: str = ""


def code(text: str) -> str:
    """A name or value from a catalog or a shell, safe in a table: neither markup nor a mention.

    >>> code("gpt-4o"), code("a|b")
    ('`gpt-4o`', '<code>a&#124;b</code>')
    """
    return _code(text, MAX_NAME)


def long_code(text: str) -> str:
    """A sentence that has names or values from a catalog, as safe as `code`."""
    return _code(text, MAX_SENTENCE)


def _code(text: str, longest: int) -> str:
    safe = shortened(clean(text), longest, "…")
    if _SIMPLE.fullmatch(safe) or not safe:
        return f"`{safe}`" if safe else ""
    entities = (sign if sign.isalnum() or sign in " ./" else f"&#{ord(sign)};" for sign in safe)
    return f"<code>{''.join(entities)}</code>"


def table_line(cells: Sequence[str]) -> str:
    """Cells as a line of a table."""
    return f"| {' | '.join(cells)} |"


def drawn_tables(
    tables: Sequence[MarkdownTable], characters: int, before: Sequence[str]
) -> list[str]:
    """Tables as far as they fit behind other lines, in their order.

    Every table is begun; then they go on by their rank, until the comment is full. Of very many
    tables, the least important are only counted, so that titles do not take the room of rows.
    """
    room = characters - _RESERVED - _size(before)
    by_rank = sorted(range(len(tables)), key=lambda place: tables[place].rank)
    frames = list(accumulate(_frame(tables[place]) for place in by_rank))
    by_rank = by_rank[: sum(frame <= room // 2 for frame in frames)]
    room -= sum(_frame(tables[place]) for place in by_rank)
    rows = [0] * len(tables)
    for most in (FIRST_ROWS, None):
        for place in by_rank:
            wanted = tables[place].rows[rows[place] : most]
            sizes = list(accumulate(len(row) + 1 for row in wanted))
            fitting = sum(row_size <= room for row_size in sizes)
            room -= sizes[fitting - 1] if fitting else 0
            rows[place] += fitting
    lines = [line for place in sorted(by_rank) for line in _drawn(tables[place], rows[place])]
    omitted = len(tables) - len(by_rank)
    if omitted:
        lines += ["", f"{plural(omitted, 'more table')} omitted: the comment is full."]
    return lines


def _size(lines: Sequence[str]) -> int:
    return sum(len(line) + 1 for line in lines)


def _frame(table: MarkdownTable) -> int:
    """How many characters a table takes besides its rows."""
    return _size(_opening(table)) + _size(_closing(table)) + _NOTE


def _drawn(table: MarkdownTable, rows: int) -> list[str]:
    """So many rows of a table, with a line that says how many it dropped."""
    title, every = _heading(table.title), len(table.rows)
    note = f"{every - rows:,} of {every:,} rows of '{title}' are omitted: the comment is full."
    if not rows:
        return ["", note]
    end = ["", note] if rows < every else []
    return [*_opening(table), *table.rows[:rows], *end, *_closing(table)]


def _opening(table: MarkdownTable) -> list[str]:
    title = _heading(table.title)
    opening = ["", f"#### {title}", ""]
    if table.folded:
        opening = ["", "<details>", f"<summary>{title}</summary>", ""]
    return [*opening, table.head, "|" + " --- |" * (table.head.count("|") - 1)]


def _closing(table: MarkdownTable) -> list[str]:
    legend = ["", f"<sub>{table.legend}</sub>"] if table.legend else []
    return [*legend, "", "</details>"] if table.folded else [*legend, ""]


def _heading(title: str) -> str:
    """A title as text: it may have the name of a profile in it."""
    return "".join(
        sign if sign.isalnum() or sign in " .,-_'" else f"&#{ord(sign)};" for sign in clean(title)
    )
