"""One-time links: signed with the desk's key, kept as a digest, good once and for fifteen minutes.

Opening a link shows a button; only the button uses it up, since programs that look at mail open links too.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, insert, select, update

from district_reports.database.tables_review import links
from district_reports.desk.sessions import LEEWAY, digest_of
from district_reports.model import Person
from district_reports.review.people import find_person

LIVES: Final = timedelta(minutes=15)


def make_link(connection: Connection, key: bytes, person: Person, now: datetime) -> str:
    """Keep a new link for a person and return its token."""
    secret = secrets.token_urlsafe(24)
    token = f"{secret}.{_seal(key, secret)}"
    row = {"token": digest_of(token), "person_id": person.person_id, "made_at": now, "expires_at": now + LIVES}
    connection.execute(insert(links).values(**row))
    return token


def find_link(connection: Connection, key: bytes, token: str, now: datetime) -> Person | None:
    """Return whose a link is that can still be used; None if it cannot."""
    if not _is_sealed(key, token):
        return None
    query = select(links.c.person_id).where(links.c.token == digest_of(token), *_unused(now))
    person_id = connection.execute(query).scalar_one_or_none()
    return _active(connection, person_id) if person_id else None


def use_link(connection: Connection, key: bytes, token: str, now: datetime) -> Person | None:
    """Use a link up and return whose it is; None if it is not good, or its person may not come.

    Of two who use it at once one gets through: the row is changed by a statement that asks whether it was not.
    """
    if not _is_sealed(key, token):
        return None
    taken = update(links).where(links.c.token == digest_of(token), *_unused(now)).values(used_at=now)
    if connection.execute(taken).rowcount != 1:
        return None
    row = connection.execute(select(links.c.person_id).where(links.c.token == digest_of(token))).one()
    return _active(connection, row.person_id)


def _active(connection: Connection, person_id: str) -> Person | None:
    person = find_person(connection, person_id=person_id)
    return person if person is not None and person.is_active else None


def _unused(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return links.c.used_at.is_(None), links.c.expires_at > now, links.c.made_at <= now + LEEWAY


def _is_sealed(key: bytes, token: str) -> bool:
    secret, _, seal = token.rpartition(".")
    return bool(secret) and hmac.compare_digest(seal.encode(), _seal(key, secret).encode())


def _seal(key: bytes, secret: str) -> str:
    return hmac.new(key, f"link\0{secret}".encode(), hashlib.sha256).hexdigest()[:32]
