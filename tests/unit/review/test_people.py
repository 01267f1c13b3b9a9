"""People of the desk: who they are, and which roles the log gives them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from district_reports.database import Database
from district_reports.errors import RuleError
from district_reports.model import Grant, Person, Role
from district_reports.review import people
from district_reports.review.log import read_entries, verify_log
from district_reports.settings import load_settings
from tests.unit.metrics.rows import TOY

AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
SETTINGS = load_settings({"DISTRICT_REPORTS_CONFIG_DIR": str(TOY)})
DISTRICT, OTHER = SETTINGS.district_ids[:2]


def add(database: Database, email: str = "ana@city.example", name: str = "Ana") -> Person:
    with database.begin() as connection:
        return people.add_person(connection, name=name, email=email, language="en", by="operator", at=AT)


def give(database: Database, person: Person, role: Role, scope: str = "") -> None:
    with database.begin() as connection:
        given = Grant(role=role, scope=scope)
        people.grant(connection, person.person_id, given, by="operator", at=AT, settings=SETTINGS)


def test_a_new_person_has_no_role(database: Database) -> None:
    person = add(database, " Ana@City.example ")
    with database.read() as connection:
        assert people.find_person(connection, email="ANA@city.EXAMPLE") == person
        assert people.load_people(connection) == (person,)
    assert (person.email, person.grants, person.is_active) == ("ana@city.example", (), True)


def test_roles_are_given_and_taken(database: Database) -> None:
    person = add(database)
    give(database, person, Role.COMMANDER, DISTRICT)
    give(database, person, Role.COMMANDER, DISTRICT)
    give(database, person, Role.DATA)
    with database.begin() as connection:
        people.revoke(connection, person.person_id, Grant(role=Role.COMMANDER, scope=DISTRICT), by="operator", at=AT)
    with database.read() as connection:
        found = people.find_person(connection, person_id=person.person_id)
        assert found is not None
        assert found.grants == (Grant(role=Role.DATA),)
        kinds = [entry.kind for entry in read_entries(connection)]
        verify_log(connection)
    assert kinds == ["person_added", "granted", "granted", "revoked"]


@pytest.mark.parametrize(
    ("role", "scope"),
    [
        (Role.COMMANDER, ""),
        (Role.COMMANDER, "999"),
        (Role.COUNCIL, "city"),
        (Role.LANGUAGE, "xx"),
        (Role.LANGUAGE, ""),
        (Role.DATA, "en"),
        (Role.PUBLISHER, DISTRICT),
        (Role.HOST, " "),
    ],
)
def test_a_scope_that_is_none_of_the_role_is_refused(database: Database, role: Role, scope: str) -> None:
    person = add(database)
    with pytest.raises(RuleError, match=f"role {role}"):
        give(database, person, role, scope)


def test_a_role_that_is_not_held_cannot_be_taken(database: Database) -> None:
    person = add(database)
    give(database, person, Role.COMMANDER, DISTRICT)
    with pytest.raises(RuleError, match="expected one who is commander"), database.begin() as connection:
        people.revoke(connection, person.person_id, Grant(role=Role.COMMANDER, scope=OTHER), by="operator", at=AT)


@pytest.mark.parametrize(
    "email", ["", "ana", "a@b c", "a\n@b.example", "a@b.example\r\nBcc: x@y.example", "<a@b.example>"]
)
def test_what_is_no_address_is_refused(database: Database, email: str) -> None:
    with pytest.raises(RuleError, match="e-mail"):
        add(database, email)


def test_an_address_is_taken_once_and_never_told(database: Database) -> None:
    add(database)
    with pytest.raises(RuleError, match="taken") as caught:
        add(database, "ANA@city.example", "Another")
    assert "ana@" not in str(caught.value).lower()
    with database.read() as connection:
        assert len(people.load_people(connection)) == 1


@pytest.mark.parametrize("name", ["", " \u202e ", "x" * 121])
def test_a_name_is_one_line_of_letters(database: Database, name: str) -> None:
    with pytest.raises(RuleError, match="name"):
        add(database, name=name)


def test_a_name_loses_what_turns_the_line(database: Database) -> None:
    assert add(database, name="A\u202ena\nB").name == "A na B"


def test_somebody_may_be_kept_out_and_let_in_again(database: Database) -> None:
    person = add(database)
    for is_active in (False, True):
        with database.begin() as connection:
            people.set_active(connection, person.person_id, is_active, by="operator", at=AT)
        with database.read() as connection:
            found = people.find_person(connection, person_id=person.person_id)
        assert found is not None
        assert found.is_active is is_active


def test_nobody_is_found_by_nothing(database: Database) -> None:
    with database.read() as connection:
        assert people.find_person(connection) is None
    with pytest.raises(RuleError, match="expected one who was added"):
        give(database, Person(person_id="no", name="x", email="x@y.example", language="en"), Role.DATA)
