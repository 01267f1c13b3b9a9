"""Who may come to the desk, and in which roles.

A person's name and address stand in their table; the roles they hold are what the log says was granted and not revoked.
The log names people by id alone.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from district_reports.database.tables_review import people
from district_reports.email_addresses import fold_address
from district_reports.errors import RuleError, Told
from district_reports.model import Entry, Grant, Person, Role
from district_reports.review import log
from district_reports.settings import Settings

GRANTED, REVOKED = "granted", "revoked"
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME, _LONGEST_HOST = 120, 200


def add_person(connection: Connection, *, name: str, email: str, language: str, by: str, at: datetime) -> Person:
    """Add somebody, without any role yet, and return them.

    Raises:
        RuleError: If the address is none or is taken, or there is no name.
    """
    address = fold_address(email)
    if not address:
        line = "person: expected an e-mail address such as name@city.gov, got another form"
        raise RuleError(Told(line, "email_form", "email"))
    clean = _one_line(name)
    if not 0 < len(clean) <= _LONGEST_NAME:
        line = f"person: expected a name of 1 to {_LONGEST_NAME} letters, got {len(clean)}"
        raise RuleError(Told(line, "name_length", "name", limit=_LONGEST_NAME, got=len(clean)))
    person = Person(person_id=uuid4().hex, name=clean, email=address, language=language)
    try:
        with connection.begin_nested():
            connection.execute(insert(people).values(**person.model_dump(exclude={"grants"})))
    except IntegrityError:
        # The address itself stays out of the message: messages end in logs.
        line = "person: expected an address that nobody has yet, got one that is taken"
        raise RuleError(Told(line, "email_taken", "email")) from None
    log.append(connection, kind="person_added", by=by, at=at, subject=_subject(person.person_id))
    return person


def grant(connection: Connection, person_id: str, given: Grant, *, by: str, at: datetime, settings: Settings) -> None:
    """Give a person a role; one they hold already is left as it is.

    Raises:
        RuleError: If there is no such person, or the scope is none of this role's.
    """
    person = _require(connection, person_id)
    problem = check_scope(given, settings)
    if problem:
        raise RuleError(problem)
    if given not in person.grants:
        _log_grant(connection, GRANTED, person_id, given, by, at)


def revoke(connection: Connection, person_id: str, given: Grant, *, by: str, at: datetime) -> None:
    """Take a role from a person.

    Raises:
        RuleError: If they do not hold it.
    """
    if given not in _require(connection, person_id).grants:
        line = f"person: expected one who is {given.role} of {given.scope or 'the city'}, got another"
        raise RuleError(Told(line, "role_not_held", role=given.role))
    _log_grant(connection, REVOKED, person_id, given, by, at)


def set_active(connection: Connection, person_id: str, is_active: bool, *, by: str, at: datetime) -> None:
    """Let a person in again, or keep them out from now on; their decisions stand.

    Raises:
        RuleError: If there is no such person.
    """
    _require(connection, person_id)
    connection.execute(update(people).where(people.c.person_id == person_id).values(is_active=is_active))
    content = {"is_active": is_active}
    log.append(connection, kind="person_changed", by=by, at=at, subject=_subject(person_id), content=content)


def load_people(connection: Connection) -> tuple[Person, ...]:
    """Return everybody, by name."""
    held = _read_grants(log.read_entries(connection, quarter="", kinds=(GRANTED, REVOKED)))
    rows = connection.execute(select(people).order_by(people.c.name, people.c.person_id))
    return tuple(Person(**row._asdict(), grants=held.get(row.person_id, ())) for row in rows)


def find_person(connection: Connection, *, person_id: str = "", email: str = "") -> Person | None:
    """Return one person, by id or by address; None if there is none."""
    address = "" if person_id else fold_address(email)
    if not (address or person_id):
        return None
    is_wanted = people.c.person_id == person_id if person_id else people.c.email == address
    row = connection.execute(select(people).where(is_wanted)).one_or_none()
    if row is None:
        return None
    entries = log.read_entries(connection, quarter="", kinds=(GRANTED, REVOKED), subject=_subject(row.person_id))
    return Person(**row._asdict(), grants=_read_grants(entries).get(row.person_id, ()))


def check_scope(given: Grant, settings: Settings) -> str:
    """Return what is wrong with a role's scope; empty: nothing."""
    allowed: tuple[str, ...]
    if given.role in (Role.COMMANDER, Role.COUNCIL):
        allowed = settings.district_ids
    elif given.role is Role.LANGUAGE:
        allowed = tuple(language.tag for language in settings.languages)
    elif given.role is Role.HOST:
        line = "role host: expected the organisation, as its sessions name it, got none"
        is_name = 0 < len(given.scope) <= _LONGEST_HOST and given.scope == _one_line(given.scope)
        return "" if is_name else Told(line, "host", "host")
    else:
        line = f"role {given.role}: expected no scope, got {given.scope!r:.60}"
        return Told(line, "no_scope", "scope", role=given.role) if given.scope else ""
    if given.scope in allowed:
        return ""
    line = f"role {given.role}: expected one of {', '.join(allowed)}, got {given.scope!r:.60}"
    return Told(line, "scope_language" if given.role is Role.LANGUAGE else "scope_district", "scope", role=given.role)


def _one_line(text: str) -> str:
    return " ".join(_CONTROLS.sub(" ", text).split())


def _require(connection: Connection, person_id: str) -> Person:
    person = find_person(connection, person_id=person_id)
    if person is None:
        raise RuleError(Told("person: expected one who was added, got another", "no_person"))
    return person


def _log_grant(connection: Connection, kind: str, person_id: str, given: Grant, by: str, at: datetime) -> None:
    content = given.model_dump(mode="json")
    log.append(connection, kind=kind, by=by, at=at, subject=_subject(person_id), content=content)


def _read_grants(entries: Iterable[Entry]) -> dict[str, tuple[Grant, ...]]:
    held: dict[str, tuple[Grant, ...]] = {}
    for entry in entries:
        person_id, given = entry.subject.removeprefix("person/"), Grant.model_validate(entry.content)
        others = tuple(other for other in held.get(person_id, ()) if other != given)
        held[person_id] = (*others, given) if entry.kind == GRANTED else others
    return held


def _subject(person_id: str) -> str:
    return f"person/{person_id}"
