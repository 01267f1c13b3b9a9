"""The hour chart: a field for each hour of each weekday, the darker the more."""

from __future__ import annotations

import altair as alt

from district_reports.render.charts.canvas import Canvas, Drawing
from district_reports.render.charts.measure import text_width
from district_reports.render.charts.theme import (
    ASCENT,
    HATCH,
    LINE,
    WIDTH,
    assemble,
    boxes,
    frame,
    rows,
    step_fill,
    texts,
)
from district_reports.render.view_charts import HourChart

ROW = 19.0
"""Height of a weekday, pixels."""
INNER = 0.06
"""Part of a field's place that stays empty."""
EVERY = (1, 2, 3, 4, 6, 8, 12)
"""An hour's name is printed every so many hours: the first of these at which names do not touch."""


def build_hours() -> alt.LayerChart:
    """Return the chart without data: fields, and what stands at given pixels."""
    hour = alt.X("hour:O", axis=None, scale=_band("hours", "start", "end"))
    weekday = alt.Y("weekday:O", axis=None, scale=_band("weekdays", "top", "bottom"))
    fields = alt.Chart(rows("fields")).mark_rect(aria=False)
    return assemble(boxes(), fields.encode(x=hour, y=weekday, fill=step_fill()), texts())


def _band(domain: str, start: str, end: str) -> alt.Scale:
    return alt.Scale(domain=frame(domain), range=[frame(start), frame(end)], paddingInner=INNER, paddingOuter=0)


def lay_out_hours(chart: HourChart, canvas: Canvas) -> Drawing:
    """Return the drawing of an hour chart."""
    top = canvas.draw_banner(canvas.draw_steps(chart.step_words, 0))
    start = max(map(text_width, chart.weekday_names), default=0) + 6
    days, hours = len(chart.weekday_names), len(chart.hour_names)
    bottom = top + days * ROW
    for number, name in enumerate(chart.weekday_names):
        canvas.write(name, 0, top + (number + 0.5) * ROW + 4)
    width = (WIDTH - start) / max(hours, 1)
    widest = max(map(text_width, chart.hour_names), default=0) + 12
    every = next((every for every in EVERY if every * width >= widest), hours or 1)
    for hour in range(0, hours, every):
        canvas.write(chart.hour_names[hour], start + hour * width, bottom + 4 + ASCENT)
    _hatch_absent(chart, start, top, width, canvas)
    places = {
        "hours": list(range(hours)),
        "weekdays": list(range(days)),
        "start": canvas.turn(start),
        "end": canvas.turn(WIDTH),
        "top": top,
        "bottom": bottom,
    }
    # By step, so that the fields of one colour become one path.
    cells = sorted(chart.cells, key=lambda cell: (cell.step, cell.weekday, cell.hour))
    fields = [{"hour": cell.hour, "weekday": cell.weekday, "step": cell.step} for cell in cells]
    return canvas.finish(bottom + 4 + LINE, places, fields=fields)


def _hatch_absent(chart: HourChart, start: float, top: float, width: float, canvas: Canvas) -> None:
    """Hatch the fields nothing is said of; one box where there are none at all."""
    if not chart.cells:
        canvas.fill_box(start, top, WIDTH - start, len(chart.weekday_names) * ROW, HATCH)
        return
    told = {(cell.weekday, cell.hour) for cell in chart.cells}
    for weekday in range(len(chart.weekday_names)):
        for hour in range(len(chart.hour_names)):
            if (weekday, hour) not in told:
                canvas.fill_box(start + hour * width, top + weekday * ROW, width - 1, ROW - 1, HATCH)
