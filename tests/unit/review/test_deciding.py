"""Signing, returning, taking back: who may, on which bytes, and what is told when they have changed."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from itertools import product
from typing import Any

import pytest

from district_reports.database import Database
from district_reports.engagement.records import store_import
from district_reports.engagement.records_read import load_host_part
from district_reports.engagement.screen import make_screen
from district_reports.errors import ReviewError, RuleError, StaleError
from district_reports.model import Decision, Grant, Person, Role, Standing, Verdict
from district_reports.review import log
from district_reports.review.deciding import find_problem
from district_reports.review.people import load_people, revoke, set_active
from district_reports.review.standing import list_decisions, list_objections, list_required, list_requirements
from district_reports.review.subjects import load_subjects, session_subject
from district_reports.settings import Settings
from district_reports.store import Store
from tests.unit.engagement.sayings import NOON, brought, session
from tests.unit.review.conftest import Drafted
from tests.unit.review.small_release import (
    AT,
    BEFORE,
    QUARTER,
    add,
    entries_of,
    freeze,
    say,
    staff,
    write_release,
)

SIGN, RETURN, WITHDRAW = Verdict.SIGN, Verdict.RETURN, Verdict.WITHDRAW


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


def standing_of(database: Database, store: Store, toy: Settings, role: Role, scope: str = "") -> Standing:
    subjects = load_subjects(store, toy, QUARTER)
    with database.read() as connection:
        people = load_people(connection)
    found = list_requirements(toy, entries_of(database), people, subjects, BEFORE)
    return next(x.standing for x in found if (x.role, x.scope) == (role, scope))


def decisions_of(database: Database) -> tuple[Decision, ...]:
    return list_decisions(entries_of(database))


class TestSigning:
    def test_what_is_logged(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        decision = say(database, store, toy, people["commander N"], remarks="  Read.\u202e ")
        subject = (load_subjects(store, toy, QUARTER) or pytest.fail()).find("dossier/N") or pytest.fail()
        assert decisions_of(database) == (decision,)
        assert (decision.subject, decision.digest, decision.decision) == ("dossier/N", subject.digest, SIGN)
        assert (decision.role, decision.scope, decision.remarks) == (Role.COMMANDER, "N", "Read.")
        assert (decision.person_id, decision.at, decision.quarter) == (people["commander N"].person_id, AT, "2026Q3")
        assert set(subject.parts) < set(decision.parts)
        assert "dossier.json#loop" in decision.parts
        with database.read() as connection:
            assert log.verify_log(connection) is not None

    def test_every_role_signs_its_own(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        for name, person in people.items():
            if name != "admin":
                say(database, store, toy, person)
        found = list_requirements(
            toy, entries_of(database), tuple(people.values()), load_subjects(store, toy, QUARTER), BEFORE
        )
        assert {x.standing for x in found} == {Standing.SIGNED}
        assert len(decisions_of(database)) == len(people) - 1

    def test_a_changed_byte_makes_it_stale_and_tells_what(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander N"])
        write_release(store, toy, {"N/en/report.html": "anew"})
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.STALE
        # The bytes are what counts: the same ones again are signed.
        write_release(store, toy)
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED

    def test_what_somebody_else_signs_stays_theirs(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander N"])
        say(database, store, toy, people["language en"])
        say(database, store, toy, people["publisher"])
        write_release(store, toy, {"N/ar/report.html": "anew"})
        # Another language of the same district: the commander signed the first one.
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED
        assert standing_of(database, store, toy, Role.LANGUAGE, "en") is Standing.SIGNED
        assert standing_of(database, store, toy, Role.PUBLISHER) is Standing.STALE


class TestStale:
    def test_what_was_drafted_anew_since_it_was_read(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        read = ((load_subjects(store, toy, QUARTER) or pytest.fail()).find("dossier/N") or pytest.fail()).digest
        changed = {"N/en/report.html": "anew", "N/dossier.json": '{"place": "N", "loop": 2, "trends": [2], "asked": 0}'}
        write_release(store, toy, changed)
        with pytest.raises(StaleError, match="dossier/N of 2026Q3") as caught:
            say(database, store, toy, people["commander N"], digest=read)
        assert caught.value.changed == ("dossier.json#asked", "dossier.json#loop", "en/report.html")
        assert caught.value.exit_code == 5
        assert decisions_of(database) == ()

    def test_the_release_and_a_language_tell_too(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        subjects = load_subjects(store, toy, QUARTER) or pytest.fail()
        write_release(store, toy, {"S/ar/report.pdf": "anew"}, inputs={"config": "other", "review": ""})
        with pytest.raises(StaleError) as caught:
            say(database, store, toy, people["data"], digest=subjects.release.digest)
        assert caught.value.changed == ("S/ar", "inputs/config")
        with pytest.raises(StaleError) as caught:
            say(database, store, toy, people["language ar"], digest=(subjects.language("ar") or pytest.fail()).digest)
        assert caught.value.changed == ("S/report.pdf",)

    def test_bytes_that_nobody_remembers(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        for digest in ("", "0" * 64, "not a digest", "'; DROP TABLE review_log; --"):
            with pytest.raises(StaleError) as caught:
                say(database, store, toy, people["commander N"], digest=digest)
            assert caught.value.changed == ("dossier/N",)

    def test_a_byte_flipped_on_the_disk(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        for file, signer, changed in (
            ("N/en/report.html", "commander N", "en/report.html"),
            ("N/dossier.json", "commander N", "dossier.json"),
            ("N/en/report.pdf", "council N", "en/report.pdf"),
            ("XY/ar/report.pdf", "language ar", "XY/report.pdf"),
            ("XY/ar/report.pdf", "publisher", "XY/ar/report.pdf"),
            ("measures.csv", "data", "measures.csv"),
        ):
            path = store.release_dir(QUARTER) / file
            data = path.read_bytes()
            path.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
            with pytest.raises(StaleError) as caught:
                say(database, store, toy, people[signer])
            assert caught.value.changed == (changed,)
            path.write_bytes(data)
        assert decisions_of(database) == ()

    def test_a_draft_between_the_look_and_the_writing(
        self, drafted: Drafted, toy: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        database, store, people = drafted
        original = log.hold

        def drafted_meanwhile(connection: Any) -> None:
            original(connection)
            write_release(store, toy, {"N/en/report.html": "anew"})

        monkeypatch.setattr(log, "hold", drafted_meanwhile)
        with pytest.raises(StaleError) as caught:
            say(database, store, toy, people["commander N"])
        assert caught.value.changed == ("en/report.html",)
        assert decisions_of(database) == ()

    def test_before_the_first_draft(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        (store.release_dir(QUARTER) / "manifest.json").unlink()
        with pytest.raises(ReviewError, match="found none"):
            say(database, store, toy, people["commander N"])


class TestTakingBack:
    def test_the_last_word_is_taken_back_whatever_stands_there(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        signed = say(database, store, toy, people["commander N"])
        write_release(store, toy, {"N/en/report.html": "anew"})
        withdrawn = say(database, store, toy, people["commander N"], WITHDRAW, digest="")
        assert (withdrawn.digest, withdrawn.parts) == (signed.digest, signed.parts)
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.DRAFT
        assert len(decisions_of(database)) == 2

    def test_what_was_not_said_cannot_be_taken_back(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander S"])
        with pytest.raises(RuleError, match="take back"):
            say(database, store, toy, people["commander N"], WITHDRAW)
        say(database, store, toy, people["commander N"])
        say(database, store, toy, people["commander N"], WITHDRAW)
        with pytest.raises(RuleError, match="take back"):
            say(database, store, toy, people["commander N"], WITHDRAW)

    def test_one_takes_back_the_own_word_alone(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        with database.begin() as connection:
            deputy = add(connection, toy, "deputy", Grant(role=Role.COMMANDER, scope="N"))
        say(database, store, toy, people["commander N"])
        with pytest.raises(RuleError, match="take back"):
            say(database, store, toy, deputy, WITHDRAW)
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED


class TestWhoMay:
    def test_another_district(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        subject = ((load_subjects(store, toy, QUARTER) or pytest.fail()).find("dossier/S")) or pytest.fail()
        with pytest.raises(RuleError, match="dossier/N"):
            say(database, store, toy, people["commander N"], subject="dossier/S", digest=subject.digest)
        with pytest.raises(RuleError, match="somebody who is commander of S"):
            say(database, store, toy, people["commander N"], scope="S", subject="dossier/S", digest=subject.digest)
        assert decisions_of(database) == ()

    def test_every_person_in_every_role_but_their_own(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        subjects = load_subjects(store, toy, QUARTER) or pytest.fail()
        # One of each role, in each role and scope.
        named = ("data", "commander N", "council N", "language en", "publisher", "admin")
        for person, other in product([people[name] for name in named], people.values()):
            given = other.grants[0]
            if person == other:
                continue
            name = {
                Role.COMMANDER: f"dossier/{given.scope}",
                Role.COUNCIL: f"dossier/{given.scope}",
                Role.LANGUAGE: f"language/{given.scope}",
            }.get(given.role, "release")
            digest = (subjects.find(name) or pytest.fail()).digest
            wish: dict[str, Any] = {"role": given.role, "scope": given.scope, "subject": name, "digest": digest}
            with pytest.raises(RuleError):
                say(database, store, toy, person, **wish)
        assert decisions_of(database) == ()

    def test_a_role_that_was_taken_since_they_signed_in(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        commander, reader = people["commander N"], people["language ar"]
        with database.begin() as connection:
            revoke(connection, commander.person_id, commander.grants[0], by=log.OPERATOR, at=AT)
            set_active(connection, reader.person_id, False, by=log.OPERATOR, at=AT)
        for person in (commander, reader):
            with pytest.raises(RuleError, match="somebody else"):
                say(database, store, toy, person)

    def test_somebody_who_is_not_there(self, drafted: Drafted, toy: Settings) -> None:
        database, store, _ = drafted
        grants = (Grant(role=Role.DATA),)
        ghost = Person(person_id="ghost", name="G", email="g@toyville.example", language="en", grants=grants)
        with pytest.raises(RuleError, match="somebody else"):
            say(database, store, toy, ghost)

    def test_what_was_signed_stands_when_the_person_leaves(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander N"])
        with database.begin() as connection:
            set_active(connection, people["commander N"].person_id, False, by=log.OPERATOR, at=AT)
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED


ALLOWED = {
    Role.DATA: {SIGN, RETURN, WITHDRAW},
    Role.COMMANDER: {SIGN, RETURN, WITHDRAW},
    Role.COUNCIL: {SIGN, WITHDRAW},
    Role.LANGUAGE: {SIGN, RETURN, WITHDRAW},
    Role.HOST: {RETURN, WITHDRAW},
    Role.PUBLISHER: {SIGN, RETURN, WITHDRAW},
    Role.ADMIN: set(),
}
SUBJECTS = ("release", "dossier/N", "dossier/S", "language/ar", "session/S-1", "dossier", "dossier/", "", "x/N")
OWN = {
    Role.DATA: ("", "release"),
    Role.COMMANDER: ("N", "dossier/N"),
    Role.COUNCIL: ("N", "dossier/N"),
    Role.LANGUAGE: ("ar", "language/ar"),
    Role.HOST: ("Quay Club", "session/S-1"),
    Role.PUBLISHER: ("", "release"),
    Role.ADMIN: ("", ""),
}


@pytest.mark.parametrize(("role", "verdict", "subject"), list(product(Role, Verdict, SUBJECTS)), ids=str)
def test_every_role_with_every_word_on_every_subject(role: Role, verdict: Verdict, subject: str) -> None:
    scope, own = OWN[role]
    is_right = verdict in ALLOWED[role] and subject == own
    assert (find_problem(role, scope, subject, verdict) == "") is is_right


@pytest.mark.parametrize("role", [Role.DATA, Role.PUBLISHER])
def test_the_release_is_signed_for_no_district(role: Role) -> None:
    assert "scope" in find_problem(role, "N", "release", SIGN)


def test_a_host_without_an_organisation_objects_to_nothing() -> None:
    assert find_problem(Role.HOST, "", "session/S-1", RETURN)


class TestWords:
    def test_a_return_says_why(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        for remarks in ("", "   ", "\u202e\u200b\n"):
            with pytest.raises(RuleError, match="why it is returned"):
                say(database, store, toy, people["commander N"], RETURN, remarks=remarks)
        say(database, store, toy, people["commander N"], RETURN, remarks="<b>#set page()</b> \u202eold map")
        assert decisions_of(database)[0].remarks == "<b>#set page()</b> old map"
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.RETURNED

    def test_ten_megabytes(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        limit = toy.report.review.comment_limit
        for length in (limit + 1, 10_000_000):
            with pytest.raises(RuleError, match=f"at most {limit}"):
                say(database, store, toy, people["commander N"], RETURN, remarks="x" * length)
        say(database, store, toy, people["commander N"], RETURN, remarks="x" * limit)


class TestObjecting:
    """A community organisation, on what its own sessions became."""

    @pytest.fixture
    def host(self, drafted: Drafted, toy: Settings) -> Person:
        screen = make_screen(toy)
        for number, name in enumerate(("First Hosts", "Second Hosts")):
            file = brought(f"{number}.xlsx")
            held = session(f"A-{number}", name)
            store_import(drafted.database, held, screen=screen, file=file, by="liaison", at=NOON)
        with drafted.database.begin() as connection:
            return add(connection, toy, "host", Grant(role=Role.HOST, scope="First Hosts, Inc."))

    def object(self, drafted: Drafted, toy: Settings, host: Person, session_id: str = "A-0", **more: Any) -> Decision:
        name = f"session/{session_id}"
        sessions = [*load_host_part(drafted.database, "First Hosts"), *load_host_part(drafted.database, "Second Hosts")]
        subjects = {x.name: x for x in (session_subject(y, QUARTER) for y in sessions)}
        wish = {"subject": name, "digest": subjects[name].digest, "remarks": "Nobody said that.", **more}
        return say(drafted.database, drafted.store, toy, host, wish.pop("verdict", RETURN), **wish)

    def test_to_what_became_of_its_own_session(self, drafted: Drafted, toy: Settings, host: Person) -> None:
        objection = self.object(drafted, toy, host)
        assert list_objections(entries_of(drafted.database)) == (objection,)
        assert (objection.subject, objection.remarks) == ("session/A-0", "Nobody said that.")
        # It is heard, and blocks nothing.
        assert Role.HOST not in {grant.role for grant, _ in list_required(toy)}
        self.object(drafted, toy, host, verdict=WITHDRAW)
        assert list_objections(entries_of(drafted.database)) == ()

    def test_not_to_another_organisations(self, drafted: Drafted, toy: Settings, host: Person) -> None:
        with pytest.raises(ReviewError, match="found none"):
            self.object(drafted, toy, host, "A-1")
        with pytest.raises(RuleError, match="somebody else"):
            self.object(drafted, toy, host, "A-1", scope="Second Hosts")

    def test_not_to_what_it_has_changed_itself_since(self, drafted: Drafted, toy: Settings, host: Person) -> None:
        with pytest.raises(StaleError):
            self.object(drafted, toy, host, digest="0" * 64)

    def test_nothing_is_signed(self, drafted: Drafted, toy: Settings, host: Person) -> None:
        with pytest.raises(RuleError, match="expected return, withdraw"):
            self.object(drafted, toy, host, verdict=SIGN)

    def test_once_the_reports_are_frozen_it_is_too_late(self, drafted: Drafted, toy: Settings, host: Person) -> None:
        freeze(drafted.database, drafted.store, toy)
        with pytest.raises(RuleError, match="frozen"):
            self.object(drafted, toy, host)


class TestPhases:
    def test_frozen_reports_are_signed(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander N"])
        freeze(database, store, toy, changed={"N/dossier.json": '{"review": "reviewed"}'})
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.STALE
        say(database, store, toy, people["commander N"])
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED

    def test_published_ones_are_not(self, drafted: Drafted, toy: Settings) -> None:
        database, store, people = drafted
        say(database, store, toy, people["commander N"])
        subjects = freeze(database, store, toy)
        content = {"manifest": subjects.digest, "version": 1}
        with database.begin() as connection:
            log.append(connection, kind="published", by=log.OPERATOR, at=AT, quarter=str(QUARTER), content=content)
        for verdict in Verdict:
            with pytest.raises(RuleError, match="published"):
                say(database, store, toy, people["commander N"], verdict)


@pytest.fixture
def people(database: Database, store: Store, toy: Settings) -> dict[str, Person]:
    """One person for every role, on each engine; the release is drafted."""
    write_release(store, toy)
    return staff(database, toy)


class TestTogether:
    def test_two_of_one_role(self, database: Database, store: Store, toy: Settings, people: dict[str, Person]) -> None:
        with database.begin() as connection:
            deputy = add(connection, toy, "deputy", Grant(role=Role.COMMANDER, scope="N"))
        both = (people["commander N"], deputy)
        failures = run_together(lambda number: say(database, store, toy, both[number]), 2)
        assert failures == []
        found = decisions_of(database)
        assert {x.person_id for x in found} == {person.person_id for person in both}
        assert found[1].seq == found[0].seq + 1
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is Standing.SIGNED

    @pytest.mark.slow
    def test_one_signs_while_the_other_returns(
        self, database: Database, store: Store, toy: Settings, people: dict[str, Person]
    ) -> None:
        with database.begin() as connection:
            deputy = add(connection, toy, "deputy", Grant(role=Role.COMMANDER, scope="N"))
        said = ((people["commander N"], SIGN), (deputy, RETURN))
        assert run_together(lambda number: say(database, store, toy, *said[number]), 2) == []
        last = decisions_of(database)[-1]
        expected = Standing.SIGNED if last.decision is SIGN else Standing.RETURNED
        assert standing_of(database, store, toy, Role.COMMANDER, "N") is expected

    @pytest.mark.slow
    def test_many_at_once_lose_nothing(
        self, database: Database, store: Store, toy: Settings, people: dict[str, Person]
    ) -> None:
        signers = [person for name, person in people.items() if name != "admin"]

        def work(number: int) -> None:
            for count in range(10):
                at = AT + timedelta(seconds=count)
                say(database, store, toy, signers[number], WITHDRAW if count % 2 else SIGN, at=at)

        assert run_together(work, len(signers)) == []
        found = decisions_of(database)
        assert len(found) == 10 * len(signers)
        with database.read() as connection:
            last = log.verify_log(connection)
        assert last is not None and last.seq == found[-1].seq
        for person in signers:
            own = [x.decision for x in found if x.person_id == person.person_id]
            assert own == [SIGN, WITHDRAW] * 5
