"""Where an item stood on a day, and what replies make of it. Days are counted by hand from 2026-01-01."""

from __future__ import annotations

import pytest

from district_reports.errors import RuleError
from district_reports.feedback.rules import check_item
from district_reports.feedback.standing import (
    Span,
    apply_reply,
    cut_at,
    done_spans,
    is_overdue,
    status_at,
    window_ends,
)
from district_reports.model import Status
from tests.unit.feedback.items import RULES, commitment, day, item, reply, step

# Heard on day 0, under way from day 10, done on day 50, disputed on day 60, done again on day 70; due on day 60.
LONG = item(
    step(10, Status.UNDER_WAY),
    step(50, Status.DONE),
    step(60, Status.DONE_DISPUTED),
    step(65, Status.UNDER_WAY),
    step(70, Status.DONE),
    replies=(reply(55), reply(60, "dispute"), reply(75)),
)


def test_the_long_item_keeps_the_rules() -> None:
    assert check_item(LONG, RULES) == []


@pytest.mark.parametrize(
    ("number", "status"),
    [(-1, None), (0, "heard"), (9, "heard"), (10, "under_way"), (50, "done"), (59, "done"), (60, "done_disputed"),
     (65, "under_way"), (70, "done"), (500, "done")],
)  # fmt: skip
def test_status_at_the_end_of_a_day(number: int, status: str | None) -> None:
    assert status_at(LONG, day(number)) == status


def test_the_last_of_several_steps_of_a_day_counts() -> None:
    assert status_at(item(step(0, Status.UNDER_REVIEW), step(0, Status.AGREED)), day(0)) is Status.AGREED


@pytest.mark.parametrize("number", [0, 9, 10, 49, 50, 55, 60, 64, 65, 70, 75, 500])
def test_a_cut_is_an_item_that_keeps_the_rules(number: int) -> None:
    cut = cut_at(LONG, day(number))
    assert cut is not None
    assert check_item(cut, RULES) == []
    assert [s.on for s in cut.steps] == [s.on for s in LONG.steps if s.on <= day(number)]
    assert [r.on for r in cut.replies] == [r.on for r in LONG.replies if r.on <= day(number)]
    assert (cut.commitment is None) == (number < 10)
    # A second cut on the same day changes nothing.
    assert cut_at(cut, day(number)) == cut
    assert status_at(cut, day(10_000)) == status_at(LONG, day(number))


def test_a_cut_before_it_was_heard_is_none() -> None:
    assert cut_at(LONG, day(-1)) is None


@pytest.mark.parametrize(
    ("number", "overdue"),
    [(-1, False), (0, False), (55, False), (59, False), (60, False), (61, True), (69, True), (70, False)],
)
def test_overdue_after_its_last_day_while_it_is_open(number: int, overdue: bool) -> None:
    assert is_overdue(LONG, day(number)) == overdue


def test_a_promise_of_later_makes_nothing_overdue_before() -> None:
    late = item(step(40, Status.AGREED), commitment=commitment(due_on=day(20)))
    assert not is_overdue(late, day(30))
    assert is_overdue(late, day(40))


@pytest.mark.parametrize("status", list(Status), ids=lambda status: status.value)
def test_only_open_items_are_overdue(status: Status) -> None:
    steps = [step(1, Status.AGREED)]
    if status is Status.DONE_DISPUTED:
        steps += [step(2, Status.DONE)]
    steps += [step(2, status)]
    found = item(*steps, commitment=commitment(due_on=day(5)))
    assert is_overdue(found, day(6)) == status.is_open


@pytest.mark.parametrize(("number", "ends"), [(49, None), (50, 140), (59, 140), (60, None), (70, 160), (200, 160)])
def test_the_end_of_the_window(number: int, ends: int | None) -> None:
    assert window_ends(LONG, day(number), 90) == (None if ends is None else day(ends))
    assert window_ends(LONG, day(-1), 90) is None


def test_spans_end_when_what_was_disputed_is_taken_up() -> None:
    assert done_spans(LONG, 90) == [Span(day(50), day(65), 1 + 1, True), Span(day(70), day(160), 5, False)]
    assert done_spans(item(), 90) == []


class TestReplies:
    def test_a_confirmation_changes_no_status(self) -> None:
        done = item(step(10, Status.DONE))
        after = apply_reply(done, reply(100), 90)
        assert after.steps == done.steps
        assert after.replies == (reply(100),)

    def test_a_dispute_opens_it_again_on_its_day(self) -> None:
        after = apply_reply(item(step(10, Status.DONE)), reply(100, "dispute"), 90)
        assert (after.steps[-1].status, after.steps[-1].on) == (Status.DONE_DISPUTED, day(100))
        assert check_item(after, RULES) == []

    def test_a_second_dispute_is_counted_and_adds_no_step(self) -> None:
        after = apply_reply(item(step(10, Status.DONE)), reply(20, "dispute"), 90)
        twice = apply_reply(after, reply(30, "dispute", people=9), 90)
        assert twice.steps == after.steps
        assert [one.people for one in twice.replies] == [3, 9]
        assert check_item(twice, RULES) == []

    def test_one_that_was_recorded_late_takes_its_place(self) -> None:
        after = apply_reply(apply_reply(item(step(10, Status.DONE)), reply(30), 90), reply(20), 90)
        assert [one.on for one in after.replies] == [day(20), day(30)]

    @pytest.mark.parametrize("kind", ["confirm", "dispute"])
    def test_after_the_window_it_is_refused_and_says_what_to_do(self, kind: str) -> None:
        with pytest.raises(RuleError) as caught:
            apply_reply(item(step(10, Status.DONE)), reply(101, kind), 90)
        assert str(caught.value) == (
            "A-1: a reply to what was done: expected a day from 2026-01-11 to 2026-04-11, got 2026-04-12; "
            "to raise it again, add a new item: feedback add"
        )

    @pytest.mark.parametrize("status", [status for status in Status if "done" not in status], ids=str)
    def test_what_is_not_told_as_done_has_no_reply(self, status: Status) -> None:
        with pytest.raises(RuleError, match="expected it to be told as done first"):
            apply_reply(item(*([] if status is Status.HEARD else [step(1, status)])), reply(2, "dispute"), 90)

    def test_after_it_was_taken_up_again(self) -> None:
        with pytest.raises(RuleError, match="got 2026-03-09"):
            apply_reply(LONG, reply(67, "dispute"), 90)
