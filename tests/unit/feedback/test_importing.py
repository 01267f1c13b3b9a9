"""Many items at once, on both engines: all of them or none, and everything that is wrong is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from district_reports.database import Database
from district_reports.database import tables as t
from district_reports.errors import ConflictError, RuleError
from district_reports.feedback.ledger import (
    Imported,
    add_item,
    add_reply,
    import_items,
    load_history,
    load_items,
    load_versions,
    update_item,
)
from district_reports.feedback.loading import AT_ONCE
from district_reports.model import FeedbackItem, Status
from tests.unit.feedback.items import RULES, commitment, day, item, reply, step, words
from tests.unit.feedback.test_ledger import AT, BY, FULL, run_together

LATER: dict[str, Any] = {"by": "bureau", "at": AT + timedelta(hours=1)}


def take_out(database: Database) -> list[tuple[FeedbackItem, int | None]]:
    versions = load_versions(database)
    return [(one, versions[one.item_id]) for one in load_items(database)]


def bring(database: Database, *found: tuple[FeedbackItem, int | None]) -> Imported:
    return import_items(database, found, RULES, **LATER)


def test_new_ones(database: Database) -> None:
    assert bring(database, (FULL, None), (item(), None)) == Imported(added=2, changed=0, unchanged=0)
    assert load_items(database) == (item(), FULL)
    assert bring(database) == Imported(0, 0, 0)


def test_into_an_empty_database_with_the_versions_of_another(database: Database) -> None:
    assert bring(database, (FULL, 12)).added == 1
    assert load_versions(database) == {"Z-9": 1}


def test_what_was_taken_out_and_not_edited_changes_nothing(database: Database) -> None:
    bring(database, (FULL, None), (item(), None))
    before = [load_history(database, name) for name in ("A-1", "Z-9")]
    assert bring(database, *take_out(database)) == Imported(added=0, changed=0, unchanged=2)
    assert [load_history(database, name) for name in ("A-1", "Z-9")] == before


def test_everything_that_may_be_added_to_an_item(database: Database) -> None:
    add_item(database, FULL, RULES, **BY)
    edited = FULL.model_copy(
        update={
            "said": words("Said better", es="Mejor dicho"),
            "theme_codes": ("better_policing",),
            "heard_in": ("S-1", "S-2"),
            "commitment": commitment(due_on=day(170)),
            "steps": (*FULL.steps, step(70, Status.UNDER_REVIEW)),
            "replies": (*FULL.replies, reply(65, "dispute")),
        }
    )
    assert bring(database, (edited, 1)) == Imported(added=0, changed=1, unchanged=0)
    assert load_items(database) == (edited,)
    assert load_versions(database) == {"Z-9": 2}
    assert load_history(database, "Z-9")[-1].what == (
        "theme_codes; said; heard_in; step 6: under_review of 2026-03-12; reply of 2026-03-07: dispute, 3 people; "
        "commitment"
    )
    assert load_items(database, day(69))[0].commitment == FULL.commitment


def test_a_dispute_in_a_file_opens_the_item_without_a_row_that_says_so(database: Database) -> None:
    done = item(step(10, Status.DONE))
    add_item(database, done, RULES, **BY)
    disputed = done.model_copy(update={"replies": (reply(20), reply(30, "dispute"), reply(40, "dispute"))})
    bring(database, (disputed, 1))
    (found,) = load_items(database)
    assert found.steps[-1] == step(30, Status.DONE_DISPUTED)
    assert len(found.steps) == 3
    new = disputed.model_copy(update={"item_id": "B-2"})
    bring(database, (new, None))
    assert load_items(database)[1].steps == found.steps


class TestTranslations:
    def test_they_may_come_later_and_the_words_stay(self, database: Database) -> None:
        add_item(database, FULL, RULES, **BY)
        with database.read() as connection:
            rows = connection.execute(select(t.steps).order_by(t.steps.c.number)).all()
        edited = translated(FULL)
        assert edited != FULL
        bring(database, (edited, 1))
        assert load_items(database) == (edited,)
        with database.read() as connection:
            assert connection.execute(select(t.steps).order_by(t.steps.c.number)).all() == rows
        assert load_history(database, "Z-9")[-1].what == (
            "commitment; translation of step 2; translation of step 3; translation of reply 1"
        )
        # The promise holds from when it did: only its words in another language are new.
        assert load_items(database, day(20))[0].commitment == edited.commitment

    def test_they_may_be_set_right_and_signed(self, database: Database) -> None:
        add_item(database, FULL, RULES, **BY)
        obstacle = words("Snow", es="La nieve").model_copy(update={"reviewed_by": {"es": "translator"}})
        edited = FULL.model_copy(update={"steps": with_step(FULL, 1, obstacle=obstacle)})
        bring(database, (edited, 1))
        assert load_items(database) == (edited,)
        unsigned = FULL.model_copy(update={"steps": with_step(FULL, 1, obstacle=words("Snow", es="La nieve"))})
        bring(database, (unsigned, 2))
        assert load_items(database) == (unsigned,)

    def test_of_a_reply_that_was_recorded_late(self, database: Database) -> None:
        add_item(database, item(step(10, Status.DONE)), RULES, **BY)
        add_reply(database, "A-1", reply(30, remark=words("Late")), RULES, **BY)
        add_reply(database, "A-1", reply(20, remark=words("Early")), RULES, **BY)
        (found,) = load_items(database)
        early = found.replies[0].model_copy(update={"remark": words("Early", es="Temprano")})
        edited = found.model_copy(update={"replies": (early, found.replies[1])})
        bring(database, (edited, 3))
        assert load_items(database) == (edited,)

    def test_they_are_never_taken_back(self, database: Database) -> None:
        add_item(database, FULL, RULES, **BY)
        edited = FULL.model_copy(update={"steps": with_step(FULL, 1, obstacle=words("Snow"))})
        with pytest.raises(RuleError, match="step 2 of 2026-01-11: obstacle: expected every translation"):
            bring(database, (edited, 1))


def with_step(one: FeedbackItem, number: int, **change: Any) -> tuple[Any, ...]:
    steps = list(one.steps)
    steps[number] = steps[number].model_copy(update=change)
    return tuple(steps)


def translated(one: FeedbackItem) -> FeedbackItem:
    assert one.commitment is not None
    steps = list(one.steps)
    steps[1] = steps[1].model_copy(update={"next_step": words("Wait", es="Esperar", ar="انتظار")})
    steps[2] = steps[2].model_copy(update={"by_police": words("‘Began’ 😀", es="«Empezó» 😀")})
    replies = (one.replies[0].model_copy(update={"remark": words("Yes", es="Sí")}), *one.replies[1:])
    promised = one.commitment.model_copy(update={"what": words("Walk the beat near the school", es="Caminar")})
    return one.model_copy(update={"steps": tuple(steps), "replies": replies, "commitment": promised})


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"district_id": "N"}, "Z-9: district_id: expected city, as recorded, got N; for another one add a new item"),
        ({"about": "policing"}, "Z-9: about: expected report, as recorded"),
        ({"heard_on": day(-1)}, "Z-9: heard_on: expected 2026-01-01, as recorded"),
        ({"commitment": None}, "Z-9: commitment: expected the one that is recorded, or a new one, got none"),
        ({"steps": FULL.steps[:-1]}, "Z-9: step 5 of 2026-03-02: expected it, since history is only added to"),
        ({"steps": with_step(FULL, 2, by_police=words("Other"))}, "step 3 of 2026-01-21: expected it as recorded"),
        ({"steps": with_step(FULL, 2, on=day(19))}, "step 3 of 2026-01-21: expected it as recorded"),
        ({"replies": FULL.replies[:1]}, "Z-9: replies: expected all 2 as recorded, got 1 of them"),
    ],
)  # fmt: skip
def test_history_is_never_changed(database: Database, change: dict[str, Any], expected: str) -> None:
    add_item(database, FULL, RULES, **BY)
    with pytest.raises(RuleError, match=expected):
        bring(database, (FULL.model_copy(update=change), 1))
    assert load_items(database) == (FULL,)


def test_all_or_nothing_and_everything_is_told(database: Database) -> None:
    add_item(database, item(), RULES, **BY)
    update_item(database, "A-1", 1, RULES, step=step(5, Status.UNDER_REVIEW), by="commander", at=AT)
    stale = item(step(6, Status.STALLED))
    bad = item(item_id="B-1", district_id="Z", theme_codes=("respekt",))
    good = item(item_id="C-1")
    before = load_items(database)
    with pytest.raises(ConflictError) as caught:
        bring(database, (good, None), (bad, None), (stale, 1), (good, None))
    assert [problem.split(",")[0] for problem in caught.value.problems] == [
        "A-1: version: expected 2",
        "B-1: district_id: expected one of N",
        "B-1: theme_codes: expected one of better_policing",
        "C-1: item_id: expected each item once",
    ]
    assert "commander: step 2: under_review of 2026-01-06" in str(caught.value)
    assert "did you mean respect?" in str(caught.value)
    assert load_items(database) == before


def test_one_that_is_there_needs_its_version(database: Database) -> None:
    add_item(database, item(), RULES, **BY)
    with pytest.raises(ConflictError, match="A-1: item_id: expected one that was never used, or the version"):
        bring(database, (item(said=words("Another one")), None))


def test_an_old_file_that_says_what_is_recorded_is_no_conflict(database: Database) -> None:
    add_item(database, item(), RULES, **BY)
    after = update_item(database, "A-1", 1, RULES, step=step(5, Status.UNDER_REVIEW), **BY).item
    assert bring(database, (after, 1)).unchanged == 1


def test_many_problems_are_told_up_to_fifty(database: Database) -> None:
    bad = [(item(item_id=f"B-{number}", district_id="Z"), None) for number in range(60)]
    with pytest.raises(RuleError, match="; and 10 more$") as caught:
        bring(database, *bad)
    assert len(caught.value.problems) == 60


def test_more_than_is_written_at_a_time(database: Database) -> None:
    many = [(item(item_id=f"N-{number:04}"), None) for number in range(2 * AT_ONCE // 3)]
    wrong = (item(item_id="Z-1", district_id="Z"), None)
    with pytest.raises(RuleError, match="^Z-1: district_id: expected one of [^;]*$"):
        bring(database, *many, wrong)
    assert load_items(database) == ()
    assert bring(database, *many).added == len(many)
    assert load_items(database) == tuple(one for one, _ in many)


def test_two_who_import_at_once(database: Database) -> None:
    """Both change the same item: one is told. Both add others: both are right."""
    add_item(database, item(), RULES, **BY)

    def work(number: int) -> None:
        changed = item(step(number + 1, Status.UNDER_REVIEW))
        own = [(item(item_id=f"N{number}-{count}"), None) for count in range(30)]
        import_items(database, [(changed, 1), *own], RULES, **LATER)

    (failure,) = run_together(work, 2)
    assert isinstance(failure, ConflictError)
    assert len(load_items(database)) == 31

    def add(number: int) -> None:
        import_items(database, [(item(item_id=f"M{number}-{c}"), None) for c in range(30)], RULES, **LATER)

    assert run_together(add, 2) == []
    assert len(load_items(database)) == 91


def test_moments_are_recorded_in_utc(database: Database) -> None:
    import_items(database, [(item(), None)], RULES, by="liaison", at=datetime(2026, 7, 1, 1, tzinfo=UTC))
    assert load_history(database, "A-1")[0].recorded_at == datetime(2026, 7, 1, 1, tzinfo=UTC)
