from __future__ import annotations

import json
import re

import pytest
import vl_convert
from lxml import etree

from district_reports.config import Language
from district_reports.errors import RenderError
from district_reports.render.charts import ChartBook
from district_reports.render.charts.draw import BUILDERS, GRAMMAR, compile_chart, lay_out, swap_data
from district_reports.render.charts.theme import FRAME, TEXT, WIDTH
from district_reports.render.inline_svg import render_inline
from district_reports.render.svg import SvgLabel, finish_svg, split_labels
from district_reports.render.svg_path import read_path
from district_reports.render.view_charts import Chart
from tests.unit.render.chart_figures import (
    ARABIC,
    BANNERS,
    CHARTS,
    ENGLISH,
    LANGUAGES,
    make_figure,
    make_hours,
    make_map,
    make_pairs,
    make_trend,
)

BUDGETS = {"trend": 12_000, "pairs": 12_000, "hours": 25_000, "tiles": 12_000, "polygons": 12_000}


def draw(chart: Chart, language: Language = ENGLISH, banner: str = "") -> str:
    return ChartBook(language).draw(make_figure(chart), banner=banner)


def words(chart: Chart, language: Language = ENGLISH, banner: str = "") -> list[str]:
    return [label.text for label in split_labels(draw(chart, language, banner)).labels]


def labels(chart: Chart, language: Language = ENGLISH, banner: str = "") -> tuple[SvgLabel, ...]:
    return split_labels(draw(chart, language, banner)).labels


def boxes(svg: str, fill: str) -> list[tuple[float, float, float, float]]:
    """Return left, top, width, height of the rectangles of a colour."""
    number = r"(-?[\d.]+)"
    pattern = re.compile(rf"M{number} ?{number}h{number}v{number}h-{number}z")
    paths = [path.get("d", "") for path in etree.fromstring(svg).iter("{*}path") if path.get("fill") == fill]
    return [tuple(map(float, found[:4])) for path in paths for found in pattern.findall(path)]  # type: ignore[misc]


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("name", CHARTS)
def test_swapped_data_draws_what_altair_draws_directly(name: str, language: Language) -> None:
    figure = make_figure(CHARTS[name])
    kind, drawing = lay_out(figure, language, BANNERS[language.tag])
    chart = BUILDERS[kind]().to_dict()
    for rows in drawing.rows.values():
        for row in rows:
            if "key" in row:
                row["text"] = drawing.texts[int(row["key"][1:])]
    chart |= {"datasets": drawing.rows, "height": drawing.height, "params": [{"name": FRAME, "value": drawing.frame}]}
    raw = vl_convert.vegalite_to_svg(chart, vl_version=GRAMMAR)
    for text in etree.fromstring(raw.encode()).iter("{*}text"):
        assert "".join(text.itertext()) == drawing.texts[int(text.get("aria-label", "")[1:])]
    direct = finish_svg(raw, drawing.texts, prefix="figure", is_rtl=language.direction == "rtl")
    assert ChartBook(language).draw(figure, banner=BANNERS[language.tag]) == direct


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_is_small_and_passes_the_page_s_gate(name: str, language: Language) -> None:
    svg = draw(CHARTS[name], language, BANNERS[language.tag])
    assert len(svg.encode()) <= BUDGETS[name]
    assert render_inline(svg, prefix="x-").startswith('<svg viewBox="0 0 328 ')
    root = etree.fromstring(svg)
    assert not {"width", "height", "class", "role"} & set(root.keys())
    assert not re.search(r"aria|font-family|<title|<desc|style", svg)
    assert svg == draw(CHARTS[name], language, BANNERS[language.tag])


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("name", CHARTS)
def test_the_banner_stands_in_every_picture(name: str, language: Language) -> None:
    found = [label for label in labels(CHARTS[name], language, BANNERS[language.tag]) if label.is_bold]
    assert BANNERS[language.tag] in [label.text for label in found]
    assert BANNERS[language.tag] not in words(CHARTS[name], language)


def test_a_tall_picture_repeats_the_banner_at_its_foot() -> None:
    chart = make_pairs(*((f"Kind {number}", number, number) for number in range(11)))
    split = split_labels(draw(chart, banner="Sample"))
    places = [label.y for label in split.labels if label.text == "Sample"]
    assert len(places) == 2
    assert places[-1] > split.height - 20


def test_a_long_banner_is_broken_into_lines_that_fit() -> None:
    banner = "This is sample data made by a program and " * 4 + "says nothing of any real place"
    lines = [label.text for label in labels(CHARTS["trend"], banner=banner) if label.y < 110 and label.is_bold]
    assert " ".join(lines).startswith(banner)
    assert max(map(len, lines)) < 60


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.tag)
@pytest.mark.parametrize("name", CHARTS)
def test_texts_are_of_one_size_and_begin_inside_the_picture(name: str, language: Language) -> None:
    split = split_labels(draw(CHARTS[name], language, BANNERS[language.tag]))
    assert split.width == WIDTH
    for label in split.labels:
        assert label.size == TEXT
        assert 0 <= label.x <= WIDTH
        assert 0 < label.y <= split.height


def test_trend_labels_the_quarter_at_hand_and_the_same_quarter_of_earlier_years() -> None:
    found = words(make_trend())
    assert [text for text in found if "," in text] == ["1,093", "1,150", "1,205", "1,180", "1,000", "1,500"]
    assert "1,240" not in found
    assert [text for text in found if text.startswith("20")] == ["2018", "2017", "2016", "2015"]


def test_trend_hatches_and_words_what_is_missing() -> None:
    svg = draw(make_trend())
    assert len(boxes(svg, "url(#figure-hatch)")) == 1
    assert words(make_trend()).count("no data") == 1
    assert "hatch" not in draw(make_trend([1, 2, 3, 4, 5]))


def test_trend_columns_are_as_tall_as_their_values() -> None:
    svg = draw(make_trend([10, 20, 40, 30, 20]))
    (now,) = boxes(svg, "#0B4F8A")
    others = [box for box in boxes(svg, "#CBD3DB") if box[2] != box[3] and box[3] != 10]
    assert [round(box[3] / now[3], 2) for box in others] == [1, 2, 1.5]
    assert {round(box[1] + box[3], 1) for box in others} == {round(now[1] + now[3], 1)}


@pytest.mark.parametrize(
    "values",
    [[None] * 13, [0] * 13, [1], [1, 0, None, 1, 1], [1, 2, 3, 9_000_000, 5], [], [1000] * 41],
    ids=["all missing", "all zero", "one", "ones", "one huge", "none", "many"],
)
@pytest.mark.parametrize("language", (ENGLISH, ARABIC), ids=lambda language: language.tag)
def test_trend_draws_extremes_within_the_picture(values: list[int | None], language: Language) -> None:
    split = split_labels(draw(make_trend(values), language))
    paths = [path.get("d", "") for path in etree.fromstring(split.svg).iter("{*}path")]
    corners = [corner for path in paths for line, _ in read_path(path) for corner in line]
    assert all(-20 <= x <= 10 * WIDTH + 20 and 0 <= y <= 10 * split.height for x, y in corners)
    if values and all(value is None for value in values):
        assert "no data" in [label.text for label in split.labels]
        assert "0" not in [label.text for label in split.labels]


def test_pairs_draw_zero_missing_and_long_names() -> None:
    name = "Agresión con agravantes (amenaza con un arma u otro objeto peligroso contra una persona)"
    found = words(make_pairs((name, 0, None), ("Robo", None, 7)))
    assert [text for text in found if text in ("0", "–", "7")] == ["0", "–", "–", "7"]
    assert name in " ".join(found)
    assert words(make_pairs(("Robo", 0, 0))).count("0") == 2


def test_pair_bars_are_as_long_as_their_values_and_differ_in_lightness() -> None:
    svg = draw(make_pairs(("Robbery", 30, 10)))
    first, second = boxes(svg, "#0B4F8A")[-1], boxes(svg, "#8593A1")[-1]
    assert first[2] == pytest.approx(3 * second[2], abs=0.3)


def test_hours_hatch_what_nothing_is_said_of() -> None:
    assert "hatch" not in draw(make_hours())
    assert len(boxes(draw(make_hours([])), "url(#figure-hatch)")) == 1
    told = [(day, hour, 0) for day in range(7) for hour in range(24)]
    assert len(boxes(draw(make_hours(told[:-2])), "url(#figure-hatch)")) == 2


def test_hours_run_from_midnight_at_the_reader_s_side() -> None:
    for language, sign in ((ENGLISH, 1), (ARABIC, -1)):
        places = {label.text: label for label in labels(make_hours(), language)}
        assert sign * (places["8:00"].x - places["0:00"].x) > 0
        assert sign * (places["0:00"].x - places["Mon"].x) > 0
        assert places["Mon"].anchor == ("start" if sign > 0 else "end")


def test_right_to_left_turns_time_and_bars_but_no_map() -> None:
    years = {label.text: label.x for label in labels(make_trend(), ARABIC) if label.text.startswith("20")}
    assert years["2018"] < years["2015"]
    robbery = next(label for label in labels(make_pairs(), ARABIC) if label.text == "Robbery")
    assert (robbery.x, robbery.anchor) == (WIDTH, "end")
    for form in ("tiles", "polygons"):
        here, there = ({label.text: label.x for label in labels(make_map(form), lang)} for lang in (ENGLISH, ARABIC))
        assert {name: here[name] for name in ("A0", "A1", "100")} == {name: there[name] for name in ("A0", "A1", "100")}
    assert 'direction="rtl"' in draw(make_trend(), ARABIC)
    assert "direction" not in draw(make_trend(), ENGLISH)


@pytest.mark.parametrize("form", ["tiles", "polygons"])
def test_maps_print_name_and_number_in_each_area(form: str) -> None:
    assert {"A0", "0", "A1", "100", "A2", "200", "A3", "300"} <= set(words(make_map(form)))
    assert words(make_map(form, 0))[:1] == ["0–99"]


def test_a_small_polygon_keeps_its_number_only_or_nothing() -> None:
    areas = make_map("polygons").areas
    narrow = areas[1].model_copy(
        update={"rings": (((500, 0), (560, 0), (560, 500), (500, 500)),), "label": "long name"}
    )
    tiny = areas[3].model_copy(update={"rings": (((500, 500), (505, 500), (505, 505)),)})
    found = words(make_map("polygons").model_copy(update={"areas": (areas[0], narrow, areas[2], tiny)}))
    assert "long name" not in found
    assert "A3" not in found
    assert "300" not in found


def test_a_map_without_outlines_is_drawn_without_areas() -> None:
    chart = make_map("polygons")
    bare = chart.model_copy(update={"areas": tuple(area.model_copy(update={"rings": ()}) for area in chart.areas)})
    assert "A0" not in words(bare)


@pytest.mark.parametrize(
    ("chart", "problem"),
    [
        (make_map(step=5), "expected steps 0 to 4, got"),
        (make_map(step=-1), "expected steps 0 to 4, got"),
        (make_hours([(7, 0, 0)]), "expected a name for each weekday and hour, got none for 7, 0"),
        (make_pairs(("Robbery", float("nan"), 1)), "expected a picture, got"),
    ],
)
def test_what_cannot_be_drawn_is_an_error_that_names_the_figure(chart: Chart, problem: str) -> None:
    with pytest.raises(RenderError, match=problem) as caught:
        draw(chart)
    assert caught.value.template == "figure"
    assert caught.value.language == "en"


def test_a_hostile_label_stays_text() -> None:
    label = "</text><script>alert(1)</script>\u202e\x00"
    svg = draw(make_pairs((label, 1, 2)))
    assert "<script" not in svg
    assert any("<script>alert(1)" in text for text in words(make_pairs((label, 1, 2))))


def test_no_text_goes_through_vega() -> None:
    kind, drawing = lay_out(make_figure(make_pairs(("Robbery", 1, 2))), ENGLISH, "Sample data")
    spec = json.dumps(swap_data(compile_chart(kind), drawing))
    assert "Robbery" not in spec
    assert "Sample data" not in spec
