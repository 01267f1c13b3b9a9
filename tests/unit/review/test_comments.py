"""Comments on parts of a draft: who may write, answer and settle them, and what comes back from a Word file."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from district_reports.database import Database
from district_reports.errors import RuleError
from district_reports.model import Comment, Grant, Person, Role
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.comments import (
    NewComment,
    add_comment,
    add_word_comments,
    load_comments,
    settle_comment,
)
from district_reports.settings import Settings

AT = datetime(2026, 10, 20, 12, 0, tzinfo=UTC)
QUARTER = Quarter(2026, 3)


def person_of(*grants: Grant, person_id: str = "p1", **changes: Any) -> Person:
    fields: dict[str, Any] = {"person_id": person_id, "name": "Ana", "email": "a@city.example", "language": "en"}
    return Person(**{**fields, "grants": grants, **changes})


def council(place: str, person_id: str = "p1") -> Person:
    return person_of(Grant(role=Role.COUNCIL, scope=place), person_id=person_id)


def add(database: Database, toy: Settings, **changes: Any) -> Comment:
    place = changes.get("place", toy.district_ids[0])
    fields: dict[str, Any] = {"person": council(place), "role": Role.COUNCIL, "quarter": QUARTER, "place": place}
    fields |= {"block_id": "loop", "text": "Please look again.", "language": "", "at": AT}
    return add_comment(database, toy, **{**fields, **changes})


def load(database: Database, toy: Settings, place: str = "") -> tuple[Comment, ...]:
    with database.read() as connection:
        return load_comments(connection, QUARTER, place or toy.district_ids[0])


def test_a_comment_is_answered_and_settled(database: Database, toy: Settings) -> None:
    """Before: none. After: the comment, settled, and its answer, open as answers are; each a row of the log."""
    place = toy.district_ids[0]
    first = add(database, toy, text=" Why <b>12</b>?\r\nI count 11. ", language="en")
    assert (first.text, first.block_id, first.origin) == ("Why <b>12</b>?\nI count 11.", "loop", "desk")
    answer = add(
        database,
        toy,
        person=person_of(Grant(role=Role.DATA), person_id="p2"),
        role=Role.DATA,
        text="One was late.",
        answers=first.comment_id,
    )
    settle_comment(database, person=council(place), quarter=QUARTER, place=place, comment_id=first.comment_id, at=AT)
    settle_comment(database, person=council(place), quarter=QUARTER, place=place, comment_id=first.comment_id, at=AT)
    assert load(database, toy) == (first.model_copy(update={"is_settled": True}), answer)
    assert load(database, toy, toy.district_ids[1]) == ()
    with database.read() as connection:
        assert [entry.kind for entry in log.read_entries(connection)] == [
            "comment",
            "comment_answered",
            "comment_settled",
        ]
        log.verify_log(connection)


class TestOnOneKind:
    @pytest.fixture
    def database_kind(self) -> str:
        return "sqlite"

    def test_a_settled_comment_is_opened_again(self, database: Database, toy: Settings) -> None:
        place = toy.district_ids[0]
        comment = add(database, toy)
        settled: dict[str, Any] = {"quarter": QUARTER, "place": place, "comment_id": comment.comment_id, "at": AT}
        settle_comment(database, person=person_of(Grant(role=Role.PUBLISHER), person_id="p9"), **settled)
        assert load(database, toy)[0].is_settled
        commander = person_of(Grant(role=Role.COMMANDER, scope=place), person_id="p8")
        settle_comment(database, person=commander, **settled, is_settled=False)
        assert not load(database, toy)[0].is_settled

    def test_others_do_not_settle(self, database: Database, toy: Settings) -> None:
        own, other = toy.district_ids[:2]
        comment = add(database, toy)
        answer = add(database, toy, answers=comment.comment_id)
        for person, place, comment_id in (
            (council(own, "p2"), own, comment.comment_id),
            (person_of(Grant(role=Role.COMMANDER, scope=other), person_id="p3"), own, comment.comment_id),
            (council(own).model_copy(update={"is_active": False}), own, comment.comment_id),
            (council(own), other, comment.comment_id),
            (council(own), own, "c-99"),
            (council(own), own, answer.comment_id),
        ):
            with pytest.raises(RuleError, match="comment: expected"):
                settle_comment(database, person=person, quarter=QUARTER, place=place, comment_id=comment_id, at=AT)
        assert not any(each.is_settled for each in load(database, toy))

    @pytest.mark.parametrize(
        ("grant", "is_own", "may"),
        [
            (Grant(role=Role.DATA), True, True),
            (Grant(role=Role.PUBLISHER), True, True),
            (Grant(role=Role.LANGUAGE, scope="ar"), True, True),
            (Grant(role=Role.COMMANDER, scope="OWN"), True, True),
            (Grant(role=Role.COUNCIL, scope="OWN"), True, True),
            (Grant(role=Role.COMMANDER, scope="OTHER"), True, False),
            (Grant(role=Role.COUNCIL, scope="OTHER"), True, False),
            (Grant(role=Role.ADMIN), True, False),
            (Grant(role=Role.HOST, scope="Org"), True, False),
            (Grant(role=Role.DATA), False, False),
        ],
    )
    def test_who_may_comment(self, database: Database, toy: Settings, grant: Grant, is_own: bool, may: bool) -> None:
        names = {"OWN": toy.district_ids[0], "OTHER": toy.district_ids[1]}
        held = Grant(role=grant.role, scope=names.get(grant.scope, grant.scope))
        person = person_of(held, is_active=is_own)
        if may:
            assert add(database, toy, person=person, role=grant.role).role is grant.role
            return
        with pytest.raises(RuleError, match="who reviews this report"):
            add(database, toy, person=person, role=grant.role)
        assert load(database, toy) == ()

    @pytest.mark.parametrize(
        ("changes", "match"),
        [
            ({"text": " \u200b "}, "expected words, got none"),
            ({"text": "x" * 2001}, "at most 2000 characters"),
            ({"text": "x" * 10_000_000}, "at most 2000 characters"),
            ({"block_id": "../etc"}, "id of a part"),
            ({"block_id": "a" * 81}, "id of a part"),
            ({"language": "xx"}, "expected one of"),
            ({"answers": "c-7"}, "an answer to a comment of this draft"),
            ({"place": "999", "person": person_of(Grant(role=Role.DATA)), "role": Role.DATA}, "a report of a district"),
        ],
    )
    def test_what_is_refused(self, database: Database, toy: Settings, changes: dict[str, Any], match: str) -> None:
        with pytest.raises(RuleError, match=match):
            add(database, toy, **changes)
        with database.read() as connection:
            assert log.read_entries(connection) == ()

    def test_an_answer_has_no_answer(self, database: Database, toy: Settings) -> None:
        first = add(database, toy)
        answer = add(database, toy, answers=first.comment_id)
        with pytest.raises(RuleError, match="an answer to a comment"):
            add(database, toy, answers=answer.comment_id)

    def test_a_word_file_may_be_brought_twice(self, database: Database, toy: Settings) -> None:
        place = toy.district_ids[0]
        found = [NewComment(block_id="loop", text="One."), NewComment(block_id="", text="Two.", language="ar")]
        brought: dict[str, Any] = {"person": council(place), "role": Role.COUNCIL, "quarter": QUARTER, "place": place}
        first = add_word_comments(database, toy, **brought, found=found, at=AT)
        assert [(each.block_id, each.text, each.origin) for each in first] == [
            ("loop", "One.", "docx"),
            ("", "Two.", "docx"),
        ]
        more = [*found, NewComment(block_id="loop", text="Three."), NewComment(block_id="loop", text="Three.")]
        assert [each.text for each in add_word_comments(database, toy, **brought, found=more, at=AT)] == ["Three."]
        assert len(load(database, toy)) == 3

    def test_a_word_file_with_one_bad_comment_brings_none(self, database: Database, toy: Settings) -> None:
        place = toy.district_ids[0]
        found = [NewComment(block_id="loop", text="One."), NewComment(block_id="loop", text="x" * 2001)]
        with pytest.raises(RuleError, match="at most 2000"):
            add_word_comments(
                database,
                toy,
                person=council(place),
                role=Role.COUNCIL,
                quarter=QUARTER,
                place=place,
                found=found,
                at=AT,
            )
        assert load(database, toy) == ()
