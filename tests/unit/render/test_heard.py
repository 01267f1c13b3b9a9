"""What people said and who they were, in words, in every language: both sides, no host beside a theme, no few."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from district_reports.engagement.register import load_register
from district_reports.engagement.told import tell_heard
from district_reports.model import GROUPS, TakingPart, Text
from district_reports.render.closing import build_closing
from district_reports.render.heard import STRENGTHS, build_heard
from district_reports.render.heard_who import AREAS, BODIES, FIGURES
from district_reports.render.view import Section
from tests.unit.render import people_dossiers as people
from tests.unit.render.dossiers import QUARTER, shipped
from tests.unit.render.people_dossiers import (
    HEAD,
    TAGS,
    THEMES,
    make_heard,
    make_session,
    make_theme,
    sheet_of,
    sides,
    told_theme,
)
from tests.unit.render.people_texts import found, ids_of, part_of, whole_text

each_language = pytest.mark.parametrize("tag", TAGS)


def built(tag: str = "en", *, place: str = "007", **changes: Any) -> Section:
    return found(build_heard(sheet_of(tag, place=place, heard=make_heard(**changes))))


def with_themes(*themes: Any, tag: str = "en") -> Section:
    return built(tag, themes=themes, told=tuple(told_theme(theme.code) for theme in themes))


def since(*told: Any, tag: str = "en", **changes: Any) -> Section:
    baseline = tuple(told_theme(theme.code) for theme in THEMES)
    return part_of(built(tag, told=(*baseline, *told), **changes), "heard-since")


def test_without_a_register_there_is_no_such_part() -> None:
    assert build_heard(sheet_of()) is None


@each_language
@pytest.mark.parametrize("place", ["007", "city"])
def test_everything_can_be_said(place: str, tag: str) -> None:
    told = (*(told_theme(theme.code) for theme in THEMES), told_theme("fear", sessions=3, sources=2, people=40))
    quotes = (people.in_all("QUOTE"),)
    sessions = tuple(make_session(number) for number in (1, 2))
    section = built(tag, place=place, told=told, quotes=quotes, sessions_here=sessions, groups_heard=("youth",))
    assert "{" not in whole_text(section)
    assert len(section.parts) >= 8


# The head finding: both sides, first


@each_language
def test_the_head_finding_stands_first_with_both_sides_in_their_order(tag: str) -> None:
    section = built(tag)
    assert section.points == tuple(f"\u2068{tag} {side}\u2069" if tag == "ar" else f"{tag} {side}" for side in SIDES)
    assert section.answer == built(tag, sessions_here=(make_session(1),)).answer


SIDES = ("MOST-BETTER", "SOME-MORE")


def test_the_head_finding_is_in_no_table() -> None:
    assert "NAME-head" not in whole_text(built())


def test_a_mixed_view_never_stands_without_all_its_sides() -> None:
    part = part_of(built(), "heard-mixed")
    (card,) = part.cards
    assert card.title.text == "en NAME-presence"
    assert [(line.label, line.said.text) for line in card.lines] == [
        ("One view", "en HELPS"),
        ("Another view", "en HARMS"),
        ("Another view", "en LATE"),
        ("Number in this report", "No number exists"),
    ]
    assert not any("presence" in cell for table in tables_of(built()) for row in table.rows for cell in row)


def tables_of(section: Section) -> list[Any]:
    return [*section.tables, *(table for part in section.parts for table in tables_of(part))]


def test_a_mixed_view_that_came_in_since_brings_its_sides_too() -> None:
    late = make_theme("late", kind="mixed", part="response", sides=sides("ONE", "TWO"))
    baseline = tuple(told_theme(theme.code) for theme in THEMES)
    section = built(themes=(*THEMES, late), told=(*baseline, told_theme("late", sessions=4, sources=2)))
    assert "en ONE" in whole_text(part_of(section, "heard-mixed"))
    assert "en NAME-late" in whole_text(part_of(section, "heard-since"))


# Themes and values


def test_a_theme_tells_how_many_in_the_sources_word_and_the_number_beside_it() -> None:
    policing, safety = part_of(built(), "heard-themes").tables
    assert policing.caption.startswith("The police in the community:")
    assert policing.rows == (("en NAME-visibility", "Said again and again", "No number exists"),)
    assert safety.head == ("Theme", "Number in this report")
    assert safety.rows == (("en NAME-fear", "Robberies: 74. A year before: 109."),)


def test_of_a_theme_among_others_it_is_told_that_the_source_does_not_say() -> None:
    silent = make_theme("silent", strength="")
    rows = part_of(with_themes(HEAD, make_theme("loud"), silent), "heard-themes").tables[0].rows
    assert [row[1] for row in rows] == ["Many", "Not said"]


@each_language
def test_every_word_of_quantity_has_words_and_none_is_a_number(tag: str) -> None:
    themes = [make_theme(f"t_{word}", strength=word) for word in STRENGTHS]
    rows = part_of(with_themes(*themes, tag=tag), "heard-themes").tables[0].rows
    assert len({row[1] for row in rows}) == len(STRENGTHS)
    assert not any(re.search(r"\d", row[1]) for row in rows)


def test_values_are_told_with_their_meaning() -> None:
    assert part_of(built(), "heard-values").points == ("en NAME-trust. en MEANING-trust",)


@each_language
def test_whose_translation_it_is_stands_on_the_page(tag: str) -> None:
    assert len(built(tag).notices) == 1
    assert built(tag, told=(), themes=()).notices == ()


def test_themes_in_another_language_are_announced() -> None:
    odd = make_theme("odd", names={"zh-Hans": "主题"}, definitions={"zh-Hans": "意思"})
    assert len(with_themes(HEAD, odd).notices) == 2
    assert len(with_themes(HEAD, odd, tag="zh-Hans").notices) == 1


# Formal bodies apart


def test_formal_bodies_stand_apart_from_residents() -> None:
    section = built()
    assert "follow_up" in whole_text(part_of(section, "heard-formal"))
    rest = [part for part in section.parts if part.section_id != "heard-formal"]
    assert not any("follow_up" in whole_text(part) for part in rest)


def test_whom_the_focus_groups_asked_is_told_with_the_days() -> None:
    first, second = part_of(built(), "heard-formal").points
    assert first == "Chairs of the District Advisory Councils (DAC): 15 people. August 8, 2024 (by video)."
    assert second.endswith("15 people. December 16, 2024; December 19, 2024 (in a focus group; in writing).")


def test_a_councillor_of_this_district_is_named_as_asked_and_never_in_the_citys_report() -> None:
    sentence = "A member of this district's council was among those asked."
    assert sentence in part_of(built(has_councillor_here=True), "heard-formal").points
    assert sentence not in part_of(built(), "heard-formal").points
    assert sentence not in whole_text(built(place="city", has_councillor_here=True))


def test_a_mixed_view_of_formal_bodies_stands_with_them() -> None:
    split = make_theme("split", kind="mixed", speaker="formal_bodies", part="formal", sides=sides("ONE", "TWO"))
    section = with_themes(HEAD, split)
    assert [card.card_id for card in part_of(section, "heard-formal").cards] == ["heard-split"]
    assert "heard-mixed" not in ids_of(section)


# Sessions and places


def test_sessions_are_listed_and_no_theme_stands_beside_a_host() -> None:
    section = built(sessions_here=(make_session(2), make_session(1)))
    part = part_of(section, "heard-sessions")
    (table,) = part.tables
    assert part.answer == "2 sessions are listed for this district."
    assert table.rows == (
        ("November 1, 2024", "HALL-1; Lower West Side", "HOST-1", "Invited people only"),
        ("November 2, 2024", "HALL-2; Lower West Side", "HOST-2", "Everyone"),
    )
    assert "NAME-" not in whole_text(part)
    others = [each for each in section.parts if each.section_id != "heard-sessions"]
    assert not any("HOST" in whole_text(each) for each in others)
    assert "HOST" not in " ".join((section.answer, *section.points, *section.notices))


@each_language
def test_a_district_without_a_source_says_so_and_how_to_be_heard(tag: str) -> None:
    no_source = part_of(built(tag), "heard-sessions").answer
    no_session = part_of(built(tag, has_councillor_here=True), "heard-sessions").answer
    assert no_source != no_session
    assert len(no_source) > 40 and len(no_session) > 40


def test_a_district_without_a_source_is_never_told_as_silent() -> None:
    answer = part_of(built(), "heard-sessions").answer
    assert answer.startswith("The documents hold no source that can be placed here.")
    assert "To be heard next:" in answer
    assert "nothing was heard" not in whole_text(built()).lower()


def test_with_a_councillor_asked_there_is_a_source() -> None:
    answer = part_of(built(has_councillor_here=True), "heard-sessions").answer
    assert answer.startswith("The documents list no session in this district.")


def test_sessions_that_the_source_does_not_print_are_counted() -> None:
    (point,) = part_of(built(), "heard-sessions").points
    assert point.startswith("3 more sessions took place in the city.")


def test_the_citys_report_has_all_areas_and_a_districts_has_none() -> None:
    (table,) = part_of(built(place="city"), "heard-areas").tables
    assert table.rows == (
        ("North", "1", "1", "0"),
        ("West", "9", "3", "9"),
        ("Whole city (online)", "2", "2", "0"),
    )
    assert "heard-areas" not in ids_of(built())


# Before the register was finished

EARLY: dict[str, Any] = dict.fromkeys(("themes", "told", "totals", "figures", "bodies"), ())


def test_before_the_source_was_there_nothing_is_said_of_it() -> None:
    section = built(**EARLY, has_councillor_here=True)
    assert ids_of(section) == ["heard-who"]
    assert section.answer == "There is no record yet of what people said up to this time."
    assert "no source" not in whole_text(section) and "among those asked" not in whole_text(section)


def test_a_session_of_then_is_listed_all_the_same() -> None:
    assert "HOST-1" in whole_text(part_of(built(**EARLY, sessions_here=(make_session(1),)), "heard-sessions"))


# The shipped register


@each_language
def test_everything_of_the_shipped_register_can_be_said(tag: str, tmp_path: Path) -> None:
    """Its ids are data, the words for them are the catalogues': none may be without the other."""
    register = load_register(shipped(), tmp_path)
    assert register is not None
    for place in ("012", "003", "007", "city"):
        heard = tell_heard(register, (), shipped(), QUARTER, place, people.UNTIL)
        section = found(build_heard(sheet_of(tag, place=place, heard=heard)))
        assert "{" not in whole_text(section)
        assert len(section.points) == 2, "both sides of the head finding"
        has_sessions = any(table.rows for table in part_of(section, "heard-sessions").tables)
        assert has_sessions is (place in ("012", "city"))
        closing = build_closing(sheet_of(tag, place=place, taking_part=TakingPart(questions=register.questions)))
        assert sum(len(part.points) for part in found(closing).parts) == len(register.questions) == 16
    assert {theme.strength for theme in register.themes} - {""} <= set(STRENGTHS)
    assert {figure.figure_id for figure in register.figures} == set(FIGURES)


# What came in since


def test_levels_are_told_apart_and_the_nearest_first() -> None:
    told = (
        told_theme("fear", level="city", sessions=9, sources=4, people=120),
        told_theme("fear", level="district", sessions=2, sources=2, people=12),
        told_theme("visibility", level="area", sessions=3, sources=2),
    )
    tables = since(*told).tables
    assert [table.caption for table in tables] == [
        f"{where}: themes of later sessions"
        for where in ("In this district", "In this part of the city", "In the city")
    ]
    assert [table.rows[0][:2] for table in tables] == [
        ("en NAME-fear", "2 sessions; 2 organizations; at least 12 people"),
        ("en NAME-visibility", "3 sessions; 2 organizations"),
        ("en NAME-fear", "9 sessions; 4 organizations; at least 120 people"),
    ]


def test_a_count_of_a_mixed_view_is_never_told_as_that_of_one_side() -> None:
    (table,) = since(told_theme("head", sessions=2, sources=2, people=42)).tables
    assert table.rows[0][0] == "en NAME-head (views differ)"


@pytest.mark.parametrize(
    "changes", [{"people": 4}, {"people": None, "is_under_floor": True}], ids=["few", "under the floor"]
)
def test_a_few_people_are_not_counted_out(changes: dict[str, Any]) -> None:
    (table,) = since(told_theme("fear", sessions=2, sources=2, **changes)).tables
    assert table.rows[0][1] == "2 sessions; 2 organizations; fewer than 5 people each time"


def test_numbers_that_would_give_somebody_away_are_not_told() -> None:
    (table,) = since(told_theme("fear", level="area")).tables
    assert table.rows[0][1] == "Not shown, to protect people"


def test_what_came_in_since_is_no_theme_of_the_register() -> None:
    late = make_theme("late")
    baseline = tuple(told_theme(theme.code) for theme in THEMES)
    section = built(themes=(*THEMES, late), told=(*baseline, told_theme("late", level="city")))
    assert "NAME-late" not in whole_text(part_of(section, "heard-themes"))
    assert "NAME-late" in whole_text(part_of(section, "heard-since"))


def test_a_record_of_the_registers_own_quarters_that_has_numbers_came_in_since() -> None:
    old = told_theme("fear", sessions=2, sources=2, first_quarter="2024Q4", last_quarter="2025Q1")
    assert "fear" in since(old).tables[0].rows[0][0]


def test_from_when_to_when_is_told() -> None:
    def when(**changes: Any) -> str:
        return str(since(told_theme("fear", sessions=2, sources=2, **changes)).tables[0].rows[0][2])

    assert when() == "April 2026 to September 2026"
    assert when(first_quarter="2026Q3") == sheet_of().months


# Who was heard


@each_language
def test_figures_stand_as_published_with_their_base(tag: str) -> None:
    here, city = (part_of(built(tag, place=place), "heard-who").tables[0] for place in ("007", "city"))
    assert [row[1] for row in here.rows][0] == "777"
    assert len(here.rows) == 2 and len(city.rows) == len(people.FIGURES)


def test_at_least_and_about_are_never_dropped() -> None:
    (table,) = part_of(built(place="city"), "heard-who").tables
    assert [row[1] for row in table.rows] == [
        "777",
        "16 of 29",
        "at least 5 of 26",
        "6.1% of 246",
        "about 20% of 246",
    ]


@each_language
def test_every_figure_body_area_and_group_has_words_of_its_own(tag: str) -> None:
    words = sheet_of(tag).words
    for prefix, names in (("figure", FIGURES), ("body", BODIES), ("area", AREAS), ("group", GROUPS)):
        told = {words.text(f"heard.{prefix}.{name}") for name in names}
        assert len(told) == len(names)


def test_groups_are_named_and_never_counted() -> None:
    section = built(new_sessions=2, new_sources=2, new_people=40, groups_heard=("youth", "faith"))
    told = next(point for point in part_of(section, "heard-who").points if "Groups heard" in point)
    first, second = told.split(". ", 1)
    assert first == "Groups heard in the city in the quarter: youth and young adults; faith groups"
    assert "immigrants" in second and "faith" not in second
    assert not re.search(r"\d", told)


def test_new_sessions_are_told_with_a_floor_on_people() -> None:
    def told(**changes: Any) -> str:
        fields = {"new_sessions": 2, "new_sources": 2, "new_people": 40} | changes
        return next(point for point in part_of(built(**fields), "heard-who").points if "recorded here" in point)

    assert "2 new sessions were recorded here" in told()
    assert told().endswith("Organizations that reported: 2. People who came: 40.")
    assert told(new_people=4).endswith("People who came: fewer than 5.")
    assert told(new_people=None).endswith("We do not print how many came, to protect them.")
    assert told(new_sessions=0).startswith("No new session has been recorded here")


@each_language
@pytest.mark.parametrize("level", ["district", "area", "city"])
def test_quotes_stand_with_their_language_and_without_a_name(level: str, tag: str) -> None:
    section = built(tag, quotes=(Text(language="pl", text="Bądźcie tu"),), quotes_level=level)
    (quote,) = part_of(section, "heard-quotes").quotes
    assert quote.said.text.strip("\u2068\u2069") == "Bądźcie tu" and quote.said.lang == "pl"
    assert quote.by
    assert len(section.notices) == 2


@each_language
def test_hostile_words_stay_words(tag: str) -> None:
    hostile = "</td><script>{place}\u202e"
    session = make_session(1, host=hostile, place=hostile)
    theme = make_theme("bad", names={tag: hostile}, definitions={})
    section = built(tag, themes=(HEAD, theme), told=(told_theme("head"), told_theme("bad")), sessions_here=(session,))
    text = whole_text(section)
    assert text.count("</td><script>{place}") == 3
    assert "\u202e" not in text
