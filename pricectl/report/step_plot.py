"""Where the steps of a price stand in a picture, and their line as an SVG path."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from pricectl.history.timeline import PricePoint
from pricectl.report.step_chart import ChartSeries


class StepPlot(NamedTuple):
    """A price over time in a rectangle of a picture, whose bounds are in pixels.

    The lowest price stands at the bottom, the highest at the top; a single one in the middle.
    """

    series: ChartSeries
    left: float
    right: float
    top: float
    bottom: float

    def place_of(self, instant: datetime) -> float:
        """The x of an instant."""
        return self.left + self.series.share(instant) * (self.right - self.left)

    def height_of(self, pico_usd: int) -> float:
        """The y of a price."""
        lowest, highest = min(self.series.labels), max(self.series.labels)
        share = (pico_usd - lowest) / (highest - lowest) if highest > lowest else 0.5
        return self.bottom - share * (self.bottom - self.top)

    def path_of(self, points: Sequence[PricePoint]) -> str:
        """The steps of a price as the data of a path, with a gap where there is no price."""
        ends = (*(point.start for point in points[1:]), self.series.end)
        path, drawing = [], False
        for point, end in zip(points, ends, strict=True):
            if point.pico_usd is None:
                drawing = False
                continue
            y = f"{self.height_of(point.pico_usd):.1f}"
            path.append(f"V{y}" if drawing else f"M{self.place_of(point.start):.1f} {y}")
            path.append(f"H{self.place_of(end):.1f}")
            drawing = True
        return "".join(path)
