"""What the database holds, and the feedback loop."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from district_reports.database.triggers import make_append_only

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CHANGE = ["feedback_changes.item_id", "feedback_changes.version"]
HISTORY = ("changes", "steps", "replies", "commitments", "translations")


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "about",
        sa.Column("key", sa.String, nullable=False),
        sa.Column("value", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_about"),
    )
    op.create_table(
        "feedback_items",
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("district_id", sa.String, nullable=False),
        sa.Column("about", sa.String, nullable=False),
        sa.Column("theme_codes", sa.JSON, nullable=False),
        sa.Column("said", sa.Text, nullable=False),
        sa.Column("heard_on", sa.Date, nullable=False),
        sa.Column("heard_in", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("item_id", name="pk_feedback_items"),
    )
    moment = sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")
    op.create_table(
        "feedback_changes",
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
        sa.Column("what", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("item_id", "version", name="pk_feedback_changes"),
        sa.ForeignKeyConstraint(["item_id"], ["feedback_items.item_id"], name="fk_feedback_changes_item_id"),
    )
    _create_entries()
    make_append_only(op.get_bind(), *(f"feedback_{name}" for name in HISTORY))
    make_append_only(op.get_bind(), "feedback_items", changes=True)


def _create_entries() -> None:
    """Make the tables of numbered entries of items."""
    _create_entry_table(
        "feedback_steps",
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("by_police", sa.Text),
        sa.Column("by_community", sa.Text),
        sa.Column("evidence", sa.String, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("obstacle", sa.Text),
        sa.Column("next_step", sa.Text),
    )
    _create_entry_table(
        "feedback_replies",
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("channel", sa.String, nullable=False),
        sa.Column("remark", sa.Text),
    )
    _create_entry_table(
        "feedback_commitments",
        sa.Column("decided_on", sa.Date, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("target", sa.Text, nullable=False),
        sa.Column("measure_id", sa.String, nullable=False),
        sa.Column("evidence", sa.Text),
        sa.Column("owner", sa.String, nullable=False),
        sa.Column("due_on", sa.Date, nullable=False),
    )
    op.create_table(
        "feedback_translations",
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("of", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.Column("text", sa.String, nullable=False),
        sa.Column("reviewed_by", sa.String, nullable=False),
        sa.PrimaryKeyConstraint(
            "item_id", "version", "of", "number", "field", "language", name="pk_feedback_translations"
        ),
        sa.ForeignKeyConstraint(["item_id", "version"], CHANGE, name="fk_feedback_translations_item_id"),
    )


def _create_entry_table(name: str, *columns: "sa.Column[Any]") -> None:
    op.create_table(
        name,
        sa.Column("item_id", sa.String(40), nullable=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("item_id", "number", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["item_id", "version"], CHANGE, name=f"fk_{name}_item_id"),
    )
