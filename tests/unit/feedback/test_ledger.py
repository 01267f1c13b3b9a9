"""Items into the database and out of it, on both engines: nothing is lost, nothing is rewritten."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from district_reports.database import Database, open_database
from district_reports.database import tables as t
from district_reports.errors import ConflictError, RuleError
from district_reports.feedback.ledger import (
    add_item,
    add_reply,
    load_history,
    load_items,
    load_versions,
    update_item,
)
from district_reports.feedback.standing import cut_at
from district_reports.model import FeedbackItem, Status
from tests.unit.feedback.items import RULES, commitment, day, item, reply, step, words

AT = datetime(2026, 6, 30, 15, tzinfo=UTC)
BY: dict[str, Any] = {"by": "liaison", "at": AT}
MORE = step(90, Status.UNDER_WAY, by_police=words("They began"))

FULL = item(
    step(10, Status.STALLED, obstacle=words("Snow", es="Nieve"), next_step=words("Wait")),
    step(20, Status.UNDER_WAY, by_police=words("‘Began’ 😀"), by_community=words("数了汽车", "zh-Hans", ar="عدّوا")),
    step(50, Status.DONE),
    step(60, Status.DONE_DISPUTED),
    item_id="Z-9",
    district_id="city",
    about="report",
    theme_codes=("respect", "visibility"),
    heard_in=("S-1", "caps"),
    commitment=commitment(measure_id="", evidence=words("Notes of the council", es="Actas")),
    replies=(reply(55, remark=words("Yes")), reply(60, "dispute", people=7, channel="survey")),
)


def run_together(work: Callable[[int], object], count: int) -> list[BaseException]:
    failures: list[BaseException] = []
    barrier = threading.Barrier(count)

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - told to the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def count_rows(database: Database) -> dict[str, int]:
    with database.read() as connection:
        tables = (t.items, t.changes, t.steps, t.replies, t.commitments, t.translations)
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
        }


class TestAdding:
    def test_an_empty_ledger(self, database: Database) -> None:
        assert load_items(database) == ()
        assert load_versions(database) == {}
        assert load_history(database, "A-1") == ()

    def test_what_goes_in_comes_out(self, database: Database) -> None:
        for one in (FULL, item()):
            assert add_item(database, one, RULES, **BY) == (one, 1)
        assert load_items(database) == (item(), FULL)
        assert load_versions(database) == {"A-1": 1, "Z-9": 1}
        (change,) = load_history(database, "Z-9")
        assert change.model_dump() == {"version": 1, "recorded_at": AT, "recorded_by": "liaison", "what": "added"}

    def test_items_of_some_districts_come_out_alone_and_whole(self, database: Database) -> None:
        own = item()
        for one in (FULL, own):
            add_item(database, one, RULES, **BY)
        assert load_items(database, districts=("city",)) == (FULL,)
        assert load_items(database, districts=(own.district_id,)) == (own,)
        assert load_items(database, districts=("city", own.district_id)) == (own, FULL)
        assert load_items(database, districts=("no'; DROP TABLE",)) == ()

    def test_it_is_still_there_when_opened_again(self, database_address: str) -> None:
        for number in (1, 2):
            opened = open_database(database_address, city_id="toy", kind="sample")
            if number == 1:
                add_item(opened, FULL, RULES, **BY)
            assert load_items(opened) == (FULL,)
            opened.close()

    def test_an_id_is_never_used_twice(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        with pytest.raises(RuleError, match="A-1: item_id: expected one that was never used"):
            add_item(database, item(said=words("Another")), RULES, **BY)
        assert load_items(database) == (item(),)

    def test_what_breaks_a_rule_is_not_added_and_all_is_told(self, database: Database) -> None:
        with pytest.raises(RuleError) as caught:
            add_item(database, item(district_id="Z", heard_in=()), RULES, **BY)
        assert len(caught.value.problems) == 2
        assert all(problem in str(caught.value) for problem in caught.value.problems)
        assert set(count_rows(database).values()) == {0}

    @pytest.mark.parametrize(
        "text",
        ["'; DROP TABLE feedback_items; --",
         '"x" %s %(x)s :x ? {} $1', "\u202eevil\u202c\u2066x\u2069", "👩‍👩‍👧 \u0301a", "=1+1",
         "line\r\nline\ttab", "<script>alert(1)</script>", "x" * 5000, " spaces "],
    )  # fmt: skip
    def test_hostile_texts_come_back_as_they_went_in(self, database: Database, text: str) -> None:
        stalled = step(2, Status.STALLED, obstacle=words(text, es=text))
        hostile = item(step(1, Status.AGREED), stalled, said=words(text, ar=text))
        add_item(database, hostile, RULES, **BY)
        assert load_items(database) == (hostile,)

    @pytest.mark.parametrize("text", ["a\0b", "x" * 1_000_000, "\ud83d"], ids=["NUL", "1 MB", "half a character"])
    def test_what_no_page_could_hold_is_refused(self, database: Database, text: str) -> None:
        with pytest.raises(RuleError, match="said: expected (characters that can be printed|up to 5000 characters)"):
            add_item(database, item(said=words(text)), RULES, **BY)
        assert load_items(database) == ()


class TestChanging:
    def test_a_step_and_a_promise(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        changed = update_item(database, "A-1", 1, RULES, step=MORE, commitment=commitment(), by="commander", at=AT).item
        assert load_items(database) == (changed,) == (item(MORE),)
        assert load_versions(database) == {"A-1": 2}
        first, second = load_history(database, "A-1")
        assert (first.what, second.what) == ("added", "step 2: under_way of 2026-04-01; commitment")
        assert second.recorded_by == "commander"

    def test_nothing_new_is_no_change(self, database: Database) -> None:
        add_item(database, FULL, RULES, **BY)
        assert update_item(database, "Z-9", 1, RULES, commitment=FULL.commitment, **BY) == (FULL, 1)
        assert load_versions(database) == {"Z-9": 1}

    def test_a_change_that_breaks_a_rule(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        with pytest.raises(RuleError, match="commitment: expected what is promised"):
            update_item(database, "A-1", 1, RULES, step=MORE, **BY)
        assert load_items(database) == (item(),)
        assert load_versions(database) == {"A-1": 1}

    def test_an_item_that_is_not_there(self, database: Database) -> None:
        with pytest.raises(RuleError, match="item_id: expected one of an item, got 'B'; see: feedback list"):
            update_item(database, "B", 1, RULES, step=MORE, **BY)
        with pytest.raises(RuleError, match="item_id: expected one of an item"):
            add_reply(database, "B", reply(1), RULES, **BY)

    def test_a_change_from_an_old_version_tells_what_changed_since(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        review = step(5, Status.UNDER_REVIEW)
        update_item(database, "A-1", 1, RULES, step=review, by="bureau", at=AT + timedelta(minutes=5))
        with pytest.raises(ConflictError) as caught:
            update_item(database, "A-1", 1, RULES, step=MORE, commitment=commitment(), **BY)
        assert str(caught.value) == (
            "A-1: version: expected 2, got 1; changed since: 2026-06-30 15:05 UTC, bureau: "
            "step 2: under_review of 2026-01-06"
        )
        assert load_items(database) == (item(review),)

    def test_a_version_that_never_was(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        with pytest.raises(ConflictError, match="expected 1, got 7; there never was that version"):
            update_item(database, "A-1", 7, RULES, step=MORE, commitment=commitment(), **BY)

    def test_of_two_writers_at_once_one_is_told(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)

        def work(number: int) -> None:
            update_item(database, "A-1", 1, RULES, step=step(number, Status.UNDER_REVIEW), by=f"writer {number}", at=AT)

        (failure,) = run_together(work, 2)
        assert isinstance(failure, ConflictError)
        (found,) = load_items(database)
        winner = load_history(database, "A-1")[-1].recorded_by
        assert len(found.steps) == 2
        assert f"UTC, {winner}: step 2" in str(failure)

    def test_many_writers_lose_nothing(self, database: Database) -> None:
        def work(number: int) -> None:
            for count in range(50):
                add_item(database, item(item_id=f"T{number}-{count}"), RULES, **BY)

        assert run_together(work, 8) == []
        assert len(load_items(database)) == 400
        assert count_rows(database)["feedback_steps"] == 400

    def test_one_id_for_many_writers_goes_to_one(self, database: Database) -> None:
        failures = run_together(lambda number: add_item(database, item(), RULES, **BY), 6)
        assert len(failures) == 5
        assert all(isinstance(failure, RuleError) for failure in failures)
        assert load_items(database) == (item(),)


class TestReplies:
    def test_a_confirmation(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)
        changed = add_reply(database, "A-1", reply(20), RULES, **BY).item
        assert load_items(database) == (changed,) == (item(step(10, Status.DONE), replies=(reply(20),)),)
        assert load_history(database, "A-1")[-1].what == "reply of 2026-01-21: confirm, 3 people"

    def test_a_dispute_opens_it_again(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)
        changed = add_reply(database, "A-1", reply(20, "dispute"), RULES, **BY).item
        assert changed.steps[-1] == step(20, Status.DONE_DISPUTED)
        assert load_items(database) == (changed,)

    def test_one_that_was_recorded_late_is_told_by_its_day(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)
        add_reply(database, "A-1", reply(30), RULES, **BY)
        changed = add_reply(database, "A-1", reply(20), RULES, **BY).item
        assert load_items(database) == (changed,)
        assert [one.on for one in changed.replies] == [day(20), day(30)]

    def test_after_the_window(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)
        with pytest.raises(RuleError, match="to raise it again, add a new item: feedback add"):
            add_reply(database, "A-1", reply(101), RULES, **BY)
        assert load_versions(database) == {"A-1": 1}

    def test_replies_at_once_are_all_counted(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)

        def work(number: int) -> None:
            add_reply(database, "A-1", reply(20 + number, "dispute" if number % 2 else "confirm"), RULES, **BY)

        assert run_together(work, 6) == []
        (found,) = load_items(database)
        assert len(found.replies) == 6
        assert [one.status for one in found.steps].count(Status.DONE_DISPUTED) == 1


class TestUpToADay:
    @pytest.mark.parametrize("number", [-1, 0, 9, 10, 19, 20, 50, 55, 60, 400])
    def test_it_is_the_item_cut_at_that_day(self, database: Database, number: int) -> None:
        add_item(database, FULL, RULES, **BY)
        cut = cut_at(FULL, day(number))
        assert load_items(database, day(number)) == (() if cut is None else (cut,))

    def test_a_promise_is_told_as_it_stood(self, database: Database) -> None:
        add_item(database, item(step(10, Status.AGREED)), RULES, **BY)
        later = commitment(due_on=day(150))
        update_item(database, "A-1", 1, RULES, commitment=later, decided_on=day(70), **BY)
        for number, due in ((69, 60), (70, 150), (400, 150)):
            (found,) = load_items(database, day(number))
            assert found.commitment is not None
            assert found.commitment.due_on == day(due)
        (found,) = load_items(database)
        assert found.commitment == later

    def test_by_itself_it_holds_from_the_day_of_its_step_or_today(self, database: Database) -> None:
        add_item(database, item(), RULES, **BY)
        update_item(database, "A-1", 1, RULES, step=step(30, Status.AGREED), commitment=commitment(), **BY)
        update_item(database, "A-1", 2, RULES, commitment=commitment(due_on=day(170)), **BY)
        with database.read() as connection:
            decided = connection.execute(select(t.commitments.c.decided_on).order_by(t.commitments.c.number)).scalars()
            assert decided.all() == [day(30), RULES.today]


def test_a_load_asks_a_few_questions_however_many_items_there_are(database: Database) -> None:
    def count_questions() -> int:
        asked: list[str] = []

        def note(*arguments: Any) -> None:
            asked.append(arguments[2])

        event.listen(database.engine, "before_cursor_execute", note)
        load_items(database)
        event.remove(database.engine, "before_cursor_execute", note)
        return len(asked)

    add_item(database, FULL, RULES, **BY)
    few = count_questions()
    for number in range(20):
        add_item(database, FULL.model_copy(update={"item_id": f"N-{number}"}), RULES, **BY)
    assert count_questions() == few <= 8


def test_items_are_sorted_by_their_ids_alike_on_both_engines(database: Database) -> None:
    names = ["b", "A-2", "a", "A-10", "B", "1", "-"]
    for name in names:
        add_item(database, item(item_id=name), RULES, **BY)
    found: tuple[FeedbackItem, ...] = load_items(database)
    assert [one.item_id for one in found] == ["-", "1", "A-10", "A-2", "B", "a", "b"]
