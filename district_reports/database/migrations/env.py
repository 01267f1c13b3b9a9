"""What Alembic runs: the migrations on a connection that is given, in its transaction."""

from alembic import context

from district_reports.database.revisions import VERSION_TABLE

context.configure(connection=context.config.attributes["connection"], version_table=VERSION_TABLE)
context.run_migrations()
