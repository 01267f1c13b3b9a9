"""What is told of fears and of arrests after incidents, in every language: with values, without, and too young."""

from __future__ import annotations

from typing import Any

import pytest

from district_reports.errors import ConfigError
from district_reports.model import Direction, State
from district_reports.render.back_matter import build_arrests
from district_reports.render.fears import build_fears
from district_reports.render.i18n import Words
from district_reports.render.ladder import build_outcomes
from district_reports.render.sheet import Sheet
from district_reports.render.view import Section
from district_reports.settings import Settings
from tests.clearance_words import find_clearance, find_rendered, list_texts
from tests.unit.render.dossiers import CITY, QUARTER, TAGS, all_words, shipped
from tests.unit.render.outcome_dossiers import (
    LOOK,
    OLDER,
    make_arrest_windows,
    make_fears,
    make_freshness,
    make_ladder,
    make_ladders,
    make_outcome_dossier,
    make_victims,
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


# Fears


@each_language
def test_all_six_fears_stand_in_the_order_of_the_config_zeros_too(tag: str) -> None:
    sheet = sheet_of(tag)
    table = made(build_fears(sheet)).tables[0]
    number = sheet.words.number
    assert [row[0] for row in table.rows] == [
        sheet.metric_name(metric)
        for metric in (
            "shooting_incidents",
            "incidents_drug",
            "incidents_carjacking",
            "incidents_burglary",
            "incidents_assault_harassment",
            "incidents_transit",
        )
    ]
    assert [row[1] for row in table.rows] == [number(n) for n in (31, 143, 31, 96, 255, 0)]
    assert [row[2] for row in table.rows] == [number(n) for n in (38, 151, 18, 142, 260, 0)]
    assert [row[3] for row in table.rows] == [
        sheet.words.text(f"direction.{word}")
        for word in ("similar", "similar", "higher", "lower", "similar", "similar")
    ]
    assert table.head[1:3] == (sheet.months, sheet.months_before)
    assert "2024" in table.note
    assert "2025" in table.note


@each_language
def test_the_answer_names_the_fears_that_changed(tag: str) -> None:
    sheet = sheet_of(tag)
    answer = made(build_fears(sheet)).answer
    assert sheet.words.text("kinds.higher", items=sheet.metric_name("incidents_carjacking")) in answer
    assert sheet.words.text("kinds.lower", items=sheet.metric_name("incidents_burglary")) in answer


@each_language
def test_a_fear_without_data_is_missing_and_never_zero(tag: str) -> None:
    fears = make_fears(counts={"shooting_incidents": (38, None)})
    sheet = sheet_of(tag, blocks=(fears, make_victims()))
    row = made(build_fears(sheet)).tables[0].rows[0]
    assert row[1:] == (
        sheet.words.text("number.missing"),
        sheet.words.number(38),
        sheet.words.text(f"direction.{Direction.UNKNOWN}"),
    )


@each_language
def test_victims_and_incidents_are_both_told_and_never_in_one_table(tag: str) -> None:
    sheet = sheet_of(tag)
    section = made(build_fears(sheet))
    fears, victims = section.tables
    people = [sheet.metric_name(metric) for metric in ("victims_homicide", "victims_nonfatal_shooting")]
    assert [row[0] for row in victims.rows] == people
    assert [row[1] for row in victims.rows] == [sheet.words.number(n) for n in (9, 35)]
    assert not {row[0] for row in fears.rows} & set(people)
    events = section.points[0]
    assert sheet.metric_name("shooting_incidents") in events
    assert sheet.words.number(31) in events
    assert section.points[-1] == sheet.words.text("fears.apart")


def test_each_unit_has_a_label_of_its_own() -> None:
    names = [make_name("en", metric) for metric in ("victims_homicide", "victims_nonfatal_shooting")]
    assert all(name.endswith("(people)") for name in names)
    assert make_name("en", "shooting_incidents").endswith("(incidents)")


def make_name(tag: str, metric: str) -> str:
    return all_words()[tag].text(f"metric.{metric}")


def test_a_city_without_victims_or_fears_has_less() -> None:
    section = made(build_fears(sheet_of(blocks=(make_fears(),))))
    assert len(section.tables) == 1
    assert section.points == ()
    assert build_fears(sheet_of(blocks=(make_victims(),))) is None


@each_language
def test_a_dead_source_of_victims_is_told_once(tag: str) -> None:
    dead = make_freshness("victims", State.NO_DATA, None)
    blocks = tuple(block.model_copy(update={"freshness": (dead,)}) for block in (make_fears(), make_victims()))
    notices = made(build_fears(sheet_of(tag, blocks=blocks))).notices
    assert len(notices) == 1
    assert dead.look_at in notices[0]


# The ladder


@each_language
def test_the_ladder_has_nine_rungs_in_two_tables_and_no_two_are_merged(tag: str) -> None:
    sheet = sheet_of(tag)
    section = made(build_outcomes(sheet))
    older, newer = section.tables
    names = [sheet.metric_name(cohort.metric_id) for cohort in shipped().outcomes.arrests.cohorts]  # type: ignore[union-attr]
    for table, quarter in ((older, OLDER), (newer, QUARTER)):
        assert len(table.rows) == 9
        assert len({row[0] for row in table.rows}) == 9
        assert list(table.head[1:]) == names
        assert sheet.words.months_of(quarter) in table.caption
    assert [entry.label for entry in section.entries] == [row[0] for row in older.rows]
    assert len({entry.detail for entry in section.entries}) == 9


def test_the_cells_are_counts_with_shares_where_the_cohort_is_large_enough() -> None:
    older, newer = made(build_outcomes(sheet_of())).tables
    cells = {row[0]: row[1:] for row in older.rows}
    assert cells["Reported"] == ("480", "1,251", "38", "11")
    # 0.125 of 480 = 60, of 1,251 = 156.4, of 38 = 4.75, of 11 = 1.4; under 20 incidents no share.
    assert cells["Arrest within 90 days"] == ("60 (12.5%)", "156 (12.5%)", "5 (12.5%)", "1")
    # 0.175 of 480 = 84; the rest is 396.
    assert cells["Arrest within 365 days"][0] == "84 (17.5%)"
    assert cells["Open or not known"][0] == "396 (82.5%)"
    assert set(cells["Cleared by arrest"]) == {"not published"}
    young = {row[0]: row[1:] for row in newer.rows}
    assert young["Reported"] == ("412", "1,204", "31", "9")
    assert set(young["Arrest within 90 days"]) == {"too early"}


@each_language
def test_what_a_cell_says_without_a_value_is_told_in_a_note(tag: str) -> None:
    sheet = sheet_of(tag)
    older, newer = made(build_outcomes(sheet)).tables
    early = sheet.words.text("outcomes.note.too_early")
    assert early in newer.note
    assert early not in older.note
    assert sheet.words.text("outcomes.note.not_published") in older.note


@each_language
def test_one_cohort_is_drawn_and_a_rung_without_a_value_has_no_bar(tag: str) -> None:
    table = made(build_outcomes(sheet_of(tag))).bars[0]
    assert [row.length for row in table.rows] == [1.0, 0.125, 0.15, 0.175, None, None, None, None, pytest.approx(0.825)]
    assert not any(row.is_muted for row in table.rows)


@each_language
def test_a_young_ladder_is_muted_and_worded_with_what_is_known_so_far(tag: str) -> None:
    sheet = sheet_of(tag, ladders=(make_ladder("violent", str(OLDER), 480, State.TOO_EARLY),))
    section = made(build_outcomes(sheet))
    row = section.bars[0].rows[1]
    value = sheet.words.text("outcomes.cell.share", count="60", share=sheet.words.number(12.5, 1))
    assert row.is_muted
    assert row.text == sheet.words.text("outcomes.cell.so_far", value=value)
    assert section.answer == sheet.words.text(
        "outcomes.answer.unknown",
        metric=sheet.metric_name("incidents_violent"),
        months=sheet.words.months_of(OLDER),
    )


@pytest.mark.parametrize(
    ("reported", "state", "answer"),
    [
        (480, State.OK, "of every 100, 17.5 had an adult arrested within 365 days."),
        (11, State.OK, "2 had an adult arrested within 365 days."),
        (0, State.OK, "0 had an adult arrested within 365 days."),
        (480, State.STALE, "we cannot say yet how many had an arrest within 365 days."),
        (480, State.NO_DATA, "we cannot say yet how many had an arrest within 365 days."),
        (None, State.NO_DATA, "we cannot say yet how many had an arrest within 365 days."),
    ],
)
def test_the_answer_says_what_may_be_said(reported: int | None, state: State, answer: str) -> None:
    ladder = make_ladder("violent", str(OLDER), reported, state)
    section = made(build_outcomes(sheet_of(ladders=(ladder,))))
    assert section.answer.endswith(f": {answer}")
    assert section.answer.startswith("Violent incidents, July")


@each_language
@pytest.mark.parametrize("state", [State.NO_DATA, State.NOT_PUBLISHED, State.SUPPRESSED])
def test_missing_arrests_are_worded_and_never_zero(tag: str, state: State) -> None:
    words = all_words()[tag]
    table = made(build_outcomes(sheet_of(tag, ladders=make_ladders(state, state)))).tables[0]
    key = "number.missing" if state is State.NO_DATA else f"outcomes.cell.{state}"
    assert {cell for row in table.rows[1:4] for cell in row[1:]} == {words.text(key)}


def test_old_data_is_marked() -> None:
    section = made(build_outcomes(sheet_of(ladders=(make_ladder("violent", str(OLDER), 480, State.STALE),))))
    assert section.bars[0].rows[1].text == "60 (12.5%), old data"
    assert section.bars[0].rows[1].is_muted


def test_where_to_look_stands_beside_each_rung_that_nobody_publishes() -> None:
    urls = {entry.label: entry.url for entry in made(build_outcomes(sheet_of())).entries}
    assert [label for label, url in urls.items() if url == LOOK] == [
        "Cleared by arrest",
        "Cleared without an arrest (“exceptional”)",
        "Charged in court",
        "Court result",
    ]
    assert urls["Reported"] == ""


@each_language
def test_adults_expunged_arrests_and_no_conviction_are_said(tag: str) -> None:
    sheet = sheet_of(tag)
    points = made(build_outcomes(sheet)).points
    for key in ("arrests.meaning", "outcomes.adults", "outcomes.expunged", "outcomes.place"):
        assert sheet.words.text(key) in points


@pytest.mark.parametrize(
    ("days", "ending"),
    [
        (0.0, "on the same day."),
        (1.0, "within 1 day."),
        (4.0, "within 4 days."),
        (12.5, "within 13 days."),
        (0.5, "within 1 day."),
    ],
)
def test_a_median_is_a_sentence(days: float, ending: str) -> None:
    section = made(build_outcomes(sheet_of(blocks=(make_arrest_windows(days={"violent": days}),))))
    assert len(section.points) == 5
    assert section.points[-1].endswith(f"half of the first arrests came {ending}")


def test_a_city_that_follows_no_arrests_has_no_ladder() -> None:
    assert build_outcomes(sheet_of(settings=without(arrests=None))) is None
    assert build_outcomes(sheet_of(ladders=())) is None


def test_a_cohort_the_config_does_not_know_is_an_error() -> None:
    with pytest.raises(ConfigError, match="expected one of violent, property, shooting, homicide, got 'fraud'"):
        build_outcomes(sheet_of(ladders=(make_ladder("fraud", str(OLDER), 5),)))


# The words for a cleared case


def parts_on_arrests(tag: str, words: Words) -> list[Section]:
    """Return every part that is told of arrests, in every state they can be in."""
    states = [(state, other) for state in State for other in State]
    changes: list[dict[str, Any]] = [{"ladders": make_ladders(older, newer)} for older, newer in states]
    changes += [{"blocks": (make_arrest_windows(days=days),)} for days in ({"violent": 0.0}, {"violent": 1.0})]
    changes += [{"place": CITY, "contact": None}]
    sheets = [Sheet(make_outcome_dossier(**change), words, shipped()) for change in changes]
    sections = [build_outcomes(sheet) for sheet in sheets]
    return [*map(made, sections), build_arrests(sheets[0]), made(build_fears(sheets[0]))]


@each_language
def test_no_part_on_arrests_speaks_of_cleared_cases(tag: str) -> None:
    words = all_words()[tag]
    sections = parts_on_arrests(tag, words)
    assert sum(len(list(list_texts(section.model_dump()))) for section in sections) > 1000
    assert [text for section in sections for text in find_rendered(tag, section, words.forms)] == []


BAD = {"en": "solved", "es": "resueltos", "zh-Hans": "已破案", "ar": "حُلّت"}


@each_language
@pytest.mark.parametrize(
    "key",
    [
        "outcomes.question",
        "outcomes.answer.share",
        "outcomes.rung.arrest_365",
        "outcomes.rung.arrest_90.meaning",
        "outcomes.rung.open_or_unknown",
        "outcomes.cell.share",
        "outcomes.cell.so_far",
        "outcomes.note.too_early",
        "outcomes.median",
        "arrests.meaning",
        "arrests.share",
        "metric.incidents_violent",
    ],
)
def test_a_bad_word_in_any_sentence_on_arrests_is_found_on_the_page(tag: str, key: str) -> None:
    words = all_words()[tag]
    forms = {**words.forms, key: tuple(f"{form} {BAD[tag]}" for form in words.forms[key])}
    bad = Words(words.language, forms, "0", words.is_reviewed)
    ladders = (*make_ladders(), make_ladder("violent", str(OLDER.year_ago()), 480, State.TOO_EARLY))
    sheet = Sheet(make_outcome_dossier(ladders=ladders[-1:]), bad, shipped())
    settled = Sheet(make_outcome_dossier(), bad, shipped())
    sections = [made(build_outcomes(sheet)), made(build_outcomes(settled)), build_arrests(settled)]
    assert [text for section in sections for text in find_rendered(tag, section, forms)]


@each_language
def test_a_number_of_arrests_never_stands_beside_a_cleared_rung(tag: str) -> None:
    """Whatever the arrests are, the two rungs say that nobody publishes them."""
    words = all_words()[tag]
    silent = {words.text("outcomes.cell.not_published")}
    for section in parts_on_arrests(tag, words):
        rows = [row for table in section.tables for row in table.rows]
        rows += [(row.label, row.text) for table in section.bars for row in table.rows]
        for row in rows:
            if find_clearance(tag, row[0]):
                assert set(row[1:]) <= silent
