"""Reading back what was brought from sessions: only what may be told.

A text that waits, or was rejected, is read by nothing here; what it belongs to is read without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from district_reports.database import Database
from district_reports.database import tables_engagement as tables
from district_reports.engagement.intake_session import settle_session
from district_reports.engagement.organisations import organisation_key
from district_reports.model import Happening, IntakeAnswer, IntakeQuote, IntakeSession, Record, Text

Released = dict[int, Text]
"""Texts that waited and may be told, by the id under which they did."""


class ImportedSession(Record):
    """One version of a session, as a list shows it."""

    session_id: str
    version: int
    is_newest: bool
    on: date
    host: str
    recorded_by: str
    recorded_at: datetime
    file_name: str
    quotes_without_consent: int


def load_ledger_parts(database: Database, until: date) -> tuple[tuple[IntakeSession, ...], tuple[Happening, ...]]:
    """Return the sessions and happenings of all days up to one, in the order of their ids.

    Args:
        database: Where they are.
        until: Last day of a session or happening.

    Raises:
        DatabaseError: If the database cannot be read.
    """
    with database.read() as connection:
        released = _load_released(connection)
        newest = _load_newest(connection, tables.sessions, "session_id")
        rows = _load_all_rows(connection, newest)
        happened = _load_newest(connection, tables.happenings, "happening_id")
    sessions = [_read_session(row, rows, released) for row in newest.values() if row.on_day <= until]
    happenings = [_read_happening(row, released) for row in happened.values() if row.on_day <= until]
    return tuple(sessions), tuple(happening for happening in happenings if happening is not None)


def load_host_part(database: Database, host: str) -> tuple[IntakeSession, ...]:
    """Return an organisation's own sessions for it to read and correct: with what waits, since it wrote it itself.

    Args:
        database: Where they are.
        host: The organisation, however it is written.

    Raises:
        DatabaseError: If the database cannot be read.
    """
    wanted = organisation_key(host)
    held = tables.quarantine.c
    with database.read() as connection:
        query = select(held.held_id, held.words).where(held.state != "rejected")
        known = {row.held_id: row.words for row in connection.execute(query)}
        newest = _load_newest(connection, tables.sessions, "session_id")
        mine = {name: row for name, row in newest.items() if organisation_key(row.host) == wanted}
        rows = _load_all_rows(connection, mine)
    return tuple(_read_session(row, rows, known) for row in mine.values())


def list_sessions(database: Database) -> tuple[ImportedSession, ...]:
    """Return every version of every session, in the order of ids and versions."""
    held, brought = tables.sessions.c, tables.imports.c
    query = select(tables.sessions, brought.recorded_by, brought.recorded_at, brought.file_name).join(
        tables.imports, held.import_id == brought.import_id
    )
    with database.read() as connection:
        rows = connection.execute(query.order_by(held.session_id, held.version)).all()
    newest = {row.session_id: row.version for row in rows}
    return tuple(
        ImportedSession(
            session_id=row.session_id,
            version=row.version,
            is_newest=newest[row.session_id] == row.version,
            on=row.on_day,
            host=row.host,
            recorded_by=row.recorded_by,
            recorded_at=row.recorded_at,
            file_name=row.file_name,
            quotes_without_consent=row.quotes_without_consent,
        )
        for row in rows
    )


def _load_released(connection: Connection) -> Released:
    held = tables.quarantine.c
    query = select(held.held_id, held.words).where(held.state == "released")
    return {row.held_id: row.words for row in connection.execute(query)}


def _load_newest(connection: Connection, table: Table, key: str) -> dict[str, Row[Any]]:
    """Return the newest version of each record, in the order of their ids."""
    rows = connection.execute(select(table).order_by(table.c.version)).all()
    # Ordered here: databases do not agree on the order of letters.
    newest = {str(getattr(row, key)): row for row in rows}
    return {name: newest[name] for name in sorted(newest)}


def _load_all_rows(connection: Connection, newest: dict[str, Row[Any]]) -> dict[Table, dict[str, list[Row[Any]]]]:
    return {
        table: _load_rows(connection, table, newest) for table in (tables.answers, tables.quotes, tables.own_questions)
    }


def _load_rows(connection: Connection, table: Table, newest: dict[str, Row[Any]]) -> dict[str, list[Row[Any]]]:
    found: dict[str, list[Row[Any]]] = {session_id: [] for session_id in newest}
    for row in connection.execute(select(table).order_by(table.c.number)):
        if row.session_id in newest and newest[row.session_id].version == row.version:
            found[row.session_id].append(row)
    return found


def _words(words: Text | None, held_id: int | None, released: Released) -> Text | None:
    return released.get(held_id) if held_id is not None else words


def _read_session(row: Row[Any], rows: dict[Table, dict[str, list[Row[Any]]]], released: Released) -> IntakeSession:
    def told(table: Table) -> Iterable[tuple[Row[Any], Text | None]]:
        for entry in rows[table][row.session_id]:
            yield entry, _words(entry.words, entry.held_id, released)

    language = row.facts["language"]
    session = IntakeSession(
        **row.facts,
        # Answers point to these by their place: one that waits stays, without its words.
        own_questions=tuple(words or Text(language=language, text="") for _, words in told(tables.own_questions)),
        answers=tuple(
            IntakeAnswer(
                question_id=entry.question_id,
                theme_code=entry.theme_code,
                people=entry.people,
                side=entry.side,
                point=words,
            )
            for entry, words in told(tables.answers)
        ),
        quotes=tuple(
            IntakeQuote(quote_id=entry.quote_id, question_id=entry.question_id, text=words, has_consent=True)
            for entry, words in told(tables.quotes)
            if words is not None
        ),
    )
    # Mended rows were added behind the others: they stand where they would have stood at once.
    return settle_session(session)


def _read_happening(row: Row[Any], released: Released) -> Happening | None:
    """Return a happening; None while what happened waits itself."""
    what = _words(row.what, row.what_held_id, released)
    if what is None:
        return None
    return Happening(**row.facts, what=what, outcome=_words(row.outcome, row.outcome_held_id, released))


def list_digests(database: Database) -> frozenset[str]:
    """Return the SHA-256 of every file that was ever brought."""
    with database.read() as connection:
        return frozenset(connection.scalars(select(tables.imports.c.sha256)))
