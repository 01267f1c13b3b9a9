"""What the titles of the figures say where counts tie, are zero or are missing, in every language.

Each case names the sentence that must stand there. That it stands there is read off the text: it must have the
sentence's shape, with the numbers in its holes, and no other sentence of the same family may fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import pytest

from district_reports.dossier import NO_PLACES
from district_reports.model import Direction, Dossier, State
from district_reports.render.back_matter import build_arrests
from district_reports.render.figures import build_kinds, build_parts, build_trend, kinds_answer
from district_reports.render.figures_where import build_hours, build_places
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.render.sheet import Sheet
from district_reports.render.view import Figure
from tests.unit.render.dossiers import CITY, TAGS, all_words, make_dossier, make_places, make_shares, shipped

each_language = pytest.mark.parametrize("tag", TAGS)

OFFENCES = shipped().report.offences
NOTHING: dict[str, Sequence[int | None]] = {metric.metric_id: (0, 0) for metric in shipped().metrics.metrics}
UNKNOWN: dict[str, Sequence[int | None]] = {
    metric.metric_id: (100, None) for metric in shipped().metrics.metrics if metric.unit == "incidents"
}
NOTHING = {metric: counts for metric, counts in NOTHING.items() if metric in UNKNOWN}


def sheet_of(tag: str, dossier: Dossier) -> Sheet:
    return Sheet(dossier, all_words()[tag], shipped())


def shape_of(form: str) -> re.Pattern[str]:
    """Return a pattern that fits the sentence whatever stands in its holes."""
    parts = re.split(r"\{(\w+)\}", form)
    return re.compile(
        "".join(f"(?P<{part}>.*?)" if n % 2 else re.escape(part) for n, part in enumerate(parts)), re.DOTALL
    )


def find_values(words: Words, key: str, text: str, family: str) -> dict[str, str]:
    """Return what stands in the holes of the sentence `key`; it must be `key`'s and no other's of its family."""
    fitting = [
        other
        for other, forms in words.forms.items()
        if re.fullmatch(family, other) and any(shape_of(form).fullmatch(text) for form in forms)
    ]
    assert fitting == [key], text
    match = next(match for form in words.forms[key] if (match := shape_of(form).fullmatch(text)))
    return match.groupdict()


# Trends


@pytest.mark.parametrize("metric", shipped().report.trends)
@pytest.mark.parametrize(
    ("counts", "direction", "finding"),
    [
        ((400, 500), Direction.HIGHER, "higher"),
        ((500, 400), Direction.LOWER, "lower"),
        ((500, 495), Direction.SIMILAR, "similar"),
        ((1, 0), Direction.SIMILAR, "similar"),
        ((0, 1), Direction.SIMILAR, "similar"),
        ((412, 412), Direction.SIMILAR, "same"),
        ((0, 0), Direction.SIMILAR, "none"),
        ((None, 412), Direction.UNKNOWN, "no_before"),
        ((None, 0), Direction.UNKNOWN, "no_before"),
        ((400, 500), Direction.UNKNOWN, "unknown"),
        ((412, None), Direction.UNKNOWN, "no_data"),
        ((None, None), Direction.UNKNOWN, "no_data"),
    ],
)
@each_language
def test_a_trend_is_told_by_its_two_counts(
    tag: str, counts: tuple[int | None, int | None], direction: Direction, finding: str, metric: str
) -> None:
    dossier = make_dossier(counts={metric: counts}, directions={metric: direction})
    figure = build_trend(sheet_of(tag, dossier), *series_and_fact(dossier, metric))
    words = all_words()[tag]
    before, now = counts
    values = find_values(words, f"trend.{metric}.{finding}", figure.title, rf"trend\.{metric}\.(?!note)\w+")
    expected = {"now": now, "before": before}
    assert values == {
        name: words.number(number) for name, number in expected.items() if name in values and number is not None
    }


def series_and_fact(dossier: Dossier, metric: str) -> Any:
    series = next(series for series in dossier.trends if series[0].metric_id == metric)
    return series, next(fact for fact in dossier.key_facts if fact.metric_id == metric)


@each_language
def test_a_trend_without_any_number_says_so(tag: str) -> None:
    dossier = make_dossier(counts={"incidents_violent": [None] * 13})
    figure = build_trend(sheet_of(tag, dossier), *series_and_fact(dossier, "incidents_violent"))
    find_values(all_words()[tag], "trend.alt_empty", figure.alt, r"trend\.alt_empty|trend\.alt")
    assert {row[1] for row in figure.table.rows} == {all_words()[tag].text("number.missing")}


@pytest.mark.parametrize("missing", [1, 2, 3, 11])
@each_language
def test_a_trend_with_gaps_counts_them(tag: str, missing: int) -> None:
    counts = [None] * missing + [100 + n for n in range(13 - missing)]
    dossier = make_dossier(counts={"incidents_violent": counts})
    figure = build_trend(sheet_of(tag, dossier), *series_and_fact(dossier, "incidents_violent"))
    assert figure.alt.endswith(all_words()[tag].plural("trend.alt_missing", missing))
    assert [point.value for point in figure.chart.points] == counts  # type: ignore[union-attr]


@each_language
def test_of_equal_extremes_the_newest_quarter_is_named(tag: str) -> None:
    dossier = make_dossier(counts={"incidents_violent": [9, 5, 9, 5, 7, 7, 7, 7, 9, 5, 7, 7, 7]})
    sheet = sheet_of(tag, dossier)
    figure = build_trend(sheet, *series_and_fact(dossier, "incidents_violent"))
    months = [row[0] for row in figure.table.rows]
    assert months[8] in figure.alt
    assert months[9] in figure.alt
    assert months[0] not in figure.alt
    assert months[3] not in figure.alt


# Kinds


@pytest.mark.parametrize(
    ("counts", "title", "answer"),
    [
        ({}, "one", None),
        ({"incidents_theft": (611, 488)}, "tie", None),
        (NOTHING, "none", "all_similar"),
        (UNKNOWN, "no_data", "unknown"),
    ],
)
@each_language
def test_kinds_are_told_by_the_largest(
    tag: str, counts: dict[str, tuple[int | None, int | None]], title: str, answer: str | None
) -> None:
    sheet, words = sheet_of(tag, make_dossier(counts=counts)), all_words()[tag]
    figure = build_kinds(sheet)
    values = find_values(words, f"kinds.title.{title}", figure.title, r"kinds\.title\.\w+")
    if title == "tie":
        assert values["n"] == words.number(488)
        names = [sheet.metric_name("incidents_theft"), sheet.metric_name("incidents_vehicle_theft")]
        assert values["items"] == sheet.join(names)
    if answer:
        assert kinds_answer(sheet) == words.text(f"kinds.{answer}")


@each_language
def test_the_answer_names_each_kind_under_its_word(tag: str) -> None:
    sheet, words = sheet_of(tag, make_dossier()), all_words()[tag]
    name = sheet.metric_name
    higher = words.text("kinds.higher", items=name("incidents_weapons"))
    lower = words.text("kinds.lower", items=sheet.join([name("incidents_robbery"), name("incidents_burglary")]))
    assert kinds_answer(sheet) == sheet.sentences(higher, lower, words.text("kinds.other_similar"))


@pytest.mark.parametrize(
    ("counts", "direction", "key", "pct"),
    [
        ((200, 300), Direction.HIGHER, "table.change_more", 50),
        ((300, 200), Direction.LOWER, "table.change_less", 33),
        ((200, 201), Direction.SIMILAR, "table.change_under_one", None),
        ((1000, 997), Direction.SIMILAR, "table.change_under_one", None),
        ((1000, 1006), Direction.SIMILAR, "table.change_more", 1),
        ((200, 200), Direction.SIMILAR, "table.change_same", None),
        ((0, 0), Direction.SIMILAR, "table.change_same", None),
        ((19, 30), Direction.HIGHER, "table.change_small", None),
        ((0, 30), Direction.HIGHER, "table.change_small", None),
        ((None, 30), Direction.UNKNOWN, "table.change_missing", None),
        ((30, None), Direction.UNKNOWN, "table.change_missing", None),
    ],
)
@each_language
def test_the_change_of_a_kind_is_told_only_where_it_means_something(
    tag: str, counts: tuple[int | None, int | None], direction: Direction, key: str, pct: int | None
) -> None:
    dossier = make_dossier(counts={"incidents_theft": counts}, directions={"incidents_theft": direction})
    rows = {row[0]: row for row in build_kinds(sheet_of(tag, dossier)).table.rows}
    words = all_words()[tag]
    change = rows[words.text("metric.incidents_theft")][3]
    assert change == words.text(key, pct=None if pct is None else words.number(pct))


# Hours


@pytest.mark.parametrize(
    ("parts_of_day", "finding", "share"),
    [
        ((400, 100, 200, 300), "night", 40),
        ((1, 2, 1, 1), "morning", 40),
        ((1, 0, 4, 3), "afternoon", 50),
        ((0, 0, 0, 1), "evening", 100),
        ((5, 1, 1, 5), "tie", None),
        ((1, 1, 1, 1), "tie", None),
        ((0, 0, 0, 0), "none", None),
    ],
)
@each_language
def test_hours_are_told_by_the_largest_part_of_the_day(
    tag: str, parts_of_day: tuple[int, ...], finding: str, share: int | None
) -> None:
    figure = build_hours(sheet_of(tag, make_dossier(parts_of_day=parts_of_day)))
    words = all_words()[tag]
    values = find_values(words, f"hours.title.{finding}", figure.title, r"hours\.title\.\w+")
    assert values == ({} if share is None else {"share": words.number(share)})
    if finding == "none":
        assert figure.alt == words.text("hours.alt_none", place=sheet_of(tag, make_dossier()).place)


@each_language
def test_hours_and_places_say_that_there_is_no_data(tag: str) -> None:
    sheet = sheet_of(tag, make_dossier(counts=UNKNOWN, parts_of_day=(0, 0, 0, 0), beats=()))
    words = all_words()[tag]
    find_values(words, "hours.title.no_data", build_hours(sheet).title, r"hours\.title\.\w+")
    find_values(words, "places.title.no_data", build_places(sheet).title, r"places\.title\.\w+")


# Places


@pytest.mark.parametrize(
    ("beats", "needed"),
    [
        ((10, 10, 10, 10), 2),
        ((90, 5, 5), 1),
        ((50, 25, 25), 1),
        ((1, 1, 1), 2),
        ((0, 0, 7), 1),
        ((1,) * 6, 3),
        ((1,) * 22, 11),
    ],
)
@each_language
def test_places_are_told_by_the_fewest_that_hold_half(tag: str, beats: tuple[int, ...], needed: int) -> None:
    figure = build_places(sheet_of(tag, make_dossier(beats=beats)))
    words = all_words()[tag]
    assert figure.title == words.plural("places.title.beats", needed, areas=words.number(len(beats)))


@pytest.mark.parametrize("beats", [(0, 0, 0), ()])
@each_language
def test_places_without_incidents_say_so(tag: str, beats: tuple[int, ...]) -> None:
    sheet = sheet_of(tag, make_dossier(beats=beats))
    figure, words = build_places(sheet), all_words()[tag]
    find_values(words, "places.title.none", figure.title, r"places\.title\.\w+")
    assert figure.alt == words.text("places.alt_none", place=sheet.place)


@pytest.mark.parametrize("unplaced", [0, 1, 2])
@pytest.mark.parametrize("kind", ["polygons", "tiles"])
@each_language
def test_what_is_not_on_the_map_is_told(tag: str, kind: str, unplaced: int) -> None:
    places = make_places("007", (3, 2), 5, unplaced).model_copy(update={"kind": kind})
    words = all_words()[tag]
    expected = [words.plural("places.unplaced", unplaced)] if unplaced else []
    expected += [words.text("places.tiles")] if kind == "tiles" else []
    assert build_places(sheet_of(tag, make_dossier(places=places))).notes == tuple(expected)


@each_language
def test_the_city_is_told_by_districts(tag: str) -> None:
    figure, words = build_places(sheet_of(tag, make_dossier(place=CITY))), all_words()[tag]
    find_values(words, "places.title.districts", figure.title, r"places\.title\.\w+")
    assert len(figure.table.rows) == 22


# Beside the city


def test_parts_name_the_largest_difference_in_every_language() -> None:
    for tag in TAGS:
        sheet = sheet_of(tag, make_dossier())
        values = find_values(sheet.words, "parts.title.one", build_parts(sheet).title, r"parts\.title\.\w+")
        assert values["what"] == sheet.metric_name("incidents_drug")


@pytest.mark.parametrize("nudge", [0.0, 0.0001])
@each_language
def test_parts_that_read_the_same_are_the_same(tag: str, nudge: float) -> None:
    parts = [part.model_copy(update={"city_per_100": part.here_per_100}) for part in make_dossier().parts]
    parts[0] = parts[0].model_copy(update={"city_per_100": (parts[0].here_per_100 or 0) + nudge})
    sheet = sheet_of(tag, make_dossier(parts=tuple(parts)))
    assert build_parts(sheet).title == sheet.words.text("parts.title.same")


@each_language
def test_parts_that_differ_alike_are_all_named(tag: str) -> None:
    parts = [part.model_copy(update={"city_per_100": part.here_per_100}) for part in make_dossier().parts]
    for number, nudge in ((1, 2.0), (2, -2.0)):
        parts[number] = parts[number].model_copy(update={"here_per_100": (parts[number].city_per_100 or 0) + nudge})
    sheet = sheet_of(tag, make_dossier(parts=tuple(parts)))
    values = find_values(sheet.words, "parts.title.tie", build_parts(sheet).title, r"parts\.title\.\w+")
    assert values["items"] == sheet.join(sheet.metric_name(parts[number].metric_id) for number in (1, 2))


@each_language
def test_kinds_without_comparison_are_not_called_similar(tag: str) -> None:
    counts = {"incidents_theft": (None, 500)}
    answer = kinds_answer(sheet_of(tag, make_dossier(counts=counts, directions={"incidents_drug": Direction.HIGHER})))
    assert all_words()[tag].text("kinds.other_similar") not in answer


@pytest.mark.parametrize("counts", [NOTHING, UNKNOWN])
@each_language
def test_parts_without_a_whole_are_not_told(tag: str, counts: dict[str, Any]) -> None:
    sheet = sheet_of(tag, make_dossier(counts=counts))
    assert build_parts(sheet).title == sheet.words.text("parts.title.no_data")


# Arrests


@each_language
def test_arrests_tell_the_newest_quarter_that_may_be_compared(tag: str) -> None:
    sheet, words = sheet_of(tag, make_dossier()), all_words()[tag]
    values = find_values(words, "arrests.share", build_arrests(sheet).points[0], r"arrests\.\w*share")
    assert values["months"] == words.months_of(sheet.quarter.year_ago())
    assert values["share"] == words.number(13.4, 1)


@each_language
def test_arrests_without_a_settled_quarter_say_so(tag: str) -> None:
    arrests = tuple(make_shares(metric, ripe=0) for metric in shipped().report.arrest_shares)
    sheet, words = sheet_of(tag, make_dossier(arrests=arrests)), all_words()[tag]
    section = build_arrests(sheet)
    for metric, point in zip(shipped().report.arrest_shares, section.points, strict=False):
        assert point == words.text("arrests.no_share", metric=sheet.metric_name(metric))
    early = words.text("number.too_early", number=words.number(13.0, 1))
    assert section.tables[0].rows[-1][1] == early


@each_language
def test_arrests_without_data_say_so(tag: str) -> None:
    arrests = tuple(make_shares(metric, missing=13) for metric in shipped().report.arrest_shares)
    assert {measure.state for series in arrests for measure in series} == {State.NO_DATA}
    section = build_arrests(sheet_of(tag, make_dossier(arrests=arrests)))
    cells = {cell for row in section.tables[0].rows for cell in row[1:]}
    assert cells == {all_words()[tag].text("number.missing")}


# The headline


@pytest.mark.parametrize("direction", Direction)
@each_language
def test_the_headline_says_each_trend_in_its_word(tag: str, direction: Direction) -> None:
    words = all_words()[tag]
    page = build_page(make_dossier(directions=dict.fromkeys(shipped().report.trends, direction)), words, shipped())
    place = sheet_of(tag, make_dossier()).place
    first, second = (words.text(f"title.{metric}.{direction}", place=place) for metric in shipped().report.trends)
    assert page.title == words.text("sentences.two", first=first, second=second)


# Arabic counts

ARABIC_UNPLACED = {
    0: "وُضعت كل الحوادث على الخريطة.",
    1: "تعذّر وضع حادث واحد على الخريطة.",
    2: "تعذّر وضع حادثين على الخريطة.",
    3: "تعذّر وضع 3 حوادث على الخريطة.",
    10: "تعذّر وضع 10 حوادث على الخريطة.",
    11: "تعذّر وضع 11 حادثًا على الخريطة.",
    99: "تعذّر وضع 99 حادثًا على الخريطة.",
    100: "تعذّر وضع 100 حادث على الخريطة.",
    102: "تعذّر وضع 102 حادث على الخريطة.",
    103: "تعذّر وضع 103 حوادث على الخريطة.",
    1011: "تعذّر وضع 1,011 حادثًا على الخريطة.",
}


@pytest.mark.parametrize(("count", "sentence"), ARABIC_UNPLACED.items())
def test_arabic_counts_as_its_grammar_does(count: int, sentence: str) -> None:
    assert all_words()["ar"].plural("places.unplaced", count) == sentence


@pytest.mark.parametrize("count", [0, 1, 2, 3, 11, 100])
@each_language
def test_no_hole_is_left_in_any_plural(tag: str, count: int) -> None:
    words = all_words()[tag]
    for key, forms in words.forms.items():
        if len(forms) > 1 or (tag.startswith("zh") and "{n}" in forms[0] and key.startswith(("note.", "places."))):
            holes = {name: "X" for form in forms for name in re.findall(r"\{(\w+)\}", form) if name != "n"}
            text = words.plural(key, count, **holes)
            assert not re.search(r"[{}]", text)


def test_every_figure_has_a_title_without_holes() -> None:
    for tag in TAGS:
        for counts in ({}, NOTHING, UNKNOWN):
            for place in ("007", CITY):
                page = build_page(make_dossier(place=place, counts=counts), all_words()[tag], shipped())
                figures: list[Figure] = [figure for section in page.sections for figure in section.figures]
                assert all(figure.title and not re.search(r"[{}]", figure.title + figure.alt) for figure in figures)


def test_the_table_of_offences_keeps_the_order_of_the_config() -> None:
    sheet = sheet_of("en", make_dossier())
    assert [row[0] for row in build_kinds(sheet).table.rows] == [sheet.metric_name(metric) for metric in OFFENCES]


@each_language
def test_a_quarter_without_data_shows_no_zero_by_hour_or_place(tag: str) -> None:
    dossier = make_dossier(counts=UNKNOWN, hours=(), places=NO_PLACES)
    sheet, words = sheet_of(tag, dossier), all_words()[tag]
    hours, places = build_hours(sheet), build_places(sheet)
    assert hours.alt == hours.title == words.text("hours.title.no_data")
    assert places.alt == places.title == words.text("places.title.no_data")
    assert {cell for row in hours.table.rows for cell in row[1:]} == {words.text("number.missing")}
    assert places.table.rows == ()


@each_language
def test_a_number_that_is_kept_back_is_called_so_in_the_mix_too(tag: str) -> None:
    dossier = make_dossier()
    kept = dossier.parts[1].here.model_copy(update={"value": None, "state": State.SUPPRESSED})
    part = dossier.parts[1].model_copy(update={"here": kept, "here_per_100": None})
    figure = build_parts(sheet_of(tag, dossier.model_copy(update={"parts": (dossier.parts[0], part)})))
    assert figure.table.rows[1][1] == all_words()[tag].text("state.suppressed")
