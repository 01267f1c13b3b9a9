"""What the freeze fixes: who is heard, who is waited for, who has missed it, and what the reports tell of that."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import product
from typing import Any

import pytest

from district_reports.config import ReviewRules
from district_reports.dossier import digest_of
from district_reports.errors import ConfigError, ReviewError, RuleError
from district_reports.model import Grant, Phase, Review, ReviewTaken, Role, Standing, Text, Verdict
from district_reports.review import freezing, log
from district_reports.review.freezing import (
    digest_all_catalogues,
    find_missed,
    record_freeze,
    record_reopen,
    require_freezable,
    require_open,
    take_review,
)
from district_reports.review.notes import save_note
from district_reports.review.people import load_people, revoke, set_active
from district_reports.review.standing import find_phase, list_requirements, list_steps
from district_reports.review.subjects import load_subjects
from district_reports.settings import Settings, load_settings
from tests.unit.review.conftest import Drafted
from tests.unit.review.small_release import (
    AFTER,
    AT,
    BEFORE,
    DEADLINE,
    QUARTER,
    TOY,
    entries_of,
    freeze,
    say,
    write_release,
)

ALL = ("commander N", "commander S", "commander XY", "language en", "language ar")
RETURN, WITHDRAW = Verdict.RETURN, Verdict.WITHDRAW


def missed_by(drafted: Drafted, toy: Settings) -> list[str]:
    with drafted.database.read() as connection:
        people = load_people(connection)
    found = find_missed(toy, entries_of(drafted.database), people, digest_all_catalogues(toy))
    return [f"{grant.role} {grant.scope}" for grant in found]


def taken(drafted: Drafted, toy: Settings, today: date = BEFORE, *, is_frozen: bool = False) -> dict[str, Review]:
    with drafted.database.read() as connection:
        return take_review(connection, toy, QUARTER, today, is_frozen=is_frozen).places


def reopen(drafted: Drafted, toy: Settings) -> None:
    with drafted.database.begin() as connection:
        record_reopen(connection, toy, QUARTER, reason="An old map", by=log.OPERATOR, at=AT)


def without(toy: Settings, **rules: Any) -> Settings:
    review = toy.report.review.model_copy(update=rules)
    return toy.model_copy(update={"report": toy.report.model_copy(update={"review": review})})


class TestMissed:
    def test_nobody_has_answered(self, drafted: Drafted, toy: Settings) -> None:
        assert missed_by(drafted, toy) == list(ALL)

    def test_who_has_signed_is_waited_for_and_who_returns_it_is_not(self, drafted: Drafted, toy: Settings) -> None:
        for name in ALL:
            say(*drafted[:2], toy, drafted.people[name])
            assert missed_by(drafted, toy) == [other for other in ALL if other != name]
            say(*drafted[:2], toy, drafted.people[name], RETURN)
            assert missed_by(drafted, toy) == list(ALL)

    def test_who_takes_the_word_back_has_not_answered(self, drafted: Drafted, toy: Settings) -> None:
        say(*drafted[:2], toy, drafted.people["commander N"])
        say(*drafted[:2], toy, drafted.people["commander N"], WITHDRAW)
        assert missed_by(drafted, toy) == list(ALL)

    def test_a_draft_since_does_not_unsay_it(self, drafted: Drafted, toy: Settings) -> None:
        for name in ("commander N", "language ar"):
            say(*drafted[:2], toy, drafted.people[name])
        write_release(drafted.store, toy, {"N/en/report.html": "anew", "N/ar/report.html": "anew"})
        assert missed_by(drafted, toy) == ["commander S", "commander XY", "language en"]

    def test_another_catalogue_does(self, drafted: Drafted, toy: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
        for name in ALL:
            say(*drafted[:2], toy, drafted.people[name])
        assert missed_by(drafted, toy) == []
        change_catalogue(monkeypatch, "ar")
        assert missed_by(drafted, toy) == ["language ar"]

    def test_of_a_role_that_nobody_holds_nobody_answers(self, drafted: Drafted, toy: Settings) -> None:
        for name in ALL:
            say(*drafted[:2], toy, drafted.people[name])
        commander, reader = drafted.people["commander N"], drafted.people["language ar"]
        with drafted.database.begin() as connection:
            revoke(connection, commander.person_id, commander.grants[0], by=log.OPERATOR, at=AT)
            set_active(connection, reader.person_id, False, by=log.OPERATOR, at=AT)
        assert missed_by(drafted, toy) == ["commander N", "language ar"]

    def test_only_of_roles_that_are_required(self, drafted: Drafted, toy: Settings) -> None:
        assert missed_by(drafted, without(toy, required=(Role.DATA, Role.COMMANDER))) == list(ALL[:3])
        assert missed_by(drafted, without(toy, required=(Role.PUBLISHER,))) == []

    def test_after_a_reopening_those_who_signed_the_frozen_reports_are_waited_for(
        self, drafted: Drafted, toy: Settings
    ) -> None:
        for name in ("commander N", "commander S"):
            say(*drafted[:2], toy, drafted.people[name])
        freeze(*drafted[:2], toy)
        say(*drafted[:2], toy, drafted.people["commander N"])
        reopen(drafted, toy)
        # The commander of S read the first draft, and then let the signing pass: nobody waits for ever.
        assert missed_by(drafted, toy) == ["commander S", "commander XY", "language en", "language ar"]
        say(*drafted[:2], toy, drafted.people["commander S"])
        assert missed_by(drafted, toy) == ["commander XY", "language en", "language ar"]


def change_catalogue(monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    original: Callable[..., str] = vars(freezing)["digest_catalogue"]

    def digest(folder: Any, tag: str) -> str:
        return "f" * 64 if tag == changed else original(folder, tag)

    monkeypatch.setattr(freezing, "digest_catalogue", digest)


class TestTaken:
    def test_before_the_deadline_the_commander_may_answer(self, drafted: Drafted, toy: Settings) -> None:
        for today in (BEFORE, DEADLINE):
            assert taken(drafted, toy, today) == {
                place: Review(deadline=DEADLINE, commander="open") for place in ("N", "S", "XY")
            }

    def test_after_it_the_report_says_that_he_had_not(self, drafted: Drafted, toy: Settings) -> None:
        for is_frozen in (False, True):
            places = taken(drafted, toy, AFTER, is_frozen=is_frozen)
            assert places == {place: Review(deadline=DEADLINE, commander="missed") for place in ("N", "S", "XY")}

    def test_what_the_commander_said(self, drafted: Drafted, toy: Settings) -> None:
        said: list[tuple[Verdict, str | None]] = [
            (Verdict.SIGN, "reviewed"),
            (RETURN, "returned"),
            (Verdict.SIGN, "reviewed"),
            (WITHDRAW, None),
            (RETURN, "returned"),
            (WITHDRAW, None),
        ]
        for verdict, answer in said:
            say(*drafted[:2], toy, drafted.people["commander S"], verdict)
            for today, is_frozen in product((BEFORE, AFTER), (False, True)):
                silent = "missed" if is_frozen or today > DEADLINE else "open"
                places = taken(drafted, toy, today, is_frozen=is_frozen)
                assert places["S"].commander == (answer or silent)
                assert places["N"].commander == silent

    def test_who_read_an_earlier_draft_has_read_it(self, drafted: Drafted, toy: Settings) -> None:
        say(*drafted[:2], toy, drafted.people["commander N"])
        write_release(drafted.store, toy, {"N/en/report.html": "anew"})
        freeze(*drafted[:2], toy)
        reopen(drafted, toy)
        assert taken(drafted, toy, AFTER, is_frozen=True)["N"].commander == "reviewed"

    def test_nobody_holds_the_role(self, drafted: Drafted, toy: Settings) -> None:
        commander = drafted.people["commander N"]
        with drafted.database.begin() as connection:
            set_active(connection, commander.person_id, False, by=log.OPERATOR, at=AT)
        assert set(taken(drafted, toy)) == {"S", "XY"}
        assert set(taken(drafted, toy, AFTER)) == {"S", "XY"}
        # Once nobody can be given it any more, a report without a commander says so.
        assert taken(drafted, toy, AFTER, is_frozen=True)["N"] == Review(deadline=DEADLINE, commander="none")

    def test_frozen_before_the_deadline_the_day_is_that_one(self, drafted: Drafted, toy: Settings) -> None:
        say(*drafted[:2], toy, drafted.people["commander S"])
        places = taken(drafted, without(toy, required=(Role.DATA,)), BEFORE, is_frozen=True)
        # "Had not reviewed by" names no day that is still to come.
        assert places["N"] == Review(deadline=BEFORE, commander="missed")
        assert places["S"] == Review(deadline=DEADLINE, commander="reviewed")

    def test_the_day_on_which_the_council_saw_it_is_the_citys(self, drafted: Drafted, toy: Settings) -> None:
        council = drafted.people["council S"]
        # 23:30 in London, and past midnight in Warsaw.
        late = AT.replace(hour=22, minute=30)
        say(*drafted[:2], toy, council, at=late)
        assert taken(drafted, toy)["S"].council_seen_on == AT.date() + timedelta(days=1)
        assert taken(drafted, toy)["N"].council_seen_on is None
        say(*drafted[:2], toy, council, WITHDRAW)
        assert taken(drafted, toy)["S"].council_seen_on is None

    def test_a_council_reviews_nothing(self, drafted: Drafted, toy: Settings) -> None:
        say(*drafted[:2], toy, drafted.people["council S"])
        assert taken(drafted, toy, AFTER)["S"].commander == "missed"

    def test_the_note_is_told(self, drafted: Drafted, toy: Settings) -> None:
        save_note(
            drafted.database,
            toy,
            person=drafted.people["commander N"],
            quarter=QUARTER,
            place="N",
            text=Text(language="en", text="Thank you for coming to the meetings."),
            at=AT,
            has_looked=True,
        )
        note = taken(drafted, toy)["N"].note
        assert note is not None and note.text.text == "Thank you for coming to the meetings."
        assert taken(drafted, toy)["S"].note is None
        # A note is no signature.
        assert missed_by(drafted, toy) == list(ALL)

    def test_a_language_is_reviewed_as_long_as_its_catalogue_is_what_was_signed(
        self, drafted: Drafted, toy: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        reader = drafted.people["language ar"]
        say(*drafted[:2], toy, reader)
        # The city's report tells it too.
        assert {place: found.reviewed_languages for place, found in taken(drafted, toy).items()} == dict.fromkeys(
            ("N", "S", "XY", "city"), ("ar",)
        )
        write_release(drafted.store, toy, {"N/ar/report.html": "anew"})
        assert taken(drafted, toy)["N"].reviewed_languages == ("ar",)
        with monkeypatch.context() as patch:
            change_catalogue(patch, "ar")
            assert taken(drafted, toy)["N"].reviewed_languages == ()
        say(*drafted[:2], toy, reader, RETURN)
        assert taken(drafted, toy)["N"].reviewed_languages == ()
        say(*drafted[:2], toy, reader)
        assert taken(drafted, toy)["N"].reviewed_languages == ("ar",)
        say(*drafted[:2], toy, reader, WITHDRAW)
        assert taken(drafted, toy)["N"].reviewed_languages == ()

    def test_a_catalogue_that_was_signed_for_an_earlier_quarter(self, drafted: Drafted, toy: Settings) -> None:
        say(*drafted[:2], toy, drafted.people["language ar"])
        with drafted.database.read() as connection:
            later = take_review(connection, toy, QUARTER.shifted(1), date(2027, 1, 10), is_frozen=False)
        assert later.quarter == "2026Q4"
        assert later.places["city"].reviewed_languages == ("ar",)
        # What commanders said was said of that quarter.
        assert later.places["N"].commander == "open"

    def test_without_anybody_nothing_is_told(self, drafted: Drafted, toy: Settings) -> None:
        with drafted.database.begin() as connection:
            for person in drafted.people.values():
                set_active(connection, person.person_id, False, by=log.OPERATOR, at=AT)
        assert taken(drafted, toy) == {}


class TestFreezable:
    def require(self, drafted: Drafted, toy: Settings, today: date, *, is_sample: bool = False) -> list[str]:
        with drafted.database.read() as connection:
            found = require_freezable(connection, toy, QUARTER, today, is_sample=is_sample)
        return [f"{grant.role} {grant.scope}" for grant in found]

    @pytest.mark.parametrize("today", [BEFORE, DEADLINE])
    def test_until_the_deadline_everybody_is_named_who_has_not_answered(
        self, drafted: Drafted, toy: Settings, today: date
    ) -> None:
        say(*drafted[:2], toy, drafted.people["commander N"])
        with pytest.raises(ReviewError, match="2026-10-30") as caught:
            self.require(drafted, toy, today)
        assert caught.value.problems == ALL[1:]
        assert all(name in str(caught.value) for name in ALL[1:])

    def test_after_it_nobody_is_waited_for(self, drafted: Drafted, toy: Settings) -> None:
        assert self.require(drafted, toy, AFTER) == list(ALL)

    def test_before_it_when_all_have_answered(self, drafted: Drafted, toy: Settings) -> None:
        for name in ALL:
            say(*drafted[:2], toy, drafted.people[name])
        assert self.require(drafted, toy, BEFORE) == []

    def test_a_sample_may_have_an_address_that_never_answers_and_real_data_may_not(self, drafted: Drafted) -> None:
        reserved = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
        assert self.require(drafted, reserved, AFTER, is_sample=True) == list(ALL)
        with pytest.raises(ConfigError, match=r"\.example"):
            self.require(drafted, reserved, AFTER)

    def test_frozen_reports_are_not_frozen_again(self, drafted: Drafted, toy: Settings) -> None:
        freeze(*drafted[:2], toy)
        with pytest.raises(RuleError, match="reopen"):
            self.require(drafted, toy, AFTER)
        reopen(drafted, toy)
        assert self.require(drafted, toy, AFTER) == list(ALL)

    def test_only_open_reports_are_drafted(self, drafted: Drafted, toy: Settings) -> None:
        def is_open() -> bool:
            with drafted.database.read() as connection:
                try:
                    require_open(connection, QUARTER)
                except RuleError:
                    return False
            return True

        assert is_open()
        subjects = freeze(*drafted[:2], toy)
        assert not is_open()
        with drafted.database.begin() as connection:
            content = {"manifest": subjects.digest, "version": 1}
            log.append(connection, kind="published", by=log.OPERATOR, at=AT, quarter=str(QUARTER), content=content)
        assert not is_open()
        reopen(drafted, toy)
        assert is_open()
        with drafted.database.read() as connection:
            require_open(connection, QUARTER.shifted(1))


class TestFreezing:
    def test_what_is_logged(self, drafted: Drafted, toy: Settings) -> None:
        for name in ("commander N", "language ar"):
            say(*drafted[:2], toy, drafted.people[name])
        subjects = freeze(*drafted[:2], toy)
        (step,) = list_steps(entries_of(drafted.database))
        assert (step.kind, step.manifest, step.previous_manifest) == ("frozen", subjects.digest, "")
        assert step.missed == (
            Grant(role=Role.COMMANDER, scope="S"),
            Grant(role=Role.COMMANDER, scope="XY"),
            Grant(role=Role.LANGUAGE, scope="en"),
        )
        assert find_phase(entries_of(drafted.database)) is Phase.SIGNING

    def test_somebody_answers_while_the_reports_are_made(self, drafted: Drafted, toy: Settings) -> None:
        with drafted.database.read() as connection:
            before = take_review(connection, toy, QUARTER, AFTER, is_frozen=True)
        say(*drafted[:2], toy, drafted.people["commander N"])
        assert self.record(drafted, toy, before) is False
        assert find_phase(entries_of(drafted.database)) is Phase.OPEN
        with drafted.database.read() as connection:
            now = take_review(connection, toy, QUARTER, AFTER, is_frozen=True)
        assert self.record(drafted, toy, now) is True

    def record(self, drafted: Drafted, toy: Settings, taken: ReviewTaken) -> bool:
        with drafted.database.begin() as connection:
            step = record_freeze(
                connection,
                toy,
                QUARTER,
                AFTER,
                manifest="0" * 64,
                review_digest=digest_of(taken),
                is_sample=False,
                by="operator",
                at=AT,
            )
        return step is not None

    def test_reopened_and_frozen_again_it_is_told_who_must_sign_again(self, drafted: Drafted, toy: Settings) -> None:
        people = drafted.people
        for name in ("commander N", "commander S", "language en"):
            say(*drafted[:2], toy, people[name])
        first = freeze(*drafted[:2], toy, changed={"N/dossier.json": '{"frozen": 1}'})
        for name in ("commander N", "commander S", "language en", "data", "publisher"):
            say(*drafted[:2], toy, people[name])
        assert self.stand(drafted, toy) == dict.fromkeys(
            ("data", "commander N", "commander S", "language en", "publisher"), Standing.SIGNED
        )
        reopen(drafted, toy)
        second = freeze(*drafted[:2], toy, changed={"N/dossier.json": '{"frozen": 2}'})
        steps = list_steps(entries_of(drafted.database))
        assert [step.kind for step in steps] == ["frozen", "reopened", "frozen"]
        assert (steps[2].manifest, steps[2].previous_manifest) == (second.digest, first.digest)
        assert [grant.scope for grant in steps[2].missed] == ["XY", "ar"]
        assert self.stand(drafted, toy) == {
            "data": Standing.STALE,
            "commander N": Standing.STALE,
            "commander S": Standing.SIGNED,
            "language en": Standing.SIGNED,
            "publisher": Standing.STALE,
        }

    def stand(self, drafted: Drafted, toy: Settings) -> dict[str, Standing]:
        subjects = load_subjects(drafted.store, toy, QUARTER)
        people = tuple(drafted.people.values())
        found = list_requirements(toy, entries_of(drafted.database), people, subjects, AFTER)
        return {f"{x.role} {x.scope}".strip(): x.standing for x in found}


class TestReopening:
    def test_only_what_is_frozen(self, drafted: Drafted, toy: Settings) -> None:
        with pytest.raises(RuleError, match="frozen"):
            reopen(drafted, toy)
        freeze(*drafted[:2], toy)
        reopen(drafted, toy)
        with pytest.raises(RuleError, match="frozen"):
            reopen(drafted, toy)

    @pytest.mark.parametrize("reason", ["", "  ", "\u202e", "x" * 3000])
    def test_with_a_reason_that_can_be_read(self, drafted: Drafted, toy: Settings, reason: str) -> None:
        freeze(*drafted[:2], toy)
        with pytest.raises(RuleError, match="reason"), drafted.database.begin() as connection:
            record_reopen(connection, toy, QUARTER, reason=reason, by=log.OPERATOR, at=AT)
        assert find_phase(entries_of(drafted.database)) is Phase.SIGNING

    def test_what_is_logged(self, drafted: Drafted, toy: Settings) -> None:
        freeze(*drafted[:2], toy)
        with drafted.database.begin() as connection:
            step = record_reopen(connection, toy, QUARTER, reason=" Old\nmap ", by="p1", at=AT)
        assert (step.kind, step.reason, step.by) == ("reopened", "Old\nmap", "p1")


def test_the_rules_are_the_shipped_ones(settings: Settings) -> None:
    assert settings.report.review == ReviewRules()
