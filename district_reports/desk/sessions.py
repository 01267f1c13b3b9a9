"""Sessions: who is signed in, until when; kept in the database, so that each can be ended.

The cookie holds a random token and the database only its SHA-256. A session ends when it was idle too long, when it is
too old, when it was ended, or as soon as its person may no longer come.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert, select, update

from district_reports.database.tables_review import links, sessions
from district_reports.model import Person
from district_reports.review import log
from district_reports.review.people import find_person

IDLE: Final = timedelta(minutes=60)
LIVES: Final = timedelta(hours=12)
LEEWAY: Final = timedelta(minutes=1)
"""By which a clock may have been set back; what was made later than that is of another time, and not believed."""
_SEEN: Final = timedelta(minutes=1)
"""How exactly "last seen" is kept: not each page needs a writer."""


@dataclass(frozen=True)
class Session:
    """An open session."""

    digest: str
    """SHA-256 of its cookie: stands for the session in forms and limits."""
    person: Person
    needs_seeing: bool = False
    """Whether it is time to write that it was seen."""


def start_session(connection: Connection, person: Person, *, at: datetime, way: str) -> str:
    """Begin a session, log it and return what its cookie holds.

    Args:
        connection: In a transaction that may write.
        person: Who signs in; active.
        at: Now.
        way: How they showed who they are: `link` or `oidc`.
    """
    token = secrets.token_urlsafe(32)
    row = {"token": digest_of(token), "person_id": person.person_id, "made_at": at, "seen_at": at}
    connection.execute(insert(sessions).values(**row))
    log.append(connection, kind="signed_in", by=person.person_id, at=at, content={"way": way})
    return token


def find_session(connection: Connection, token: str, now: datetime) -> Session | None:
    """Return the open session of a cookie; None if there is none, or its person may no longer come."""
    digest = digest_of(token)
    row = connection.execute(select(sessions).where(sessions.c.token == digest)).one_or_none()
    if row is None or row.ended_at is not None:
        return None
    if not (-LEEWAY <= now - row.seen_at < IDLE and -LEEWAY <= now - row.made_at < LIVES):
        return None
    person = find_person(connection, person_id=row.person_id)
    if person is None or not person.is_active:
        return None
    return Session(digest, person, now - row.seen_at >= _SEEN)


def see_session(connection: Connection, session: Session, now: datetime) -> None:
    """Keep that a session was used."""
    connection.execute(update(sessions).where(sessions.c.token == session.digest).values(seen_at=now))


def end_session(connection: Connection, session: Session, now: datetime) -> None:
    """End a session and log it."""
    is_open = (sessions.c.token == session.digest) & sessions.c.ended_at.is_(None)
    if connection.execute(update(sessions).where(is_open).values(ended_at=now)).rowcount:
        log.append(connection, kind="signed_out", by=session.person.person_id, at=now)


def end_sessions(connection: Connection, person_id: str, *, by: str, at: datetime) -> int:
    """End all open sessions and links of a person, log it, and return how many sessions that were."""
    is_open = (sessions.c.person_id == person_id) & sessions.c.ended_at.is_(None)
    is_open &= (sessions.c.seen_at > at - IDLE) & (sessions.c.made_at > at - LIVES)
    ended = connection.execute(update(sessions).where(is_open).values(ended_at=at)).rowcount
    connection.execute(
        update(links).where((links.c.person_id == person_id) & links.c.used_at.is_(None)).values(used_at=at)
    )
    content = {"ended": ended}
    log.append(connection, kind="signed_out", by=by, at=at, subject=f"person/{person_id}", content=content)
    return ended


def forget_sessions(connection: Connection, now: datetime) -> None:
    """Drop sessions and links that can no longer count."""
    connection.execute(delete(sessions).where(sessions.c.made_at < now - 2 * LIVES))
    connection.execute(delete(links).where(links.c.expires_at < now - LIVES))


def digest_of(token: str) -> str:
    """Return what stands for a token in the database."""
    return hashlib.sha256(token.encode()).hexdigest()
