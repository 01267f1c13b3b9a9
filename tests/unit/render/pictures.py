"""Plain pictures for tests of the templates: shapes, labels and banners at the places and sizes real charts have."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from district_reports.render.view import Figure, Page
from district_reports.render.view_charts import HourChart, MapChart, PairChart, TrendChart

WIDTH = 328
FILLS = ("#E6EEF5", "#B9D0E4", "#7FA9CC", "#3F79AD", "#0B4F8A")
Drawn = tuple[int, str]


def make_charts(page: Page) -> dict[str, str]:
    """Return a plain SVG for each figure of the page."""
    return {figure.figure_id: _svg(page, figure) for figure in page.figures}


def _svg(page: Page, figure: Figure) -> str:
    draws: dict[str, Callable[[Any], Drawn]] = {
        "trend": _draw_trend,
        "pairs": _draw_pairs,
        "hours": _draw_hours,
        "map": _draw_map,
    }
    height, marks = draws[figure.chart.kind](figure.chart)
    for banner in page.banners:
        height += 20
        marks += _rect(0, height - 18, WIDTH, 18, "#F3F6F9") + _label(
            WIDTH / 2, height - 5, banner, "middle", bold=True
        )
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-size="11.5">{marks}</svg>'


def _label(x: float, y: float, text: str, anchor: str = "start", *, bold: bool = False, fill: str = "#1B2733") -> str:
    weight = ' font-weight="bold"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight} fill="{fill}">{escape(text)}</text>'


def _rect(x: float, y: float, w: float, h: float, fill: str) -> str:
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" fill="{fill}"/>'


def _draw_trend(chart: TrendChart) -> Drawn:
    top, bottom, step = 16, 150, 25
    most = max(point.value or 0 for point in chart.points) or 1
    marks = []
    for index, point in enumerate(chart.points):
        x, h = 2 + index * step, (bottom - top) * (point.value or 0) / most
        fill = "#0B4F8A" if point.is_now else "#8593A1" if point.is_same_season else "#D5DCE3"
        marks.append(_rect(x, bottom - h, 20, h, fill))
        if point.is_same_season:
            marks.append(_label(x + 10, bottom - h - 4, point.text, "middle", bold=point.is_now))
            marks += [
                _label(x + 10, bottom + 14 + 14 * n, line, "middle") for n, line in enumerate(point.label.split("\n"))
            ]
    marks += [_rect(0, bottom + 42, 11, 11, "#8593A1"), _label(16, bottom + 52, chart.same_season_word)]
    marks += [_rect(0, bottom + 58, 11, 11, "#D5DCE3"), _label(16, bottom + 68, chart.other_word)]
    return bottom + 76, "".join(marks)


def _draw_pairs(chart: PairChart) -> Drawn:
    most = max(max(bar.first or 0, bar.second or 0) for bar in chart.bars) or 1
    marks = [_label(0, 12, chart.first_word, bold=True, fill="#0B4F8A"), _label(0, 27, chart.second_word)]
    for index, bar in enumerate(chart.bars):
        y = 36 + index * 42
        marks.append(_label(0, y + 11, bar.label))
        pair = ((bar.first, bar.first_text, "#0B4F8A"), (bar.second, bar.second_text, "#8593A1"))
        for line, (value, text, fill) in enumerate(pair):
            width = 270 * (value or 0) / most
            marks += [_rect(0, y + 15 + 12 * line, width, 11, fill), _label(width + 6, y + 25 + 12 * line, text)]
    return 40 + 42 * len(chart.bars), "".join(marks)


def _draw_hours(chart: HourChart) -> Drawn:
    marks = [_rect(64 + 11 * c.hour, 2 + 20 * c.weekday, 10, 19, FILLS[c.step]) for c in chart.cells]
    marks += [_label(58, 16 + 20 * day, name, "end") for day, name in enumerate(chart.weekday_names)]
    marks += [_label(64 + 11 * hour, 156, chart.hour_names[hour]) for hour in range(0, 24, 6)]
    return 170 + 16 * len(chart.step_words), "".join((*marks, _key(chart.step_words, 170)))


def _draw_map(chart: MapChart) -> Drawn:
    marks = []
    for area in chart.areas:
        row, column = area.tile
        x, y = column * 66, row * 46
        fill = "#FFFFFF" if area.step > 2 else "#1B2733"
        marks.append(_rect(x, y, 63, 43, FILLS[area.step]))
        marks.append(_label(x + 31, y + 18, area.label.split()[-1], "middle", fill=fill))
        marks.append(_label(x + 31, y + 34, area.text, "middle", bold=True, fill=fill))
    bottom = (1 + max(area.tile[0] for area in chart.areas)) * 46 + 6
    return bottom + 16 * len(chart.step_words), "".join((*marks, _key(chart.step_words, bottom)))


def _key(words: tuple[str, ...], top: float) -> str:
    return "".join(
        _rect(0, top + 16 * step, 12, 12, FILLS[step]) + _label(18, top + 10 + 16 * step, word)
        for step, word in enumerate(words)
    )
