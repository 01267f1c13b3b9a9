"""Draw figures: each kind of chart is built and compiled once, then only its data is swapped.

Building a chart with Altair and compiling it to Vega takes far longer than drawing it, and nothing in either depends
on the district. What belongs here: building, compiling, swapping. What does not: where things stand (the modules of
the kinds) and what the picture looks like in the end (`svg.py`).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import altair as alt
import vl_convert

from district_reports.config import Language
from district_reports.errors import RenderError
from district_reports.render.charts.canvas import Canvas, Drawing
from district_reports.render.charts.hours import build_hours, lay_out_hours
from district_reports.render.charts.maps import build_polygons, build_tiles, lay_out_polygons, lay_out_tiles
from district_reports.render.charts.pairs import build_pairs, lay_out_pairs
from district_reports.render.charts.theme import FRAME, STEPS
from district_reports.render.charts.trend import build_trend, lay_out_trend
from district_reports.render.svg import finish_svg
from district_reports.render.view import Figure
from district_reports.render.view_charts import Chart, HourChart, PairChart, TrendChart

# "v6.4.1" of the chart grammar Altair speaks -> "6.4", as the compiler names it.
GRAMMAR = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
BUILDERS: dict[str, Callable[[], alt.LayerChart]] = {
    "trend": build_trend,
    "pairs": build_pairs,
    "hours": build_hours,
    "polygons": build_polygons,
    "tiles": build_tiles,
}


class ChartBook:
    """The charts of one language; make one per process and language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def draw(self, figure: Figure, *, banner: str = "") -> str:
        """Return the figure's picture: an `<svg>` element to be set inline, of the same bytes for the same input.

        It has a `viewBox`, no width or height, no fonts (the page's own are used) and no text alternative (the
        figure carries it); its ids begin with the figure's.

        Args:
            figure: What to draw; all its texts are final.
            banner: What the picture must say of itself, such as "Sample data, not real figures"; may be empty.

        Raises:
            RenderError: If the picture cannot be drawn.
        """
        problem = _find_problem(figure.chart)
        if problem:
            raise self._problem(figure, problem)
        kind, drawing = lay_out(figure, self.language, banner)
        raw = self._render(compile_chart(kind), drawing, figure)
        return finish_svg(raw, drawing.texts, prefix=figure.figure_id, is_rtl=self.language.direction == "rtl")

    def _render(self, vega: dict[str, Any], drawing: Drawing, figure: Figure) -> str:
        try:
            # Strict JSON: a NaN is an error here and not an empty place in the picture.
            return str(vl_convert.vega_to_svg(json.dumps(swap_data(vega, drawing), allow_nan=False)))
        except ValueError as error:
            raise self._problem(figure, f"expected a picture, got {error}") from error

    def _problem(self, figure: Figure, problem: str) -> RenderError:
        return RenderError(
            f"chart {figure.figure_id}: {problem}", template=figure.figure_id, language=self.language.tag
        )


def _find_problem(chart: Chart) -> str:
    """Return what keeps a chart from being drawn; empty if nothing does."""
    if isinstance(chart, TrendChart | PairChart):
        return ""
    cells = chart.cells if isinstance(chart, HourChart) else chart.areas
    steps = {cell.step for cell in cells} | {len(chart.step_words) - 1}
    if not steps <= {-1, *range(len(STEPS))} or any(cell.step < 0 for cell in cells):
        return f"expected steps 0 to {len(STEPS) - 1}, got {sorted(steps)}"
    if isinstance(chart, HourChart):
        days, hours = range(len(chart.weekday_names)), range(len(chart.hour_names))
        strays = [cell for cell in chart.cells if cell.weekday not in days or cell.hour not in hours]
        if strays:
            return f"expected a name for each weekday and hour, got none for {strays[0].weekday}, {strays[0].hour}"
    return ""


def lay_out(figure: Figure, language: Language, banner: str = "") -> tuple[str, Drawing]:
    """Return the name of the compiled chart a figure needs, and what to swap in it."""
    canvas = Canvas(is_rtl=language.direction == "rtl", locale=language.locale, banner=banner)
    chart = figure.chart
    if isinstance(chart, TrendChart):
        return "trend", lay_out_trend(chart, canvas)
    if isinstance(chart, PairChart):
        return "pairs", lay_out_pairs(chart, canvas)
    if isinstance(chart, HourChart):
        return "hours", lay_out_hours(chart, canvas)
    if chart.form == "polygons":
        return "polygons", lay_out_polygons(chart, canvas)
    return "tiles", lay_out_tiles(chart, canvas)


@cache
def compile_chart(kind: str) -> dict[str, Any]:
    """Return the Vega form of a kind of chart, without data."""
    vega: dict[str, Any] = vl_convert.vegalite_to_vega(BUILDERS[kind]().to_dict(), vl_version=GRAMMAR)
    return vega


def swap_data(vega: dict[str, Any], drawing: Drawing) -> dict[str, Any]:
    """Return the compiled chart with this drawing's rows, numbers and height."""
    # A set with a source is made from another one, by the chart itself.
    data = [
        source | {"values": drawing.rows[source["name"]]} if "source" not in source else source
        for source in vega["data"]
    ]
    signals = [signal | {"value": drawing.frame} if signal["name"] == FRAME else signal for signal in vega["signals"]]
    return vega | {"data": data, "signals": signals, "height": drawing.height}
