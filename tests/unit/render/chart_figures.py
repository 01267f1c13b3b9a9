"""Figures for tests of charts: invented numbers, in the shapes a report has."""

from __future__ import annotations

from collections.abc import Sequence

from district_reports.config import Language
from district_reports.render.view import Figure, Table
from district_reports.render.view_charts import (
    Chart,
    HourCell,
    HourChart,
    MapArea,
    MapChart,
    PairBar,
    PairChart,
    TrendChart,
    TrendPoint,
)

ENGLISH = Language(tag="en", locale="en_US", direction="ltr", name="English", font="Noto Sans")
SPANISH = Language(tag="es", locale="es_US", direction="ltr", name="Español", font="Noto Sans")
CHINESE = Language(tag="zh-Hans", locale="zh_Hans_CN", direction="ltr", name="简体中文", font="Noto Sans CJK SC")
ARABIC = Language(tag="ar", locale="ar", direction="rtl", name="العربية", font="Noto Sans Arabic")
LANGUAGES = (ENGLISH, SPANISH, CHINESE, ARABIC)
BANNERS = {
    "en": "Sample data, not real figures",
    "es": "Datos de muestra, no son cifras reales",
    "zh-Hans": "样本数据，并非真实数字",
    "ar": "بيانات تجريبية، ليست أرقامًا حقيقية",
}
QUARTERS = (1180, 1013, 960, 1240, 1205, 1001, None, 1180, 1150, 980, 870, 1093, 1093)
SQUARE = ((0, 0), (500, 0), (500, 500), (0, 500))


def make_figure(chart: Chart, figure_id: str = "figure") -> Figure:
    table = Table(caption="", head=(), rows=())
    return Figure(figure_id=figure_id, chart=chart, title="", subtitle="", alt="", table=table, notes=(), source="")


def make_trend(values: Sequence[int | None] = QUARTERS, *, no_data_word: str = "no data") -> TrendChart:
    """Thirteen third quarters first: every fourth is the same season, the last is the quarter at hand."""
    points = tuple(
        TrendPoint(
            label=str(2015 + (number + 2) // 4),
            value=value,
            text="" if value is None else f"{value:,}",
            is_now=number == len(values) - 1,
            is_same_season=(len(values) - 1 - number) % 4 == 0,
        )
        for number, value in enumerate(values)
    )
    return TrendChart(
        points=points, same_season_word="Same quarter", other_word="Other quarters", no_data_word=no_data_word
    )


def make_pairs(*bars: tuple[str, float | None, float | None]) -> PairChart:
    def say(value: float | None) -> str:
        return "" if value is None else f"{value:,}"

    given = bars or (("Robbery", 120, 98), ("Agresión con agravantes", 1234, 8), ("Arson", 0, None))
    return PairChart(
        bars=tuple(
            PairBar(label=label, first=first, second=second, first_text=say(first), second_text=say(second))
            for label, first, second in given
        ),
        first_word="July to September 2018",
        second_word="July to September 2017",
        axis_word="Incidents",
    )


def make_hours(cells: Sequence[tuple[int, int, int]] | None = None) -> HourChart:
    """Cells are weekday, hour, step."""
    every = [(day, hour, (day + hour) % 5) for day in range(7) for hour in range(24)]
    return HourChart(
        cells=tuple(
            HourCell(weekday=day, hour=hour, value=step, step=step)
            for day, hour, step in (every if cells is None else cells)
        ),
        weekday_names=("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
        hour_names=tuple(f"{hour}:00" for hour in range(24)),
        step_words=("0–9", "10–19", "20–29", "30–39", "40–49"),
    )


def make_map(form: str = "tiles", count: int = 4, *, step: int | None = None) -> MapChart:
    """Squares beside each other, two in a row."""
    areas = tuple(
        MapArea(
            area_id=f"{number:03}",
            label=f"A{number}",
            value=100 * number,
            text=f"{100 * number:,}",
            step=number % 5 if step is None else step,
            rings=(tuple((x + 500 * (number % 2), y + 500 * (number // 2)) for x, y in SQUARE),),
            tile=(number // 2, number % 2),
        )
        for number in range(count)
    )
    return MapChart.model_validate({"form": form, "areas": areas, "step_words": ("0–99", "100–199", "200–299")})


CHARTS: dict[str, Chart] = {
    "trend": make_trend(),
    "pairs": make_pairs(),
    "hours": make_hours(),
    "tiles": make_map("tiles"),
    "polygons": make_map("polygons"),
}
