"""The trend chart: counts by quarter, as columns on a zero baseline.

Columns, not a line: each quarter is a count of its own, and nothing may lead the eye across a quarter without data.
The quarter at hand and the same quarter of earlier years are coloured and carry their numbers; the others are pale.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

import altair as alt
from babel.numbers import format_decimal

from district_reports.render.charts.canvas import Canvas, Drawing, Row
from district_reports.render.charts.measure import text_width, wrap
from district_reports.render.charts.theme import (
    COMPARED,
    CONTEXT,
    GRID,
    HATCH,
    INK,
    LINE,
    MUTED,
    NOW,
    PAPER,
    WIDTH,
    assemble,
    boxes,
    datum,
    frame,
    rows,
    texts,
)
from district_reports.render.view_charts import TrendChart, TrendPoint

PLOT = 128.0
"""Height of the scale, pixels."""
HEAD = 15.0
"""Room above the scale for the number of the tallest column, pixels."""
LIFT = 3.5
"""From a column to the number above it, pixels."""
WIDEST = 48.0
"""Widest place of a column, pixels."""
INNER = 0.2
"""Part of a column's place that stays empty."""


def build_trend() -> alt.LayerChart:
    """Return the chart without data: grid, columns, leaders, numbers, and what stands at given pixels."""
    y_scale = alt.Scale(domain=[0, frame("top_value")], range=[frame("bottom"), frame("top")])
    x_scale = alt.Scale(
        domain=frame("slots"), range=[frame("start"), frame("end")], paddingInner=INNER, paddingOuter=INNER / 2
    )
    height = alt.Y("value:Q", scale=y_scale, axis=None, stack=None)
    level = alt.Y("level:Q", scale=y_scale, axis=None)
    grid = alt.Chart(rows("grid")).mark_rule(aria=False)
    columns = alt.Chart(rows("columns")).mark_bar(aria=False)
    leaders = alt.Chart(rows("leaders")).mark_rule(aria=False, stroke=COMPARED)
    return assemble(
        boxes(),
        grid.encode(x=datum("x"), x2=datum("x2"), y=level, stroke=datum("stroke")),
        columns.encode(x=alt.X("slot:O", scale=x_scale, axis=None), y=height, fill=datum("fill")),
        leaders.encode(x=datum("x"), y=level, y2="value:Q"),
        texts("numbers", dy=-LIFT, y=level),
        texts(),
    )


@dataclass(frozen=True)
class _Plot:
    """Where the columns stand; places in reading order, pixels."""

    start: float
    end: float
    top: float
    ticks: tuple[int, ...]
    count: int

    @property
    def step(self) -> float:
        return (self.end - self.start) / max(self.count, 1)

    @property
    def bottom(self) -> float:
        return self.top + PLOT

    def middle(self, slot: int) -> float:
        """Return the middle of a column's place."""
        return self.start + (slot + 0.5) * self.step

    def pixels(self, value: float) -> float:
        """Return how tall a column of this value is."""
        return PLOT * value / self.ticks[-1]


def lay_out_trend(chart: TrendChart, canvas: Canvas) -> Drawing:
    """Return the drawing of a trend chart."""
    points = chart.points
    ticks = round_ticks(max((point.value or 0 for point in points), default=0))
    has_values = any(point.value is not None for point in points)
    tick_texts = [str(format_decimal(tick, locale=canvas.locale)) if has_values else "" for tick in ticks]
    key = ((COMPARED, chart.same_season_word), (CONTEXT, chart.other_word)) if has_values else ()
    top = canvas.draw_banner(canvas.draw_key(key, 0)) + HEAD
    start = max(map(text_width, tick_texts)) + 6
    plot = _Plot(start, min(WIDTH - 2, start + len(points) * WIDEST), top, ticks, len(points))
    grid = _draw_grid(plot, tick_texts, canvas)
    _draw_gaps(chart, plot, canvas)
    kept = _keep_apart(points, plot)
    numbers, leaders = _draw_numbers(points, kept, plot, canvas)
    foot = _draw_axis(points, kept, plot, canvas)
    places = {
        "start": canvas.turn(plot.start),
        "end": canvas.turn(plot.end),
        "top": plot.top,
        "bottom": plot.bottom,
        "top_value": ticks[-1],
        "slots": list(range(len(points))),
    }
    columns = [
        {"slot": slot, "value": point.value, "fill": _colour(point)}
        for slot, point in enumerate(points)
        if point.value is not None
    ]
    return canvas.finish(foot, places, grid=grid, columns=columns, leaders=leaders, numbers=numbers)


def round_ticks(most: int) -> tuple[int, ...]:
    """Return three to five whole numbers from 0 up to at least `most`, evenly apart and easy to read."""
    step = 1
    while step * 4 < most:
        step = step * 5 // 2 if str(step).startswith("2") else step * 2
    return tuple(range(0, step * max(1, -(-most // step)) + 1, step))


def _colour(point: TrendPoint) -> str:
    if point.is_now:
        return NOW
    return COMPARED if point.is_same_season else CONTEXT


def _draw_grid(plot: _Plot, tick_texts: Iterable[str], canvas: Canvas) -> list[Row]:
    edges = {"x": canvas.turn(plot.start - 2), "x2": canvas.turn(WIDTH)}
    for tick, text in zip(plot.ticks, tick_texts, strict=True):
        if text:
            canvas.write(text, plot.start - 5, plot.bottom - plot.pixels(tick) + 4, "end", fill=MUTED)
    return [{"level": tick, "stroke": GRID if tick else MUTED} | edges for tick in plot.ticks]


def _draw_gaps(chart: TrendChart, plot: _Plot, canvas: Canvas) -> None:
    """Hatch each run of quarters without data over the whole height and say so in words."""
    for is_gap, run in groupby(range(len(chart.points)), key=lambda slot: chart.points[slot].value is None):
        slots = list(run)
        if not is_gap:
            continue
        width = len(slots) * plot.step
        x, y = plot.start + slots[0] * plot.step + width / 2, plot.top + PLOT / 2
        canvas.fill_box(x - width / 2 + 1, plot.top, width - 2, PLOT, HATCH)
        word = chart.no_data_word
        long = text_width(word) + 8
        is_flat = long <= width
        plate = (long, LINE + 2) if is_flat else (min(LINE, width - 2), long)
        canvas.fill_box(x - plate[0] / 2, y - plate[1] / 2, *plate, PAPER)
        if is_flat:
            canvas.write(word, x, y + 4, "middle")
        else:
            # Upright, its letters' feet to the right in every script.
            canvas.words.append(canvas.label(word, "middle", angle=-90) | {"x": canvas.turn(x) + 4, "y": y})


def _keep_apart(points: tuple[TrendPoint, ...], plot: _Plot) -> list[int]:
    """Return the slots whose labels are printed: marked ones, newest first, while they do not touch."""
    marked = [slot for slot, point in enumerate(points) if point.is_now or point.is_same_season]
    kept: list[int] = []
    for slot in reversed(marked or sorted({0, len(points) - 1} if points else ())):
        labels = (*points[slot].label.split("\n"), points[slot].text)
        half = max(text_width(label, is_bold=True) for label in labels) / 2
        if not kept or _clamp(plot.middle(slot), half) + half + 4 <= _clamp(plot.middle(kept[-1]), half) - half:
            kept.append(slot)
    return kept


def _clamp(middle: float, half: float) -> float:
    """Return the middle of a label moved so far that it stays inside the picture."""
    return min(max(middle, half), WIDTH - half) if 2 * half < WIDTH else WIDTH / 2


def _draw_numbers(
    points: tuple[TrendPoint, ...], kept: list[int], plot: _Plot, canvas: Canvas
) -> tuple[list[Row], list[Row]]:
    """Return the rows of the numbers above the columns, and of the leaders where a neighbour lifts a number."""
    numbers, leaders = [], []
    for slot in kept:
        point = points[slot]
        if point.value is None or not point.text:
            continue
        half = text_width(point.text, is_bold=True) / 2
        # Not over the numbers of the scale.
        middle = max(_clamp(plot.middle(slot), half), plot.start + half - 2)
        below = [
            other.value or 0
            for number, other in enumerate(points)
            if abs(plot.middle(number) - middle) < half + plot.step * (0.5 - INNER / 2)
        ]
        level = max([point.value, *below])
        place = {"x": canvas.turn(middle), "level": level}
        label = canvas.label(point.text, "middle", bold=True, fill=NOW if point.is_now else INK)
        numbers.append(label | place | {"y": 0})
        if plot.pixels(level - point.value) > 3:
            leaders.append({"x": canvas.turn(plot.middle(slot)), "level": level, "value": point.value})
    return numbers, leaders


def _draw_axis(points: tuple[TrendPoint, ...], kept: list[int], plot: _Plot, canvas: Canvas) -> float:
    """Set the names of the marked quarters under their columns and return the lower edge."""
    foot = plot.bottom + LINE + 2
    for slot in kept:
        point = points[slot]
        lines = wrap(point.label, WIDTH / 2, is_bold=point.is_now)
        half = max((text_width(line, is_bold=point.is_now) for line in lines), default=0) / 2
        looks = {"bold": True, "fill": NOW} if point.is_now else {"bold": False, "fill": INK}
        edge = canvas.write_lines(lines, _clamp(plot.middle(slot), half), plot.bottom + 5, "middle", **looks)
        foot = max(foot, edge)
    return foot
