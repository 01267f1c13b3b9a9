"""The charts of a page in the natural way: each built afresh with Altair, its data inside, its words in the chart.

They say what the project's own charts say: the same numbers, names, legends and banner, mirrored where the script
runs from right to left. Labels are text marks, axes and legends are Altair's own.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas as pd
import vl_convert

from district_reports.config import Language
from district_reports.render.view_charts import Chart, HourChart, MapChart, PairChart, TrendChart

WIDTH = 328
GREYS = ("#0B4F8A", "#8593A1", "#CBD3DB")
HOURS_APART = 3
"""From one label of an hour to the next: all of them would not fit."""
BLUES = ("#E6EEF5", "#B9D0E4", "#7FA9CC", "#3F79AD", "#0B4F8A")


def draw(chart: Chart, language: Language, banner: str) -> str:
    """Return the chart as SVG text.

    Args:
        chart: All texts final.
        language: Its font and direction.
        banner: Stands above the chart as its title.
    """
    is_rtl = language.direction == "rtl"
    if isinstance(chart, TrendChart):
        picture = build_trend(chart, is_rtl)
    elif isinstance(chart, PairChart):
        picture = build_pairs(chart, is_rtl)
    elif isinstance(chart, HourChart):
        picture = build_hours(chart, is_rtl)
    else:
        picture = build_map(chart)
    # The script's own font first: else the texts are measured letter by letter in others.
    fonts = ", ".join(dict.fromkeys((language.font, "Noto Sans")))
    whole = picture.properties(title=banner or " ").configure(font=fonts, aria=False, background="transparent")
    return str(vl_convert.vegalite_to_svg(whole.to_dict()))


def build_trend(chart: TrendChart, is_rtl: bool) -> Any:
    """Return columns by quarter, those of the same season marked and numbered."""
    words = [chart.same_season_word, chart.other_word, chart.no_data_word]
    points = [
        {
            "slot": slot,
            "value": point.value,
            "text": point.text if point.is_now or point.is_same_season else "",
            "season": words[2 if point.value is None else 0 if point.is_now or point.is_same_season else 1],
        }
        for slot, point in enumerate(chart.points)
    ]
    # One column a quarter: the labels are years, so four quarters share one.
    years = _named([point.label.replace("\n", " ") for point in chart.points])
    base = alt.Chart(pd.DataFrame(points)).encode(
        x=alt.X("slot:O", sort=_order(is_rtl), title=None, axis=alt.Axis(labelExpr=years, labelAngle=-90)),
        y=alt.Y("value:Q", title=None, axis=_side(is_rtl)),
    )
    colour = alt.Color("season:N", legend=_legend(), scale=alt.Scale(domain=words, range=list(GREYS)))
    return (base.mark_bar().encode(color=colour) + base.mark_text(dy=-6).encode(text="text:N")).properties(
        width=WIDTH, height=128
    )


def build_pairs(chart: PairChart, is_rtl: bool) -> Any:
    """Return two bars for each kind, with their numbers."""
    words = [chart.first_word, chart.second_word]
    bars = [
        {"kind": bar.label, "which": words[side], "value": value, "text": text}
        for bar in chart.bars
        for side, (value, text) in enumerate(((bar.first, bar.first_text), (bar.second, bar.second_text)))
    ]
    base = alt.Chart(pd.DataFrame(bars)).encode(
        y=alt.Y("kind:N", sort=[bar.label for bar in chart.bars], title=None, axis=_side(is_rtl, labelLimit=WIDTH)),
        yOffset=alt.YOffset("which:N", sort=words),
        x=alt.X("value:Q", title=chart.axis_word, scale=alt.Scale(reverse=is_rtl)),
    )
    colour = alt.Color("which:N", legend=_legend(), scale=alt.Scale(domain=words, range=list(GREYS[:2])))
    numbers = base.mark_text(align="right" if is_rtl else "left", dx=-4 if is_rtl else 4).encode(text="text:N")
    return (base.mark_bar().encode(color=colour) + numbers).properties(width=WIDTH, height=alt.Step(12))


def build_hours(chart: HourChart, is_rtl: bool) -> Any:
    """Return a field for each hour of each weekday."""
    cells = [
        {
            "day": chart.weekday_names[cell.weekday],
            "weekday": cell.weekday,
            "hour": cell.hour,
            "value": cell.value,
            "step": chart.step_words[cell.step],
        }
        for cell in chart.cells
    ]
    hour = alt.Axis(labelExpr=_named(chart.hour_names), labelAngle=0, values=list(range(0, 24, HOURS_APART)))
    return (
        alt.Chart(pd.DataFrame(cells))
        .mark_rect()
        .encode(
            x=alt.X("hour:O", title=None, axis=hour, sort=_order(is_rtl)),
            y=alt.Y("day:N", title=None, sort=alt.SortField("weekday"), axis=_side(is_rtl)),
            color=_steps(chart.step_words),
        )
        .properties(width=WIDTH, height=7 * 19)
    )


def build_map(chart: MapChart) -> Any:
    """Return filled areas with their names and numbers, as polygons or tiles."""
    if chart.form == "tiles":
        return _build_tiles(chart)
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [[*map(list, ring), list(ring[0])] for ring in area.rings]},
            "step": chart.step_words[area.step],
        }
        for area in chart.areas
        if area.rings
    ]
    shapes = (
        alt.Chart(alt.InlineData(values=features)).mark_geoshape(stroke="white").encode(color=_steps(chart.step_words))
    )
    labels = [
        {
            "x": sum(x for x, _ in area.rings[0]) / len(area.rings[0]),
            "y": sum(y for _, y in area.rings[0]) / len(area.rings[0]),
            "label": f"{area.label} {area.text}",
        }
        for area in chart.areas
        if area.rings
    ]
    texts = (
        alt.Chart(pd.DataFrame(labels)).mark_text(fontSize=9).encode(longitude="x:Q", latitude="y:Q", text="label:N")
    )
    return (shapes + texts).project(type="identity").properties(width=WIDTH, height=380)


def _build_tiles(chart: MapChart) -> Any:
    tiles = [
        {
            "row": area.tile[0],
            "column": area.tile[1],
            "label": area.label,
            "text": area.text,
            "step": chart.step_words[area.step],
        }
        for area in chart.areas
    ]
    base = alt.Chart(pd.DataFrame(tiles)).encode(
        x=alt.X("column:O", axis=None, scale=alt.Scale(paddingInner=0.03)),
        y=alt.Y("row:O", axis=None, scale=alt.Scale(paddingInner=0.03)),
    )
    names = base.mark_text(dy=-7).encode(text="label:N")
    numbers = base.mark_text(dy=7, fontWeight="bold").encode(text="text:N")
    return (base.mark_rect().encode(color=_steps(chart.step_words)) + names + numbers).properties(
        width=WIDTH, height=alt.Step(40)
    )


def _named(names: Sequence[str]) -> str:
    """Return Vega's expression for the name of a whole number."""
    return f"{json.dumps(list(names), ensure_ascii=False)}[datum.value]"


def _order(is_rtl: bool) -> Any:
    return "descending" if is_rtl else "ascending"


def _side(is_rtl: bool, **looks: Any) -> alt.Axis:
    return alt.Axis(orient="right" if is_rtl else "left", **looks)


def _legend() -> alt.Legend:
    return alt.Legend(orient="top", title=None, labelLimit=WIDTH)


def _steps(words: tuple[str, ...]) -> alt.Color:
    scale = alt.Scale(domain=list(words), range=list(BLUES[: len(words)]))
    return alt.Color("step:N", legend=_legend(), scale=scale)
