"""Nothing that people asked for gets lost between two releases."""

from __future__ import annotations

from datetime import date

import pytest

from district_reports.checks import NEVER_EXPLAINED, require_passed
from district_reports.checks.loop import check_returned
from district_reports.errors import ChecksFailed
from district_reports.feedback.sample import sample_ledger
from district_reports.model import Explanation, FeedbackItem, Reply, Status, Text
from district_reports.periods import Quarter
from district_reports.settings import load_settings
from tests.unit.metrics.test_loop import make_item

S = Status
DAY = date(2026, 9, 30)
OPEN = make_item("A", [("07-01", S.HEARD), ("07-09", S.UNDER_REVIEW)])
ENDED = make_item("B", [("07-01", S.HEARD), ("07-09", S.NOT_OURS)])
REPLIED = make_item(
    "C",
    [("07-01", S.HEARD), ("07-09", S.DONE)],
    due="12-01",
    replies=(Reply(on=date(2026, 7, 20), kind="confirm", people=7, channel="caps"),),
)
BEFORE = (OPEN, ENDED, REPLIED)


def results(now: tuple[FeedbackItem, ...], before: tuple[FeedbackItem, ...] = BEFORE) -> dict[str, str]:
    found = check_returned(before, now, DAY)
    assert all(result.required for result in found)
    return {result.check_id: result.got for result in found if not result.passed}


def grown(item: FeedbackItem, day: str, status: Status) -> FeedbackItem:
    return item.model_copy(update={"steps": (*item.steps, *make_item("x", [(day, status)]).steps)})


def test_what_is_there_and_has_grown_passes() -> None:
    assert results(BEFORE) == {}
    assert results((grown(OPEN, "10-09", S.NOT_OURS), ENDED, REPLIED, make_item("N", [("10-01", S.HEARD)]))) == {}
    # An entry of an earlier day that was recorded later is one more.
    assert results((grown(OPEN, "09-09", S.STALLED), ENDED, REPLIED)) == {}
    assert results((), before=()) == {}


def test_an_open_item_must_return_and_an_ended_one_need_not() -> None:
    assert results((ENDED, REPLIED)) == {"open_items_return": "none of A (under_review)"}
    assert results((OPEN,)) == {}
    # It was not told of yet.
    assert results((), before=(make_item("L", [("10-01", S.HEARD)]),)) == {}


def test_a_dispute_counts_as_open() -> None:
    disputed = grown(REPLIED, "08-01", S.DONE_DISPUTED)
    assert results((OPEN, ENDED), before=(OPEN, disputed)) == {"open_items_return": "none of C (done_disputed)"}


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"steps": OPEN.steps[:1]}, "A: 1 steps of 2"),
        ({"steps": (OPEN.steps[0], OPEN.steps[1].model_copy(update={"status": S.AGREED}))}, "A: step 2 is another"),
        ({"steps": OPEN.steps[::-1]}, "A: step 1 is another"),
        ({"district_id": "elsewhere"}, "A: another place or day"),
        (
            {"steps": (OPEN.steps[0], OPEN.steps[1].model_copy(update={"by_police": Text(language="en", text="x")}))},
            "A: step 2 is another",
        ),
    ],
)
def test_a_history_that_is_not_as_it_was_is_told(change: dict[str, object], told: str) -> None:
    assert results((OPEN.model_copy(update=change), ENDED, REPLIED)) == {"histories_only_grow": told}


def test_a_reply_that_is_gone_is_told() -> None:
    assert results((OPEN, ENDED, REPLIED.model_copy(update={"replies": ()}))) == {
        "histories_only_grow": "C: 0 replies of 1"
    }


def test_a_translation_that_comes_later_changes_nothing() -> None:
    words = Text(language="en", text="We met", translations={"es": "Nos reunimos"}, reviewed_by={"es": "liaison"})
    bare = Text(language="en", text="We met")
    then, now = (
        OPEN.model_copy(update={"steps": (OPEN.steps[0], OPEN.steps[1].model_copy(update={"by_police": text}))})
        for text in (bare, words)
    )
    assert results((now,), before=(then,)) == {}
    assert results((then,), before=(now,)) == {}


def test_no_note_can_explain_it_away() -> None:
    found = check_returned(BEFORE, (ENDED, REPLIED), DAY)
    why = Text(language="en", text="so")
    notes = [
        Explanation(check_id=each.check_id, source_id=each.source_id, who="a role", on=DAY, why=why) for each in found
    ]
    with pytest.raises(
        ChecksFailed, match=r"open_items_return \(loop\): expected every item that was open on 2026-09-30"
    ):
        require_passed(found, notes)
    assert {each.check_id for each in found} <= set(NEVER_EXPLAINED)


def test_the_sample_loses_nothing_from_one_quarter_to_the_next() -> None:
    settings, quarter = load_settings({}), Quarter(2026, 2)
    before, now = (sample_ledger(settings, each, None).items for each in (quarter, quarter.shifted(1)))
    assert [result.passed for result in check_returned(before, now, quarter.end)] == [True, True]
    assert not check_returned(before, now[5:], quarter.end)[0].passed
