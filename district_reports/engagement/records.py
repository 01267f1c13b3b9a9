"""Storing what was brought from sessions: one file is one transaction, and a correction is a new version.

What belongs here: writing, and what must hold when two write at once. What does not: reading a file (`intake`), what is
caught in a text (`screen`), reading back (`records_read`).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, func, insert, select
from sqlalchemy.exc import IntegrityError

from district_reports.database import Database
from district_reports.database import tables_engagement as tables
from district_reports.engagement.intake_records import ReportAnswer
from district_reports.engagement.quarantine import put_aside
from district_reports.engagement.screen import Screen
from district_reports.errors import ConflictError, RuleError
from district_reports.model import Happening, IntakeSession, Record, Text


class BroughtFile(Record):
    """The file that somebody brought."""

    name: str
    """Without its folder."""
    sha256: str
    language: str
    """Tag of the language of its sheet."""


class Stored(Record):
    """What became of one file."""

    import_id: int
    version: int | None
    """Of the session; None where the file had none."""
    replaced_by: str = ""
    """Role that had brought the version before; empty: there was none."""
    replaced_at: datetime | None = None
    held: tuple[int, ...] = ()
    """Ids of the texts that wait for a person."""
    without_consent: int = 0
    """Quotes that were counted and not kept."""
    report_answers: tuple[ReportAnswer, ...] = ()
    """Those in which nothing was caught: the caller makes feedback items of them."""


class _Writer:
    """One import, within its transaction."""

    def __init__(self, connection: Connection, screen: Screen, import_id: int) -> None:
        self.connection = connection
        self.screen = screen
        self.import_id = import_id
        self.held: list[int] = []

    def put(self, text: Text | None, kind: Any, record_id: str, **details: str) -> tuple[Text | None, int | None]:
        """Return a text that names nobody; else None, and the id under which it waits for a person."""
        words, held_id = put_aside(
            self.connection,
            self.screen,
            text,
            import_id=self.import_id,
            kind=kind,
            record_id=record_id,
            details=details,
        )
        if held_id is not None:
            self.held.append(held_id)
        return words, held_id

    def add(self, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        """Insert rows; none do no harm."""
        if rows:
            self.connection.execute(insert(table), list(rows))


def store_import(
    database: Database,
    session: IntakeSession | None,
    happenings: Sequence[Happening] = (),
    report_answers: Sequence[ReportAnswer] = (),
    *,
    screen: Screen,
    file: BroughtFile,
    by: str,
    at: datetime,
    is_rest: bool = False,
) -> Stored:
    """Keep what one file tells: all of it, or nothing.

    Args:
        database: Where.
        session: With everything that was said; None where the file tells of none.
        happenings: What happened in districts.
        report_answers: What was said of the report itself.
        screen: Catches what could tell who somebody is.
        file: The file.
        by: Role of who brings it.
        at: Now.
        is_rest: Whether the session's rows are added to those that were taken before.

    Raises:
        RuleError: If the same file was taken before, or a rest has nothing to be added to.
        ConflictError: If somebody else brings the same at the same time; nothing is kept, and it may be tried again.
        DatabaseError: If the database fails.
    """
    if not by.strip():
        raise RuleError("by: expected the role of who brings the file, got nothing")
    with database.begin() as connection:
        try:
            _require_new(connection, file)
            added = connection.execute(
                insert(tables.imports)
                .values(recorded_at=at, recorded_by=by, file_name=file.name, sha256=file.sha256, language=file.language)
                .returning(tables.imports.c.import_id)
            )
            hosts = list(connection.execute(select(tables.sessions.c.host).distinct()).scalars())
            knowing = screen.knowing([*hosts, session.host] if session else hosts)
            writer = _Writer(connection, knowing, int(added.scalar_one()))
            stored = _store(writer, session, happenings, report_answers, is_rest)
        except IntegrityError as error:
            what = f"session {session.session_id}" if session else f"file {file.name}"
            message = f"{what}: expected nobody else to bring it now, got two at once; see what was taken and try again"
            raise ConflictError(message) from error
    return stored


def _require_new(connection: Connection, file: BroughtFile) -> None:
    brought = tables.imports
    row = connection.execute(select(brought).where(brought.c.sha256 == file.sha256)).one_or_none()
    if row is not None:
        when = f"{row.recorded_at:%Y-%m-%d %H:%M} UTC"
        raise RuleError(
            f"{file.name}: expected a file that was not taken before, "
            f"got the one that {row.recorded_by} brought as {row.file_name} on {when}"
        )


def _store(
    writer: _Writer,
    session: IntakeSession | None,
    happenings: Sequence[Happening],
    report_answers: Sequence[ReportAnswer],
    is_rest: bool,
) -> Stored:
    version: int | None = None
    before = None
    if session is not None:
        before = _newest(writer.connection, session.session_id)
        version = _store_session(writer, session, before.version if before else 0, is_rest)
    for happening in happenings:
        _store_happening(writer, happening)
    clean = []
    owner = session.session_id if session else str(writer.import_id)
    places = ",".join(session.district_ids) if session else ""
    day = session.on.isoformat() if session else ""
    for answer in report_answers:
        details = {"question_id": answer.question_id, "district_ids": places, "on": day}
        words, _ = writer.put(answer.said, "report_answer", owner, **details)
        clean += [answer] if words is not None else []
    return Stored(
        import_id=writer.import_id,
        version=version,
        replaced_by=before.recorded_by if before else "",
        replaced_at=before.recorded_at if before else None,
        held=tuple(dict.fromkeys(writer.held)),
        without_consent=sum(not quote.has_consent for quote in session.quotes) if session else 0,
        report_answers=tuple(clean),
    )


def _newest(connection: Connection, session_id: str) -> Any:
    """Return the newest version of a session, with who brought it and when."""
    held, brought = tables.sessions, tables.imports
    query = select(held, brought.c.recorded_by, brought.c.recorded_at).join(
        brought, held.c.import_id == brought.c.import_id
    )
    query = query.where(held.c.session_id == session_id).order_by(held.c.version.desc()).limit(1)
    return connection.execute(query).one_or_none()


def _store_session(writer: _Writer, session: IntakeSession, before: int, is_rest: bool) -> int:
    session_id, version = session.session_id, before + 1
    row: dict[str, Any] = {
        "session_id": session_id,
        "version": version,
        "import_id": writer.import_id,
        "on_day": session.on,
        "host": session.host,
        "facts": _facts(session),
        "quotes_without_consent": sum(not quote.has_consent for quote in session.quotes),
    }
    if is_rest:
        row["quotes_without_consent"] += _require_joins(writer.connection, session, before)
    writer.add(tables.sessions, [row])
    for table, rows in _rows(writer, session).items():
        kept = _copied(writer.connection, table, session_id, before) if is_rest else []
        # A sheet of mended rows repeats the host's own questions; a row that is there already is added once.
        fresh = [] if kept and table is tables.own_questions else [content for content in rows if content not in kept]
        numbered = [
            {"session_id": session_id, "version": version, "number": number, **content}
            for number, content in enumerate([*kept, *fresh], 1)
        ]
        writer.add(table, numbered)
    return version


def _facts(session: IntakeSession) -> dict[str, Any]:
    return session.model_dump(mode="json", exclude={"answers", "quotes", "own_questions"})


def _require_joins(connection: Connection, rest: IntakeSession, before: int) -> int:
    """Return how many quotes without consent the session had, which the rest is to be added to."""
    held = tables.sessions
    query = select(held).where(held.c.session_id == rest.session_id, held.c.version == before)
    row = connection.execute(query).one_or_none()
    if row is None:
        message = f"session {rest.session_id}: expected one that was taken before, since these are its mended rows"
        raise RuleError(f"{message}, got none")
    facts = _facts(rest)
    changed = [name for name in facts if facts[name] != row.facts.get(name)]
    if changed:
        raise RuleError(
            f"session {rest.session_id}: expected mended rows with the facts of the session as they were, "
            f"got others: {', '.join(changed)}",
            problems=changed,
        )
    return int(row.quotes_without_consent)


def _rows(writer: _Writer, session: IntakeSession) -> dict[Table, list[dict[str, Any]]]:
    """Return the rows of each table, each text either clean or put aside; quotes without consent are in none."""
    found: dict[Table, list[dict[str, Any]]] = {tables.answers: [], tables.quotes: [], tables.own_questions: []}
    for answer in session.answers:
        words, held_id = writer.put(answer.point, "point", session.session_id)
        content = answer.model_dump(include={"question_id", "theme_code", "people", "side"})
        has_point = answer.point is not None
        found[tables.answers].append({**content, "has_point": has_point, "words": words, "held_id": held_id})
    for quote in session.quotes:
        if quote.has_consent:
            words, held_id = writer.put(quote.text, "quote", session.session_id)
            content = quote.model_dump(include={"quote_id", "question_id"})
            found[tables.quotes].append({**content, "words": words, "held_id": held_id})
    for question in session.own_questions:
        words, held_id = writer.put(question, "own_question", session.session_id)
        found[tables.own_questions].append({"words": words, "held_id": held_id})
    return found


def _copied(connection: Connection, table: Table, session_id: str, version: int) -> list[dict[str, Any]]:
    """Return the rows of an earlier version without what places them."""
    query = select(table).where(table.c.session_id == session_id, table.c.version == version).order_by(table.c.number)
    placed = {"session_id", "version", "number"}
    return [
        {name: value for name, value in row._mapping.items() if name not in placed} for row in connection.execute(query)
    ]


def _store_happening(writer: _Writer, happening: Happening) -> None:
    table, happening_id = tables.happenings, happening.happening_id
    newest = select(func.max(table.c.version)).where(table.c.happening_id == happening_id)
    what, what_held = writer.put(happening.what, "what", happening_id)
    outcome, outcome_held = writer.put(happening.outcome, "outcome", happening_id)
    row = {
        "happening_id": happening_id,
        "version": (writer.connection.execute(newest).scalar() or 0) + 1,
        "import_id": writer.import_id,
        "on_day": happening.on,
        "facts": happening.model_dump(mode="json", exclude={"what", "outcome"}),
        "what": what,
        "what_held_id": what_held,
        "outcome": outcome,
        "outcome_held_id": outcome_held,
    }
    writer.add(table, [row])
