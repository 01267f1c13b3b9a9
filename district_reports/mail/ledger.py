"""What was sent to whom: each recipient of a mailing once, however often the run is cut off.

A row is written before a message is handed over and closed by the server's answer. A row left open by a run that was
killed, and a message that was handed over without an answer, are *unclear*: they are told, and sent again only when a
person says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTP
from typing import Final

from sqlalchemy import ColumnElement, and_, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from district_reports.database import Database
from district_reports.database.tables_review import mail
from district_reports.mail.messages import Outgoing, make_message
from district_reports.mail.sending import Answer, Mailer

SENDING: Final = "sending"
UNCLEAR: Final = "unclear"
LATER: Final = "later"
STALE: Final = timedelta(minutes=10)
"""After which a message that is being sent was left so by a run that ended; no server is waited for that long."""


@dataclass(frozen=True)
class Outcome:
    """What a run did; counts of recipients."""

    sent: int = 0
    already: int = 0
    """Sent by an earlier run."""
    refused: int = 0
    """The server takes no mail for them, now or by an earlier run."""
    unclear: int = 0


def send_all(
    database: Database,
    mailer: Mailer,
    mailing: str,
    messages: Iterable[Outgoing],
    *,
    again_unclear: bool = False,
) -> Outcome:
    """Send a mailing's messages to those who have not got theirs yet, and return what was done.

    Args:
        database: Where it is kept what was sent.
        mailer: The server.
        mailing: Its name, such as `2026Q3 v1 district-007-es`.
        messages: One for each recipient.
        again_unclear: Whether to send again where it is unclear if the first was taken; what another run may be sending
            right now is left to it.

    Raises:
        MailError: If the server goes away, is not to be had, or cannot take some now; what was sent is kept.
        DatabaseError: If the database cannot be written.
    """
    states = load_states(database, mailing)
    counts = dict.fromkeys(("sent", "already", "refused", UNCLEAR), 0)
    waiting: list[Outgoing] = []
    for outgoing in {message.recipient: message for message in messages}.values():
        state = states.get(outgoing.recipient)
        if state is None or (again_unclear and state in (SENDING, UNCLEAR)):
            waiting.append(outgoing)
        else:
            counts[{"sent": "already", SENDING: UNCLEAR}.get(state, state)] += 1
    put_off: list[str] = []
    if waiting:
        with mailer.connect() as server:
            for outgoing in waiting:
                if not _open(database, mailing, outgoing, mailer.clock(), again_unclear):
                    counts["already" if states.get(outgoing.recipient) is None else UNCLEAR] += 1
                    continue
                answer, told = _hand_over(database, mailer, server, mailing, outgoing)
                if answer == LATER:
                    put_off.append(told)
                else:
                    counts[answer] += 1
    if put_off:
        raise mailer.not_taken(f"{put_off[-1]}; {len(put_off)} to be sent yet, run it again")
    return Outcome(**counts)


def _hand_over(
    database: Database, mailer: Mailer, server: SMTP, mailing: str, outgoing: Outgoing
) -> tuple[Answer, str]:
    """Hand one message over and keep what became of it."""
    try:
        message = make_message(outgoing, sender=mailer.sender, at=mailer.clock(), mailing=mailing)
        answer, told = mailer.hand_over(server, message, outgoing.to)
    except Exception:
        # It surely was not taken: as if it had never begun.
        _close(database, mailing, outgoing, "", "", mailer.clock())
        raise
    # Who cannot be reached today keeps nobody else waiting, and gets theirs by the next run.
    is_later = answer == LATER
    _close(database, mailing, outgoing, "" if is_later else answer, "" if is_later else told, mailer.clock())
    return answer, told


def load_states(database: Database, mailing: str) -> dict[str, str]:
    """Return how each recipient of a mailing stands, by the SHA-256 of their address; nobody who is still to get it."""
    with database.read() as connection:
        rows = connection.execute(select(mail.c.recipient, mail.c.state).where(mail.c.mailing == mailing))
        return {row.recipient: row.state for row in rows if row.state}


def _open(database: Database, mailing: str, outgoing: Outgoing, at: datetime, again_unclear: bool) -> bool:
    """Return whether the message is this run's to send: of two runs at once, one gets the row."""
    values = {"state": SENDING, "at": at, "answer": ""}
    is_free: ColumnElement[bool] = mail.c.state == ""
    if again_unclear:
        is_left = and_(mail.c.state == SENDING, mail.c.at < at - STALE)
        is_free = or_(is_free, mail.c.state == UNCLEAR, is_left)
    is_row = (mail.c.mailing == mailing) & (mail.c.recipient == outgoing.recipient)
    with database.begin() as connection:
        if connection.execute(update(mail).where(is_row, is_free).values(**values)).rowcount:
            return True
        try:
            with connection.begin_nested():
                connection.execute(insert(mail).values(mailing=mailing, recipient=outgoing.recipient, **values))
        except IntegrityError:
            return False
    return True


def _close(database: Database, mailing: str, outgoing: Outgoing, state: str, told: str, at: datetime) -> None:
    is_row = (mail.c.mailing == mailing) & (mail.c.recipient == outgoing.recipient)
    with database.begin() as connection:
        connection.execute(update(mail).where(is_row).values(state=state, at=at, answer=told[:200]))
