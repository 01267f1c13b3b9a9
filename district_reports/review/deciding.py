"""Signing, returning, taking back: each a row of the log that names the bytes it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection

from district_reports.database import Database
from district_reports.engagement.records_read import load_host_part
from district_reports.errors import ReviewError, RuleError, StaleError, Told
from district_reports.model import Decision, Person, Phase, Role, Subject, Verdict
from district_reports.periods import Quarter
from district_reports.review import log
from district_reports.review.people import find_person
from district_reports.review.remembering import recall_subject
from district_reports.review.standing import DECISION, STEPS, find_phase, keep_standing, list_decisions
from district_reports.review.subjects import (
    DOSSIER,
    LANGUAGE,
    RELEASE,
    SESSION,
    find_changed_files,
    list_changed_parts,
    load_subjects,
    session_subject,
)
from district_reports.review.typed import clean_typed
from district_reports.settings import Settings
from district_reports.store import Store

MAY: Final[Mapping[Role, tuple[Verdict, ...]]] = {
    Role.DATA: tuple(Verdict),
    Role.COMMANDER: tuple(Verdict),
    # It has seen the report, or not: it blocks nothing.
    Role.COUNCIL: (Verdict.SIGN, Verdict.WITHDRAW),
    Role.LANGUAGE: tuple(Verdict),
    # It objects.
    Role.HOST: (Verdict.RETURN, Verdict.WITHDRAW),
    Role.PUBLISHER: tuple(Verdict),
    Role.ADMIN: (),
}
"""What each role may say."""
_TOLD: Final = 6
"""Changed parts that a message tells; `changed` of the error holds all."""


def decide(
    database: Database,
    store: Store,
    settings: Settings,
    *,
    person: Person,
    role: Role,
    scope: str,
    quarter: Quarter,
    subject: str,
    digest: str,
    verdict: Verdict,
    remarks: str,
    at: datetime,
) -> Decision:
    """Log what a person decided on the bytes they have read, and return it.

    Of two people who decide at once both decisions stand, in their order.

    Args:
        database: Of the records.
        store: The data directory.
        settings: Languages, limits.
        person: Who; the roles they hold now are looked up again.
        role: In which role.
        scope: What the role is held for.
        quarter: The release's.
        subject: Name of the subject, such as `dossier/007`.
        digest: Of the bytes they have read; when they take back what they said, it does not matter.
        verdict: What they say.
        remarks: Why; what is returned needs some.
        at: When, with a time zone.

    Raises:
        StaleError: If what stands there now is not what they have read, or not what the manifest says.
        RuleError: If the role may not say this, the person does not hold it, or nothing is left to decide.
        ReviewError: If there is nothing to decide on.
        DatabaseError: If the database cannot be read or written.
    """
    named = _Named(role, scope, quarter, subject)
    words = _require_right(settings, named, verdict, remarks)
    read = _require_fresh(database, store, settings, named, digest) if verdict is not Verdict.WITHDRAW else None
    with database.begin() as connection:
        log.hold(connection)
        _require_may(connection, person, named)
        if read is not None:
            # The files were compared before the wait; a draft that came in between has another manifest.
            _require_digest(store, settings, named, _find_subject(database, store, settings, named), digest)
        meant = _find_last(connection, person, named) if read is None else read
        return _log(connection, named, meant, person=person, verdict=verdict, remarks=words, at=at)


def find_problem(role: Role, scope: str, subject: str, verdict: Verdict) -> str:
    """Return why a role may not say this of a subject; empty: it may."""
    name = subject.partition("/")[2]
    expected = {
        Role.DATA: RELEASE,
        Role.PUBLISHER: RELEASE,
        Role.COMMANDER: f"{DOSSIER}/{scope}",
        Role.COUNCIL: f"{DOSSIER}/{scope}",
        Role.LANGUAGE: f"{LANGUAGE}/{scope}",
        # Which sessions are an organisation's own is known from the sessions.
        Role.HOST: f"{SESSION}/{name}" if name and scope else f"{SESSION}/…",
    }.get(role, "")
    if verdict not in MAY[role]:
        allowed = ", ".join(MAY[role]) or "no decision"
        return _not_of(role, f"expected {allowed}, got {verdict}")
    if role in (Role.DATA, Role.PUBLISHER) and scope:
        return _not_of(role, f"expected no scope, got {scope!r:.60}")
    if subject != expected:
        return _not_of(role, f"expected one on {expected}, got {subject!r:.80}")
    return ""


def _not_of(role: Role, problem: str) -> Told:
    return Told(f"decision of {role}: {problem}", "not_of_role", "verdict", role=role)


@dataclass(frozen=True)
class _Named:
    """What a decision is about, and in which role it is made."""

    role: Role
    scope: str
    quarter: Quarter
    subject: str


def _require_right(settings: Settings, named: _Named, verdict: Verdict, remarks: str) -> str:
    """Return the remarks as they are kept, of a decision that the role may make."""
    problem = find_problem(named.role, named.scope, named.subject, verdict)
    if problem:
        raise RuleError(problem)
    words = clean_typed(remarks, limit=settings.report.review.comment_limit, what="remarks")
    if verdict is Verdict.RETURN and not words:
        line = "decision: expected remarks that say why it is returned, got none"
        raise RuleError(Told(line, "remarks", "remarks"))
    return words


def _log(
    connection: Connection,
    named: _Named,
    meant: Subject | Decision,
    *,
    person: Person,
    verdict: Verdict,
    remarks: str,
    at: datetime,
) -> Decision:
    content = {
        "digest": meant.digest,
        "parts": meant.parts,
        "role": named.role,
        "scope": named.scope,
        "decision": verdict,
        "remarks": remarks,
    }
    entry = log.append(
        connection,
        kind=DECISION,
        by=person.person_id,
        at=at,
        quarter=str(named.quarter),
        subject=named.subject,
        content=content,
    )
    return list_decisions((entry,))[0]


def _find_subject(database: Database, store: Store, settings: Settings, named: _Named) -> Subject:
    if named.role is Role.HOST:
        own = load_host_part(database, named.scope)
        found = next((x for x in (session_subject(y, named.quarter) for y in own) if x.name == named.subject), None)
    else:
        subjects = load_subjects(store, settings, named.quarter)
        found = subjects.find(named.subject) if subjects else None
        found = subjects.detail(found) if subjects and found else None
    if found is None:
        line = f"{named.subject} of {named.quarter}: expected something to decide on, found none"
        raise ReviewError(Told(line, "no_subject"))
    return found


def _require_fresh(database: Database, store: Store, settings: Settings, named: _Named, digest: str) -> Subject:
    """Return the subject as it stands there, proved to be what was read and what the manifest says."""
    found = _find_subject(database, store, settings, named)
    _require_digest(store, settings, named, found, digest)
    changed = () if named.role is Role.HOST else find_changed_files(store, found)
    if changed:
        raise StaleError(_tell_changed(named, changed), changed=changed)
    return found


def _require_digest(store: Store, settings: Settings, named: _Named, found: Subject, digest: str) -> None:
    if found.digest == digest:
        return
    before = recall_subject(store, settings, named.quarter, named.subject, digest)
    changed = list_changed_parts(before.parts, found.parts) if before else (named.subject,)
    raise StaleError(_tell_changed(named, changed), changed=changed)


def _tell_changed(named: _Named, changed: Sequence[str]) -> str:
    told = ", ".join(changed[:_TOLD]) + (f" and {len(changed) - _TOLD} more" if len(changed) > _TOLD else "")
    return f"{named.subject} of {named.quarter}: expected what was read, got changes since in {told}"


def _require_may(connection: Connection, person: Person, named: _Named) -> None:
    """Refuse somebody who does not hold the role now, whatever they held when they signed in, and what is too late."""
    role, scope, quarter = named.role, named.scope, named.quarter
    known = find_person(connection, person_id=person.person_id)
    if known is None or not known.is_active or not known.has(role, scope):
        line = f"decision: expected somebody who is {role} of {scope or 'the city'}, got somebody else"
        raise RuleError(Told(line, "role_gone", "role", role=role))
    phase = find_phase(log.read_entries(connection, quarter=str(quarter), kinds=STEPS))
    if phase is Phase.PUBLISHED:
        line = f"decision: expected reports of {quarter} that are not public yet, got published ones"
        raise RuleError(Told(line, "published"))
    if phase is Phase.SIGNING and role is Role.HOST:
        line = f"decision: expected reports of {quarter} that are open, got frozen ones"
        raise RuleError(Told(line, "frozen"))


def _find_last(connection: Connection, person: Person, named: _Named) -> Decision:
    """Return what a person takes back: what they said, whatever stands there now."""
    entries = log.read_entries(
        connection, quarter=str(named.quarter), kinds=(DECISION,), subject=named.subject, by=person.person_id
    )
    own = [x for x in keep_standing(list_decisions(entries)) if (x.role, x.scope) == (named.role, named.scope)]
    if not own:
        line = f"decision: expected one on {named.subject} of {named.quarter} to take back, found none"
        raise RuleError(Told(line, "no_decision", "verdict"))
    return own[-1]
