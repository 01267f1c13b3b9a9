"""What is told of published clearance figures and of the closed court files, in every language."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from district_reports.errors import TranslationError
from district_reports.model import Direction, Dossier
from district_reports.render.fears import build_fears
from district_reports.render.i18n import Words
from district_reports.render.ladder import build_outcomes
from district_reports.render.outcomes import build_clearance, build_court, require_outcome_keys
from district_reports.render.sheet import Sheet
from district_reports.render.view import Section
from district_reports.settings import Settings
from tests.unit.render.dossiers import CITY, TAGS, all_words, make_contact, shipped
from tests.unit.render.outcome_dossiers import (
    make_comparison,
    make_court,
    make_outcome_dossier,
    make_reading,
)

each_language = pytest.mark.parametrize("tag", TAGS)


def sheet_of(tag: str = "en", settings: Settings | None = None, **changes: Any) -> Sheet:
    return Sheet(make_outcome_dossier(**changes), all_words()[tag], settings or shipped())


def made(section: Section | None) -> Section:
    assert section is not None
    return section


def without(**parts: Any) -> Settings:
    outcomes = shipped().outcomes.model_copy(update=parts)
    return shipped().model_copy(update={"outcomes": outcomes})


# Clearance


def unsigned(words: Words) -> str:
    """Return what stands in the cell of a figure that nobody has signed, without how sure its source is."""
    return words.text("clearance.unverified", confidence="").strip()


@each_language
def test_published_figures_stand_with_method_source_and_who_checked_them(tag: str) -> None:
    sheet = sheet_of(tag)
    words = sheet.words
    section = made(build_clearance(sheet))
    table = section.tables[0]
    assert len(section.tables) == 1
    assert [row[1] for row in table.rows] == [
        words.text(f"clearance.method.{method}")
        for method in ("year_to_date_all", "year_to_date_arrest", "year_to_date_exceptional", "cohort_12_months")
    ]
    assert table.rows[0][2] == words.text("clearance.number", share=words.number(49.9, 1))
    assert table.rows[2][2] == words.plural("clearance.offences", 199)
    assert [unsigned(words) in row[3] for row in table.rows] == [True, False, True, True]
    assert words.day(date(2026, 10, 1)) in table.rows[1][3]
    assert [entry.url for entry in section.entries] == [
        shipped().outcomes.clearance.dashboard,  # type: ignore[union-attr]
        "https://news.example.org/2021",
        "https://study.example.org/a",
    ]
    for name in ("homicides_in_year", "homicides_cohort"):
        assert section.points.count(words.text(f"clearance.definition.{name}")) == 1
    assert section.notices == (words.text("clearance.by_district"),)


def test_arrest_and_exception_are_never_one_row() -> None:
    rows = made(build_clearance(sheet_of())).tables[0].rows
    assert [row[1] for row in rows[:3]] == [
        "Cleared in the year: all",
        "Cleared in the year: by arrest",
        "Cleared in the year: without an arrest",
    ]


def test_a_district_whose_figure_was_read_has_a_table_of_its_own() -> None:
    readings = (make_reading(place="007", read_by="Editor", read_on=date(2026, 10, 2)), make_reading(period="2020"))
    section = made(build_clearance(sheet_of(readings=readings)))
    assert [len(table.rows) for table in section.tables] == [1, 1]
    assert "District 7" in section.tables[0].caption
    assert "Chicago" in section.tables[1].caption
    assert section.notices == ()


@each_language
def test_without_any_figure_the_part_says_where_to_look(tag: str) -> None:
    sheet = sheet_of(tag, readings=())
    section = made(build_clearance(sheet))
    assert section.answer == sheet.words.text("clearance.answer_none")
    assert section.tables == ()
    assert [entry.url for entry in section.entries] == [shipped().outcomes.clearance.dashboard]  # type: ignore[union-attr]


def test_a_way_of_counting_without_words_is_an_error() -> None:
    with pytest.raises(TranslationError, match=r"clearance\.method\.guessed"):
        build_clearance(sheet_of(readings=(make_reading("guessed"),)))


def test_a_city_without_such_a_part_has_none() -> None:
    assert build_clearance(sheet_of(settings=without(clearance=None))) is None
    assert build_court(sheet_of(settings=without(court=None))) is None


# Court


@each_language
def test_the_court_part_says_that_it_stopped_and_draws_each_step(tag: str) -> None:
    sheet = sheet_of(tag)
    section = made(build_court(sheet))
    assert sheet.words.day(date(2024, 12, 30)) in section.notices[0]
    rows = section.bars[0].rows
    assert [row.text for row in rows] == [sheet.words.number(n) for n in (1520, 1310, 1100, 640, 400, 60, 600)]
    assert rows[0].length == 1.0
    assert rows[3].length == pytest.approx(640 / 1520)
    assert all(row.is_muted for row in rows)
    assert section.bars[0].source
    assert all(sheet.words.number(n) in section.answer for n in (1520, 640))
    assert sheet.words.text("court.other_units") in section.points
    for year in (2019, 2022):
        assert sheet.words.year(year) in section.bars[0].caption


@pytest.mark.parametrize("count", [0, 1, 2, 5, 11, 2300])
@each_language
def test_the_city_counts_the_cases_of_other_units(tag: str, count: int) -> None:
    sheet = sheet_of(tag, place=CITY, court=make_court(other_unit_cases=count))
    points = made(build_court(sheet)).points
    assert points[-1] == sheet.words.plural("court.other_unit_cases", count)


def test_years_with_a_gap_are_listed() -> None:
    caption = made(build_court(sheet_of(court=make_court(years=(2018, 2020))))).bars[0].caption
    assert "2018; 2020" in caption
    assert "2019" not in caption
    assert "2020. One" in made(build_court(sheet_of(court=make_court(years=(2020,))))).bars[0].caption


def test_a_district_without_cases_says_so() -> None:
    none = dict.fromkeys(("received", "charged", "disposed", "convicted", "dismissed", "other_result", "sentenced"), 0)
    section = made(build_court(sheet_of(court=make_court(none))))  # type: ignore[arg-type]
    assert section.answer == "2019 to 2022: there was no felony case."
    assert {row.length for row in section.bars[0].rows} == {0.0}


@each_language
@pytest.mark.parametrize("court", [None, make_court(years=(), rungs=())])
def test_files_that_were_never_read_are_told_with_where_to_look(tag: str, court: Any) -> None:
    sheet = sheet_of(tag, court=court)
    section = made(build_court(sheet))
    assert section.answer == sheet.words.text("court.never_read")
    assert section.bars == ()
    assert [entry.url for entry in section.entries] == [shipped().outcomes.court.dashboard]  # type: ignore[union-attr]


# Keys


def test_every_sentence_the_config_calls_for_exists() -> None:
    keys = require_outcome_keys(shipped())
    assert {"metric.shooting_incidents", "metric.incidents_transit", "metric.victims_homicide"} <= set(keys)
    for words in all_words().values():
        assert [key for key in keys if not words.forms.get(key)] == []


def test_a_city_with_nothing_calls_for_nothing() -> None:
    assert require_outcome_keys(without(fears=(), arrests=None, victims=None, clearance=None)) == []


@each_language
def test_every_place_has_all_four_parts(tag: str) -> None:
    for place in ("007", CITY):
        contact = make_contact(place) if place != CITY else None
        dossier: Dossier = make_outcome_dossier(place=place, contact=contact)
        sheet = Sheet(dossier, all_words()[tag], shipped())
        ids = [made(build(sheet)).section_id for build in (build_fears, build_outcomes, build_clearance, build_court)]
        assert ids == ["fears", "outcomes", "clearance", "court"]


def test_a_comparison_without_numbers_has_no_word() -> None:
    assert make_comparison("incidents_drug", None, 3).direction is Direction.UNKNOWN


@pytest.mark.parametrize(
    ("read_by", "read_on"), [("", None), ("", date(2026, 10, 1)), ("Editor", None)], ids=["none", "no one", "no day"]
)
@each_language
def test_a_reading_is_signed_by_someone_on_a_day_or_not_at_all(tag: str, read_by: str, read_on: date | None) -> None:
    sheet = sheet_of(tag, readings=(make_reading(read_by=read_by, read_on=read_on),))
    cell = made(build_clearance(sheet)).tables[0].rows[0][3]
    assert unsigned(sheet.words) in cell
    # How sure the source is, is told all the same.
    assert any(sheet.words.text(f"clearance.confidence.{word}") in cell for word in ("high", "medium", "low"))
