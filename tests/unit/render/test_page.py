"""The page of a hand-made dossier, in every language: its numbers, marks and links, and what comes from outside."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from babel.numbers import parse_decimal

from district_reports.config import Helpline
from district_reports.errors import TranslationError
from district_reports.model import Dossier, State
from district_reports.render.edge import said
from district_reports.render.i18n import Words
from district_reports.render.page import build_page
from district_reports.render.pdf import printable
from district_reports.render.view import Figure, Page, Table
from district_reports.render.view_charts import PairChart, TrendChart
from tests.unit.render.dossiers import (
    CITY,
    TAGS,
    all_words,
    make_contact,
    make_dossier,
    make_measure,
    make_note,
    make_shares,
    shipped,
)

NUMBER = re.compile(r"\d[\d.,]*\d|\d")
MISSING: dict[str, tuple[int | None, int | None]] = {"incidents_homicide": (None, 9), "incidents_theft": (611, None)}
DOSSIERS = {
    "district": make_dossier(),
    "city": make_dossier(place=CITY),
    "large": make_dossier(counts={"incidents_theft": (1234567, 2345678)}, parts_of_day=(10000, 20000, 30000, 1234567)),
    "gaps": make_dossier(counts=MISSING, unplaced=3),
    "zeros": make_dossier(counts={metric: (0, 0) for metric in shipped().report.offences}, parts_of_day=(0, 0, 0, 0)),
}

each_language = pytest.mark.parametrize("tag", TAGS)
each_dossier = pytest.mark.parametrize("name", DOSSIERS)


def page_of(dossier: Dossier, tag: str) -> Page:
    return build_page(dossier, all_words()[tag], shipped())


@cache
def known_page(name: str, tag: str) -> Page:
    return page_of(DOSSIERS[name], tag)


def figure_of(page: Page, figure_id: str) -> Figure:
    return next(figure for figure in figures_of(page) if figure.figure_id == figure_id)


def figures_of(page: Page) -> list[Figure]:
    return [figure for section in page.sections for figure in section.figures]


def parse(tag: str, text: str) -> float:
    """Return the number as a reader of the language reads it; anything else is an error."""
    return float(parse_decimal(text, locale=shipped().language(tag).locale, strict=True))


def parse_count(tag: str, text: str) -> float | None:
    return None if text == all_words()[tag].text("number.missing") else parse(tag, text)


def texts_in(value: Any) -> Iterator[str]:
    """Return every text of a page, wherever it stands."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from texts_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts_in(item)


# Numbers


@each_dossier
@each_language
def test_key_facts_read_back_as_the_dossier_has_them(tag: str, name: str) -> None:
    dossier = DOSSIERS[name]
    for shown, fact in zip(known_page(name, tag).key_facts, dossier.key_facts, strict=True):
        assert (shown.metric_id, shown.direction) == (fact.metric_id, fact.direction)
        assert parse_count(tag, shown.number) == fact.now.value
        told = Counter(parse(tag, number) for line in shown.compared_with for number in NUMBER.findall(line))
        if fact.year_before.value is not None:
            assert told[float(fact.year_before.value)]
        if fact.earlier_mean is not None:
            assert told[round(fact.earlier_mean, 0 if fact.earlier_mean >= 100 else 1)]
        if fact.change_pct is not None and fact.now.value != fact.year_before.value:
            assert told[round(abs(fact.change_pct))]


@each_dossier
@each_language
def test_trends_read_back(tag: str, name: str) -> None:
    dossier = DOSSIERS[name]
    for series in dossier.trends:
        figure = figure_of(known_page(name, tag), f"trend-{series[0].metric_id}")
        values = [measure.value for measure in series]
        assert isinstance(figure.chart, TrendChart)
        assert [point.value for point in figure.chart.points] == values
        assert [parse(tag, point.text) if point.text else None for point in figure.chart.points] == values
        assert [parse_count(tag, row[1]) for row in figure.table.rows] == values
        assert [point.is_now for point in figure.chart.points] == [False] * 12 + [True]
        assert sum(point.is_same_season for point in figure.chart.points) == 4


@each_dossier
@each_language
def test_kinds_read_back(tag: str, name: str) -> None:
    dossier = DOSSIERS[name]
    figure = figure_of(known_page(name, tag), "kinds")
    assert isinstance(figure.chart, PairChart)
    for bar, row, offence in zip(figure.chart.bars, figure.table.rows, dossier.offences, strict=True):
        counts = (offence.now.value, offence.year_before.value)
        assert (bar.first, bar.second) == counts
        assert (parse_count(tag, bar.first_text), parse_count(tag, bar.second_text)) == counts
        assert (parse_count(tag, row[1]), parse_count(tag, row[2])) == counts
        pct = [parse(tag, number) for number in NUMBER.findall(row[3])]
        if offence.change_pct is not None and abs(offence.change_pct) > 0.5:
            assert pct == [round(abs(offence.change_pct))]


@each_dossier
@each_language
def test_hours_and_places_read_back(tag: str, name: str) -> None:
    dossier = DOSSIERS[name]
    page = known_page(name, tag)
    rows = figure_of(page, "hours").table.rows
    grid = {(cell.hour, cell.weekday): cell.count for cell in dossier.hours}
    for hour, row in enumerate(rows[:24]):
        counts = [grid[hour, day] for day in range(7)]
        assert [parse(tag, cell) for cell in row[1:]] == [*counts, sum(counts)]
    assert sum(parse(tag, row[-1]) for row in rows[24:]) == sum(grid.values())
    areas = figure_of(page, "places").table.rows
    assert [parse(tag, row[1]) for row in areas] == [area.count for area in dossier.places.areas]


@pytest.mark.parametrize("name", [name for name in DOSSIERS if name != "city"])
@each_language
def test_parts_and_arrests_read_back(tag: str, name: str) -> None:
    dossier = DOSSIERS[name]
    page = known_page(name, tag)
    for row, part in zip(figure_of(page, "parts").table.rows, dossier.parts, strict=True):
        for cell, value in zip(row[1:], (part.here_per_100, part.city_per_100), strict=True):
            assert parse_count(tag, cell) == (None if value is None else round(value, 1))
    (table,) = page.arrests.tables
    for row, measures in zip(table.rows, zip(*dossier.arrests, strict=True), strict=True):
        for cell, measure in zip(row[1:], measures, strict=True):
            (number,) = NUMBER.findall(cell)
            assert parse(tag, number) == pytest.approx(100 * (measure.value or 0), abs=0.0501)
            early = all_words()[tag].text("number.too_early", number=number)
            assert cell == (early if measure.state is State.TOO_EARLY else number)


@each_dossier
@each_language
def test_numbers_of_an_alternative_text_stand_in_its_table(tag: str, name: str) -> None:
    """Or are the number of its rows: the text must tell nothing that a reader cannot look up."""
    for figure in figures_of(known_page(name, tag)):
        told = set(NUMBER.findall(figure.alt))
        shown = set(NUMBER.findall(" ".join(cells_of(figure.table))))
        assert told - shown <= {str(len(figure.table.rows))}, figure.alt


def cells_of(table: Table) -> list[str]:
    return [table.caption, *table.head, *(cell for row in table.rows for cell in row)]


@each_dossier
@each_language
def test_tables_are_whole(tag: str, name: str) -> None:
    page = known_page(name, tag)
    for table in (*(figure.table for figure in figures_of(page)), *page.arrests.tables):
        assert table.caption
        assert {len(row) for row in table.rows} <= {len(table.head)}
        assert all(row[0] for row in table.rows)
        assert len({row[0] for row in table.rows}) == len(table.rows)


# What every page says


LABELS_TO_FILL = {"page_of", "show_rest", "more_on_web", "only_on_web"}
"""Labels with a number or a name that only the template knows."""


@each_dossier
@each_language
def test_no_text_has_a_hole_or_is_empty(tag: str, name: str) -> None:
    page = known_page(name, tag)
    texts = texts_in(page.model_dump(mode="json", exclude={"labels": LABELS_TO_FILL}))
    assert [text for text in texts if re.search(r"\{\w*\}|\bnan\b|\d\.\d{3,}", text)] == []
    assert all(section.question for section in page.sections)
    assert all(figure.title and figure.subtitle and figure.alt and figure.source for figure in figures_of(page))


@pytest.mark.parametrize(
    ("is_sample", "is_preview", "keys"),
    [
        (False, False, []),
        (True, False, ["banner.sample"]),
        (False, True, ["banner.preview"]),
        (True, True, ["banner.sample", "banner.preview"]),
    ],
)
@each_language
def test_sample_and_preview_are_said(tag: str, is_sample: bool, is_preview: bool, keys: list[str]) -> None:
    page = page_of(make_dossier(is_sample=is_sample, is_preview=is_preview), tag)
    assert page.banners == tuple(all_words()[tag].text(key) for key in keys)
    assert len(set(page.banners)) == len(keys)


@each_language
def test_an_unreviewed_catalogue_says_so_and_a_reviewed_one_does_not(tag: str) -> None:
    words = all_words()[tag]
    for is_reviewed in (False, True):
        read = Words(words.language, words.forms, "0", is_reviewed)
        label = build_page(make_dossier(), read, shipped()).labels.translation_unreviewed
        assert label == ("" if is_reviewed else words.text("label.unreviewed"))


@each_language
def test_language_direction_and_font_are_those_of_the_config(tag: str) -> None:
    page, language = page_of(make_dossier(), tag), shipped().language(tag)
    assert (page.language, page.direction, page.font) == (tag, language.direction, language.font)


@each_language
def test_dates_are_told(tag: str) -> None:
    page, words, dossier = page_of(make_dossier(), tag), all_words()[tag], make_dossier()
    as_of = words.day(dossier.origins[0].as_of)
    assert as_of in page.dates_line
    assert words.day(dossier.report_date) in page.dates_line
    assert page.report_date == "2026-10-12"
    assert all(as_of in figure.source for figure in figures_of(page))


# A district and the city


@each_language
def test_a_district_is_set_beside_the_city(tag: str) -> None:
    page = page_of(make_dossier(), tag)
    assert [section.section_id for section in page.sections][-1] == "parts"
    assert [link.href for link in page.district_links] == [f"../../city/{tag}/report.html"]
    assert page.district_links_heading == all_words()[tag].text("links.city")


@each_language
def test_the_city_has_no_parts_and_leads_to_every_district(tag: str) -> None:
    page = page_of(make_dossier(place=CITY), tag)
    assert "parts" not in [section.section_id for section in page.sections]
    places = shipped().district_ids
    assert len(places) == 22
    assert [link.href for link in page.district_links] == [f"../../{place}/{tag}/report.html" for place in places]
    assert len({link.text for link in page.district_links}) == 22
    assert page.district_links_heading == all_words()[tag].text("links.districts")
    assert all_words()[tag].text("report.name_city") in page.edition_line


@each_language
def test_the_language_switch_leads_to_every_language(tag: str) -> None:
    links = page_of(make_dossier(), tag).languages
    assert [(link.lang, link.href) for link in links] == [(other, f"../{other}/report.html") for other in TAGS]
    assert [link.lang for link in links if link.is_current] == [tag]
    assert [link.text for link in links] == [language.name for language in shipped().languages]


@pytest.mark.parametrize("place", ["007", CITY])
@each_language
def test_contacts_begin_with_the_emergency_number_and_the_station(tag: str, place: str) -> None:
    page = page_of(make_dossier(place=place), tag)
    numbers = [line.number for line in page.contacts]
    helplines = [line.number for line in shipped().report.helplines]
    station = [shipped().district("007").phone] if place == "007" else []
    assert numbers == [helplines[0], *station, *helplines[1:]]
    assert helplines[0] in page.contacts_intro


@each_language
def test_a_number_nobody_has_rung_says_so(tag: str) -> None:
    remark = all_words()[tag].text("contact.unverified")
    for is_verified in (False, True):
        contact = make_contact("007").model_copy(update={"is_verified": is_verified})
        line = page_of(make_dossier(contact=contact), tag).contacts[1]
        assert line.remark == ("" if is_verified else remark)
    helplines: tuple[Helpline, ...] = shipped().report.helplines
    shown = [line for line in page_of(make_dossier(place=CITY), tag).contacts]
    assert [not line.remark for line in shown] == [line.is_verified for line in helplines]


# Notes, and what comes from outside

HOSTILE = {
    '<script>alert("1")</script>': '<script>alert("1")</script>',
    "\u202eNRUT": "NRUT",
    "a\u2069b\u2068c": "abc",
    "{names} {n}": "{names} {n}",
    "x\ny\u0000z": "x\ny\u0000z",
    "O'Hare; “%s” $&": "O'Hare; “%s” $&",
    "قتل": "قتل",
}
"""Names as a source may write them, and as the page holds them: all but what turns the direction."""


@pytest.mark.parametrize("note_id", ["unknown_types", "unknown_codes", "outside_rows"])
@each_language
def test_names_from_the_source_are_put_in_as_plain_text(tag: str, note_id: str) -> None:
    """The page holds plain text: nothing is filled in twice and nothing is lost; the edge makes it harmless."""
    dossier = make_dossier(notes=(make_note(note_id, 7, *HOSTILE),))
    (point,) = page_of(dossier, tag).notes.points
    if note_id == "unknown_types":
        assert all(held in point for held in HOSTILE.values())
    assert "7" in point


@each_language
def test_hostile_names_are_harmless_on_the_web_and_in_print(tag: str) -> None:
    dossier = make_dossier(notes=(make_note("unknown_types", 7, *HOSTILE),))
    (point,) = page_of(dossier, tag).notes.points
    html = str(said(point))
    assert "<script" not in html
    assert not re.search("[\u202a-\u202e\u0000]", html)
    assert html.count("<bdi") == html.count("</bdi>")
    print_text = printable(point)
    assert not re.search("[\u202a-\u202e\u0000]", print_text)
    assert sum(print_text.count(sign) for sign in "\u2066\u2067\u2068") == print_text.count("\u2069")


@pytest.mark.parametrize("tag", [language.tag for language in shipped().languages if language.direction == "rtl"])
def test_a_name_in_another_script_is_isolated_from_right_to_left(tag: str) -> None:
    dossier = make_dossier(notes=(make_note("unknown_types", 2, "NEW TYPE (A)", "OTHER"),))
    page = page_of(dossier, tag)
    assert "\u2068NEW TYPE (A)\u2069" in page.notes.points[0]
    assert "\u2068OTHER\u2069" in page.notes.points[0]
    assert f"\u2068{shipped().district('007').name}\u2069" in page.title
    assert all(source.title.startswith("\u2068") for source in page.sources)


def test_a_hostile_name_cannot_end_its_isolation() -> None:
    (point,) = page_of(make_dossier(notes=(make_note("unknown_types", 2, "A\u2069B\u2068C"),)), "ar").notes.points
    assert re.findall("\u2068([^\u2068\u2069]*)\u2069", point)[-1].replace("\ufffd", "") == "ABC"


@pytest.mark.parametrize("count", [1, 2, 3, 11, 100, 1234])
@pytest.mark.parametrize(
    "note_id", ["outside_rows", "contradicting_beats", "default_dates", "unknown_types", "unknown_codes"]
)
@each_language
def test_each_note_tells_its_count(tag: str, note_id: str, count: int) -> None:
    words = all_words()[tag]
    (point,) = page_of(make_dossier(notes=(make_note(note_id, count, "NAME"),)), tag).notes.points
    # Arabic spells one and two out.
    if not (tag == "ar" and count < 3):
        assert words.number(count) in point
    assert not re.search(r"[{}]", point)


@each_language
def test_notes_on_sources_need_no_count(tag: str) -> None:
    words = all_words()[tag]
    notes = (make_note("no_boundaries", 0), make_note("contact_differs", 0))
    points = page_of(make_dossier(notes=notes), tag).notes.points
    assert points == (words.text("note.no_boundaries"), words.text("note.contact_differs"))
    assert page_of(make_dossier(), tag).notes.points == (words.text("notes.none"),)


def test_an_unknown_note_is_refused_rather_than_left_out() -> None:
    with pytest.raises(TranslationError, match="note.surprise"):
        page_of(make_dossier(notes=(make_note("surprise", 1),)), "en")


def test_a_share_of_one_hundred_and_of_zero_is_printed_as_such() -> None:
    series = (make_measure("arrest_share_all", 0.0), make_measure("arrest_share_all", 1.0))
    others = tuple(make_shares(metric)[:2] for metric in shipped().report.arrest_shares[1:])
    (table,) = page_of(make_dossier(arrests=(series, *others)), "en").arrests.tables
    assert [row[1] for row in table.rows] == ["0.0", "100.0"]
