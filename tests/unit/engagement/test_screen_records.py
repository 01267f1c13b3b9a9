"""Every text of a record is screened, wherever it stands."""

from __future__ import annotations

from datetime import date

from district_reports.engagement.screen import make_screen
from district_reports.engagement.screen_records import find_named, list_texts
from district_reports.model import FeedbackItem, Reply, Status, Step
from district_reports.settings import load_settings
from tests.unit.engagement.sayings import words

SCREEN = make_screen(load_settings({}))


def item(said: str, by_police: str = "They walked the beat.", remark: str = "It is done.") -> FeedbackItem:
    day = date(2026, 9, 1)
    return FeedbackItem(
        item_id="A-1",
        district_id="city",
        theme_codes=(),
        said=words(said),
        heard_on=day,
        heard_in=("caps",),
        steps=(
            Step(on=day, status=Status.HEARD),
            Step(on=day, status=Status.UNDER_REVIEW, by_police=words(by_police, es="Caminaron.")),
        ),
        replies=(Reply(on=day, kind="confirm", people=5, channel="caps", remark=words(remark)),),
    )


def test_texts_are_found_where_they_stand() -> None:
    assert [where for where, _ in list_texts(item("More lights."))] == ["said", "steps.2.by_police", "replies.1.remark"]


def test_a_record_that_names_nobody_passes() -> None:
    assert find_named(SCREEN, item("More lights in the park.")) == []


def test_what_is_caught_is_told_and_not_repeated() -> None:
    problems = find_named(SCREEN, item("Ask Zorblatt.", "Officer Quimby, badge 48213, came.", "Call (312) 555-0123."))
    assert [problem.split(":")[0] for problem in problems] == ["said", "steps.2.by_police", "replies.1.remark"]
    assert "officer, badge" in problems[1]
    assert not any(planted in str(problems) for planted in ("Zorblatt", "Quimby", "48213", "555"))


def test_what_is_known_is_not_looked_at_again() -> None:
    named = item("Ask Zorblatt.", remark="Ask Quimby.")
    (problem,) = find_named(SCREEN, named, lambda text: text == named.said)
    assert problem.startswith("replies.1.remark")
