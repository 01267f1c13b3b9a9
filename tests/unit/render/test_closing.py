"""The end of the report: the sheet's questions in its own words, ours on the report, and where to answer."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from district_reports.render.closing import build_closing
from district_reports.render.view import Section
from tests.unit.render.people_dossiers import MEETING, QUESTIONS, TAGS, UNTIL, sheet_of, taking_part
from tests.unit.render.people_texts import found, ids_of, part_of, whole_text

each_language = pytest.mark.parametrize("tag", TAGS)


def built(tag: str = "en", **changes: Any) -> Section:
    return found(build_closing(sheet_of(tag, taking_part=taking_part(**changes))))


def test_without_questions_there_is_no_such_part() -> None:
    assert build_closing(sheet_of()) is None
    assert build_closing(sheet_of(taking_part=taking_part(questions=()))) is None


@each_language
def test_the_parts_stand_in_the_sheets_order_and_those_on_the_report_last(tag: str) -> None:
    section = built(tag)
    assert ids_of(section) == [f"closing-{part}" for part in ("safety", "policing", "response", "closing", "report")]
    assert "{" not in whole_text(section)


@each_language
def test_every_question_stands_once_in_the_sheets_own_words(tag: str) -> None:
    text = whole_text(built(tag))
    assert all(text.count(question.words[tag]) == 1 for question in QUESTIONS)


def test_a_question_with_choices_tells_them_all() -> None:
    (point,) = part_of(built(), "closing-response").points
    assert point == "en ASK-response Choices: en POLICE-ONLY; en OTHERS-ONLY; en BOTH."


def test_the_questions_on_the_report_promise_an_answer() -> None:
    part = part_of(built(), "closing-report")
    assert part.answer == "The next report will say what we changed because of you."
    assert part.points == ("en ASK-report",)


@each_language
def test_where_to_answer_is_told_without_any_address(tag: str) -> None:
    section = built(tag)
    assert len(section.points) == 3
    assert not re.search(r"https?:|@|\d{3}", " ".join(section.points))


def test_the_next_meeting_that_is_known_is_named() -> None:
    over = MEETING.model_copy(update={"date": UNTIL, "place": "OVER"})
    later = MEETING.model_copy(update={"date": date(2026, 12, 1), "place": "LATER"})
    answer = built(meetings=(later, over, MEETING)).answer
    assert answer.endswith("The next one that we know of: November 3, 2026, LIBRARY.")


def test_a_meeting_on_the_day_of_the_report_is_still_to_come() -> None:
    today = MEETING.model_copy(update={"date": date(2026, 10, 12)})
    assert "October 12, 2026" in built(meetings=(today,)).answer


def test_without_a_known_meeting_none_is_named() -> None:
    over = MEETING.model_copy(update={"date": UNTIL})
    assert built().answer == built(meetings=(over,)).answer == "Please bring your answers to the next meeting."


def test_words_in_another_language_are_announced() -> None:
    english = tuple(question.model_copy(update={"words": {"en": "ASK"}}) for question in QUESTIONS[:1])
    assert len(built("ar", questions=english).notices) == 1
    assert built("en", questions=english).notices == ()


def test_a_question_in_no_language_of_the_city_is_an_error() -> None:
    strange = (QUESTIONS[0].model_copy(update={"words": {"xx": "ASK"}}),)
    with pytest.raises(KeyError, match="expected words in one of en, es, zh-Hans, ar, got xx"):
        built(questions=strange)
