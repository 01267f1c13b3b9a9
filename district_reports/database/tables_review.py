"""Tables of review: the people of the desk, the log of everything they decide, their sessions, and the mail sent.

`review_log` is the truth: decisions, notes, comments, freezes, grants are its rows, each sealed with the one before it.
What a release or a subject stands at is derived from it and kept nowhere.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, String, Table, Text

from district_reports.database.metadata import Moment, metadata

people = Table(
    "review_people",
    metadata,
    Column("person_id", String(40), primary_key=True),
    Column("name", String(120), nullable=False),
    Column("email", String(254), nullable=False, unique=True),
    Column("language", String(20), nullable=False),
    Column("is_active", Boolean, nullable=False),
)
"""What roles they hold stands in the log."""

log = Table(
    "review_log",
    metadata,
    # Given by us, without a gap: a number the database draws is lost with its transaction.
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False),
    Column("by", String(40), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("quarter", String(10), nullable=False),
    Column("subject", String(120), nullable=False),
    # Canonical JSON as text: what is sealed is what is kept, byte for byte.
    Column("content", Text, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Index("ix_review_log_quarter_kind", "quarter", "kind", "subject"),
    Index("ix_review_log_by", "by", "kind"),
)

log_head = Table(
    "review_log_head",
    metadata,
    Column("head_id", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("digest", String(64), nullable=False),
)
"""One row: where the log ends. Writers queue at it, and a last row that was removed is missed."""

links = Table(
    "desk_links",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person_id", String(40), ForeignKey("review_people.person_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("used_at", Moment),
)
"""One-time links; `token` is the SHA-256 of what the link holds."""

sessions = Table(
    "desk_sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("person_id", String(40), ForeignKey("review_people.person_id"), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Index("ix_desk_sessions_person_id", "person_id"),
)
"""`token` is the SHA-256 of what the cookie holds."""

forms = Table(
    "desk_forms",
    metadata,
    Column("form_id", String(64), primary_key=True),
    Column("used_at", Moment, nullable=False),
)
"""Forms that were sent in: none counts twice."""

mail = Table(
    "mail_sent",
    metadata,
    Column("mailing", String(120), primary_key=True),
    Column("recipient", String(64), primary_key=True),
    Column("state", String(10), nullable=False),
    Column("at", Moment, nullable=False),
    Column("answer", String(200), nullable=False),
)
"""What was sent to whom: `mailing` names quarter, version and list, or a reminder; `recipient` is a SHA-256."""
