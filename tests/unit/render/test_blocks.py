"""Complaints, force, requests, trust, communities, rates, what was asked, revisions: in words, in every language."""

from __future__ import annotations

from datetime import date

import pytest

from district_reports.model import Block, NamedCount, State
from district_reports.render.conduct import build_complaints, build_force
from district_reports.render.daily_life import build_communities, build_rates, build_requests, build_trust
from district_reports.render.honesty import build_asked, build_revisions, list_corrections, list_explanations
from district_reports.render.sheet import Sheet
from district_reports.render.view import BarRow, BarTable, Section
from tests.unit.render.block_dossiers import (
    ASKED,
    COMMUNITIES,
    KINDS,
    PAGE,
    REVISIONS,
    compared,
    complaints,
    force,
    fresh,
    full_dossier,
    measure,
    requests,
    trust,
)
from tests.unit.render.dossiers import TAGS, all_words, make_dossier, shipped

each_language = pytest.mark.parametrize("tag", TAGS)


def sheet_of(tag: str = "en", **changes: object) -> Sheet:
    return Sheet(full_dossier(**changes), all_words()[tag], shipped())


def with_block(block: Block, tag: str = "en") -> Sheet:
    return sheet_of(tag, blocks=(block,))


def found(section: Section | None) -> Section:
    assert section is not None
    return section


def row_of(table: BarTable, label: str) -> BarRow:
    return next(row for row in table.rows if row.label == label)


def texts_of(section: Section) -> str:
    rows = (cell for table in section.tables for row in table.rows for cell in row)
    bars = (f"{row.label} {row.text}" for table in section.bars for row in table.rows)
    entries = (f"{entry.label} {entry.detail} {entry.remark}" for entry in section.entries)
    return " ".join((section.question, section.answer, *section.notices, *section.points, *rows, *bars, *entries))


def test_a_city_without_these_sources_has_none_of_the_parts() -> None:
    sheet = Sheet(make_dossier(), all_words()["en"], shipped())
    for build in (build_complaints, build_force, build_requests, build_trust, build_communities, build_rates):
        assert build(sheet) is None
    assert build_asked(sheet) is None


@each_language
def test_every_part_can_be_said(tag: str) -> None:
    sheet = sheet_of(tag)
    builders = (build_complaints, build_force, build_requests, build_trust, build_communities, build_rates)
    for build in (*builders, build_asked, build_revisions):
        section = found(build(sheet))
        assert section.question and "{" not in texts_of(section)


# Complaints


def test_complaints_are_told_step_by_step_and_the_smallest_step_only_for_the_city() -> None:
    steps, _ = found(build_complaints(sheet_of())).bars
    assert [row.text for row in steps.rows] == [
        "cases opened: 40",
        "62.5",
        "25.0",
        "see the city's report",
        "not published",
    ]
    assert [row.length for row in steps.rows] == [1.0, 0.625, 0.25, None, None]


def test_kinds_of_complaints_keep_the_files_names_and_the_rest_has_ours() -> None:
    _, kinds = found(build_complaints(sheet_of())).bars
    assert [(row.label, row.text) for row in kinds.rows] == [
        ("Operational <b>Violations", "60"),
        ("Excessive Force", "17"),
        ("All others", "9"),
    ]
    assert kinds.rows[0].length == 1.0


def test_complaints_that_were_never_read_are_worded_with_the_place_to_look() -> None:
    block = complaints(
        freshness=(fresh("complaints", State.NO_DATA, None),),
        comparisons=(
            compared("complaint_cases", None, None, "cases"),
            compared("complaint_force_cases_12m", None, None, "cases"),
        ),
        measures=(measure("complaint_closed_share", None, "share"),),
        named=(),
    )
    section = found(build_complaints(with_block(block)))
    assert section.answer == "There is no number of complaint cases for this quarter."
    assert section.bars == ()
    assert len(section.notices) == 1 and PAGE in section.notices[0]


def test_a_hidden_number_of_force_cases_is_worded_and_not_printed() -> None:
    hidden = compared("complaint_force_cases_12m", None, 19, "cases")
    hidden = hidden.model_copy(update={"now": hidden.now.model_copy(update={"state": State.SUPPRESSED})})
    block = complaints(comparisons=(compared("complaint_cases", 42, 40, "cases"), hidden))
    points = found(build_complaints(with_block(block))).points
    assert points[0] == "The number of cases about excessive force is too small to print."
    assert not any("19" in point for point in points)


# Force


def test_force_that_nobody_published_says_so_and_where_to_look() -> None:
    section = found(build_force(sheet_of()))
    assert section.bars == ()
    assert len(section.notices) == 1 and PAGE in section.notices[0]


def test_force_that_was_read_stands_as_a_bar() -> None:
    section = found(build_force(with_block(force(31.0))))
    assert section.notices == ()
    assert [row.text for row in section.bars[0].rows] == ["31", "no data"]
    assert "31" in section.answer


# Requests


def test_requests_have_a_row_for_each_kind_zeros_too() -> None:
    section = found(build_requests(sheet_of()))
    assert len(section.tables[0].rows) == len(KINDS)
    rats = section.tables[0].rows[-1]
    assert rats == ("Rats", "0", "3", "No clear change", "50", "12")
    assert section.tables[0].rows[3][-1] == "no data"
    bars = section.bars[0]
    assert len(bars.rows) == len(KINDS) - 1
    assert row_of(bars, "Pothole in the street").length == 1.0
    assert row_of(bars, "Rats").length == 0.0


def test_a_share_that_is_too_early_is_marked() -> None:
    block = requests()
    early = block.measures[0].model_copy(update={"state": State.TOO_EARLY})
    section = found(build_requests(with_block(block.model_copy(update={"measures": (early, *block.measures[1:])}))))
    assert section.tables[0].rows[0][4] == "50*"


# Trust


def test_frozen_scores_are_muted_dated_and_called_old() -> None:
    section = found(build_trust(sheet_of()))
    assert len(section.notices) == 1 and "June 30, 2025" in section.notices[0]
    assert [row.text for row in section.bars[0].rows] == ["6.1 (old)", "6.5 (old)", "5.4 (old)", "5.9 (old)"]
    assert all(row.is_muted for row in section.bars[0].rows)


def test_fresh_scores_are_plain() -> None:
    section = found(build_trust(with_block(trust())))
    assert section.notices == ()
    assert not any(row.is_muted for row in section.bars[0].rows)
    assert section.bars[0].rows[0].length == pytest.approx(0.612)


# Communities and rates


def test_communities_are_bars_and_a_map_with_the_rest_told() -> None:
    section = found(build_communities(sheet_of()))
    assert [row.text for row in section.bars[0].rows] == ["1,800 (53%)", "1,500 (44%)"]
    assert section.figures[0].title == "Most of these incidents took place in West Englewood: 1,800."
    assert any("70" in point for point in section.points) and any("7" in point for point in section.points)


def test_communities_without_shapes_have_no_map() -> None:
    assert found(build_communities(sheet_of(communities=COMMUNITIES.model_copy(update={"shapes": ()})))).figures == ()


def test_a_rate_says_when_residents_are_the_wrong_base() -> None:
    section = found(build_rates(sheet_of()))
    assert [row[1] for row in section.tables[0].rows] == ["6.9", "20.1"]
    assert len(section.points) == 2


# Asked, revisions, corrections, explanations


def test_what_is_shown_is_not_among_what_is_missing() -> None:
    section = found(build_asked(sheet_of()))
    assert [entry.label for entry in section.entries] == ["Discipline of officers", "Fear of revenge after a report"]
    first, second = section.entries
    assert first.detail == "Not published. Held by: COPA & others."
    assert section.answer.endswith("All of them have been asked for since April 2025.")
    assert first.url == PAGE and not second.url
    assert len(section.notices) == 1


def test_statistics_asked_for_at_different_times_each_say_since_when() -> None:
    later = ASKED[1].model_copy(update={"asked_on": date(2026, 1, 5)})
    section = found(build_asked(sheet_of(asked=(ASKED[0], later))))
    assert [entry.detail[-12:] for entry in section.entries] == [" April 2025.", "anuary 2026."]


def test_checked_addresses_need_no_warning() -> None:
    checked = ASKED[0].model_copy(update={"is_verified": True})
    assert found(build_asked(sheet_of(asked=(checked,)))).notices == ()


def test_nothing_missing_means_no_such_part() -> None:
    assert build_asked(sheet_of(asked=ASKED[2:])) is None


def test_revisions_tell_then_now_and_why() -> None:
    section = found(build_revisions(sheet_of()))
    assert [row[1:] for row in section.tables[0].rows] == [("Robberies", "90", "88"), ("Robberies", "83", "84")]
    assert "Late reports added: 3." in section.points
    assert not any("another place" in point for point in section.points)
    assert any("3,490" in point and "3,500" in point for point in section.points)
    assert any("1,406" in point for point in section.points)


def test_the_first_report_has_nothing_to_compare_with() -> None:
    section = found(build_revisions(sheet_of(revisions=None)))
    assert section.tables == () and "first report" in section.answer


def test_no_changed_number_is_said_so() -> None:
    section = found(build_revisions(sheet_of(revisions=REVISIONS.model_copy(update={"changes": ()}))))
    assert section.tables == () and section.answer.startswith("No number")


def test_a_correction_is_one_sentence_in_the_readers_language_where_there_is_one() -> None:
    (english,) = list_corrections(sheet_of())
    assert "88" in english and "83" in english and "We counted a month twice." in english
    (spanish,) = list_corrections(sheet_of("es"))
    assert "Contamos un mes dos veces." in spanish
    (chinese,) = list_corrections(sheet_of("zh-Hans"))
    assert "We counted a month twice." in chinese


def test_an_explained_check_is_told_with_who_and_when() -> None:
    (line,) = list_explanations(sheet_of())
    assert "the number of all incidents is far from what is usual" in line and "total_near_history" not in line
    assert "analyst" in line and "A storm closed the stations." in line
    (arabic,) = list_explanations(sheet_of("ar"))
    assert "عدد كل الحوادث بعيد عن المعتاد" in arabic


def test_hostile_names_stay_plain_text() -> None:
    block = complaints(named=(NamedCount(name="\u202ex<script>", count=5),))
    _, kinds = found(build_complaints(with_block(block, "ar"))).bars
    assert "\u202e" not in kinds.rows[0].label and "<script>" in kinds.rows[0].label
