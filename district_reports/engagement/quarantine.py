"""Texts in which the screen caught something: kept apart until a person has looked at them.

A text that is released is told as it stands; one that is rejected is gone for good, and only its digest stays.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, insert, select, update

from district_reports.database import Database
from district_reports.database import tables_engagement as tables
from district_reports.engagement.screen import Catch, Screen
from district_reports.errors import ConflictError, RuleError
from district_reports.model import Record, Text

HeldKind = Literal["point", "quote", "own_question", "what", "outcome", "report_answer"]
State = Literal["held", "released", "rejected"]


class Caught(Record):
    """What the screen caught, and where in the text."""

    language: str
    """Tag of the wording it stands in."""
    kind: str
    start: int
    end: int


class Held(Record):
    """One text that waits, or waited, for a person."""

    held_id: int
    kind: HeldKind
    record_id: str
    """Session or happening that it belongs to."""
    words: Text | None
    """None once it is rejected."""
    caught: tuple[Caught, ...]
    details: dict[str, str]
    state: State
    recorded_by: str
    recorded_at: datetime
    file_name: str
    decided_by: str = ""
    decided_at: datetime | None = None


def find_catches(screen: Screen, text: Text) -> tuple[Caught, ...]:
    """Return what is caught in a text, in the language it was written in and in every translation."""
    wordings = {text.language: text.text, **text.translations}
    return tuple(
        Caught(language=tag, kind=catch.kind, start=catch.start, end=catch.end)
        for tag, words in wordings.items()
        for catch in (*_unread(screen, tag, words), *screen.catch(words))
    )


def _unread(screen: Screen, tag: str, words: str) -> tuple[Catch, ...]:
    return () if screen.reads(tag) else (Catch("language", 0, len(words)),)


def put_aside(
    connection: Connection,
    screen: Screen,
    text: Text | None,
    *,
    import_id: int,
    kind: HeldKind,
    record_id: str,
    details: Mapping[str, str] | None = None,
) -> tuple[Text | None, int | None]:
    """Return a text that may be told and None, or None and the id under which it waits.

    The same words of the same record, brought again, are the text that waited before: nobody decides twice.
    """
    caught = find_catches(screen, text) if text is not None else ()
    if text is None or not caught:
        return text, None
    digest = hashlib.sha256(text.model_dump_json().encode()).hexdigest()
    held = tables.quarantine.c
    before = connection.execute(
        select(held.held_id)
        .where(held.record_id == record_id, held.kind == kind, held.digest == digest)
        .order_by(held.held_id.desc())
    ).scalar()
    if before is not None:
        return None, int(before)
    row = {
        "import_id": import_id,
        "kind": kind,
        "record_id": record_id,
        "words": text,
        "digest": digest,
        "caught": [found.model_dump() for found in caught],
        "details": dict(details or {}),
        "state": "held",
    }
    added = connection.execute(insert(tables.quarantine).values(row).returning(held.held_id))
    return None, int(added.scalar_one())


def list_held(database: Database, *, state: State | None = "held") -> tuple[Held, ...]:
    """Return the texts in a state, or all of them; the oldest first."""
    query = _query()
    if state is not None:
        query = query.where(tables.quarantine.c.state == state)
    with database.read() as connection:
        return tuple(_read(row) for row in connection.execute(query.order_by(tables.quarantine.c.held_id)))


def release(database: Database, held_id: int, *, by: str, at: datetime) -> Held:
    """Let a text be told from now on, and return it.

    Raises:
        RuleError: If there is none of that id.
        ConflictError: If somebody has decided on it before.
    """
    return _decide(database, held_id, "released", by, at)


def reject(database: Database, held_id: int, *, by: str, at: datetime) -> Held:
    """Remove the words of a text for good; what it belongs to stands without it.

    Raises:
        RuleError: If there is none of that id.
        ConflictError: If somebody has decided on it before.
    """
    return _decide(database, held_id, "rejected", by, at)


def _decide(database: Database, held_id: int, state: State, by: str, at: datetime) -> Held:
    if not by.strip():
        raise RuleError("by: expected the role of who decides, got nothing")
    table = tables.quarantine
    values: dict[str, Any] = {"state": state, "decided_by": by, "decided_at": at}
    if state == "rejected":
        values["words"] = None
    with database.begin() as connection:
        query = update(table).where(table.c.held_id == held_id, table.c.state == "held").values(values)
        is_mine = connection.execute(query).rowcount == 1
        row = connection.execute(_query().where(table.c.held_id == held_id)).one_or_none()
        if row is None:
            raise RuleError(f"held text: expected the id of one, got {held_id}")
        held = _read(row)
        if not is_mine:
            when = held.decided_at.date() if held.decided_at else ""
            raise ConflictError(
                f"held text {held_id}: expected one that waits, got one that {held.decided_by} {held.state} on {when}"
            )
        return held


def _query() -> Select[Any]:
    brought = tables.imports.c
    return select(tables.quarantine, brought.recorded_by, brought.recorded_at, brought.file_name).join(
        tables.imports, tables.quarantine.c.import_id == brought.import_id
    )


def _read(row: Row[Any]) -> Held:
    return Held(
        held_id=row.held_id,
        kind=row.kind,
        record_id=row.record_id,
        words=row.words,
        caught=tuple(Caught.model_validate(found) for found in row.caught),
        details=row.details,
        state=row.state,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        file_name=row.file_name,
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
    )
