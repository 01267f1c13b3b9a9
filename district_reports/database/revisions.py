"""Migrations: from what a database holds to the tables of today."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from district_reports.errors import DatabaseError

VERSION_TABLE = "about_revision"
"""Beside other programs' tables Alembic's own name may be taken."""
_SCRIPTS = Path(__file__).parent / "migrations"


def current_revision(connection: Connection) -> str | None:
    """Return the id of the last migration that ran; None for an empty database."""
    return MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE}).get_current_revision()


def is_newest(connection: Connection, name: str) -> bool:
    """Return whether no migration is left to run.

    Raises:
        DatabaseError: If a migration has run that this program does not have.
    """
    current = current_revision(connection)
    scripts = ScriptDirectory.from_config(_make_config(connection))
    known = {script.revision for script in scripts.walk_revisions()}
    if current is not None and current not in known:
        newest = scripts.get_current_head()
        raise DatabaseError(f"database {name}: expected revision {newest} or older, got {current}: update the program")
    return current == scripts.get_current_head()


def migrate(connection: Connection) -> None:
    """Run what is left, in the transaction of the connection: all of it or nothing."""
    command.upgrade(_make_config(connection), "head")


def _make_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
