"""The chart of a price over time, drawn by hand and compared character by character."""

from datetime import UTC, datetime

from pricectl.history.timeline import PricePoint
from pricectl.report.step_chart import ASCII, LINES, ChartSeries, price_levels, step_chart


def day(number: int) -> datetime:
    return datetime(2026, 1, number, tzinfo=UTC)


def drawn(series: ChartSeries, width: int, *, ascii_only: bool = False) -> list[str]:
    lines = step_chart(series, width, ASCII if ascii_only else LINES)
    return ["".join(text for text, _ in line).rstrip() for line in lines]


# $5 from the 1st, $2 from the 11th, $4 from the 16th, until the 21st: 21 columns, one a day. The
# newest version says that $2 began on the 6th.
SERIES = ChartSeries(
    (PricePoint(day(1), 5), PricePoint(day(11), 2), PricePoint(day(16), 4)),
    (PricePoint(day(1), 5), PricePoint(day(6), 2), PricePoint(day(16), 4)),
    {5: "5.00", 2: "2.00", 4: "4.00"},
    day(1),
    day(21),
    day(19),
)


def test_steps_down_and_up_with_what_is_known_now_in_dashes() -> None:
    # 5, 4 and 2 are at 4/4, 3/4 rounded up from 2.67, and 0 of the height.
    assert drawn(SERIES, 29) == [
        "  5.00 ┤──────────┐",
        "  4.00 ┤          │    ┌─────",
        "       │          │    │",
        "       │          │    │",
        "  2.00 ┤     ╌╌╌╌╌└────┘",
        "       └──────────────────┴──",
        "        2026-01-01 2026-01-21",
    ]


def test_ascii() -> None:
    assert drawn(SERIES, 29, ascii_only=True) == [
        "  5.00 +----------+",
        "  4.00 +          |    +-----",
        "       |          |    |",
        "       |          |    |",
        "  2.00 +     .....+----+",
        "       +------------------^--",
        "        2026-01-01 2026-01-21",
    ]


def test_a_time_without_a_price_is_a_gap() -> None:
    points = (PricePoint(day(1), 5), PricePoint(day(6), None), PricePoint(day(16), 2))
    gap = SERIES._replace(charged=points, known_now=points, labels={5: "5.00", 2: "2.00"})
    lines = drawn(gap, 29)
    assert lines[0] == "  5.00 ┤─────"
    assert lines[4] == "  2.00 ┤               ──────"


def test_one_price_all_the_time_is_not_drawn() -> None:
    points = (PricePoint(day(1), 5),)
    flat = SERIES._replace(charged=points, known_now=points, labels={5: "5.00"})
    assert drawn(flat, 80) == []


def test_no_line_is_wider_than_the_terminal() -> None:
    for width in (40, 80, 120):
        assert max(map(len, drawn(SERIES, width))) <= width


def test_prices_that_are_close_have_lines_of_their_own_while_there_is_room() -> None:
    assert price_levels([100, 101, 1000], 5) == {100: 0, 101: 1, 1000: 4}
    assert price_levels([1, 998, 999, 1000], 5) == {1: 0, 998: 2, 999: 3, 1000: 4}
    # Without room they share lines.
    assert set(price_levels(list(range(100)), 10).values()) == set(range(10))
