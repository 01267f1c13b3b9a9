"""Tables of the feedback loop.

An item is one row that carries its version; every change of it adds one row to `feedback_changes`, which tells who
recorded it and when, and to which the rows that came with it point. Steps, replies, commitments and changes are only
appended to: the database itself refuses anything else.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Column, Date, ForeignKey, ForeignKeyConstraint, Integer, String, Table

from district_reports.database.metadata import Moment, Words, metadata


def _appended(name: str, *columns: Column[Any]) -> Table:
    """Return a table of numbered entries of items, each of which came with one change."""
    return Table(
        name,
        metadata,
        Column("item_id", String(40), primary_key=True),
        Column("number", Integer, primary_key=True, autoincrement=False),
        Column("version", Integer, nullable=False),
        *columns,
        ForeignKeyConstraint(["item_id", "version"], ["feedback_changes.item_id", "feedback_changes.version"]),
    )


items = Table(
    "feedback_items",
    metadata,
    Column("item_id", String(40), primary_key=True),
    Column("district_id", String, nullable=False),
    Column("about", String, nullable=False),
    Column("theme_codes", JSON, nullable=False),
    Column("said", Words, nullable=False),
    Column("heard_on", Date, nullable=False),
    Column("heard_in", JSON, nullable=False),
    Column("version", Integer, nullable=False),
)

changes = Table(
    "feedback_changes",
    metadata,
    Column("item_id", String(40), ForeignKey("feedback_items.item_id"), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("recorded_at", Moment, nullable=False),
    Column("recorded_by", String, nullable=False),
    Column("what", String, nullable=False),
)

steps = _appended(
    "feedback_steps",
    Column("on_day", Date, nullable=False),
    Column("status", String, nullable=False),
    Column("by_police", Words),
    Column("by_community", Words),
    Column("evidence", String, nullable=False),
    Column("reason", Words),
    Column("obstacle", Words),
    Column("next_step", Words),
)

replies = _appended(
    "feedback_replies",
    Column("on_day", Date, nullable=False),
    Column("kind", String, nullable=False),
    Column("people", Integer, nullable=False),
    Column("channel", String, nullable=False),
    Column("remark", Words),
)

commitments = _appended(
    "feedback_commitments",
    # From when on it held: a report on an earlier day tells the one before.
    Column("decided_on", Date, nullable=False),
    Column("what", Words, nullable=False),
    Column("target", Words, nullable=False),
    Column("measure_id", String, nullable=False),
    Column("evidence", Words),
    Column("owner", String, nullable=False),
    Column("due_on", Date, nullable=False),
)

translations = Table(
    "feedback_translations",
    metadata,
    Column("item_id", String(40), primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    # `step` or `reply`, its number, and the name of its text.
    Column("of", String, primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("field", String, primary_key=True),
    Column("language", String, primary_key=True),
    Column("text", String, nullable=False),
    Column("reviewed_by", String, nullable=False),
    ForeignKeyConstraint(["item_id", "version"], ["feedback_changes.item_id", "feedback_changes.version"]),
)
"""Translations of steps and replies that came later: the words themselves never change."""
