"""The pair chart: two bars for each kind, now and before, or here and in the city.

The name of a kind stands above its bars, so that a long name in any language takes the whole width.
"""

from __future__ import annotations

import altair as alt

from district_reports.render.charts.canvas import Canvas, Drawing, Row
from district_reports.render.charts.measure import text_width, wrap
from district_reports.render.charts.theme import (
    COMPARED,
    INK,
    MUTED,
    NOW,
    WIDTH,
    assemble,
    boxes,
    datum,
    frame,
    rows,
    texts,
)
from district_reports.render.view_charts import PairBar, PairChart

BAR = 9.5
PITCH = 12.0
"""From one bar of a pair to the other, pixels."""
GAP = 7.0
"""From one pair to the next, pixels."""
SPACE = 4.0
"""From the end of a bar to its number, pixels."""
ABSENT = "–"


def build_pairs() -> alt.LayerChart:
    """Return the chart without data: bars, their numbers, and what stands at given pixels."""
    scale = alt.Scale(domain=[0, frame("most")], range=[frame("start"), frame("end")])
    length = alt.X("value:Q", scale=scale, axis=None, stack=None)
    bars = alt.Chart(rows("bars")).mark_bar(aria=False, orient="horizontal")
    return assemble(
        boxes(),
        bars.encode(x=length, y=datum("y"), y2=datum("y2"), fill=datum("fill")),
        texts("numbers", dx=frame("space"), x=alt.X("value:Q", scale=scale, axis=None)),
        texts(),
    )


def lay_out_pairs(chart: PairChart, canvas: Canvas) -> Drawing:
    """Return the drawing of a pair chart."""
    key = ((NOW, chart.first_word), (COMPARED, chart.second_word))
    y = canvas.draw_banner(canvas.draw_key(key, 0)) + 2
    bars: list[Row] = []
    numbers: list[Row] = []
    for pair in chart.bars:
        y = canvas.write_lines(wrap(pair.label, WIDTH), 0, y)
        for value, text, fill in _sides(pair):
            edges = {"y": round(y, 2), "y2": round(y + BAR, 2)}
            bars.append({"value": value or 0, "fill": fill} | edges)
            numbers.append(_number(value, text, fill, canvas) | {"value": value or 0, "y": round(y + 8.8, 2)})
            y += PITCH
        y += GAP
    foot = canvas.draw_note(chart.axis_word, y)
    widest = max((text_width(text, is_bold=True) for pair in chart.bars for _, text, _ in _sides(pair)), default=0)
    values = (value or 0 for pair in chart.bars for value, _, _ in _sides(pair))
    most = max(values, default=0) or 1
    start, end = canvas.turn(0), canvas.turn(WIDTH - widest - SPACE)
    places = {"most": most, "start": start, "end": end, "space": SPACE if end > start else -SPACE}
    return canvas.finish(foot, places, bars=bars, numbers=numbers)


def _sides(pair: PairBar) -> tuple[tuple[float | None, str, str], tuple[float | None, str, str]]:
    return (pair.first, pair.first_text, NOW), (pair.second, pair.second_text, COMPARED)


def _number(value: float | None, text: str, fill: str, canvas: Canvas) -> Row:
    """Return the label at the end of a bar; it stands a little off the bar, towards the end of the line."""
    if value is None:
        return canvas.label(text or ABSENT, fill=MUTED)
    is_first = fill == NOW
    return canvas.label(text, bold=is_first, fill=NOW if is_first else INK)
