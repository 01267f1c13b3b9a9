"""People of the desk, the log of review, sessions of the desk, mail that was sent."""

import sqlalchemy as sa
from alembic import op

from district_reports.database.triggers import make_append_only

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    moment = sa.DateTime(timezone=op.get_bind().dialect.name != "sqlite")
    op.create_table(
        "review_people",
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("language", sa.String(20), nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_review_people"),
        sa.UniqueConstraint("email", name="uq_review_people_email"),
    )
    _create_log(moment)
    _create_desk(moment)
    op.create_table(
        "mail_sent",
        sa.Column("mailing", sa.String(120), nullable=False),
        sa.Column("recipient", sa.String(64), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("answer", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("mailing", "recipient", name="pk_mail_sent"),
    )
    make_append_only(op.get_bind(), "review_log")
    make_append_only(op.get_bind(), "review_people", "mail_sent", changes=True)


def _create_log(moment: sa.DateTime) -> None:
    op.create_table(
        "review_log",
        sa.Column("seq", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("at", moment, nullable=False),
        sa.Column("by", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("quarter", sa.String(10), nullable=False),
        sa.Column("subject", sa.String(120), nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_review_log"),
    )
    op.create_index("ix_review_log_quarter_kind", "review_log", ["quarter", "kind", "subject"])
    op.create_index("ix_review_log_by", "review_log", ["by", "kind"])
    op.create_table(
        "review_log_head",
        sa.Column("head_id", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("head_id", name="pk_review_log_head"),
    )
    op.execute(f"INSERT INTO review_log_head (head_id, seq, digest) VALUES (1, 0, '{'0' * 64}')")


def _create_desk(moment: sa.DateTime) -> None:
    person = "review_people.person_id"
    op.create_table(
        "desk_links",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("expires_at", moment, nullable=False),
        sa.Column("used_at", moment),
        sa.PrimaryKeyConstraint("token", name="pk_desk_links"),
        sa.ForeignKeyConstraint(["person_id"], [person], name="fk_desk_links_person_id"),
    )
    op.create_table(
        "desk_sessions",
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(40), nullable=False),
        sa.Column("made_at", moment, nullable=False),
        sa.Column("seen_at", moment, nullable=False),
        sa.Column("ended_at", moment),
        sa.PrimaryKeyConstraint("token", name="pk_desk_sessions"),
        sa.ForeignKeyConstraint(["person_id"], [person], name="fk_desk_sessions_person_id"),
    )
    op.create_table(
        "desk_forms",
        sa.Column("form_id", sa.String(64), nullable=False),
        sa.Column("used_at", moment, nullable=False),
        sa.PrimaryKeyConstraint("form_id", name="pk_desk_forms"),
    )
    op.create_index("ix_desk_sessions_person_id", "desk_sessions", ["person_id"])
