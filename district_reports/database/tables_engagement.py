"""Tables of what came in from sessions, what happened in districts, and what waits for a person to look at it.

A session or happening is as many versions as were brought; the newest counts, and none is changed. A text in which the
screen caught something stands in `engagement_quarantine` alone: its row points there.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, ForeignKey, ForeignKeyConstraint, Integer, String, Table

from district_reports.database.metadata import Moment, Words, metadata

imports = Table(
    "engagement_imports",
    metadata,
    Column("import_id", Integer, primary_key=True),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("file_name", String, nullable=False),
    Column("sha256", String(64), nullable=False, unique=True),
    Column("language", String, nullable=False),
)

quarantine = Table(
    "engagement_quarantine",
    metadata,
    Column("held_id", Integer, primary_key=True),
    Column("import_id", Integer, ForeignKey("engagement_imports.import_id"), nullable=False),
    Column("kind", String, nullable=False),
    Column("record_id", String, nullable=False),
    # Gone once it is rejected; the digest still tells when the same words come again.
    Column("words", Words),
    Column("digest", String(64), nullable=False),
    Column("caught", JSON, nullable=False),
    Column("details", JSON, nullable=False),
    Column("state", String, nullable=False),
    Column("decided_by", String),
    Column("decided_at", Moment),
)


def _held(name: str) -> Column[int]:
    return Column(name, Integer, ForeignKey("engagement_quarantine.held_id"))


sessions = Table(
    "engagement_sessions",
    metadata,
    Column("session_id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("import_id", Integer, ForeignKey("engagement_imports.import_id"), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("host", String, nullable=False),
    Column("facts", JSON, nullable=False),
    # Quotes without consent are counted and not kept.
    Column("quotes_without_consent", Integer, nullable=False),
)


def _of_session(name: str, *columns: Column[Any]) -> Table:
    """Return a table of numbered rows of one version of a session."""
    return Table(
        name,
        metadata,
        Column("session_id", String(40), primary_key=True),
        Column("version", Integer, primary_key=True, autoincrement=False),
        Column("number", Integer, primary_key=True, autoincrement=False),
        *columns,
        Column("words", Words),
        _held("held_id"),
        ForeignKeyConstraint(
            ["session_id", "version"], ["engagement_sessions.session_id", "engagement_sessions.version"]
        ),
    )


answers = _of_session(
    "engagement_answers",
    Column("question_id", String, nullable=False),
    Column("theme_code", String, nullable=False),
    Column("people", Integer),
    Column("side", Integer),
    Column("has_point", Boolean, nullable=False),
)
quotes = _of_session(
    "engagement_quotes",
    Column("quote_id", String, nullable=False),
    Column("question_id", String, nullable=False),
)
own_questions = _of_session("engagement_own_questions")

happenings = Table(
    "engagement_happenings",
    metadata,
    Column("happening_id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("import_id", Integer, ForeignKey("engagement_imports.import_id"), nullable=False),
    Column("on_day", Date, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("what", Words),
    _held("what_held_id"),
    Column("outcome", Words),
    _held("outcome_held_id"),
)
