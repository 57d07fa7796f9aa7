"""A picture of a model's prices over time, for a page or a pull request.

Plain SVG without scripts, styles from elsewhere or links: names are text in it, never markup.
"""

from collections.abc import Iterator
from html import escape

from pricectl.core.labels import clean, shortened
from pricectl.history.timeline import Timeline
from pricectl.report.history import chart_series
from pricectl.report.step_chart import ChartSeries
from pricectl.report.step_plot import StepPlot

WIDTH = 860
_PANEL, _TOP, _LEFT, _RIGHT, _TITLE, _BOTTOM = 200, 56, 90, 40, 26, 34
_LABEL_HEIGHT = 13
_MAX_NAME = 80
_STYLE = (
    "text{font:13px ui-monospace,Menlo,Consolas,monospace;fill:#444}"
    ".name{font-weight:bold;font-size:15px;fill:#111}.unit{font-weight:bold}"
    ".axis{stroke:#bbb;fill:none}.grid{stroke:#eee}.now{stroke:#999;stroke-dasharray:2 3}"
    ".charged{stroke:#1769aa;stroke-width:2;fill:none}"
    ".known{stroke:#c77700;stroke-width:2;stroke-dasharray:5 4;fill:none}"
)


def history(result: Timeline) -> str:
    """The picture: a panel for each price, the dates below it."""
    panels = [pair for pair in chart_series(result) if pair[1].start < pair[1].end]
    height = _TOP + _PANEL * len(panels) + 30
    name = escape(shortened(clean("/".join(result.key)), _MAX_NAME, "…"))
    service = f", {escape(clean(result.service))}" if result.service else ""
    size = f'width="{WIDTH}" height="{height}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {WIDTH} {height}">',
        f"<title>{name}{service}: prices over time</title>",
        f"<style>{_STYLE}</style>",
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text class="name" x="20" y="30">{name}{service}</text>',
    ]
    for number, (title, series) in enumerate(panels):
        lines += _panel(title, series, _TOP + number * _PANEL)
    lines += _legend(height - 14)
    return "\n".join([*lines, "</svg>"])


def _panel(title: str, series: ChartSeries, top: int) -> Iterator[str]:
    floor = top + _PANEL - _BOTTOM
    ceiling = top + _TITLE
    # A price at the very bottom would lie on the axis.
    plot = StepPlot(series, _LEFT, WIDTH - _RIGHT, ceiling + 8, floor - 12)
    yield f'<text class="unit" x="20" y="{top + 14}">{escape(title)}</text>'
    above: float = floor + _LABEL_HEIGHT
    for price in sorted(series.labels):
        y = plot.height_of(price)
        yield f'<path class="grid" d="M{_LEFT} {y:.1f}H{WIDTH - _RIGHT}"/>'
        if above - y >= _LABEL_HEIGHT:  # labels that would cover the one below are left out
            label = escape(series.labels[price])
            yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{label}</text>'
            above = y
    yield f'<path class="axis" d="M{_LEFT} {ceiling}V{floor}H{WIDTH - _RIGHT}"/>'
    if series.start < series.now < series.end:
        now = plot.place_of(series.now)
        yield f'<path class="now" d="M{now:.1f} {ceiling}V{floor}"/>'
        yield f'<text x="{now:.1f}" y="{floor + 18}" text-anchor="middle">now</text>'
    for x, anchor, day in (
        (_LEFT, "start", series.start),
        (WIDTH - _RIGHT, "end", series.end),
    ):
        yield f'<text x="{x}" y="{floor + 18}" text-anchor="{anchor}">{day.date()}</text>'
    if series.has_dashes:
        yield from _line("known", plot.path_of(series.known_now))
    yield from _line("charged", plot.path_of(series.charged))


def _line(kind: str, path: str) -> Iterator[str]:
    if path:
        yield f'<path class="{kind}" d="{path}"/>'


def _legend(y: int) -> Iterator[str]:
    yield f'<path class="charged" d="M20 {y - 4}h30"/>'
    yield f'<text x="58" y="{y}">as the file had it then</text>'
    yield f'<path class="known" d="M270 {y - 4}h30"/>'
    yield f'<text x="308" y="{y}">as it has it now, where that differs</text>'
