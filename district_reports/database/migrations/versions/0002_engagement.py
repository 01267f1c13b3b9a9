"""Sessions, what happened, and the quarantine of texts."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from district_reports.database.triggers import make_append_only

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")
    op.create_table(
        "engagement_imports",
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("recorded_at", moment, nullable=False),
        sa.Column("recorded_by", sa.String, nullable=False),
        sa.Column("file_name", sa.String, nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("language", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="pk_engagement_imports"),
        sa.UniqueConstraint("sha256", name="uq_engagement_imports_sha256"),
    )
    op.create_table(
        "engagement_quarantine",
        sa.Column("held_id", sa.Integer, nullable=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("record_id", sa.String, nullable=False),
        sa.Column("words", sa.Text),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("caught", sa.JSON, nullable=False),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("decided_by", sa.String),
        sa.Column("decided_at", moment),
        sa.PrimaryKeyConstraint("held_id", name="pk_engagement_quarantine"),
        _from_import("engagement_quarantine"),
    )
    _create_sessions()
    _create_happenings()
    rows = ("engagement_answers", "engagement_quotes", "engagement_own_questions")
    make_append_only(op.get_bind(), "engagement_imports", "engagement_sessions", *rows, "engagement_happenings")
    make_append_only(op.get_bind(), "engagement_quarantine", changes=True)


def _create_sessions() -> None:
    op.create_table(
        "engagement_sessions",
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("host", sa.String, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("quotes_without_consent", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("session_id", "version", name="pk_engagement_sessions"),
        _from_import("engagement_sessions"),
    )
    _create_rows(
        "engagement_answers",
        sa.Column("question_id", sa.String, nullable=False),
        sa.Column("theme_code", sa.String, nullable=False),
        sa.Column("people", sa.Integer),
        sa.Column("side", sa.Integer),
        sa.Column("has_point", sa.Boolean, nullable=False),
    )
    _create_rows(
        "engagement_quotes",
        sa.Column("quote_id", sa.String, nullable=False),
        sa.Column("question_id", sa.String, nullable=False),
    )
    _create_rows("engagement_own_questions")


def _create_rows(name: str, *columns: "sa.Column[Any]") -> None:
    """Make a table of numbered rows of one version of a session."""
    session = ["engagement_sessions.session_id", "engagement_sessions.version"]
    op.create_table(
        name,
        sa.Column("session_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("number", sa.Integer, nullable=False, autoincrement=False),
        *columns,
        sa.Column("words", sa.Text),
        sa.Column("held_id", sa.Integer),
        sa.PrimaryKeyConstraint("session_id", "version", "number", name=f"pk_{name}"),
        sa.ForeignKeyConstraint(["held_id"], ["engagement_quarantine.held_id"], name=f"fk_{name}_held_id"),
        sa.ForeignKeyConstraint(["session_id", "version"], session, name=f"fk_{name}_session_id"),
    )


def _create_happenings() -> None:
    name, held = "engagement_happenings", ["engagement_quarantine.held_id"]
    op.create_table(
        name,
        sa.Column("happening_id", sa.String(40), nullable=False),
        sa.Column("version", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("import_id", sa.Integer, nullable=False),
        sa.Column("on_day", sa.Date, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("what", sa.Text),
        sa.Column("what_held_id", sa.Integer),
        sa.Column("outcome", sa.Text),
        sa.Column("outcome_held_id", sa.Integer),
        sa.PrimaryKeyConstraint("happening_id", "version", name=f"pk_{name}"),
        _from_import(name),
        sa.ForeignKeyConstraint(["what_held_id"], held, name=f"fk_{name}_what_held_id"),
        sa.ForeignKeyConstraint(["outcome_held_id"], held, name=f"fk_{name}_outcome_held_id"),
    )


def _from_import(name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(["import_id"], ["engagement_imports.import_id"], name=f"fk_{name}_import_id")
