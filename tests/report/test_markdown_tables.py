"""Tables within the bound of a comment."""

import pytest

from pricectl.report.formats.markdown_tables import MarkdownTable, drawn_tables


def table(place: int, rank: int = 0, rows: int = 20) -> MarkdownTable:
    lines = tuple(f"| m{place} | {row} |" for row in range(rows))
    return MarkdownTable(f"Table {place}", "| Model | Dollars |", lines, rank=rank)


@pytest.mark.parametrize("tables", [1, 20, 200, 2_000])
def test_a_comment_of_many_tables_keeps_the_rows_of_the_most_important(tables: int) -> None:
    drawn = [table(place, rank=place) for place in reversed(range(tables))]
    lines = drawn_tables(drawn, 20_000, ["the head"])
    assert sum(len(line) + 1 for line in lines) < 20_000
    assert {f"| m0 | {row} |" for row in range(20)} <= set(lines)
    shown = sum(line.startswith("#### ") for line in lines)
    omitted = f"{tables - shown:,} more tables omitted: the comment is full."
    assert (omitted in lines) is (shown < tables)
