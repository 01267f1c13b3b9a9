"""Tables that are only appended to: the database itself refuses to change or delete their rows."""

from __future__ import annotations

from sqlalchemy import Connection, text

_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION '%: rows are only added, never changed', TG_TABLE_NAME; END $$
"""


def make_append_only(connection: Connection, *tables: str, changes: bool = False) -> None:
    """Refuse from now on to delete rows of these tables, and to change them.

    Args:
        connection: In the transaction of a migration.
        tables: Names, from the migration itself.
        changes: Whether rows may be changed; then only deleting is refused.
    """
    refused = ("DELETE",) if changes else ("UPDATE", "DELETE")
    for table in tables:
        if connection.dialect.name == "sqlite":
            for act in refused:
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table}_{act.lower()} BEFORE {act} ON {table} BEGIN "
                    f"SELECT RAISE(ABORT, '{table}: rows are only added, never changed'); END"
                )
            continue
        connection.execute(text(_FUNCTION))
        for acts, level in ((" OR ".join(refused), "ROW"), ("TRUNCATE", "STATEMENT")):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_{level.lower()} BEFORE {acts} ON {table} "
                f"FOR EACH {level} EXECUTE FUNCTION refuse_change()"
            )
