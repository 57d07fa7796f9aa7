"""The price history of the models that changed, as pictures with their figures beside them."""

from collections.abc import Iterator

from pricectl.core.labels import plural, shortened
from pricectl.history.timeline import Timeline
from pricectl.operate.touched_history import TouchedHistory
from pricectl.report.diff_page.markup import NOTHING, Markup, element, joined, size
from pricectl.report.diff_page.pieces import MAX_NAME, model_name, section
from pricectl.report.history import chart_series
from pricectl.report.step_chart import ChartSeries
from pricectl.report.step_plot import StepPlot

_WIDTH, _HEIGHT, _LEFT, _RIGHT, _TOP, _FLOOR = 360, 140, 66, 352, 12, 116
_LABEL_HEIGHT = 12
# A price that moved more often is shown with its newest steps in the list; the picture has all.
MAX_STEPS = 20
# All pictures together are no larger, even if prices moved daily.
MAX_BYTES = 90_000


def charts(history: TouchedHistory) -> Markup:
    """A picture for each price that moved, and a sentence about what is missing."""
    figures: list[Markup] = []
    flat: list[str] = []
    dashed, left_out, room = False, history.left_out, MAX_BYTES
    for timeline in history.timelines:
        moving = [pair for pair in chart_series(timeline) if not pair[1].is_flat]
        if not moving:
            flat.append("/".join(timeline.key))
            continue
        is_dated = _states_past(timeline)
        drawn = [_figure(timeline, title, series, is_dated=is_dated) for title, series in moving]
        room -= size(joined(*drawn))
        if room < 0:
            left_out += 1
            continue
        figures += drawn
        dashed |= is_dated and any(series.has_dashes for _, series in moving)
    notes = list(_notes(flat, left_out, history.lacks))
    if not figures and not notes:
        return NOTHING
    return section(
        "history",
        "Price history",
        element("div", *figures, class_="charts") if figures else NOTHING,
        _key() if dashed else NOTHING,
        *(element("p", note) for note in notes),
    )


def _states_past(timeline: Timeline) -> bool:
    """Whether the newest version has prices of the past, which then have a line of their own."""
    model = timeline.traced.rows[-1].model
    return model is not None and bool(model.previous)


def _notes(flat: list[str], left_out: int, lacks: str) -> Iterator[str]:
    if flat:
        names = ", ".join(shortened(name, MAX_NAME, "…") for name in flat)
        yield f"Not drawn, since there is only one price below the context tiers: {names}."
    if left_out:
        yield f"{plural(left_out, 'further model')} changed; pricectl history shows each."
    if lacks:
        yield f"{lacks[:1].upper()}{lacks[1:]}."


def _figure(timeline: Timeline, title: str, series: ChartSeries, *, is_dated: bool) -> Markup:
    service = f", {timeline.service}" if timeline.service else ""
    steps = [
        f"{point.start.date()}: "
        + ("no price" if point.pico_usd is None else f"${series.labels[point.pico_usd]}")
        for point in series.charged
    ]
    shown = steps[-MAX_STEPS:]
    count_words = plural(len(steps), "step")
    if len(shown) < len(steps):
        count_words = f"{count_words}, the newest {MAX_STEPS}"
    caption = joined(model_name("/".join(timeline.key)), element("span", title + service))
    listed = element(
        "details",
        element("summary", count_words),
        element("ul", *(element("li", step) for step in shown)),
    )
    name = f"{'/'.join(timeline.key)}: {title}{service}, from {steps[0]} to {steps[-1]}"
    return element(
        "figure", element("figcaption", caption), _chart(name, series, is_dated=is_dated), listed
    )


def _chart(name: str, series: ChartSeries, *, is_dated: bool) -> Markup:
    plot = StepPlot(series, _LEFT, _RIGHT, _TOP + 8, _FLOOR - 12)
    return element(
        "svg",
        *_grid(plot),
        element("path", d=f"M{_LEFT} {_TOP}V{_FLOOR}H{_RIGHT}", class_="axis"),
        *_dates(plot),
        element("path", d=plot.path_of(series.known_now), class_="known")
        if is_dated and series.has_dashes
        else NOTHING,
        element("path", d=plot.path_of(series.charged), class_="charged"),
        class_="chart",
        viewBox=f"0 0 {_WIDTH} {_HEIGHT}",
        role="img",
        aria_label=name,
    )


def _grid(plot: StepPlot) -> Iterator[Markup]:
    above: float = _FLOOR + _LABEL_HEIGHT
    for price in sorted(plot.series.labels):
        y = plot.height_of(price)
        if above - y >= _LABEL_HEIGHT:  # lines and labels that would cover the one below
            yield element("path", d=f"M{_LEFT} {y:.1f}H{_RIGHT}", class_="grid")
            place = {"x": f"{_LEFT - 7}", "y": f"{y + 4:.1f}", "text_anchor": "end"}
            yield element("text", f"${plot.series.labels[price]}", **place)
            above = y


def _dates(plot: StepPlot) -> Iterator[Markup]:
    series, y = plot.series, f"{_FLOOR + 17}"
    for x, anchor, day in ((_LEFT, "start", series.start), (_RIGHT, "end", series.end)):
        yield element("text", str(day.date()), x=f"{x}", y=y, text_anchor=anchor)
    if series.start < series.now < series.end:
        now = f"{plot.place_of(series.now):.1f}"
        yield element("path", d=f"M{now} {_TOP}V{_FLOOR}", class_="now")
        # Above the line, since below it the last date may be near.
        yield element("text", "now", x=now, y=f"{_TOP - 3}", text_anchor="middle")


def _key() -> Markup:
    lines = (
        ("charged", "as the file had it then"),
        ("known", "as it has it now, where that differs"),
    )
    items = [
        element(
            "li",
            element(
                "svg",
                element("path", d="M0 3H30", class_=kind),
                class_="chart",
                viewBox="0 0 30 6",
                aria_hidden="true",
            ),
            words,
        )
        for kind, words in lines
    ]
    return element("ul", *items, class_="key")
