"""A price over time as steps of terminal characters."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from pricectl.history.timeline import PricePoint
from pricectl.report.canvas import at_point
from pricectl.report.columns import INDENT, StyledLine

# A chart is as high as it has prices, within these bounds: lower ones look flat.
LOWEST, HIGHEST = 5, 10
_NARROWEST = 20
_LINE, _DASHES, _AXIS = "cyan", "yellow", "dim"


class ChartSigns(NamedTuple):
    """What a chart is drawn with; a corner is named by the two ends that it joins."""

    line: str
    up_down: str
    left_up: str
    left_down: str
    right_up: str
    right_down: str
    dashes: str
    axis: str
    tick: str
    origin: str
    floor: str
    now: str


LINES = ChartSigns("─", "│", "┘", "┐", "└", "┌", "╌", "│", "┤", "└", "─", "┴")
ASCII = ChartSigns("-", "|", "+", "+", "+", "+", ".", "|", "+", "+", "-", "^")


def chart_signs(encoding: str) -> ChartSigns:
    """The lines that an encoding has, else ASCII."""
    try:
        "".join(LINES).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return LINES


class ChartSeries(NamedTuple):
    """One price over time: what was charged, and what the newest version says of each moment.

    `labels` has the text of each price in picodollars. Times from `end` on are not drawn.
    """

    charged: Sequence[PricePoint]
    known_now: Sequence[PricePoint]
    labels: dict[int, str]
    start: datetime
    end: datetime
    now: datetime

    @property
    def is_flat(self) -> bool:
        """Whether there is nothing to be seen: one price all the time."""
        prices = {point.pico_usd for point in (*self.charged, *self.known_now)} - {None}
        return len(prices) <= 1 or self.end <= self.start

    @property
    def has_dashes(self) -> bool:
        """Whether the newest version says another price of some moment than was charged."""
        return tuple(self.charged) != tuple(self.known_now)

    def share(self, instant: datetime) -> float:
        """Where an instant stands between start (0) and end (1)."""
        return (instant - self.start) / (self.end - self.start)


def step_chart(series: ChartSeries, width: int, signs: ChartSigns) -> Iterator[StyledLine]:
    """The chart in lines of at most `width` characters; nothing for a flat one."""
    if series.is_flat:
        return
    prices = sorted(series.labels)
    height = min(max(LOWEST, len(prices)), HIGHEST)
    levels = price_levels(prices, height)
    texts = dict(zip(prices, at_point(series.labels[price] for price in prices), strict=True))
    margin = max(map(len, texts.values())) + INDENT
    columns = max(_NARROWEST, width - margin - 2)
    cells = _Cells(columns, height, signs)
    cells.draw(_by_column(series, series.charged, columns), levels)
    cells.add_dashes(_by_column(series, series.known_now, columns), levels)
    # Of two prices that share a line, the higher one names it.
    named = {level: texts[price] for price, level in levels.items()}
    for level in reversed(range(height)):
        label = named.get(level, "").rjust(margin)
        axis = signs.tick if level in named else signs.axis
        yield ((f"{label} {axis}", _AXIS), *cells.styled(level))
    yield from _time_axis(series, margin, columns, signs)


def price_levels(prices: Sequence[int], height: int) -> dict[int, int]:
    """The line of each price, in proportion; each on a line of its own where there is room.

    >>> price_levels([100, 200, 210], 5)
    {100: 0, 200: 3, 210: 4}
    """
    lowest, span = prices[0], prices[-1] - prices[0]
    lines = [(price - lowest) * (height - 1) * 2 // span + 1 >> 1 for price in prices]
    if len(prices) <= height:
        for index in range(1, len(lines)):
            lines[index] = max(lines[index], lines[index - 1] + 1)
        for index in reversed(range(len(lines))):
            lines[index] = min(lines[index], height - len(lines) + index)
    return dict(zip(prices, lines, strict=True))


def _by_column(series: ChartSeries, points: Sequence[PricePoint], columns: int) -> list[int | None]:
    """The price at each column; of several in one column the last."""
    found: list[int | None] = [None] * columns
    for point in points:
        first = max(0, int(series.share(point.start) * (columns - 1)))
        for column in range(first, columns):
            found[column] = point.pico_usd
    return found


class _Cells:
    """The characters of a chart, line by line from the bottom, each with its style."""

    def __init__(self, columns: int, height: int, signs: ChartSigns) -> None:
        self._signs = signs
        self._rows = [[(" ", "")] * columns for _ in range(height)]

    def draw(self, prices: Sequence[int | None], levels: dict[int, int]) -> None:
        """Draw a price as a line with steps."""
        signs = self._signs
        before: int | None = None
        for column, price in enumerate(prices):
            level = None if price is None else levels[price]
            if level is None or before is None or level == before:
                if level is not None:
                    self._rows[level][column] = (signs.line, _LINE)
            else:
                low, high = sorted((before, level))
                for between in range(low + 1, high):
                    self._rows[between][column] = (signs.up_down, _LINE)
                rises = level > before
                self._rows[before][column] = (signs.left_up if rises else signs.left_down, _LINE)
                self._rows[level][column] = (signs.right_down if rises else signs.right_up, _LINE)
            before = level

    def add_dashes(self, prices: Sequence[int | None], levels: dict[int, int]) -> None:
        """Draw another price in dashes where nothing stands yet."""
        for column, price in enumerate(prices):
            if price is not None and self._rows[levels[price]][column][0] == " ":
                self._rows[levels[price]][column] = (self._signs.dashes, _DASHES)

    def styled(self, level: int) -> StyledLine:
        """One line as pieces of the same style."""
        pieces = groupby(self._rows[level], key=lambda cell: cell[1])
        return tuple(("".join(sign for sign, _ in cells), style) for style, cells in pieces)


def _time_axis(
    series: ChartSeries, margin: int, columns: int, signs: ChartSigns
) -> Iterator[StyledLine]:
    floor = [signs.floor] * columns
    days = [" "] * columns
    first, last = series.start.date().isoformat(), series.end.date().isoformat()
    days[: len(first)] = first
    days[columns - len(last) :] = last
    now = int(series.share(series.now) * (columns - 1))
    if series.start < series.now < series.end:
        floor[now] = signs.now
        place = slice(now - 1, now + 2)
        if not "".join(days[max(0, now - 3) : now + 4]).strip():
            days[place] = "now"
    yield ((" " * (margin + 1) + signs.origin + "".join(floor), _AXIS),)
    yield ((" " * (margin + 2) + "".join(days), _AXIS),)
