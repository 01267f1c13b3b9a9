"""Forms: each counts once, and only from the session and for the address it was made for.

The token in a form is `<time>.<random>.<seal>`; the seal is an HMAC over these, the session and the path that the form
is sent to, so that nothing needs to be kept of forms that are never sent. What was sent is kept in `desk_forms`: a
second time is refused by the database, also when both come at once.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, delete, insert
from sqlalchemy.exc import IntegrityError
from starlette.datastructures import UploadFile

from district_reports.database.tables_review import forms
from district_reports.desk.sessions import LEEWAY

TOKEN: Final = "form"
"""Name of the field."""
LIVES: Final = timedelta(hours=12)
"""As long as a session."""


class ForgedFormError(Exception):
    """The token is not one that was made for this visit and path, or is too old."""


class ReplayedFormError(Exception):
    """The form was sent in before."""


@dataclass(frozen=True)
class Form:
    """What was sent in; its token has been checked where the visit was let in."""

    texts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    files: Mapping[str, UploadFile] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return a field as it was typed, with line ends of one kind; empty where there is none."""
        return (self.texts.get(name) or ("",))[0].replace("\r\n", "\n").replace("\r", "\n")

    def all(self, name: str) -> tuple[str, ...]:
        """Return all values of a field."""
        return self.texts.get(name, ())

    def is_ticked(self, name: str) -> bool:
        """Return whether a box was ticked."""
        return bool(self.text(name))

    def load_file(self, name: str) -> bytes | None:
        """Return the bytes of a file; None where none was chosen."""
        found = self.files.get(name)
        if found is None:
            return None
        found.file.seek(0)
        data: bytes = found.file.read()
        return data or None


def make_token(key: bytes, session: str, path: str, now: datetime) -> str:
    """Return the token of a new form.

    Args:
        key: Secret of the desk.
        session: What stands for the session: digest of its cookie.
        path: Where the form is sent to.
        now: The time.
    """
    head = f"{int(now.timestamp())}.{secrets.token_urlsafe(16)}"
    return f"{head}.{_seal(key, session, path, head)}"


def require_token(key: bytes, session: str, path: str, token: str, now: datetime) -> None:
    """Check a form's token.

    Raises:
        ForgedFormError: If it was not made for this visit and path, or is too old.
    """
    head, _, seal = token.rpartition(".")
    if not hmac.compare_digest(seal.encode(), _seal(key, session, path, head).encode()):
        raise ForgedFormError
    made = int(head.partition(".")[0])
    if not -LEEWAY.total_seconds() <= now.timestamp() - made < LIVES.total_seconds():
        raise ForgedFormError


def use_token(connection: Connection, token: str, now: datetime) -> None:
    """Keep that a form was sent in.

    Raises:
        ReplayedFormError: If it was before.
    """
    form_id = hashlib.sha256(token.encode()).hexdigest()
    try:
        with connection.begin_nested():
            connection.execute(insert(forms).values(form_id=form_id, used_at=now))
    except IntegrityError:
        raise ReplayedFormError from None


def forget_forms(connection: Connection, now: datetime) -> None:
    """Drop what was kept of forms whose tokens are too old to count."""
    connection.execute(delete(forms).where(forms.c.used_at < now - 2 * LIVES))


def _seal(key: bytes, session: str, path: str, head: str) -> str:
    message = "\0".join(("form", session, path, head))
    return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()
